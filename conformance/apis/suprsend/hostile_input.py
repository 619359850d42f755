"""Hostile input for SuprSend: bodies, members, and writes as HTTP seldom carries them; each is sent once in a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from conformance.apis.suprsend import odd_input
from conformance.apis.suprsend.category import IN, OUT, names_category, shows_preference
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT, Driver
from conformance.apis.suprsend.place import Place
from conformance.assertions.outcome import Inconclusive
from conformance.http.raw_request import add_odd_headers, chunk_body, pipeline_requests
from conformance.http.response import Response
from conformance.suite.hostile_input import (
    HOSTILE_INPUT,
    ODD_MEDIA_TYPE,
    send_each,
    send_hostile_once,
    send_with_chunk_extensions,
)

T = TypeVar("T")

BODIES = {
    "1,000 levels": b'{"opt_out_channels": ' + b"[" * 1000 + b"]" * 1000 + b"}",
    "5,000 digits": b'{"preference": ' + b"9" * 5000 + b"}",
    "1e999": b'{"preference": 1e999}',
    "NaN": b'{"preference": NaN}',
    "bytes that are not UTF-8": b'{"preference": "opt_in", "note": "\xff\xfe"}',
    "a lone surrogate": b'{"preference": "opt_in", "note": "\\ud800"}',
    "NUL": b'{"preference": "opt_in", "opt_out_channels": ["\\u0000"]}',
    "UTF-16": '{"preference": "opt_in"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"preference": "opt_in"}',
    "a member twice": b'{"preference": "opt_out", "preference": "opt_in"}',
    "text behind it": b'{"preference": "opt_in"} text',
    "100 kB": b'{"preference": "opt_in", "note": "' + b"x" * 100_000 + b'"}',
}
# Members beside a preference, which is another one each time.
MEMBERS = {
    "100 levels": '"note": ' + "[" * 100 + "]" * 100,
    "1,000 levels": '"note": ' + "[" * 1000 + "]" * 1000,
    "numbers at the edge": f'"note": [{2**53 - 1}, {2**53 + 1}, -0.0]',
    "1,000,000 characters": '"note": "' + "0123456789" * 100_000 + '"',
    "names of JavaScript's": '"constructor": {"prototype": {"preference": 1}}, "prototype": {"preference": 1}',
}
NO_PREFERENCE: Mapping[str, Any] = {"opt_out_channels": []}
PROTOTYPE = b'{"__proto__": {"preference": "opt_out"}, "opt_out_channels": []}'


def send_body(driver: Driver, name: str) -> Response | None:
    """Return the answer to one of BODIES; None if the connection is closed instead."""
    return _send_once(driver, f"body: {name}", lambda: driver.write(content=BODIES[name]))


def send_member(driver: Driver, name: str) -> tuple[str, Response | None]:
    """Return a preference, and the answer to it beside one of MEMBERS."""
    word = (OUT, IN)[list(MEMBERS).index(name) % 2]
    content = f'{{"preference": "{word}", {MEMBERS[name]}}}'.encode()
    return word, _send_once(driver, f"member: {name}", lambda: driver.write(content=content))


def send_prototype(driver: Driver) -> tuple[Response, Response | None, Response]:
    """Return the answers to no preference, to one in __proto__, and to none again."""

    def send() -> tuple[Response, Response | None, Response]:
        before = driver.write(NO_PREFERENCE)
        given = driver.client.send_hostile(
            lambda: driver.write(content=PROTOTYPE), lambda: driver.write(OPT_IN)
        )
        return before, given, driver.write(NO_PREFERENCE)

    driver.run.mode.require_full_mode(HOSTILE_INPUT)
    return driver.client.memoize("hostile: prototype", send)


def send_chunks(driver: Driver) -> Response | None:
    """Return the answer to an opt_out in chunks."""
    body = {**OPT_OUT, "opt_out_channels": []}

    def send() -> Response:
        answer = driver.send_unusual(chunk_body(driver.build_write(body)))[0]
        if answer.ok and shows_preference(answer, OUT):  # so it was read
            driver.keep_accepted(driver.places.main, body, answer)
        return answer

    return _send_once(driver, "chunks", send)


def send_chunk_extensions(driver: Driver) -> Response | None:
    """Return the answer to chunks with extensions."""
    return _send_once(
        driver, "chunk extensions", lambda: send_with_chunk_extensions(driver, driver.build_write(OPT_IN))
    )


def send_odd_headers(driver: Driver) -> Response | None:
    """Return the answer to an opt_in with many headers and an odd spelling of its media type."""

    def send() -> Response:
        request = driver.build_write(OPT_IN, headers=ODD_MEDIA_TYPE)
        return driver.send_unusual(add_odd_headers(request))[0]

    return _send_once(driver, "headers", send)


def send_expectation(driver: Driver) -> Response | None:
    """Return the answer to an opt_in that announces 100-continue, and does not wait for it."""
    headers = {"expect": "100-continue"}
    return _send_once(driver, "expectation", lambda: driver.write(OPT_IN, headers=headers))


def send_pipeline(driver: Driver) -> Sequence[tuple[Place, Response]]:
    """Return two opt_ins to two categories, one of them unknown, pipelined, as far as they are answered."""

    def send() -> Sequence[tuple[Place, Response]]:
        places = (driver.places.main, driver.places.unknown_category)
        requests = [driver.build_write(OPT_IN, place) for place in places]
        written = list(zip(places, driver.send_unusual(pipeline_requests(requests)), strict=False))
        for place, answer in written:
            if answer.ok and names_category(
                answer, place.category
            ):  # whose answer it is, a requirement of its own judges
                driver.keep_accepted(place, OPT_IN, answer)
        return written

    return _send_once(driver, "pipeline", send) or ()


def send_all(driver: Driver) -> Inconclusive | None:
    """Send all of it; return why something got no answer."""
    sends: list[Callable[[], object]] = [partial(send_body, driver, name) for name in BODIES]
    sends += [partial(send_member, driver, name) for name in MEMBERS]
    bodies = (send_prototype, send_chunks, send_chunk_extensions)
    others = (*bodies, send_odd_headers, send_expectation, send_pipeline)
    trouble = send_each([*sends, *(partial(send, driver) for send in others)])[1]
    return odd_input.send_rows(driver)[1] or trouble


def _send_once(driver: Driver, name: str, send: Callable[[], T]) -> T | None:
    return send_hostile_once(driver, name, send, lambda: driver.write(OPT_IN))

"""What servers stumble over: bodies, members, and requests as HTTP seldom carries them; each asked once in a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from conformance.apis.suprsend.category import IN, OUT
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT, Driver, Place
from conformance.assertions.outcome import Inconclusive, NotTested, Stopped
from conformance.http import raw_request
from conformance.http.response import Response

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


def of_body(driver: Driver, name: str) -> Response | None:
    """Return what is answered to one of BODIES; None if the connection is closed instead."""
    return _dared(driver, f"body: {name}", lambda: driver.write(content=BODIES[name]))


def of_member(driver: Driver, name: str) -> tuple[str, Response | None]:
    """Return a preference and what is answered to it beside one of MEMBERS."""
    word = (OUT, IN)[list(MEMBERS).index(name) % 2]
    content = f'{{"preference": "{word}", {MEMBERS[name]}}}'.encode()
    return word, _dared(driver, f"member: {name}", lambda: driver.write(content=content))


def of_prototype(driver: Driver) -> tuple[Response, Response | None, Response]:
    """Return what is answered to no preference, to one in __proto__, and to none again."""

    def ask() -> tuple[Response, Response | None, Response]:
        before = driver.write(NO_PREFERENCE)
        given = driver.client.send_hostile(
            lambda: driver.write(content=PROTOTYPE), lambda: driver.write(OPT_IN)
        )
        return before, given, driver.write(NO_PREFERENCE)

    driver.run.mode.want_full("what servers stumble over")
    return driver.client.memoize("hostile: prototype", ask)


def of_chunks(driver: Driver) -> Response | None:
    """Return what is answered to an opt_out in chunks."""
    body = {**OPT_OUT, "opt_out_channels": []}
    return _dared(
        driver, "chunks", lambda: driver.send_unusual(raw_request.chunk_body(driver.build_request(body)))[0]
    )


def of_chunk_extensions(driver: Driver) -> Response | None:
    """Return what is answered to chunks with extensions, which some servers cannot read; a 5xx is not judged."""

    def ask() -> Response:
        sent = raw_request.chunk_body(driver.build_request(OPT_IN), ';part="odd; size"')
        answers = driver.client.send_raw(sent)
        driver.unjudged_answers += answers
        return answers[0]

    return _dared(driver, "chunk extensions", ask)


def of_odd_headers(driver: Driver) -> Response | None:
    """Return what is answered to an opt_in with many headers and an odd spelling of its media type."""
    odd = {"CONTENT-type": 'Application/JSON; Charset="UTF-8"'}
    return _dared(
        driver,
        "headers",
        lambda: driver.send_unusual(raw_request.add_odd_headers(driver.build_request(OPT_IN, headers=odd)))[
            0
        ],
    )


def of_expectation(driver: Driver) -> Response | None:
    """Return what is answered to an opt_in that speaks of waiting for 100 Continue, and does not wait."""
    return _dared(driver, "expectation", lambda: driver.write(OPT_IN, headers={"expect": "100-continue"}))


def of_pipeline(driver: Driver) -> Sequence[tuple[Place, Response]]:
    """Return two opt_ins to two categories, one of them unknown, sent in one packet, as far as they are answered."""

    def ask() -> Sequence[tuple[Place, Response]]:
        places = (driver.place, driver.unknown_category)
        answers = driver.send_unusual(
            raw_request.pipeline_requests([driver.build_request(OPT_IN, place) for place in places])
        )
        return list(zip(places, answers, strict=False))

    return _dared(driver, "pipeline", ask) or ()


def ask_all(driver: Driver) -> Inconclusive | None:
    """Ask all of it; return what could not be asked, if something could not."""
    asks: list[Callable[[], object]] = [partial(of_body, driver, name) for name in BODIES]
    asks += [partial(of_member, driver, name) for name in MEMBERS]
    others = (of_prototype, of_chunks, of_chunk_extensions, of_odd_headers, of_expectation, of_pipeline)
    troubles = []
    for ask in [*asks, *(partial(one, driver) for one in others)]:
        try:
            ask()
        except NotTested:
            continue
        except Stopped:
            raise
        except Inconclusive as trouble:
            troubles.append(trouble)
    return troubles[0] if troubles else None


def _dared(driver: Driver, name: str, ask: Callable[[], T]) -> T | None:
    driver.run.mode.want_full("what servers stumble over")
    return driver.client.memoize(
        f"hostile: {name}", lambda: driver.client.send_hostile(ask, lambda: driver.write(OPT_IN))
    )

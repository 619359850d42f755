"""What servers stumble over: values, and writes as HTTP seldom carries them; each asked once in a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from conformance.apis.onlyautomator.answers import body_of
from conformance.apis.onlyautomator.driver import Body, Driver
from conformance.assertions.outcome import Inconclusive, NotTested, Stopped
from conformance.http import raw_request
from conformance.http.response import Response

T = TypeVar("T")

POLLUTION = "conformance_polluted"
PROTOTYPES = {
    "__proto__": {POLLUTION: True},
    "constructor": {"prototype": {POLLUTION: True}},
    "prototype": {POLLUTION: True},
}
# As JSON. The first is asked first, so that what it does to later answers is seen.
VALUES = {
    "prototypes": json.dumps(PROTOTYPES),
    "100 levels": "[" * 100 + '"bottom"' + "]" * 100,
    "500 levels": "[" * 500 + '"bottom"' + "]" * 500,
    "1,000 levels": "[" * 1000 + '"bottom"' + "]" * 1000,
    "1,000,000 characters": '"' + "0123456789" * 100_000 + '"',
    "negative zero": "-0.0",
    "an integer beyond doubles": str(2**53 + 1),
    "number forms": "[1.0, 1e2, -0, 0.1000, 1e400]",
    "NaN": "NaN",
    "U+0000": '"a\\u0000b"',
    "a lone surrogate": '"\\ud83d"',
    "a member twice": '"one", "value": "two"',
}
HEAVY = ("1,000 levels", "1,000,000 characters")  # what would keep later runs from reading a list, too


def of_value(driver: Driver, name: str) -> Response | None:
    """Return what is answered to one of VALUES; None if the connection is closed instead."""

    def ask() -> Response:
        body = driver.body(category=category(driver), value="?")
        answer = driver.raw(json.dumps(body).replace('"?"', VALUES[name]))
        if 400 <= answer.status < 500 and body_of(answer) is None:  # of a proxy or firewall, not of the API
            driver.unusual_answers.append(answer)
        if answer.ok and name in HEAVY:
            driver.heavy.append(body)
        return answer

    return _dared(driver, name, ask)


def category(driver: Driver) -> str:
    """Return the category that hostile values are written in, so that lists of others are without them."""
    return f"{driver.run.prefix}_hostile"


def of_byte_order_mark(driver: Driver) -> Response | None:
    """Return what is answered to a body behind a byte order mark."""
    return _dared(driver, "byte order mark", lambda: driver.raw("\ufeff" + json.dumps(driver.body())))


def of_chunks(driver: Driver) -> tuple[Body, Response] | None:
    """Return a write in chunks and what is answered to it."""

    def ask() -> tuple[Body, Response]:
        body = driver.body(value="Some bytes at a time, and whole again: \u20ac")
        return body, driver.send_unusual(raw_request.chunk_body(driver.build_request(body)))[0]

    return _dared(driver, "chunks", ask)


def of_chunk_extensions(driver: Driver) -> Response | None:
    """Return what is answered to chunks with extensions, which some servers cannot read; a 5xx is not judged."""

    def ask() -> Response:
        sent = raw_request.chunk_body(driver.build_request(driver.body()), ';part="odd; size"')
        answers = driver.client.send_raw(sent)
        driver.unjudged_answers += answers
        return answers[0]

    return _dared(driver, "chunk extensions", ask)


def of_odd_headers(driver: Driver) -> Response | None:
    """Return what is answered to a write with many headers and an odd spelling of its media type."""
    odd = {"CONTENT-type": 'Application/JSON; Charset="UTF-8"'}

    def ask() -> Response:
        return driver.send_unusual(raw_request.add_odd_headers(driver.build_request(driver.body(), odd)))[0]

    return _dared(driver, "headers", ask)


def of_expectation(driver: Driver) -> Response | None:
    """Return what is answered to a write that speaks of waiting for 100 Continue, and does not wait."""
    return _dared(
        driver, "expectation", lambda: driver.write(driver.body(value={}), headers={"Expect": "100-continue"})
    )


def of_pipeline(driver: Driver) -> Sequence[tuple[Body, Response]]:
    """Return two writes that were sent in one packet, as far as they are answered."""

    def ask() -> Sequence[tuple[Body, Response]]:
        bodies = [driver.body(value=f"{which} of two") for which in ("first", "second")]
        answers = driver.send_unusual(
            raw_request.pipeline_requests([driver.build_request(body) for body in bodies])
        )
        return list(zip(bodies, answers, strict=False))

    return _dared(driver, "pipeline", ask) or ()


def of_values(driver: Driver) -> Sequence[Response]:
    """Return the answers to all of VALUES; Inconclusive if something could not be asked."""
    driver.run.mode.want_full("what servers stumble over")
    answers, trouble = _asked([partial(of_value, driver, name) for name in VALUES])
    if trouble:
        raise trouble
    return [answer for answer in answers if answer is not None]


def ask_all(driver: Driver) -> Inconclusive | None:
    """Ask all of it; return what could not be asked, if something could not."""
    values = [partial(of_value, driver, name) for name in VALUES]
    others = (of_byte_order_mark, of_chunks, of_chunk_extensions, of_odd_headers, of_expectation, of_pipeline)
    return _asked([*values, *(partial(one, driver) for one in others)])[1]


def _asked(asks: Sequence[Callable[[], T]]) -> tuple[list[T], Inconclusive | None]:
    answers, troubles = [], []
    for ask in asks:
        try:
            answers.append(ask())
        except NotTested:
            continue
        except Stopped:
            raise
        except Inconclusive as trouble:
            troubles.append(trouble)
    return answers, troubles[0] if troubles else None


def _dared(driver: Driver, name: str, ask: Callable[[], T]) -> T | None:
    driver.run.mode.want_full("what servers stumble over")
    return driver.client.memoize(
        ("hostile", name), lambda: driver.client.send_hostile(ask, lambda: driver.write(driver.body()))
    )

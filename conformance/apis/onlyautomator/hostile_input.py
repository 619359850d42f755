"""Hostile input for OnlyAutomator: values, and writes as HTTP seldom carries them; each is sent once in a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from conformance.apis.onlyautomator import odd_input
from conformance.apis.onlyautomator.answers import body_of
from conformance.apis.onlyautomator.driver import Body, Driver, SentWrite
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

POLLUTION = "conformance_polluted"
# Each as the text of its JSON. The first is sent first, so that what it does to later answers is seen.
VALUES = {
    "prototypes": json.dumps(
        {
            "__proto__": {POLLUTION: True},
            "constructor": {"prototype": {POLLUTION: True}},
            "prototype": {POLLUTION: True},
        }
    ),
    "100 levels": "[" * 100 + '"bottom"' + "]" * 100,
    "500 levels": "[" * 500 + '"bottom"' + "]" * 500,
    "1,000 levels": "[" * 1000 + '"bottom"' + "]" * 1000,
    "1,000,000 characters": '"' + "0123456789" * 100_000 + '"',
    "negative zero": "-0.0",
    "an integer beyond doubles": str(2**53 + 1),
    "a fraction beyond doubles": "0.12345678901234567890123",
    "number forms": "[1.0, 1e2, -0, 0.1000, 1e400]",
    "NaN": "NaN",
    "U+0000": '"a\\u0000b"',
    "a lone surrogate": '"\\ud83d"',
    "a member twice": '"one", "value": "two"',
}
_HEAVY_VALUES = ("1,000 levels", "1,000,000 characters")  # later runs could not read a list with them


def category_of_values(driver: Driver) -> str:
    """Return the category that hostile values are written in, so that lists of others are without them."""
    return f"{driver.run.prefix}_hostile"


def send_value(driver: Driver, name: str) -> Response | None:
    """Return the answer to one of VALUES; None if the connection is closed instead."""

    def send() -> Response:
        body = driver.make_body(category=category_of_values(driver), value="?")
        # As text, since no JSON library writes all of these values.
        answer = driver.post_raw(json.dumps(body).replace('"?"', VALUES[name]))
        if 400 <= answer.status < 500 and body_of(answer) is None:  # of a proxy or firewall, not of the API
            driver.unusual_answers.append(answer)
        if answer.ok and name in _HEAVY_VALUES:
            driver.heavy_bodies.append(body)
        return answer

    return _send_once(driver, name, send)


def send_long_text(driver: Driver, text: str) -> Response | None:
    """Return the answer to a value that is a long text; None if the connection is closed instead."""
    return _send_once(driver, f"{len(text)} characters", lambda: driver.write(driver.make_body(value=text)))


def send_byte_order_mark(driver: Driver) -> Response | None:
    """Return the answer to a body behind a byte order mark."""
    text = "\ufeff" + json.dumps(driver.make_body())
    return _send_once(driver, "byte order mark", lambda: driver.post_raw(text))


def send_chunks(driver: Driver) -> SentWrite | None:
    """Return a write in chunks."""

    def send() -> SentWrite:
        body = driver.make_body(value="Some bytes at a time, and whole again: \u20ac")
        answer = driver.send_unusual(chunk_body(driver.build_write(body)))[0]
        _keep_if_own(driver, body, answer)
        return SentWrite(body, answer)

    return _send_once(driver, "chunks", send)


def send_chunk_extensions(driver: Driver) -> Response | None:
    """Return the answer to chunks with extensions."""
    body = driver.make_body()
    return _send_once(
        driver, "chunk extensions", lambda: send_with_chunk_extensions(driver, driver.build_write(body))
    )


def send_odd_headers(driver: Driver) -> Response | None:
    """Return the answer to a write with many headers and an odd spelling of its media type."""

    def send() -> Response:
        request = driver.build_write(driver.make_body(), ODD_MEDIA_TYPE)
        return driver.send_unusual(add_odd_headers(request))[0]

    return _send_once(driver, "headers", send)


def send_expectation(driver: Driver) -> Response | None:
    """Return the answer to a write that announces 100-continue, and does not wait for it."""
    body, headers = driver.make_body(value={}), {"Expect": "100-continue"}
    return _send_once(driver, "expectation", lambda: driver.write(body, headers=headers))


def send_pipeline(driver: Driver) -> Sequence[SentWrite]:
    """Return two pipelined writes, as far as they are answered."""

    def send() -> Sequence[SentWrite]:
        bodies = [driver.make_body(value=f"{which} of two") for which in ("first", "second")]
        answers = driver.send_unusual(pipeline_requests([driver.build_write(body) for body in bodies]))
        written = [SentWrite(*pair) for pair in zip(bodies, answers, strict=False)]
        for body, answer in written:
            _keep_if_own(driver, body, answer)
        return written

    return _send_once(driver, "pipeline", send) or ()


def _keep_if_own(driver: Driver, body: Body, answer: Response) -> None:
    """Keep an accepted write that is answered with its own value; of another one, a requirement of its own judges."""
    answered = body_of(answer) if answer.ok else None
    data = answered.get("data") if isinstance(answered, dict) else None
    if isinstance(data, dict) and data.get("value") == body["value"]:
        driver.keep_accepted(body, answer)


def send_values(driver: Driver) -> Sequence[Response]:
    """Return the answers to all of VALUES; Inconclusive if something could not be sent."""
    driver.run.mode.require_full_mode(HOSTILE_INPUT)
    answers, trouble = send_each([partial(send_value, driver, name) for name in VALUES])
    if trouble:
        raise trouble
    return [answer for answer in answers if answer is not None]


def send_all(driver: Driver) -> Inconclusive | None:
    """Send all of it; return why something got no answer."""
    sends: list[Callable[[], object]] = [partial(send_value, driver, name) for name in VALUES]
    bodies = (send_byte_order_mark, send_chunks, send_chunk_extensions)
    others = (*bodies, send_odd_headers, send_expectation, send_pipeline)
    trouble = send_each([*sends, *(partial(send, driver) for send in others)])[1]
    return odd_input.send_rows(driver)[1] or trouble


def _send_once(driver: Driver, name: str, send: Callable[[], T]) -> T | None:
    return send_hostile_once(driver, name, send, lambda: driver.write(driver.make_body()))

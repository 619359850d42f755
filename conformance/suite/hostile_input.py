"""Input that servers stumble over: each is sent once in a run, refused or accepted, and in any case answered.

A server may close the connection without an answer on what is odd to whatever stands before the API. That counts as a
refusal, unless an ordinary request gets no answer either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from conformance.assertions.expect import expect
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.connection import Request
from conformance.http.evidence import Exchange
from conformance.http.raw_request import chunk_body
from conformance.http.response import Response
from conformance.suite.driver import Driver, is_among
from conformance.suite.odd_input import METHOD, Row, Table

HOSTILE_INPUT = "what servers stumble over"
CHUNK_EXTENSION = ';part="odd; size"'
NOT_IMPLEMENTED = 501
_MOST_UNANSWERED = 3
LARGEST_SPARED = 8192  # bytes of a body that firewalls and proxies let through without a rule of their own
ODD_MEDIA_TYPE = {"CONTENT-type": 'Application/JSON; Charset="UTF-8"'}

T = TypeVar("T")


def send_hostile_once(
    driver: Driver,
    name: str,
    send: Callable[[], T],
    send_ordinary: Callable[[], Response],
    *,
    may_close: bool = True,
) -> T | None:
    """Send hostile input the first time it is named; None if the connection was closed without an answer.

    send_ordinary: sends what is answered as a rule, which tells a target that is gone from one that refuses.
    may_close: whether closing the connection is a refusal.
    """
    driver.run.mode.require_full_mode(HOSTILE_INPUT)

    def ask() -> T | None:
        return driver.client.send_hostile(send, send_ordinary, may_close=may_close)

    # Once: a target that hangs costs the whole timeout, twice, each time that it is asked.
    return driver.client.memoize(("hostile", name), ask)


def send_with_chunk_extensions(driver: Driver, request: Request) -> Response:
    """Send *request* in chunks with extensions, which some servers cannot read: the answer is not judged."""
    answers = driver.client.send_raw(chunk_body(request, CHUNK_EXTENSION))
    driver.unjudged_answers += answers
    return answers[0]


def send_row_once(
    driver: Driver,
    row: Row,
    send: Callable[[], Response],
    send_ordinary: Callable[[], Response],
    aside: list[Response] | None,
) -> Response | None:
    """Send a row of odd input, and keep its answer; None if the connection was closed without one.

    aside: where else the answer is kept, None where a refusal has to have the form of the API's own.
    """

    def send_and_keep() -> Response:
        answer = send()
        driver.odd_answers.append((row, answer))
        if aside is not None:
            aside.append(answer)
        return answer

    # Each that gets none costs twice the time-out, and a few of them are proof enough.
    if len(driver.client.unanswered) >= _MOST_UNANSWERED:
        raise Inconclusive("no more odd input is sent, since some got no answer")
    may_close = aside is not None
    return send_hostile_once(driver, f"odd input: {row}", send_and_keep, send_ordinary, may_close=may_close)


def send_drawn_rows(
    driver: Driver, table: Table, send_row: Callable[[Row], object]
) -> tuple[Sequence[tuple[Row, Response]], Inconclusive | None]:
    """Send the rows of *table* that the run draws; return the answers, and why something got none."""
    driver.run.mode.require_full_mode(HOSTILE_INPUT)
    _, trouble = send_each([partial(send_row, row) for row in table.draw_rows(driver.run.seed)])
    return driver.odd_answers, trouble


def may_be_refused_for_size(answer: Response) -> bool:
    """Tell whether a firewall or a proxy may have refused a body for its size, which it does in a way of its own."""
    return 400 <= answer.status < 500 and answer.exchange.size_bytes > LARGEST_SPARED


def send_each(sends: Sequence[Callable[[], T]]) -> tuple[list[T], Inconclusive | None]:
    """Send all that can be sent; return the answers, and why the first of the others got none."""
    answers, troubles = [], []
    for send in sends:
        try:
            answers.append(send())
        # The mode or the profile leaves it out, and the other input is still to be sent.
        except NotTested:
            continue
        except Inconclusive as trouble:
            troubles.append(trouble)
    return answers, troubles[0] if troubles else None


def expect_every_answer(driver: Driver, send_all: Callable[[], Any]) -> None:
    """Want hostile input to be answered, or the connection to be closed."""
    driver.run.mode.require_full_mode(HOSTILE_INPUT)
    trouble = send_all()
    for silent in driver.client.unanswered:
        expect_answered(driver, silent)
    if trouble:
        raise trouble


def expect_answered(driver: Driver, silent: Exchange, what: str = "") -> None:
    """Fail for an exchange without an answer, which others got in between. what: was sent, if no body shows it."""
    # The report shows the last exchange of the evidence, which has to be the one without an answer.
    driver.client.cite(silent)
    to_what = f" to {what}" if what else ""
    expect(False, f"an answer{to_what}", f"{silent.error}, twice, while others were answered")


def expect_no_crash(driver: Driver, others: Sequence[Response] = ()) -> None:
    """Want no row of odd input to be answered 5xx, and no input to be called unavailable while others are served.

    others: answers that another requirement judges.
    """
    expect_no_death(driver)
    expect_no_odd_crash(driver.odd_answers)
    spared = [*others, *(answer for _, answer in driver.odd_answers)]
    for answer in driver.client.lone_outages:
        if not is_among(answer, spared):
            got = f"status {answer.status} three times, while ordinary requests were accepted in between"
            expect(False, "no server error", got, answer)


def expect_no_death(driver: Driver) -> None:
    """Want no input after which the API is gone for a while, each time that it is sent."""
    for exchange in driver.client.deadly:
        driver.client.cite(exchange)
        how = f"status {exchange.status}" if exchange.status else str(exchange.error)
        got = f"{how}, after which the API was gone for a while, three times, and took others in between"
        expect(False, "no server error", got)


def expect_no_odd_crash(answers: Sequence[tuple[Row, Response]]) -> None:
    """Want no row of odd input to be answered 5xx; if one is answered 503, it alone met it."""
    for row, answer in answers:
        # HTTP allows 501 for a method that the server does not know.
        is_known = answer.status < 500 or (row.place == METHOD and answer.status == NOT_IMPLEMENTED)
        expect(is_known, "no server error", f"status {answer.status} to {row}", answer)


def describe_odd_answers(answers: Sequence[tuple[Row, Response]], describe: Callable[[Response], str]) -> str:
    """Say which rows were answered how, the rows with the same answer together."""
    by_answer: dict[str, list[str]] = {}
    for row, answer in answers:
        by_answer.setdefault(describe(answer), []).append(str(row))
    return "; ".join(f"{how}: {', '.join(those)}" for how, those in by_answer.items())

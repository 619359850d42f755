"""What the model of records is compared with: writes to a few records, one after the other, in turn, and at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import NamedTuple

from conformance.apis.onlyautomator import model, shared_writes
from conformance.apis.onlyautomator.driver import VALUE_OF_LATER_WRITE, Body, Driver, SentWrite, triple_of
from conformance.apis.onlyautomator.model import Write
from conformance.apis.onlyautomator.refusals import counts_seconds
from conformance.assertions.outcome import UNDECIDED, Inconclusive, NotTested
from conformance.http.response import Response
from conformance.suite.driver import is_among, repeat_race

_VALUES_AT_ONCE = (("fourth", "fifth"), ("sixth", "seventh"))  # for each of two records


class _Record(NamedTuple):
    """A record that the run has made, with whose token, and the answer to its create."""

    body: Body
    answer: Response
    credential: str


class CreatesAtOnce(NamedTuple):
    """The writes of one triple that several requests create at once, and of two that one each does; updates last."""

    shared: Sequence[SentWrite]
    single: Sequence[Sequence[SentWrite]]


def write_one_record(driver: Driver) -> Sequence[Write]:
    """Return the writes of one record that is updated again and again."""
    answers = dict(zip(model.VALUES, shared_writes.create_and_update_first_record(driver), strict=True))
    with suppress(Inconclusive):
        # With finer clocks the record is new enough as it is, and a second of waiting would tell nothing.
        if counts_seconds(driver):
            answers[VALUE_OF_LATER_WRITE] = shared_writes.update_a_second_later(driver)
    return [Write("plain", [value], answer) for value, answer in answers.items()]


def create_records(driver: Driver) -> Sequence[Write]:
    """Return the writes that made a few records: in two categories, for both fans, and as another user."""
    return [
        Write(number, [record.body["value"]], record.answer)
        for number, record in enumerate(_create_records(driver))
    ]


def update_in_turn(driver: Driver) -> Sequence[Write]:
    """Update these records in an order that the seed decides."""
    return driver.client.memoize("update in turn", lambda: list(_update_in_turn(driver)))


def _update_in_turn(driver: Driver) -> Iterator[Write]:
    records = _create_records(driver)
    for drawn, value in model.draw_sequence(driver.run.seed):
        # The sequence is drawn for five records; the profile and the mode may leave fewer.
        number = drawn % len(records)
        yield Write(number, [value], _update_record(driver, records[number], value))


def update_at_once(driver: Driver) -> Sequence[Write]:
    """Update two of these records from two sides each, and return the writes that overlapped.

    Raises Inconclusive if in none of some tries two requests overlapped.
    """
    driver.run.mode.require_full_mode("a race")
    return driver.client.memoize("update at once", lambda: repeat_race(lambda: _update_at_once(driver)))


def _update_at_once(driver: Driver) -> Sequence[Write]:
    records = _create_records(driver)
    racers = [(number, value) for number, values in enumerate(_VALUES_AT_ONCE) for value in values]
    answers: dict[tuple[int, str], Response] = {}

    def send(racer: tuple[int, str]) -> Response:
        answers[racer] = _update_record(driver, records[racer[0]], racer[1])
        return answers[racer]

    overlapped = driver.client.send_concurrently([partial(send, racer) for racer in racers])
    driver.answers_at_once += overlapped
    return [
        # Nobody knows which of two overlapping writes was the last, so the answer may show either value.
        Write(number, _VALUES_AT_ONCE[number], answer)
        for (number, _), answer in answers.items()
        if is_among(answer, overlapped)
    ]


def create_at_once(driver: Driver) -> CreatesAtOnce:
    """Create records at once, by two users if both may write, and update each afterwards.

    Raises Inconclusive if in none of some tries two requests overlapped.
    """
    driver.run.mode.require_full_mode("a race")
    return driver.client.memoize("create at once", lambda: _create_at_once(driver))


def _create_at_once(driver: Driver) -> CreatesAtOnce:
    other = "user"
    with suppress(NotTested, *UNDECIDED):
        if shared_writes.write_as_other_user(driver).answer.ok:
            other = "other_user"
    return repeat_race(lambda: _race_creates(driver, other))


def _race_creates(driver: Driver, other: str) -> CreatesAtOnce:
    bodies = [driver.make_body() for _ in range(3)]
    racers = [(0, other), (0, "user"), (0, "user"), (1, other), (2, "user")]
    sent: dict[int, SentWrite] = {}

    def send(at: int) -> Response:
        number, user = racers[at]
        body = {**bodies[number], "value": at}
        sent[at] = SentWrite(body, driver.write(body, credential=user))
        return sent[at].answer

    overlapped = driver.client.send_concurrently([partial(send, at) for at in range(len(racers))])
    driver.answers_at_once += overlapped
    by_record: list[list[SentWrite]] = [[], [], []]
    for at, (number, _) in enumerate(racers):
        if at in sent and is_among(sent[at].answer, overlapped):
            by_record[number].append(sent[at])
    for number, user in enumerate(("user", other, "user")):
        # One after all the others, which finds the record that they made, or one of several. Its value is of the same
        # type, since what becomes of another type is asked elsewhere.
        body = {**bodies[number], "value": len(racers) + number}
        by_record[number].append(SentWrite(body, driver.write(body, credential=user)))
    return CreatesAtOnce(by_record[0], by_record[1:])


def _update_record(driver: Driver, record: _Record, value: str) -> Response:
    return driver.write({**record.body, "value": value}, credential=record.credential)


def _create_records(driver: Driver) -> list[_Record]:
    driver.run.mode.require_write()
    creates: list[tuple[str, Callable[[Driver], Sequence[SentWrite]]]] = [
        ("user", shared_writes.write_in_two_categories),
        ("user", shared_writes.write_for_both_fans),
        ("other_user", lambda driver: [shared_writes.write_as_other_user(driver)]),
    ]
    records: list[_Record] = []
    for credential, create in creates:
        with suppress(NotTested):
            records += [_Record(*written, credential) for written in create(driver)]
    driver.judged_triples |= {triple_of(record.body) for record in records}
    return records

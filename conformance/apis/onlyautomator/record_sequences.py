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
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response
from conformance.suite.driver import is_among, repeat_race

_CREATES_AT_ONCE = 4
_VALUES_AT_ONCE = (("fourth", "fifth"), ("sixth", "seventh"))  # for each of two records


class _Record(NamedTuple):
    """A record that the run has made, with whose token, and the answer to its create."""

    body: Body
    answer: Response
    credential: str


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


def create_at_once(driver: Driver) -> list[Response]:
    """Create one record from several sides at once, and update it afterwards.

    Raises Inconclusive if in none of some tries two requests overlapped.
    """
    driver.run.mode.require_full_mode("a race")

    def race() -> list[Response]:
        body = driver.make_body()
        sends = [partial(driver.write, {**body, "value": at}) for at in range(_CREATES_AT_ONCE)]
        overlapped = driver.client.send_concurrently(sends)
        driver.answers_at_once += overlapped
        return [
            *overlapped,
            # One after all the others, which finds the record that they made, or one of several.
            driver.write({**body, "value": _CREATES_AT_ONCE}),
        ]

    return repeat_race(race)


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

"""What lists show of records when the last of many updates have been made: each record the value written to it last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from conformance.apis.onlyautomator.answers import Data, data_of
from conformance.apis.onlyautomator.driver import Driver, SentWrite
from conformance.apis.onlyautomator.listed_records import (
    ListQuery,
    Records,
    query_of_fan,
    query_of_run,
    read_until,
)
from conformance.apis.onlyautomator.shared_writes import (
    first_body,
    write_for_both_fans,
    write_in_two_categories,
)
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.suite.driver import is_among

Stale = tuple[Data, SentWrite]


def list_queries(driver: Driver) -> Sequence[ListQuery]:
    """Return the queries for all that the run wrote, as far as the profile and the mode have both fans."""
    queries = [query_of_run(driver), query_of_fan(driver)]
    with suppress(NotTested):
        queries.append(ListQuery(driver.other_fan_id, None))
    return queries


def update_between_lists(driver: Driver) -> Sequence[Records]:
    """Read the lists, update a few records of several categories and fans, and return the lists as they are read then.

    What is read last may be what was kept of the first look. Before that, a record is made for the other fan that has
    the names of the first record.
    """
    queries = list_queries(driver)
    bodies = [driver.make_body(), *(one.body for one in write_in_two_categories(driver))]
    with suppress(NotTested):
        bodies.append(write_for_both_fans(driver)[1].body)

    def update() -> Sequence[Records]:
        # Of the records only the first is new: a list that is kept until another is made shows the update of none.
        driver.write(bodies[0])
        with suppress(NotTested):
            driver.write({**first_body(driver), "fanId": driver.other_fan_id, "value": "of the other fan"})
        for query in queries[:2]:
            read_until(driver, query, lambda _: True, driver.client.responses[-1:])
        answers = [
            driver.write({**body, "value": f"for the list, {number}"}) for number, body in enumerate(bodies)
        ]
        return [
            read_until(driver, query, lambda records: find_stale_record(driver, records) is None, answers)
            for query in queries
        ]

    return driver.client.memoize("update between lists", update)


def find_stale_record(driver: Driver, records: Records) -> Stale | None:
    """Return a record that a list shows with what another write said, and its own last write; None if there is none."""
    latest = latest_writes(driver)
    others: dict[str, list[Data]] = {}
    right = set[str]()
    for one in records:
        if isinstance(id_ := one.get("id"), str) and (written := latest.get(id_)):
            # Nearly all records say what they should, and are looked at again and again.
            if one.get("value") == _text_of(written):
                right.add(id_)
            else:
                others.setdefault(id_, []).append(one)
    for id_ in filter(others.__contains__, latest):
        # Of several records of one id nobody knows which is the last, so one of them has to be right.
        if id_ not in right and _was_answered_as_sent(latest[id_]):
            first = others[id_][0]
            if _was_sent(driver, str(first.get("value"))):
                return first, latest[id_]
    return None


def _was_sent(driver: Driver, text: str) -> bool:
    """Tell whether a write of the run was of that text."""
    return any(_text_of(one) == text for writes in driver.accepted_writes.values() for one in writes)


def latest_writes(driver: Driver) -> Mapping[str, SentWrite]:
    """Map ids to the last write of each record of which it is known which was the last, and what came of it."""
    # Asked again and again between two writes. What doubts a write is noted before or with it, or adds to its list.
    count = sum(map(len, driver.accepted_writes.values()))
    key = "latest writes", count, frozenset(driver.uncertain_triples), len(driver.answers_at_once)
    return driver.client.memoize(key, lambda: _find_latest_writes(driver))


def _find_latest_writes(driver: Driver) -> Mapping[str, SentWrite]:
    latest: dict[str, SentWrite] = {}
    doubted: set[str] = set()
    for triple, writes in driver.accepted_writes.items():
        ids = set(_ids_of(writes))
        known = len(ids) == 1 and triple not in driver.uncertain_triples and _is_by_one_user(driver, writes)
        # An id of two triples names no record.
        doubted |= ids if not known or ids & latest.keys() else set()
        if known and not is_among(writes[-1].answer, driver.answers_at_once):
            latest[ids.pop()] = writes[-1]
    return {id_: written for id_, written in latest.items() if id_ not in doubted}


def _ids_of(writes: Sequence[SentWrite]) -> Iterator[str]:
    for one in writes:
        try:
            yield str(data_of(one.answer).get("id"))
        except Inconclusive:
            yield "none"


def _is_by_one_user(driver: Driver, writes: Sequence[SentWrite]) -> bool:
    """Tell whether one user wrote all: a server may keep a record for each of two."""
    return len({driver.credential_of(one.answer) for one in writes}) == 1


def _was_answered_as_sent(written: SentWrite) -> bool:
    """Tell whether a write was of a text, and was answered with it; what else becomes of values is judged elsewhere."""
    text = _text_of(written)
    return text is not None and data_of(written.answer).get("value") == text


def _text_of(written: SentWrite) -> str | None:
    value = written.body.get("value")
    return value if isinstance(value, str) and value else None

"""Get Preferences: what is listed after all the updates of a run, when any of them may have reached another record."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from functools import partial

from conformance.apis.onlyautomator.answers import Data, data_of, describe_value
from conformance.apis.onlyautomator.driver import Driver, SentWrite, triple_of
from conformance.apis.onlyautomator.listed_answers import (
    RECORD,
    TIMES,
    Disagreement,
    KnownWrites,
    find_disagreements,
    find_known_writes,
    find_lacking,
    find_lost,
    may_be_same_time,
    name_judged_elsewhere,
)
from conformance.apis.onlyautomator.listed_records import (
    VALUES,
    ListQuery,
    Records,
    expect_latest_value,
    expect_listed,
    expect_of_listed,
    last_write_of_value,
    latest_list,
    query_of_fan,
    read_until,
    records_of,
    write_updated_record,
)
from conformance.apis.onlyautomator.listed_updates import (
    find_stale_record,
    latest_writes,
    list_queries,
    update_between_lists,
)
from conformance.apis.onlyautomator.model import is_same_moment
from conformance.apis.onlyautomator.record_sequences import update_at_once
from conformance.apis.onlyautomator.shared_writes import OTHER_RECORD, update_to_nothing
from conformance.assertions.outcome import DoesNotConform, Inconclusive
from conformance.assertions.timestamp import parse_instant

ORDER = 2


def _require_listed_update(driver: Driver) -> None:
    try:
        expect_latest_value(driver, write_updated_record(driver))
    except DoesNotConform:
        raise Inconclusive("no update is listed, whatever is written to others") from None


def test_list_shows_parallel_updates(driver: Driver) -> None:
    """SHOULD list each of several preferences that are updated at once with a value that was sent for it.

    (onlyautomator: Get Preferences)

    Where updates one after the other are not listed either, or are not answered with what was sent, other requirements
    ask.
    """
    answered = [(data_of(one.answer), one) for one in update_at_once(driver) if one.answer.ok]
    raced = {str(data.get("id")): one for data, one in answered if data.get("value") in one.values}

    def find_wrong(records: Records) -> Data | None:
        counts = Counter(str(one.get("id")) for one in records)
        for record in records:
            one = raced.get(str(record.get("id")))
            # Of two records of one id nobody knows which was updated.
            if one and counts[record["id"]] == 1 and record.get("value") not in one.values:
                return record
        return None

    answers = [one.answer for one in raced.values()]
    records = read_until(driver, query_of_fan(driver), lambda records: find_wrong(records) is None, answers)
    if record := find_wrong(records):
        _require_listed_update(driver)
        if any(find_stale_record(driver, records) for records in update_between_lists(driver)):
            raise Inconclusive("updates one after the other are not listed either")
        expected = f"value {' or '.join(map(describe_value, raced[record['id']].values))}"
        got = f"value {describe_value(record.get('value'))}"
        expect_of_listed(driver, False, record, ("value",), expected, got)


def test_list_shows_last_writes(driver: Driver) -> None:
    """SHOULD list every preference with the text that was written to it last, whatever was written to others.

    (onlyautomator: Get Preferences)

    A few preferences of several categories and of both fans are updated between two looks at the lists. Others are
    compared as well where it is known which write was the last.
    """
    lists = update_between_lists(driver)
    _require_listed_update(driver)
    for records in lists:
        if found := find_stale_record(driver, records):
            record, written = found
            wanted = f"value {describe_value(written.body['value'])}, as was written last"
            got = f"value {describe_value(record['value'])} of the record {describe_value(record['id'])}"
            expect_of_listed(driver, False, record, ("value",), wanted, got)


def test_list_keeps_times(driver: Driver) -> None:
    """SHOULD list a preference that is written once with the same createdAt and updatedAt each time.

    (onlyautomator: Get Preferences)

    Times are the same if they differ by their units only. Whether they are those that the write was answered with, give
    or take a second, other requirements ask.
    """
    update_between_lists(driver)
    known = {
        id_: written
        for id_, written in latest_writes(driver).items()
        # To the other record goes what has to be refused, and another requirement asks what is listed of that.
        if len(driver.accepted_writes[triple_of(written.body)]) == 1
        and written.body["preference"] != OTHER_RECORD
    }
    seen: dict[tuple[str, str], str] = {}
    for answer in driver.list_answers:
        with suppress(Inconclusive):
            for record in records_of(answer):
                if (id_ := str(record.get("id"))) in known:
                    _expect_same_times(driver, known[id_], record, seen)


def _expect_same_times(
    driver: Driver, written: SentWrite, record: Data, seen: dict[tuple[str, str], str]
) -> None:
    """Want the times of a *record* to be those of its id that were *seen*, which those of new ids are added to.

    written: the one write of that record.
    """
    for name in TIMES:
        text, first = record.get(name), seen.get(key := (str(record["id"]), name))
        if text == first:
            continue
        moment = parse_instant(text)
        if moment is None or not may_be_same_time(text, data_of(written.answer).get(name)):
            continue
        if first is None:
            seen[key] = str(text)
        elif before := parse_instant(first):
            expected = f"{name} {before.isoformat()}, as listed before"
            same = is_same_moment(before, moment)
            expect_of_listed(driver, same, record, (name,), expected, f"{name} {moment.isoformat()}")


def test_list_agrees_with_answers(driver: Driver) -> None:
    """SHOULD list every preference of the run with what its last write was answered with.

    (onlyautomator: Get Preferences)

    Compared are id, category, preference, value, userId, source, createdAt and updatedAt, where it is known which write
    was the last. Only userId and source may be left out. Letters may be in another form, those of names also in another
    case, and times may differ by a second. A list may be one page of several. What is wrong where another requirement
    asks the same is left to that one.
    """
    update_to_nothing(driver)
    update_between_lists(driver)
    judged = [*map(partial(last_write_of_value, driver), VALUES), write_updated_record(driver)]
    left: set[str] = set()
    for query in list_queries(driver):
        known = find_known_writes(driver, query.fan_id)

        found: list[Disagreement] = []
        lacking: list[SentWrite] = []

        def agrees(
            records: Records,
            query: ListQuery = query,
            known: KnownWrites = known,
            found: list[Disagreement] = found,
            lacking: list[SentWrite] = lacking,
        ) -> bool:
            found[:] = find_disagreements(records, known)
            lacking[:] = find_lacking(driver, query, records, known)
            return not found and find_lost(driver, query, lacking) is None

        # What was found is of the last look, whose records these are.
        records = read_until(driver, query, agrees, [one.answer for one in known.values()])
        left |= name_judged_elsewhere(found, lacking, judged)
        if find_stale_record(driver, records):
            left |= {"value", RECORD}
        for name, record, written in found:
            if name not in left:
                wanted = f"{name} {describe_value(data_of(written.answer)[name])}, as the write was answered"
                got = f"{name} {describe_value(record[name])}" if name in record else f"no {name}"
                expect_of_listed(driver, False, record, (name,), wanted, got)
        if RECORD not in left and (lost := find_lost(driver, query, lacking)):
            expect_listed(False, lost, records, latest_list(driver, query))
    if left:
        raise Inconclusive(f"other requirements ask already of {', '.join(sorted(left))} in lists")

"""Get Preferences: what was written is read again, from targets that have what the page describes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import chain

from conformance.apis.onlyautomator.answers import (
    Data,
    body_of,
    data_of,
    describe_answer,
    describe_value,
    name_json_type,
)
from conformance.apis.onlyautomator.driver import Driver, SentWrite
from conformance.apis.onlyautomator.list_pages import require_whole_list
from conformance.apis.onlyautomator.listed_records import (
    VALUES,
    ListQuery,
    Records,
    expect_latest_value,
    expect_listed,
    expect_of_listed,
    expect_value_of,
    find_in_list,
    find_listed,
    find_record,
    last_write_of_value,
    latest_list,
    list_of_run,
    query_of_fan,
    query_of_run,
    read_until,
    records_of,
    require_own_records,
    require_record_as_sent,
    wait_for_records_in_lists,
    write_updated_record,
    writes_of_triple,
)
from conformance.apis.onlyautomator.long_names import write_long_names_once
from conformance.apis.onlyautomator.shared_writes import (
    write_for_both_fans,
    write_in_two_categories,
)
from conformance.apis.onlyautomator.subject import describe_triple
from conformance.assertions.expect import expect, expect_status
from conformance.assertions.outcome import Inconclusive
from conformance.assertions.timestamp import may_be_same_moment, parse_instant, parse_timestamp
from conformance.http.response import Response

A_SECOND = timedelta(seconds=1)
MEMBERS = ("id", "fanId", "category", "preference", "value", "createdAt", "updatedAt")


# --- the answer ------------------------------------------------------------------------------------------


def test_list_answers_200(driver: Driver) -> None:
    """SHOULD answer 200 to a request for a fan's preferences. (onlyautomator: Get Preferences)"""
    for answer in (list_of_run(driver), latest_list(driver, query_of_fan(driver))):
        expect_status(answer, 200)


def test_list_status_word(driver: Driver) -> None:
    """SHOULD answer a request for a list with the status "success". (onlyautomator: Get Preferences)"""
    answer = _accepted_list(driver)
    body = body_of(answer)
    word = body.get("status") if isinstance(body, dict) else None
    expect(word == "success", 'status "success"', describe_value(word), answer, ("status",))


def _accepted_list(driver: Driver) -> Response:
    answer = list_of_run(driver)
    if not answer.ok:
        raise Inconclusive(f"the list was answered {describe_answer(answer)}")
    return answer


def test_list_data(driver: Driver) -> None:
    """SHOULD answer a request for a list with an array of objects in data.

    (onlyautomator: Get Preferences)
    """
    answer = _accepted_list(driver)
    body = body_of(answer)
    data = body.get("data") if isinstance(body, dict) else None
    got = "none" if data is None else name_json_type(data)
    expect(isinstance(data, list), "data, an array", got, answer, ("data",))
    for at, one in enumerate(data or ()):
        got = f"{name_json_type(one)} in it"
        expect(isinstance(one, dict), "an array of objects", got, answer, ("data", at))


# --- a record --------------------------------------------------------------------------------------------


def _records_of_write(driver: Driver, written: SentWrite) -> Iterator[Data]:
    """Yield the record of a write as each list shows it."""
    return chain.from_iterable(records for _, records in wait_for_records_in_lists(driver, written))


def _write_two_records(driver: Driver) -> Sequence[SentWrite]:
    return require_own_records([last_write_of_value(driver, value) for value in VALUES[:2]])


def test_list_members(driver: Driver) -> None:
    """SHOULD list a preference with id, fanId, category, preference, value, createdAt and updatedAt.

    (onlyautomator: Get Preferences)

    The page's examples show userId and source in some records and not in others, so both may be missing.
    """
    for record in _records_of_write(driver, last_write_of_value(driver)):
        if missing := [name for name in MEMBERS if name not in record]:
            expected, got = f"a record with {', '.join(MEMBERS)}", f"one without {', '.join(missing)}"
            expect_of_listed(driver, False, record, (missing[0],), expected, got)


def test_list_ids(driver: Driver) -> None:
    """SHOULD list a preference under the id that its write was answered with. (onlyautomator: Get Preferences)"""
    written = _write_two_records(driver)
    # Inconclusive if each write of a triple gets another id, which then names no record.
    write_updated_record(driver)
    for (_, answer), records in wait_for_records_in_lists(driver, *written):
        wanted = data_of(answer)["id"]
        for record in records:
            is_kept = record.get("id", wanted) == wanted
            expected, got = f"id {describe_value(wanted)}", f"id {describe_value(record.get('id'))}"
            expect_of_listed(driver, is_kept, record, ("id",), expected, got)


def test_list_names(driver: Driver) -> None:
    """SHOULD list a preference by the category and preference that its write was answered with.

    (onlyautomator: Get Preferences)
    """
    written = _write_two_records(driver)[0]
    wanted = require_record_as_sent(written)
    for record in _records_of_write(driver, written):
        for name in ("category", "preference"):
            is_kept = record.get(name, wanted[name]) == wanted[name]
            expected, got = (f"{name} {describe_value(one.get(name))}" for one in (wanted, record))
            expect_of_listed(driver, is_kept, record, (name,), expected, got)


def test_list_timestamps(driver: Driver) -> None:
    """SHOULD list a preference with createdAt and updatedAt as ISO timestamps. (onlyautomator: Get Preferences)"""
    for record in _records_of_write(driver, last_write_of_value(driver)):
        for name in ("createdAt", "updatedAt"):
            is_told = name not in record or parse_instant(record[name]) is not None
            expected, got = f"{name}, an ISO timestamp", f"{name} {describe_value(record.get(name))}"
            expect_of_listed(driver, is_told, record, (name,), expected, got)


# --- what was written ------------------------------------------------------------------------------------


def test_written_is_listed(driver: Driver) -> None:
    """SHOULD list a preference that was written. (onlyautomator: Get Preferences)

    A list may lag behind a write for three seconds, or as long as the profile's patience.read_lag_s says. A list that
    lacks the preference may be one page of several, which the vendor does not describe. It is inconclusive where the
    list says that there is more, or where no other list of the run holds more records and no order shows that the
    preference comes before its last record.
    """
    for written in _records_to_find(driver):
        _expect_listed(driver, written)


def _records_to_find(driver: Driver) -> Sequence[SentWrite]:
    """Return writes of records of every type, and the last update of one; all of them, before a list is read."""
    return [*(last_write_of_value(driver, value) for value in VALUES), write_updated_record(driver)]


def _expect_listed(driver: Driver, written: SentWrite) -> None:
    query = query_of_fan(driver)
    record, records = find_in_list(driver, query, written)
    answer = latest_list(driver, query)
    if record is None:
        try:
            require_whole_list(driver, query, written)
        except Inconclusive:  # so the list of its category has to tell
            in_its_category, records = find_in_list(driver, query_of_run(driver), written)
            if in_its_category is not None:
                raise
            require_whole_list(driver, query_of_run(driver), written)
            answer = latest_list(driver, query_of_run(driver))
    expect_listed(record is not None, written, records, answer)


def test_list_values(driver: Driver) -> None:
    """SHOULD list a preference with the value that its write was answered with. (onlyautomator: Get Preferences)"""
    written = require_own_records([last_write_of_value(driver, value) for value in VALUES])
    for one, records in wait_for_records_in_lists(driver, *written):
        for record in records:
            expect_value_of(driver, record, one)


def test_list_shows_updates(driver: Driver) -> None:
    """SHOULD list an updated preference with the value that the update was answered with.

    (onlyautomator: Get Preferences)
    """
    written, _ = require_own_records([write_updated_record(driver), last_write_of_value(driver)])
    expect_latest_value(driver, written)


def test_list_one_record_per_triple(driver: Driver) -> None:
    """SHOULD list one preference for a triple, however often it was written. (onlyautomator: Get Preferences)"""
    written = write_updated_record(driver)
    for _, records in wait_for_records_in_lists(driver, written, is_right=lambda records: len(records) == 1):
        is_one, got = len(records) == 1, f"{len(records)} records"
        expect_of_listed(driver, is_one, records[-1], (), "one record of the triple", got)


def test_list_tells_when(driver: Driver) -> None:
    """SHOULD list a preference with the createdAt and updatedAt that its last write was answered with.

    (onlyautomator: Get Preferences)

    The times may differ by a second and by their units, for two clocks may have been read. A time with a zone and
    one without are not compared. Where times are fine enough, the createdAt of a preference that was updated later
    is not its updatedAt.
    """
    updated = write_updated_record(driver)
    made = writes_of_triple(driver, updated.body)[0]
    is_compared = False
    for first, last in [*((one, one) for one in _write_two_records(driver)), (made, updated)]:
        fault = partial(_find_wrong_time, first, last)
        for _, records in wait_for_records_in_lists(driver, last, is_right=partial(_finds_nothing, fault)):
            if wrong := fault(records):
                name, expected, got = wrong
                expect_of_listed(driver, False, records[0], (name,), expected, got)
            is_compared |= any(parse_timestamp(records[0].get(name)) for name in ("createdAt", "updatedAt"))
    if not is_compared:
        raise Inconclusive("a list tells no times that can be read")


def _finds_nothing(ask: Callable[[Records], object], records: Records) -> bool:
    return ask(records) is None


def _find_wrong_time(first: SentWrite, last: SentWrite, records: Records) -> tuple[str, str, str] | None:
    """Return the wrong time in *records*, what was expected of it, and what came instead; None if all is well.

    Of several records of one triple nobody knows which is the last.
    """
    answered = data_of(last.answer)
    apart = timedelta(seconds=last.answer.sent_at - first.answer.received_at)
    for record in records if len(records) == 1 else ():
        for name in ("createdAt", "updatedAt"):
            wanted, told = parse_timestamp(answered.get(name)), parse_timestamp(record.get(name))
            if wanted and told and not may_be_same_moment(wanted, told):
                expected = f"{name} {describe_value(answered[name])}, as the write was answered"
                return name, expected, describe_value(record[name])
        made, changed = (parse_timestamp(record.get(name)) for name in ("createdAt", "updatedAt"))
        is_fine = made is not None and made.unit * 2 <= min(apart, A_SECOND)
        if is_fine and made == changed and answered.get("createdAt") != answered.get("updatedAt"):
            got = f"{describe_value(record['updatedAt'])} for both"
            return "updatedAt", "updatedAt after createdAt", got
    return None


# --- which records ---------------------------------------------------------------------------------------


def test_category_filter_includes(driver: Driver) -> None:
    """SHOULD list the preferences of a category that is asked for. (onlyautomator: Get Preferences)"""
    for written in _records_to_find(driver):
        _expect_in_category(driver, written)
    with suppress(Inconclusive):  # names may be too long for a query, or the list too long for one page
        _expect_in_category(driver, write_long_names_once(driver).update)


def _expect_in_category(driver: Driver, written: SentWrite) -> None:
    category = require_record_as_sent(written)["category"]
    if find_in_list(driver, query_of_fan(driver), written)[0] is None:
        raise Inconclusive("a record that this rests on is not even in the list of all")
    query = ListQuery(driver.fan_id, written.body["category"])
    record, records = find_in_list(driver, query, written)
    if record is None:
        require_whole_list(driver, query, written)
    expect(
        record is not None,
        f"a record of the category {describe_value(category)} "
        f"with value {describe_value(written.body['value'])}",
        f"{len(records)} records without it",
        latest_list(driver, query),
        ("data",),
        describe_triple(written.body),
    )


def test_category_filter_excludes(driver: Driver) -> None:
    """SHOULD list no preference of another category than the one asked for. (onlyautomator: Get Preferences)

    Categories are compared without the case of their letters: the document does not say whether that counts. One that
    is asked for is as long as the server accepts, and another differs from it in the last letter.
    """
    category, others = driver.run.prefix, write_in_two_categories(driver)
    for record in _records_without(driver, category, others):
        shown = record.get("category", category)
        is_of_it = isinstance(shown, str) and shown.casefold() == category.casefold()
        expected, got = (
            f"records of the category {describe_value(category)} only",
            f"one of {describe_value(shown)}",
        )
        expect_of_listed(driver, is_of_it, record, ("category",), expected, got)
    with suppress(Inconclusive):  # names may be too long for a query, or the list too long for one page
        writes = write_long_names_once(driver)
        first, other = require_own_records([writes.first, writes.others["category"]])
        category = first.body["category"]
        # By its id or its own names: how a long name is listed, another requirement asks.
        if listed := find_record(_records_without(driver, category, [other]), other):
            expected = f"no record of the category {describe_value(other.body['category'])}"
            expect_of_listed(driver, False, listed, ("category",), expected, "one")


def _records_without(driver: Driver, category: str, others: Sequence[SentWrite]) -> Records:
    """Return the list of a category, read after *others* were written, which are not of it but in the list of all."""
    for other in others:
        require_record_as_sent(other)
        if find_in_list(driver, query_of_fan(driver), other)[0] is None:
            raise Inconclusive("no record of another category is in the list of all")
    query = ListQuery(driver.fan_id, category)
    return read_until(driver, query, lambda _: True, [other.answer for other in others])


def test_list_keeps_fans_apart(driver: Driver) -> None:
    """SHOULD list a fan's preferences without those of another fan. (onlyautomator: Get Preferences)"""
    ours, theirs = require_own_records(write_for_both_fans(driver))
    find_listed(driver, ours)
    find_listed(driver, theirs, query=ListQuery(driver.other_fan_id, driver.run.prefix))
    others = {driver.fan_id: theirs, driver.other_fan_id: ours}
    for query, answer in driver.latest_lists.items():
        if query.fan_id in others and answer.sent_at >= theirs.answer.received_at:
            other = data_of(others[query.fan_id].answer)["id"]
            got = f"{describe_value(other)}, a record of another fan"
            for at, record in enumerate(records_of(answer)):
                is_own = record.get("id") != other
                expect(is_own, "the fan's own records", got, answer, ("data", at, "id"))

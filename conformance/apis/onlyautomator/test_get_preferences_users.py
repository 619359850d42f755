"""Get Preferences: whose records are listed, to whom, and for which fan, where two users and two fans are known."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from conformance.apis.onlyautomator.answers import Data, data_of, describe_value, name_json_type
from conformance.apis.onlyautomator.driver import Driver, SentWrite, triple_of
from conformance.apis.onlyautomator.list_pages import require_whole_list
from conformance.apis.onlyautomator.listed_records import (
    ListQuery,
    expect_latest_value,
    expect_listed,
    expect_of_listed,
    expect_value_of,
    find_in_list,
    last_write_of_value,
    latest_list,
    list_of_run,
    query_of_run,
    records_of,
    require_own_records,
    write_updated_record,
    writes_of_triple,
)
from conformance.apis.onlyautomator.listed_updates import latest_writes
from conformance.apis.onlyautomator.shared_writes import (
    write_as_both_users,
    write_as_other_user,
    write_for_both_fans,
)
from conformance.assertions.outcome import Inconclusive, NotTested

MOST_FORMS = 2  # of a fan's id: the one that is sent, and one inside


def _find_or_fail(driver: Driver, query: ListQuery, written: SentWrite) -> Data:
    """Return the record of *written* in the list of *query*, which has to show it unless it may be one page."""
    record, records = find_in_list(driver, query, written)
    if record is None:
        require_whole_list(driver, query, written)
        expect_listed(False, written, records, latest_list(driver, query))
    return record or {}


def _require_own_listed(driver: Driver) -> None:
    """Raise Inconclusive if the list lacks what one user alone wrote, of which other requirements ask."""
    for written in (last_write_of_value(driver), write_updated_record(driver)):
        if find_in_list(driver, query_of_run(driver), written)[0] is None:
            raise Inconclusive("a record that this rests on is not in the list")


def test_list_shows_what_others_wrote(driver: Driver) -> None:
    """SHOULD list a preference as another user updated it, where both writes were answered with one id.

    (onlyautomator: Get Preferences)

    A server may keep a record for each user instead, with an id for each.
    """
    one, other = write_as_both_users(driver)
    if data_of(one.answer).get("id") != data_of(other.answer).get("id"):
        return
    _require_own_listed(driver)
    written, _ = require_own_records([writes_of_triple(driver, one.body)[-1], last_write_of_value(driver)])
    _find_or_fail(driver, query_of_run(driver), written)
    expect_latest_value(driver, written)


def test_list_for_other_user(driver: Driver) -> None:
    """SHOULD list to another user what he wrote, with the value that he wrote. (onlyautomator: Get Preferences)

    So it is with a record that was written by both users. What a user is shown of what only others wrote, no document
    says.
    """
    query = ListQuery(driver.fan_id, driver.run.prefix, "other_user")
    own, shared = write_as_other_user(driver), write_as_both_users(driver)[1]
    _require_own_listed(driver)
    latest, _ = require_own_records([driver.accepted_writes[triple_of(own.body)][-1], shared])
    for written in (latest, shared):
        expect_value_of(driver, _find_or_fail(driver, query, written), written)


def test_list_fan_id(driver: Driver) -> None:
    """SHOULD list a preference with a fanId of its fan, be it the one that was asked for or an internal one.

    (onlyautomator: Get Preferences)

    An example of the page shows both in one list, so a list may; it shows no third, and none of another fan.
    """
    list_of_run(driver)
    # Of each fan, what is known to name it and what lists show, which is not to be of another fan.
    ids: dict[str, set[object]] = {driver.fan_id: {driver.fan_id}}
    with suppress(NotTested):
        ours, theirs = (data_of(one.answer).get("fanId") for one in write_for_both_fans(driver))
        if ours == theirs:
            raise Inconclusive("writes for two fans are answered with one fanId")
        ids = {driver.fan_id: {driver.fan_id, ours}, driver.other_fan_id: {driver.other_fan_id, theirs}}
        latest_list(driver, ListQuery(driver.other_fan_id, driver.run.prefix))
    forms: dict[str, set[str]] = {}
    for fan_id, record in _own_records(driver):
        given = record.get("fanId", fan_id)
        got = f"fanId {describe_value(given)}"
        is_text = isinstance(given, str) and given != ""
        expect_of_listed(
            driver, is_text, record, ("fanId",), "fanId, a text", f"{got}, {name_json_type(given)}"
        )
        if is_text and given in forms.get(fan_id, ()):
            continue  # as nearly all records, whose fanId was looked at
        others = set().union(*(known for fan, known in ids.items() if fan != fan_id))
        expect_of_listed(
            driver, given not in others, record, ("fanId",), "fanId of this fan", f"{got} of another"
        )
        ids.setdefault(fan_id, set()).add(given)
        forms.setdefault(fan_id, set()).add(given)
        known = f"fanId in {MOST_FORMS} forms at most"
        expect_of_listed(
            driver, len(forms[fan_id]) <= MOST_FORMS, record, ("fanId",), known, f"{got} as well"
        )


def _own_records(driver: Driver) -> Iterator[tuple[str, Data]]:
    """Yield the records of the run, each with the fan that it was written for, as the lists of that fan show them."""
    fans = {id_: triple_of(written.body)[0] for id_, written in latest_writes(driver).items()}
    for query, answer in list(driver.latest_lists.items()):
        with suppress(Inconclusive):
            for record in records_of(answer):
                if fans.get(str(record.get("id"))) == query.fan_id:
                    yield query.fan_id, record

"""Get Preferences: what is listed after all the updates of a run, when any of them may have reached another record."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import describe_value
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.listed_records import (
    expect_latest_value,
    expect_of_listed,
    write_updated_record,
)
from conformance.apis.onlyautomator.listed_updates import find_stale_record, update_between_lists
from conformance.assertions.outcome import DoesNotConform, Inconclusive

ORDER = 2


def test_list_shows_last_writes(driver: Driver) -> None:
    """SHOULD list every preference with the text that was written to it last, whatever was written to others.

    (onlyautomator: Get Preferences)

    A few preferences of several categories and of both fans are updated between two looks at the lists. Others are
    compared as well where it is known which write was the last.
    """
    lists = update_between_lists(driver)
    try:
        expect_latest_value(driver, write_updated_record(driver))
    except DoesNotConform:
        raise Inconclusive("no update is listed, whatever is written to others") from None
    for records in lists:
        if found := find_stale_record(driver, records):
            record, written = found
            wanted = f"value {describe_value(written.body['value'])}, as was written last"
            got = f"value {describe_value(record['value'])} of the record {describe_value(record['id'])}"
            expect_of_listed(driver, False, record, ("value",), wanted, got)

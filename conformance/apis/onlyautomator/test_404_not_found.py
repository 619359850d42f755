"""404 Not Found: there is no such fan."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import (
    data_of,
    describe_answer,
    describe_value,
    expect_refusal,
    require_member,
)
from conformance.apis.onlyautomator.driver import Driver
from conformance.apis.onlyautomator.shared_writes import first_body, first_record, write_for_unknown_fan
from conformance.assertions.expect import expect
from conformance.assertions.outcome import Inconclusive


def test_unknown_fan(driver: Driver) -> None:
    """MUST answer 404 resource_not_found for a fan that does not exist. (onlyautomator: 404 Not Found)"""
    first_record(driver)
    expect_refusal(write_for_unknown_fan(driver).answer, 404, "resource_not_found")


def test_similar_fan(driver: Driver) -> None:
    """MUST not take a fanId with a letter before it for the fanId without that letter.

    (onlyautomator: 404 Not Found)

    There may be a fan of that name, so a write that is accepted is judged only if it goes to the same record.
    """
    # There may be a fan of that name, and it is not one of the profile's.
    driver.run.mode.require_full_mode("a write for another fan")
    ours = require_member(first_record(driver), "id")
    answer = driver.write({**first_body(driver), "fanId": f"x{driver.fan_id}"})
    if answer.ok:
        theirs = require_member(data_of(answer), "id")
        expect(
            theirs != ours,
            f"another record than {describe_value(ours)}, or a refusal",
            "the same record",
            answer,
            ("data", "id"),
        )


def test_unknown_fan_stays_unknown(driver: Driver) -> None:
    """MUST not create a fan from a write that it answers with 404. (onlyautomator: 404 Not Found)"""
    first = write_for_unknown_fan(driver).answer
    if first.status != 404:
        raise Inconclusive(f"a fan that there is not was answered {describe_answer(first)} at once")
    again = driver.write(driver.make_body(fanId=driver.unknown_fan_id))
    expect(not again.ok, "the same fan to be refused again", describe_answer(again), again)

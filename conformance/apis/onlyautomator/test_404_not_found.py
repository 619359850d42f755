"""404 Not Found: there is no such fan."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import data_of, expect_refusal, member, outcome, show
from conformance.apis.onlyautomator.driver import Driver
from conformance.assertions.expect import expect
from conformance.assertions.outcome import Inconclusive


def test_unknown_fan(driver: Driver) -> None:
    """MUST answer 404 resource_not_found for a fan that there is not. (onlyautomator: 404 Not Found)"""
    driver.base()
    expect_refusal(driver.of_unknown_fan(), 404, "resource_not_found")


def test_similar_fan(driver: Driver) -> None:
    """MUST not take a fanId with a letter before it for the fan without. (onlyautomator: 404 Not Found)

    A fan of that name there may be, so only a write that goes to the same record is judged.
    """
    driver.run.mode.want_full("a write for another fan")
    ours = member(driver.base(), "id")
    answer = driver.write({**driver.first_body(), "fanId": f"x{driver.fan_id}"})
    if answer.ok:
        theirs = member(data_of(answer), "id")
        expect(theirs != ours, f"another record than {show(ours)}, or a refusal", "the same record", answer)


def test_unknown_fan_stays_unknown(driver: Driver) -> None:
    """MUST not make a fan of one that it answered 404 for. (onlyautomator: 404 Not Found)"""
    first = driver.of_unknown_fan()
    if first.status != 404:
        raise Inconclusive(f"a fan that there is not was answered {outcome(first)} at once")
    again = driver.write(driver.body(fanId=driver.unknown_fan_id))
    expect(not again.ok, "the same fan to be refused again", outcome(again), again)

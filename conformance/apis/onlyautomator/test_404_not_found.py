"""404 Not Found: there is no such fan."""

from __future__ import annotations

from conformance.apis.onlyautomator.answers import data_of, expect_refusal, member, outcome, show
from conformance.apis.onlyautomator.driver import Api
from conformance.assertions.expect import expect
from conformance.assertions.outcome import Inconclusive


def test_unknown_fan(api: Api) -> None:
    """MUST answer 404 resource_not_found for a fan that there is not. (onlyautomator: 404 Not Found)"""
    api.base()
    expect_refusal(api.of_unknown_fan(), 404, "resource_not_found")


def test_similar_fan(api: Api) -> None:
    """MUST not take a fanId with a letter before it for the fan without. (onlyautomator: 404 Not Found)

    A fan of that name there may be, so only a write that goes to the same record is judged.
    """
    api.run.mode.want_full("a write for another fan")
    ours = member(api.base(), "id")
    answer = api.write({**api.first_body(), "fanId": f"x{api.fan_id}"})
    if answer.ok:
        theirs = member(data_of(answer), "id")
        expect(theirs != ours, f"another record than {show(ours)}, or a refusal", "the same record", answer)


def test_unknown_fan_stays_unknown(api: Api) -> None:
    """MUST not make a fan of one that it answered 404 for. (onlyautomator: 404 Not Found)"""
    first = api.of_unknown_fan()
    if first.status != 404:
        raise Inconclusive(f"a fan that there is not was answered {outcome(first)} at once")
    again = api.write(api.body(fanId=api.unknown_fan_id))
    expect(not again.ok, "the same fan to be refused again", outcome(again), again)

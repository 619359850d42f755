"""What get-preferences is for: lies that only a list tells, and lists that are not there or late."""

from __future__ import annotations

import time

import pytest

from conformance import proof
from conformance.judge.suites import collect_requirements
from conformance.judge.verdict import CONFORMANT
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process
from tests.conformance.apis.onlyautomator.judging import API, Reference, judged_with, untested


def test_lists_are_not_asked_for_unless_the_profile_names_them():
    server = Counts()
    verdict = judged_with(server, lambda profile: profile.pop("capabilities"))

    assert untested(verdict) == list_what_asks_for_lists()
    assert verdict.verdict == CONFORMANT
    assert "/api/v2/get-preferences" not in server.paths
    assert {one.reason for one in verdict.results if one.status == "not_tested"} == {
        "the profile's capabilities do not name read_back"
    }


def list_what_asks_for_lists():
    """List the requirements that are not tested unless the profile names the lists."""
    return {
        one.name
        for one in collect_requirements(API)
        if one.heading == "Get Preferences" and one.level == "SHOULD"
    }


class Counts(Reference):
    """Counts what it is asked for."""

    def __init__(self):
        super().__init__()
        self.paths = []

    def answer(self, request):
        self.paths.append(request.path)
        return super().answer(request)


@pytest.mark.parametrize(
    ("lag_s", "patience", "failed"),
    [(5, {}, True), (5, {"read_lag_s": 6}, False), (2, {"retry_s": 0}, False)],
)
def test_profile_says_how_long_a_write_may_take_until_it_is_listed(lag_s, patience, failed):
    (lagging,) = (one for one in proof.liberties_of(API) if one.__name__ == "ListsLagTwoSeconds")
    late = type("Late", (lagging,), {"lag_s": lag_s})()

    verdict = judged_with(late, lambda profile: profile.update(patience=patience))

    assert bool(verdict.ids("failed", "SHOULD")) == failed


# --- what only a list shows ------------------------------------------------------------------------------


INVISIBLE = [
    "NothingIsStored",
    "OnlyTheLastIsStored",
    "NestedIsNotStored",
    "UpdatesAreNotStored",
    "OthersUpdatesAreNotStored",
    "EveryWriteIsListed",
    "UnauthenticatedIsListed",
    "ForbiddenIsListed",
    "InvalidIsListed",
    "BadTokenIsKept",
    "ExpiredIsKept",
    "OtherSchemeIsKept",
    "UnknownFanIsKept",
    "UnknownFanIsOurs",
    "BadTokenUpdates",
    "GuestUpdates",
    "ReaderUpdates",
    "BrokenUpdates",
    "WordsAreNotStored",
    "OneIsLostOfAPage",
    "WholeListIsOld",
    "WholeListIsDoubled",
    "WholeListIsWithoutUpdates",
    "ListIsOfOneDay",
    "ListTellsCreationTwice",
    "TextsInsideAreListedTrimmed",
    "UserOfBodyIsListed",
]


@pytest.mark.parametrize("name", INVISIBLE)
def test_lie_that_answers_do_not_tell_is_seen_in_a_list_only(name):
    """That this is all it fails is shown by tests/conformance/proof/test_trials.py."""
    (server,) = (mutant for mutant in proof.mutants_of(API) if mutant.__name__ == name)

    assert server.breaks <= list_what_asks_for_lists()


@pytest.mark.parametrize("name", ["NothingIsStored", "BadTokenIsKept", "WholeListIsOld"])
def test_lie_that_a_list_tells_is_not_seen_without_lists(name):
    (server,) = (mutant for mutant in proof.mutants_of(API) if mutant.__name__ == name)
    blind = judged_with(server(), lambda profile: profile.pop("capabilities"), seed=0)

    assert blind.ids("failed") == []


@pytest.mark.parametrize(
    ("mutant", "asked"),
    [
        ("GuestUpdates", ["*missing-token", "*refused-update*"]),
        ("BrokenUpdates", ["*array-body", "*string-body", "*refused-update*"]),
        ("BadTokenUpdates", ["*truncated-token", "*altered*", "*refused-update*"]),
    ],
)
def test_refused_update_is_one_whatever_else_is_asked(mutant, asked):
    server = next(one for one in proof.mutants_of(API) if one.__name__ == mutant)()
    verdict = judge_in_process(server, only=asked)

    assert f"{API}/refused-update-is-not-listed" in verdict.ids("failed")


def test_list_is_not_waited_for_when_it_is_there():
    class Lists(Reference):
        asked_for = 0

        def list_response(self, records):
            Lists.asked_for += 1
            return super().list_response(records)

    server = Lists()
    judge_in_process(server)
    skipped_s = server.clock.monotonic() - time.monotonic()

    assert skipped_s < 0.01
    assert Lists.asked_for <= 17


@pytest.mark.parametrize("status", [404, 405, 500])
def test_capability_that_is_not_there_fails_what_asks_for_it_and_nothing_else(status):
    class Without(Reference):
        def answer(self, request):
            if "get-preferences" in request.path:
                return Response(status, b"<h1>No</h1>", {"content-type": "text/html"})
            return super().answer(request)

    verdict = judge_in_process(Without())

    assert verdict.ids("failed") == [f"{API}/list-answers-200"]
    assert verdict.ids("inconclusive", "MUST") == []


@pytest.mark.parametrize("whose", ["fanId=fan-1001&category", "fanId=fan-1001 ", "fanId", ""])
def test_lists_that_take_too_long_keep_nothing_else_from_being_judged(whose):
    class Late(Reference):
        def answer(self, request):
            if "get-preferences" in request.path and whose in f"{request.target} ":
                return Response(0, never_comes=True)
            return super().answer(request)

    verdict = judge_in_process(Late(), {**Late().profile(IN_PROCESS_URL), "patience": {"timeout_s": 1}})

    assert verdict.verdict == CONFORMANT
    assert verdict.ids("failed") == []
    assert verdict.ids("inconclusive", "SHOULD") != []

"""junit.xml: red whenever the exit status is not 0, and only then."""

import xml.etree.ElementTree as ElementTree

import pytest

from conformance import proof
from conformance.judge.waiver import Waiver
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.mutants.suprsend.authorizations import AcceptsNoKey
from conformance.proof.trial import judge_in_process
from conformance.report.junit import render_junit
from conformance.suite.mode import Mode

REFERENCE = proof.reference_of("suprsend")
STALE = Waiver(id="suprsend/wrong-key", reason="x", owner="y", expires="9999-12-31")


class RefusesAll(REFERENCE):
    """Refuses everything in the same words."""

    def answer(self, _request):
        return Response(400, {"message": "Bad Request"})


def without_another_object():
    profile = REFERENCE().profile(IN_PROCESS_URL)
    return {**profile, "fixtures": {k: v for k, v in profile["fixtures"].items() if k != "other_object"}}


def parse_junit(verdict):
    return ElementTree.fromstring(render_junit(verdict).partition("\n")[2])  # noqa: S314


def red_cases(verdict):
    """Return the names of the cases that fail or err."""
    return [
        case.get("name")
        for case in parse_junit(verdict).iter("testcase")
        if case.find("failure") is not None or case.find("error") is not None
    ]


def test_name_of_the_target_tells_the_tests_of_two_environments_apart():
    profile = {**REFERENCE().profile(IN_PROCESS_URL), "name": "staging"}
    (suite,) = parse_junit(judge_in_process(REFERENCE(), profile, only=["wrong-key"])).iter("testsuite")
    (case,) = suite.iter("testcase")

    assert suite.get("name") == "conformance suprsend staging"
    assert case.get("classname") == "conformance.suprsend.staging"


def test_failure_tells_sentence_subject_reason_and_how_to_repeat_it():
    (suite,) = parse_junit(judge_in_process(AcceptsNoKey(), only=["missing-key"])).iter("testsuite")
    lines = suite.find("testcase/failure").text.splitlines()

    assert [line.split()[0] for line in lines] == [
        "MUST",
        "“Authorization",
        "“Pass",
        "about",
        "expected",
        "curl",
    ]


@pytest.mark.parametrize(
    ("server", "options", "status", "red"),
    [
        (REFERENCE, {"only": ["*-key"]}, 0, []),
        (REFERENCE, {"only": ["*-apart"]}, 0, []),
        (REFERENCE, {"only": ["*-apart"], "strict": True}, 1, ["objects-are-apart"]),
        (REFERENCE, {"only": ["objects-are-apart"]}, 3, ["verdict"]),
        (REFERENCE, {"only": ["wrong-key"], "waivers": [STALE]}, 1, ["waivers"]),
        (AcceptsNoKey, {"only": ["*-key"]}, 1, ["missing-key"]),
        (RefusesAll, {"only": ["*-key"], "mode": Mode.SAFE}, 3, ["verdict"]),
    ],
)
def test_junit_is_red_when_the_exit_status_is_not_0(server, options, status, red):
    verdict = judge_in_process(server(), without_another_object(), **options)

    assert (verdict.exit_status, red_cases(verdict)) == (status, red)


def test_strict_verdict_counts_both_levels():
    verdict = judge_in_process(
        REFERENCE(), without_another_object(), only=["*-apart", "*-not-read"], strict=True
    )

    assert verdict.reason == "2 MUSTs or SHOULDs not tested, and --strict asks for all"

"""A requirement that finds nothing to judge does not pass: it is not tested, or inconclusive."""

from __future__ import annotations

import re

import pytest

from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process
from conformance.suite.mode import Mode
from tests.conformance.apis.onlyautomator.judging import Reference


def outcomes(server, *names, **options):
    results = {one.requirement.name: one for one in judge_in_process(server, **options).results}
    return [(results[name].status, results[name].reason) for name in names]


@pytest.mark.parametrize("name", ["id", "fanId", "userId"])
def test_member_that_is_no_text_is_not_known_to_stay(name):
    class Numbers(Reference):
        def success_response(self, record):
            return super().success_response({**record, name: 7})

    (kept,) = {"id": ["update-keeps-id"], "fanId": ["fan-id-is-stable"], "userId": ["user-id-is-stable"]}[
        name
    ]

    assert outcomes(Numbers(), kept) == [
        ("inconclusive", f"the answer's {name} is a number, and no text to compare")
    ]


def test_id_that_is_not_there_is_not_known_to_stay():
    class NoIds(Reference):
        def success_response(self, record):
            return super().success_response({name: it for name, it in record.items() if name != "id"})

    assert outcomes(NoIds(), "update-keeps-id") == [("inconclusive", "the answer has no id")]


def test_updates_that_may_not_be_sent_are_not_tested():
    (found,) = outcomes(Reference(), "update-keeps-id", mode=Mode.READ_ONLY)

    assert found == ("not_tested", "a write is left out by --mode read-only")


def test_list_that_may_not_be_asked_for_is_not_tested():
    class NoLists(Reference):
        def profile(self, base_url):
            return {**super().profile(base_url), "capabilities": []}

    assert outcomes(NoLists(), "list-bad-token") == [
        ("not_tested", "the profile's capabilities do not name read_back")
    ]


def test_errors_that_never_came_are_not_judged():
    names = ("error-status-word", "error-code-is-listed", "error-message", "error-message-is-not-empty")

    class OtherErrors(Reference):
        def error_response(self, refusal):
            return Response(422, super().error_response(refusal).body)

    class OtherEnvelope(Reference):
        def error_response(self, refusal):
            return Response(refusal.status, {"message": refusal.message})

    assert (
        outcomes(OtherErrors(), "error-envelope", *names)
        == [("not_tested", "nothing was answered with a documented error")] * 5
    )
    assert (
        outcomes(OtherEnvelope(), *names) == [("not_tested", "no documented error has an object error")] * 4
    )


def test_generated_requests_that_are_all_refused_tell_nothing_of_what_comes_back():
    class RefusesGenerated(Reference):
        def validate_body(self, body):
            super().validate_body(body)
            if not re.fullmatch("conformance_[0-9a-f]{8}|content", body["category"]):
                raise self.validation_refusal("The category is not one of ours")

    names = ("exam-value-comes-back", "exam-names-come-back", "exam-records-follow-triples")
    found = outcomes(RefusesGenerated(), *names)

    assert [status for status, _ in found] == ["not_tested"] * 3

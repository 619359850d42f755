"""A finding says what it is about: the subject, the exchange, and the member of its answer that is wrong."""

import re

import pytest

import openapi
from conformance import proof
from conformance.assertions.member import follow_member, render_member
from conformance.proof.trial import judge_in_process, judge_over_http

# What is wrong with an answer as a whole: its status or its headers, that it lacks its end, or is no JSON object.
OF_THE_WHOLE = re.compile(
    r"status \d|a 2xx|a refusal|no 5xx|no server error|to be refused|to be accepted|to be answered|refused again"
    r"|the outage to be over|an answer, or the end|an answer that ends|application/json|a JSON (object|body)"
    r"|bodies without a preference"
)

# Requirements that look at no member of an answer, and have many mutants.
ABOUT_STATUSES = {
    *("no-server-error", "generated-no-server-error", "hostile-input-is-answered"),
    *("missing-key", "wrong-key", "list-bad-token"),
}


def find_failures(server):
    judge = judge_over_http if server.needs_connection else judge_in_process
    verdict = judge(server(), only=sorted(server.breaks))
    return [one for one in verdict.results if one.status == "failed"]


def is_of_a_member(result):
    return isinstance(result.at_fault.answered_json, dict) and not OF_THE_WHOLE.search(result.expected)


@pytest.mark.parametrize("api", openapi.api_names())
def test_every_finding_about_a_member_names_it(api):
    """And there is such a member, or at least what should hold it."""
    servers = [server for server in proof.mutants_of(api) if not server.breaks <= ABOUT_STATUSES]
    found = [(server.__name__, one) for server in servers for one in find_failures(server)]
    of_members = [(name, one) for name, one in found if is_of_a_member(one)]

    assert len(of_members) > 100
    assert [
        f"{name}: {one.requirement.id}: expected {one.expected}, got {one.got}"
        for name, one in of_members
        if not one.member
        or not isinstance(follow_member(one.at_fault.answered_json, one.member[:-1]), dict | list)
    ] == []


@pytest.mark.parametrize(
    ("api", "mutant", "requirement", "method", "member", "subject"),
    [
        ("onlyautomator", "NumbersInObjectsAreText", "value-object", "POST", r"data\.value\.hours", "probe_"),
        (
            "onlyautomator",
            "OneFanForAll",
            "fan-id-tells-fans-apart",
            "POST",
            r"data\.fanId",
            'fanId "fan-1002"',
        ),
        ("onlyautomator", "WholeListHasText", "list-values", "GET", r"data\[\d+\]\.value", "probe_"),
        (
            "suprsend",
            "OneSetForAllObjects",
            "objects-are-apart",
            "PATCH",
            r"channels\[\d\]\.preference",
            "email",
        ),
    ],
)
def test_finding_names_subject_exchange_and_member(api, mutant, requirement, method, member, subject):
    server = next(one for one in proof.mutants_of(api) if one.__name__ == mutant)
    (found,) = (one for one in find_failures(server) if one.requirement.name == requirement)

    assert found.at_fault.method == method
    assert re.fullmatch(member, render_member(found.member))
    assert subject in found.subject

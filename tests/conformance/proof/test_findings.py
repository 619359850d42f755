"""A finding says what it is about: the subject, the exchange, and the member of its answer that is wrong."""

import re

import pytest

from conformance import proof
from conformance.assertions.member import render_member
from conformance.proof.trial import judge_in_process, judge_over_http

from .findings import is_of_a_member


def find_failures(server):
    judge = judge_over_http if server.needs_connection else judge_in_process
    verdict = judge(server(), only=sorted(server.breaks))
    return [one for one in verdict.results if one.status == "failed"]


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

    assert is_of_a_member(found)
    assert found.at_fault.method == method
    assert re.fullmatch(member, render_member(found.member))
    assert subject in found.subject

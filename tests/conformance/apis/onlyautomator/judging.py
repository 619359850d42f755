"""OnlyAutomator's reference, judged with another profile."""

from __future__ import annotations

from conformance import proof
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.trial import judge_in_process

API = "onlyautomator"

Reference = proof.reference_of(API)


def untested(verdict):
    return {id_.partition("/")[2] for id_ in verdict.ids("not_tested", "MUST", "SHOULD")}


def judged_with(server, change, **options):
    profile = server.profile(IN_PROCESS_URL)
    change(profile)
    return judge_in_process(server, profile, **options)

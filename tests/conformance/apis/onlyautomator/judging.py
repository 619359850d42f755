"""OnlyAutomator's reference, judged with another profile."""

from __future__ import annotations

from conformance import proof
from conformance.judge.session import judge_target
from conformance.proof.serving import serve

API = "onlyautomator"

Reference = proof.reference_of(API)


def untested(verdict):
    return {id_.partition("/")[2] for id_ in verdict.ids("not_tested", "MUST", "SHOULD")}


def judged_with(server, change, **options):
    with serve(server) as url:
        profile = server.profile(url)
        change(profile)
        return judge_target(profile, **options)

"""A server that answers nonsense is never conformant, and never keeps the judge waiting."""

import pytest

import openapi
from conformance import proof
from conformance.judge.session import judge_target
from conformance.proof import trial
from conformance.proof.nonsense import NONSENSE
from tests.conformance.proof import proving

NONSENSICAL = [one for api in openapi.api_names() for one in trial.trials(api) if one.kind == trial.NOTHING]


@pytest.mark.parametrize("one", [pytest.param(one, id=f"{one.name}-{one.api}") for one in NONSENSICAL])
def test_nonsense_is_never_conformant(one):
    proving.comes_out_as_it_has_to(one)


@pytest.mark.parametrize("api", openapi.api_names())
def test_a_wrong_credential_is_no_verdict_and_says_so(api):
    from conformance.proof.serving import serve

    reference = proof.reference_of(api)()
    with serve(reference) as url:
        profile = reference.profile(url)
        required = next(iter(profile["credentials"]))
        profile["credentials"] = {**profile["credentials"], required: "wrong"}
        verdict = judge_target(profile)

    assert verdict.exit_status == 3
    assert f"credentials.{required}" in verdict.reason
    assert verdict.requests == 1
    assert {result.status for result in verdict.results} == {"inconclusive"}


@pytest.mark.parametrize("api", openapi.api_names())
def test_nobody_there_is_no_verdict_and_says_where(api):
    with NONSENSE["nobody listens"]() as url:
        verdict = judge_target(proof.reference_of(api)().profile(url))

    assert verdict.exit_status == 3
    assert f"cannot connect to {url}" in verdict.reason

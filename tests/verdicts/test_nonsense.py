"""A server that answers nonsense is never conformant, and never keeps the judge waiting."""

import time

import pytest

import openapi
from conformance import proof
from conformance.proof.nonsense import NONSENSE
from conformance.verdict import judge

WITHIN_S = 20  # on a busy machine; most take less than one


@pytest.mark.parametrize("api", openapi.names())
@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_is_never_conformant(api, name):
    began = time.monotonic()
    with NONSENSE[name]() as url:
        profile = proof.reference_of(api)().profile(url)
        verdict = judge({**profile, "patience": {"timeout_s": 0.2, "retry_s": 0.2}})

    assert verdict.exit_status in (1, 3)
    assert not [result.reason for result in verdict.results if result.is_our_fault]
    assert time.monotonic() - began < WITHIN_S


@pytest.mark.parametrize("api", openapi.names())
def test_a_wrong_credential_is_no_verdict_and_says_so(api):
    from conformance.proof.serving import serve

    reference = proof.reference_of(api)()
    with serve(reference) as url:
        profile = reference.profile(url)
        required = next(iter(profile["credentials"]))
        profile["credentials"] = {**profile["credentials"], required: "wrong"}
        verdict = judge(profile)

    assert verdict.exit_status == 3
    assert f"credentials.{required}" in verdict.reason
    assert verdict.requests == 1
    assert {result.status for result in verdict.results} == {"inconclusive"}


@pytest.mark.parametrize("api", openapi.names())
def test_nobody_there_is_no_verdict_and_says_where(api):
    with NONSENSE["nobody listens"]() as url:
        verdict = judge(proof.reference_of(api)().profile(url))

    assert verdict.exit_status == 3
    assert f"cannot connect to {url}" in verdict.reason

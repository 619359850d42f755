"""What stands in a profile by mistake is no verdict; servers of nonsense are in test_trials.py."""

import pytest

import openapi
from conformance import proof
from conformance.judge.session import judge_target
from conformance.proof.nonsense import NONSENSE_SERVERS
from conformance.proof.trial import judge_in_process


@pytest.mark.parametrize("api", openapi.api_names())
def test_a_wrong_credential_is_no_verdict_and_says_so(api):
    class Forgetful(proof.reference_of(api)):
        def profile(self, base_url):
            profile = super().profile(base_url)
            self.required = next(iter(profile["credentials"]))
            return {**profile, "credentials": {**profile["credentials"], self.required: "wrong"}}

    server = Forgetful()
    verdict = judge_in_process(server)

    assert verdict.exit_status == 3
    assert f"credentials.{server.required}" in verdict.reason
    assert verdict.requests == 1
    assert {result.status for result in verdict.results} == {"inconclusive"}


@pytest.mark.parametrize("api", openapi.api_names())
def test_nobody_there_is_no_verdict_and_says_where(api):
    with NONSENSE_SERVERS["nobody listens"]() as url:
        verdict = judge_target(proof.reference_of(api)().profile(url))

    assert verdict.exit_status == 3
    assert f"cannot connect to {url}" in verdict.reason

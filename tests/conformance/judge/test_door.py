"""A target of which nothing can be told is no verdict, for a run as for the doctor, and both say why."""

import pytest

from conformance import proof
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process

REFERENCES = [proof.reference_of(api) for api in ("onlyautomator", "suprsend")]


@pytest.mark.parametrize("reference", REFERENCES)
def test_coding_that_nobody_asked_for_is_no_verdict(reference):
    class SendsBrotli(reference):
        def answer(self, request):
            answer = super().answer(request)
            headers = {"content-type": "application/json", "content-encoding": "br"}
            return Response(answer.status, b"\x0b\x02\x80{}\x03", headers)

    verdict = judge_in_process(SendsBrotli())

    assert (verdict.exit_status, verdict.requests) == (3, 1)
    assert "content coding br" in verdict.reason

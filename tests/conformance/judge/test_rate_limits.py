"""A limit on requests leaves the verdict what it is, or leaves it open: the same each time."""

import re
from functools import partial

import pytest

from conformance import proof
from conformance.http.client import Client
from conformance.http.raw_request import pipeline_requests
from conformance.http.redaction import Redaction
from conformance.proof.in_process import IN_PROCESS_URL, InProcessConnection
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process

ONLYAUTOMATOR = proof.reference_of("onlyautomator")
TOO_MANY = {"message": "Too Many Requests"}


def limiting(times):
    """Make a server before which a gateway refuses the request with the trigger so often, in words of its own."""

    class Limits(ONLYAUTOMATOR):
        left = times

        def answer(self, request):
            if "x-out-of-service" in request.headers and self.left:
                self.left -= 1
                return Response(429, TOO_MANY)
            return super().answer(request)

    return Limits()


def outcome_of(verdict):
    statuses = {one.requirement.name: one.status for one in verdict.results}
    return verdict.verdict, statuses["service-unavailable"], statuses["undocumented-error-envelope"]


@pytest.mark.parametrize("times", [0, 1, 5])
def test_trigger_that_meets_a_limit_is_sent_again(times):
    verdict = judge_in_process(limiting(times), strict=True)

    assert outcome_of(verdict) == ("conformant", "passed", "passed")


def test_trigger_that_meets_nothing_but_a_limit_is_inconclusive():
    verdict = judge_in_process(limiting(10_000), strict=True)

    assert outcome_of(verdict)[:2] == ("no_verdict", "inconclusive")
    assert verdict.ids("failed") == []


def test_limit_on_everything_gives_the_same_verdict_each_time():
    class Limits(ONLYAUTOMATOR):
        tokens, at = 3.0, 0.0

        def answer(self, request):
            now = self.clock.monotonic()
            self.tokens, self.at = min(3.0, self.tokens + (now - self.at) * 20), now
            if self.tokens < 1:
                return Response(429, TOO_MANY)
            self.tokens -= 1
            return super().answer(request)

    verdicts = [judge_in_process(Limits(), strict=True) for _ in range(2)]

    assert [(one.verdict, one.ids("failed")) for one in verdicts] == [("conformant", [])] * 2


def test_what_was_sent_again_is_noted():
    class Sheds(ONLYAUTOMATOR):
        """Sheds every third request, drops every fortieth connection, and says 502 to every fiftieth."""

        count = 0

        def answer(self, request):
            self.count += 1
            if self.count % 3 == 0:
                return Response(503)
            if self.count % 40 == 0:
                return Response(0, is_silent=True)
            return Response(502) if self.count % 50 == 0 else super().answer(request)

    verdict = judge_in_process(Sheds())
    notes = [re.sub(r"^[0-9]+ of ([0-9]+|those)", "N", note) for note in verdict.notes]

    assert verdict.verdict == "conformant"
    assert notes == [
        "N requests were answered 502 and sent again",
        "N requests were answered 503 and sent again",
        "N requests were dropped with their connection and sent again",
        "N sent again are writes that may have been carried out twice",
    ]


def test_nothing_is_noted_where_nothing_was_sent_again():
    assert judge_in_process(ONLYAUTOMATOR()).notes == []


def test_what_is_sent_again_keeps_to_the_rate():
    class Stumbles:
        answers = [Response(502), Response(200), Response(504), Response(200)]

        def answer(self, _request):
            return self.answers.pop(0)

    connect = partial(InProcessConnection, server := Stumbles())
    client = Client(IN_PROCESS_URL, Redaction(), rate_per_s=0.1, make_connection=connect)
    began = client.clock.monotonic()
    answers = [
        client.send("GET", "/"),
        *client.send_raw(pipeline_requests([client.build_request("GET", "/")])),
    ]

    assert [answer.status for answer in answers] == [200, 200]
    assert server.answers == []
    assert client.clock.monotonic() - began >= 30  # ten seconds before each but the first

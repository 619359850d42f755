"""An API that is gone in the middle of a run, behind a gateway that still answers, is no verdict and one finding."""

import re

import pytest

from conformance import proof
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.profiled_server import ProfiledServer
from conformance.proof.trial import judge_in_process
from tests.conformance.contract.judging import judged as judged_by_contract
from tests.conformance.contract.library import Library

REFERENCES = [proof.reference_of(api) for api in ("onlyautomator", "suprsend")]
PAGE = {"content-type": "text/html"}
GONE = {
    "502": Response(502, b"<h1>Bad Gateway</h1>", PAGE),
    "504": Response(504),
    "530": Response(530, b"error code: 1033", {"content-type": "text/plain"}),
    "302": Response(302, b"", {"location": "https://login.example.com/"}),
    "200": Response(200, b"<h1>Please sign in</h1>", PAGE),
    "404": Response(404, b"<h1>no Route matched</h1>", PAGE),
}


def lost(reference, requests, answer):
    """Make a server that reaches the API for so many requests."""

    class Lost(reference):
        asked = 0

        def answer(self, request):
            self.asked += 1
            return super().answer(request) if self.asked <= requests else answer

    return Lost()


@pytest.mark.parametrize("answer", GONE.values(), ids=GONE)
@pytest.mark.parametrize("requests", [1, 30, 150])
@pytest.mark.parametrize("reference", REFERENCES)
def test_api_that_is_gone_is_no_failure(reference, requests, answer):
    server = lost(reference, requests, answer)
    verdict = judge_in_process(server)

    assert (verdict.exit_status, verdict.ids("failed")) == (3, [])
    since = re.match(r"nothing has reached the API since request (\d+): ", verdict.reason)
    assert requests < int(since[1]) < requests + 9  # of a race
    assert f" was answered {answer.status}" in verdict.reason
    assert server.asked < requests + 20


@pytest.mark.parametrize("answer", [*GONE.values(), Response(0, is_silent=True)])
def test_first_request_that_did_not_reach_the_api_is_numbered(answer):
    """Also where it was sent twice, as after a 502 or a connection that was closed."""
    verdict = judge_in_process(lost(REFERENCES[0], 20, answer))

    assert verdict.reason.startswith("nothing has reached the API since request 21: ")


def test_gateway_that_keeps_asking_for_patience_is_no_failure_of_a_must():
    page = Response(503, b"<h1>no available server</h1>", PAGE)
    verdict = judge_in_process(lost(REFERENCES[0], 30, page))

    assert (verdict.exit_status, verdict.ids("failed", "MUST")) == (3, [])
    assert "the target keeps answering 503" in verdict.reason


@pytest.mark.parametrize("requests", [1, 30, 150])
@pytest.mark.parametrize("reference", REFERENCES)
def test_api_that_no_longer_takes_connections_is_one_finding(reference, requests):
    server = lost(reference, requests, Response(0, is_silent=True))
    verdict = judge_in_process(server)
    ended = "closed the connection without an answer"

    assert (verdict.exit_status, verdict.ids("failed")) == (3, [])
    assert re.match(
        rf"nothing has reached the API since request \d+: http://127.0.0.1:9 {ended}", verdict.reason
    )
    assert server.asked < requests + 20
    assert sum(one.status == "inconclusive" and one.was_asked for one in verdict.results) < 3


def test_server_that_closes_the_connection_to_some_input_is_judged_to_the_end():
    class Closes(REFERENCES[0]):
        def answer(self, request):
            is_odd = b"<" in request.body or len(request.body) > 9000
            return Response(0, is_silent=True) if is_odd else super().answer(request)

    verdict = judge_in_process(Closes())

    assert verdict.ended_by is None
    assert verdict.musts_tested > 100


@pytest.mark.parametrize("reference", REFERENCES)
def test_firewall_that_answers_some_input_with_a_page_and_200_does_not_end_the_run(reference):
    """The last write that seems to have been accepted is then none to see by whether the API is still there."""

    class Walled(reference):
        def answer(self, request):
            needles = (b"__proto__", b"u0000", b"<", b"$")
            return GONE["200"] if any(map(request.body.count, needles)) else super().answer(request)

    verdict = judge_in_process(Walled())

    assert (verdict.ended_by, verdict.exit_status) == (None, 1)


def refusing_with_pages(reference):
    """Make a class of servers whose refusals are pages, as those of a gateway that validates requests."""

    class Refuses(reference):
        def answer(self, request):
            answer = super().answer(request)
            is_refusal = 400 <= answer.status < 500
            return Response(answer.status, b"<h1>Refused</h1>", PAGE) if is_refusal else answer

    return Refuses


@pytest.mark.parametrize("reference", REFERENCES)
def test_refusals_that_are_pages_cost_few_requests_more(reference):
    plain, paged = judge_in_process(reference()), judge_in_process(refusing_with_pages(reference)())
    broken = len(paged.ids("failed"))

    assert paged.requests <= plain.requests + broken + 12


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("requests", [30, 150, 370])
def test_api_that_is_gone_behind_pages_like_its_own_is_no_failure(requests, status):
    server = lost(refusing_with_pages(REFERENCES[1]), requests, Response(status, b"<h1>Refused</h1>", PAGE))
    verdict = judge_in_process(server)

    assert (verdict.exit_status, verdict.ids("failed", "MUST")) == (3, [])
    assert re.match(
        rf"nothing has reached the API since request \d+: .* was answered {status}", verdict.reason
    )


def test_api_that_is_gone_in_the_end_is_no_verdict():
    """Where all that is asked after that is to be refused anyway."""
    page = Response(401, b"<h1>Refused</h1>", PAGE)
    server = lost(refusing_with_pages(REFERENCES[1]), 12, page)
    verdict = judge_in_process(server, only=["suprsend/missing-key", "suprsend/wrong-key"])

    assert (verdict.exit_status, verdict.ids("failed")) == (3, [])
    assert verdict.reason == verdict.ended_by


DOWN = {"502": GONE["502"], "closed": Response(0, is_silent=True)}


def dying(reference, is_deadly, answer, *, times=99, gone_for_s=4):
    """Make a server that is gone for a while after what *is_deadly*, the first *times* that it comes."""

    class Dies(reference):
        deaths, back_at = 0, 0.0

        def answer(self, request):
            now = self.clock.monotonic()
            if now < self.back_at:
                return answer
            if self.deaths < times and is_deadly(request):
                self.deaths, self.back_at = self.deaths + 1, now + gone_for_s
                return answer
            return super().answer(request)

    return Dies()


def is_long(request):
    return len(request.body) > 4000


@pytest.mark.parametrize("answer", DOWN.values(), ids=DOWN)
@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("is_deadly", [is_long, lambda request: "%00" in request.target])
def test_input_that_the_api_is_gone_after_each_time_is_a_failure(reference, is_deadly, answer):
    server = dying(reference, is_deadly, answer)
    verdict = judge_in_process(server)
    [failed] = [one for one in verdict.results if one.status == "failed"]

    assert failed.requirement.name == "no-server-error"
    assert failed.got.endswith(
        "after which the API was gone for a while, three times, and took others in between"
    )
    assert "number" in verdict.ended_by
    assert server.deaths == 3


def test_raw_bytes_that_the_api_is_gone_after_each_time_are_a_failure():
    server = dying(REFERENCES[1], lambda request: "transfer-encoding" in request.headers, DOWN["closed"])
    verdict = judge_in_process(server, only=["*/chunk*", "*/no-server-error"])

    assert verdict.ids("failed") == ["suprsend/no-server-error"]
    assert server.deaths == 3


@pytest.mark.parametrize("answer", DOWN.values(), ids=DOWN)
@pytest.mark.parametrize("reference", REFERENCES)
def test_api_that_is_gone_for_a_while_once_is_no_failure(reference, answer):
    """What it has kept may be lost, so nothing more is asked."""
    server = dying(reference, is_long, answer, times=1)
    verdict = judge_in_process(server)

    assert (verdict.exit_status, verdict.ids("failed")) == (3, [])
    assert "the API was gone for a while after request " in verdict.reason


def test_request_of_a_contract_that_the_api_is_gone_after_each_time_is_a_failure(spec):
    server = dying(Library, lambda request: b"poem" in request.body, DOWN["closed"])
    verdict = judged_by_contract(server, spec)

    assert verdict.ids("failed") == ["a-library/createBook-no-server-error"]


def test_what_a_gateway_has_against_one_input_is_judged():
    class Refuses(REFERENCES[0]):
        def validate_body(self, body):
            super().validate_body(body)
            if body["category"] == "tipping":
                raise LookupError

        def answer(self, request):
            try:
                return super().answer(request)
            except LookupError:
                return GONE["502"]

    verdict = judge_in_process(Refuses(), only=["common-categories", "no-server-error"])

    assert verdict.exit_status == 1
    assert verdict.ids("inconclusive") == []


def test_api_of_a_contract_that_is_gone_is_no_failure(spec):
    verdict = judged_by_contract(lost(Library, 9, GONE["302"]), spec)

    assert (verdict.exit_status, verdict.ids("failed")) == (3, [])
    assert verdict.reason.startswith("nothing has reached the API since request ")


OPEN = """
openapi: 3.0.3
info: {title: Open, version: "1"}
paths:
  /one: {get: {operationId: one, responses: {"200": {description: -}}}}
  /two: {get: {operationId: two, responses: {"200": {description: -}}}}
  /six: {post: {operationId: six, responses: {"201": {description: -}}}}
"""


@pytest.mark.parametrize("answer", [GONE["502"], GONE["302"], Response(0, is_silent=True)])
@pytest.mark.parametrize("requests", [1, 2])
def test_api_of_a_contract_without_credentials_that_is_gone_is_no_failure(answer, requests, tmp_path):
    class Open(ProfiledServer):
        def answer(self, request):
            return Response(201 if request.method == "POST" else 200)

    (tmp_path / "open.yaml").write_text(OPEN)
    profile = {"spec": str(tmp_path / "open.yaml"), "base_url": IN_PROCESS_URL}
    verdict = judge_in_process(lost(Open, requests, answer), profile)

    assert (verdict.exit_status, verdict.ids("failed")) == (3, [])
    assert verdict.reason.startswith(f"nothing has reached the API since request {requests + 1}: ")


def test_operation_of_a_contract_that_alone_is_answered_with_a_page_does_not_end_the_run(spec):
    class Paints(Library):
        def get(self, _name, _request):
            return GONE["200"]

    verdict = judged_by_contract(Paints(), spec)

    assert (verdict.ended_by, verdict.ids("failed")) == (None, ["a-library/getBook-schema"])

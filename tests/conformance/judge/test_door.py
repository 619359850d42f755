"""A target of which nothing can be told is no verdict, for a run as for the doctor, and both say why."""

import pytest

from conformance import proof
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process
from tests.conformance.contract.judging import judged
from tests.conformance.contract.library import SPEC, Library

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


PAGE = {"content-type": "text/html; charset=utf-8"}


def door_of(reference, status, headers=None, body=b"<!doctype html><h1>Welcome</h1>"):
    class Closed(reference):
        def answer(self, _request):
            return Response(status, body, dict(headers or {}))

    return Closed()


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [
        (301, {"location": "https://api.example.com/"}, "was answered 301, to https://api.example.com/"),
        (302, {"location": "https://login.example.com/?next=x"}, "302, to https://login.example.com/"),
        (303, {"location": "/login"}, "was answered 303, to /login"),
        (307, {"location": "/login"}, "was answered 307, to /login"),
        (200, PAGE, "was answered 200, text/html"),
        (200, {}, "was answered 200, without a media type"),
        (400, PAGE, "was answered 400, text/html"),
        (405, {}, "was answered 405"),
        (421, {}, "was answered 421"),
        (500, PAGE, "was answered 500, text/html"),
        (502, PAGE, "was answered 502"),
        (503, {"retry-after": "3600"}, "was answered 503, to wait 3600"),
        (504, {}, "was answered 504"),
        (530, PAGE, "was answered 530"),
        (429, {"retry-after": "3600"}, "was answered 429, to wait 3600"),
    ],
)
def test_what_stands_before_the_api_is_no_verdict(reference, status, headers, says):
    verdict = judge_in_process(door_of(reference, status, headers))

    assert (verdict.exit_status, verdict.ids("failed")) == (3, [])
    assert says in verdict.reason
    assert verdict.reason.endswith("; check base_url, the main credential and the main fixtures")
    assert verdict.requests < 20


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {"content-type": "application/json", "content-encoding": "gzip"}, b"{}"),
        (200, {"content-type": "application/json"}, b""),
        (400, {"content-type": "application/json"}, b"{}"),
        (500, {"content-type": "text/plain"}, b"Internal Server Error"),
    ],
)
def test_what_the_api_may_have_answered_is_judged(reference, status, headers, body):
    verdict = judge_in_process(door_of(reference, status, headers, body))

    assert verdict.exit_status == 1


@pytest.mark.parametrize(
    ("status", "headers", "exit_status"),
    [
        (302, {"location": "/login"}, 3),
        (200, PAGE, 3),
        (502, PAGE, 3),
        (500, PAGE, 1),
        (405, PAGE, 3),
    ],
)
def test_what_stands_before_the_api_of_a_contract_is_no_verdict(status, headers, exit_status, tmp_path):
    """One operation may be missing or fall over, so that it takes all of them to tell; here no MUST is tested."""
    (tmp_path / "library.yaml").write_text(SPEC)
    verdict = judged(door_of(Library, status, headers), tmp_path / "library.yaml")

    assert verdict.exit_status == exit_status
    assert (verdict.requests < 20) is (status in (302, 200, 502))


def test_page_that_a_contract_documents_is_judged(tmp_path):
    spec = SPEC.replace("content: {application/json", "content: {text/html: {}, application/json", 1)
    (tmp_path / "library.yaml").write_text(spec)
    verdict = judged(door_of(Library, 200, PAGE), tmp_path / "library.yaml")

    assert verdict.exit_status == 1

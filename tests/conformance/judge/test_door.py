"""A target of which nothing can be told is no verdict, for a run as for the doctor, and both say why."""

import gzip
import json

import httpcore2
import pytest
from typer.testing import CliRunner

from conformance import proof
from conformance.command.cli import app
from conformance.contract import cases
from conformance.http.connection import HttpConnection
from conformance.judge.session import judge_target
from conformance.proof.messages import Response
from conformance.proof.server import serve, serve_bytes
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
    advice = (
        "patience.retry_s" if status in (429, 502, 503, 504) else "check base_url, the main credential and"
    )
    assert advice in verdict.reason
    assert verdict.requests < 40


JSON, GZIPPED = "application/json", gzip.compress(b'{"status": "success"}', mtime=0)


def doctor(server, folder, *options):
    with serve(server) as url:
        (folder / "target.yaml").write_text(json.dumps(server.profile(url)))
        return CliRunner().invoke(app, ["doctor", str(folder / "target.yaml"), *options])


CHECK, MEND, HEED = (
    "check base_url",
    "let whoever sends Content-Encoding",
    "let the server heed Accept-Encoding",
)
NOT_IN_IT = "200, with a body that is not {}, as its Content-Encoding says"


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize(
    ("media_type", "coding", "body", "says", "advice"),
    [
        (JSON, "gzip", b"{}", NOT_IN_IT.format("gzip"), MEND),
        (JSON, "gzip", GZIPPED[:-4], NOT_IN_IT.format("gzip"), MEND),
        (JSON, "deflate", b"{}", NOT_IN_IT.format("deflate"), MEND),
        (JSON, "br", b"{}", f"{NOT_IN_IT.format('br')}, but plain text", MEND),
        (JSON, "zstd", b"\x28\xb5", "200; the body is in the content coding zstd, which cannot", HEED),
        (JSON, "identity", b"<h1>", "200, with no JSON but '<h1>' (Expecting value: line 1 column 1", CHECK),
        (JSON, "identity", b"\xff", "200, with no JSON but bytes that are not UTF-8", CHECK),
        (JSON, "gzip", b"", "200, with no JSON but an empty body", CHECK),
        ("text/html", "gzip", b"<h1>", "200, text/html, with a body that is not gzip, as its", CHECK),
    ],
)
def test_doctor_says_what_is_wrong_with_a_body(reference, media_type, coding, body, says, advice, tmp_path):
    headers = {"content-type": media_type, "content-encoding": coding}
    done = doctor(door_of(reference, 200, headers, body), tmp_path)

    assert done.exit_code == 3
    assert f" was answered {says}" in done.stderr
    assert f"; {advice}" in done.stderr
    assert (CHECK in done.stderr) is (advice == CHECK)


@pytest.mark.parametrize(
    ("status", "headers", "coding", "body", "says"),
    [
        (530, PAGE, "br", b"\x0b\x02\x80{}\x03", "was answered 530, text/html; check base_url"),
        (302, {"location": "/login"}, "br", b"\x0b\x02\x80{}\x03", "was answered 302, to /login, without"),
        (200, PAGE, "gzip", b"<h1>", "was answered 200, text/html, with a body that is not gzip, as its"),
    ],
)
def test_coding_hides_nothing_of_what_stands_before_the_api(status, headers, coding, body, says):
    server = door_of(REFERENCES[0], status, {**headers, "content-encoding": coding}, body)
    verdict = judge_in_process(server)

    assert (verdict.exit_status, verdict.ids("failed")) == (3, [])
    assert says in verdict.reason
    assert "check base_url, the main credential and the main fixtures" in verdict.reason
    assert f"{coding}, " in verdict.reason


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
def test_what_stands_before_the_api_of_a_contract_is_no_verdict(status, headers, exit_status, spec):
    """One operation may be missing or fall over, so that it takes all of them to tell; here no MUST is tested."""
    verdict = judged(door_of(Library, status, headers), spec)

    assert verdict.exit_status == exit_status
    assert (verdict.requests < 40) is (status in (302, 200, 502))


def test_page_that_a_contract_documents_is_judged(tmp_path, monkeypatch):
    monkeypatch.setattr(cases, "COUNT", 4)
    spec = SPEC.replace("content: {application/json", "content: {text/html: {}, application/json", 1)
    (tmp_path / "library.yaml").write_text(spec)
    verdict = judged(door_of(Library, 200, PAGE), tmp_path / "library.yaml")

    assert verdict.exit_status == 1


@pytest.mark.parametrize(
    ("location", "advice"),
    [
        ("https://api.example.com{path}", "; if the API is there, give that address as base_url"),
        (
            "{path}/",
            "; give the form of the path that it leads to with path_style, where the profile has that",
        ),
        ("http://inner:8000{path}/", "; check base_url, the main credential and the main fixtures"),
        ("{path}", "; check base_url, the main credential and the main fixtures"),
        ("http://[/", "; check base_url, the main credential and the main fixtures"),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 308])
def test_redirect_comes_with_what_to_do(location, advice, status):
    class Redirects(REFERENCES[1]):
        def answer(self, request):
            return Response(status, b"", {"location": location.format(path=request.path)})

    verdict = judge_in_process(Redirects())
    if status == 308 and location == "{path}/":  # which is followed, to where there is no other form any more
        advice = "; check base_url, the main credential and the main fixtures"

    assert verdict.exit_status == 3
    assert verdict.reason.endswith(advice)


def test_doctor_says_that_an_answer_is_cut(tmp_path):
    server = door_of(REFERENCES[0], 200, {"content-length": "9", "connection": "close"}, b"{}")
    done = doctor(server, tmp_path)

    assert done.exit_code == 3
    assert "expected an answer that ends where its head says, got " in done.stderr
    assert "(received 2 bytes, expected 9)" in done.stderr


@pytest.mark.parametrize("reference", REFERENCES)
def test_what_is_answered_404_may_have_another_address(reference):
    verdict = judge_in_process(door_of(reference, 404, {"content-type": JSON}, b"{}"))

    assert verdict.exit_status == 3
    assert "base_url" in verdict.reason


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("status", [401, 403, 404])
def test_refusal_in_a_web_page_is_said_to_be_one(reference, status):
    hint = "; that was a web page, perhaps of what stands before the API: check base_url"
    page, json_body = (
        judge_in_process(door_of(reference, status, headers, b"<h1>Restricted</h1>"))
        for headers in (PAGE, {"content-type": JSON})
    )

    assert (page.exit_status, json_body.exit_status) == (3, 3)
    assert f" {status}" in page.reason
    assert page.reason == json_body.reason + hint


def starting(reference, starts_after_s, answer):
    """Make a server that gives *answer* until so many seconds have passed on the clock that it shares."""

    class Starts(reference):
        began = None

        def answer(self, request):
            now = self.clock.monotonic()
            self.began = self.began or now
            return answer if now - self.began < starts_after_s else super().answer(request)

    return Starts()


NOT_YET = [
    Response(502, b"<h1>Bad Gateway</h1>", PAGE),
    Response(504),
    Response(503, b"", {"retry-after": "5"}),
]


@pytest.mark.parametrize("reference", REFERENCES)
@pytest.mark.parametrize("answer", NOT_YET)
def test_target_that_is_starting_is_asked_patiently(reference, answer):
    verdict = judge_in_process(starting(reference, 20, answer), only=["missing-*", "*answers-20*"])

    assert verdict.verdict == "conformant"


@pytest.mark.parametrize(
    ("api", "mutant"),
    [("onlyautomator", "LongFanIsUnavailable"), ("suprsend", "ItemsOfOtherTypesAreUnavailable")],
)
def test_outage_of_a_target_that_was_starting_covers_up_no_crash(api, mutant):
    (faulty,) = (one for one in proof.mutants_of(api) if one.__name__ == mutant)
    verdict = judge_in_process(starting(faulty, 5, NOT_YET[2]), only=["no-server-error", "*input*"])

    assert verdict.ids("failed") == [f"{api}/no-server-error"]


@pytest.mark.parametrize("answer", [*NOT_YET, Response(0, is_silent=True), Response(0, never_comes=True)])
def test_target_is_waited_for(answer):
    waited, not_waited = (
        judge_in_process(starting(REFERENCES[0], 90, answer), only=["create-answers-200"], wait_s=wait_s)
        for wait_s in (120, 0)
    )

    assert (waited.verdict, not_waited.verdict) == ("conformant", "no_verdict")


def test_closed_door_is_not_waited_for():
    verdict = judge_in_process(door_of(REFERENCES[0], 302, {"location": "/login"}), wait_s=3600)

    assert (verdict.exit_status, verdict.requests) == (3, 1)


@pytest.mark.parametrize("command", ["run", "doctor"])
def test_both_commands_wait(command, tmp_path):
    server = REFERENCES[0]()
    answers = [Response(503)] * 3
    answer = server.answer
    server.answer = lambda request: answers.pop() if answers else answer(request)
    with serve(server) as url:
        profile = {**server.profile(url), "patience": {"retry_s": 0}}
        (tmp_path / "target.yaml").write_text(json.dumps(profile))
        words = [
            command,
            str(tmp_path / "target.yaml"),
            *(["--only", "create-*"] if command == "run" else []),
        ]
        done = [CliRunner().invoke(app, [*words, *more]).exit_code for more in ([], ["--wait", "30s"])]

    assert done == [3, 0]


@pytest.mark.parametrize("status", [502, 504])
def test_gateway_that_stumbles_once_in_a_while_is_asked_again(status):
    class Stumbles(REFERENCES[1]):
        count = 0

        def answer(self, request):
            self.count += 1
            return Response(status) if self.count % 20 == 0 else super().answer(request)

    verdict = judge_in_process(Stumbles())

    assert (verdict.verdict, verdict.ids("failed"), verdict.ids("inconclusive")) == ("conformant", [], [])


def test_first_answer_that_is_slow_names_the_patience():
    verdict = judge_in_process(starting(REFERENCES[0], 15, Response(0, never_comes=True)))

    assert verdict.exit_status == 3
    assert verdict.reason.endswith("within 10 s, the profile's patience.timeout_s")


def test_server_of_http_2_alone_is_told_what_the_judge_speaks():
    settings = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])

    def talk(connection):
        connection.recv(65536)
        connection.sendall(settings + b"\0\0\x08\x07" + bytes(13))

    with serve_bytes(talk) as url:
        verdict = judge_target(REFERENCES[0]().profile(url))

    assert verdict.exit_status == 3
    assert "something that is not HTTP/1.1" in verdict.reason
    assert verdict.reason.endswith("; the judge speaks nothing else, and no HTTP/2")


def test_server_that_refuses_http_1_in_tls_is_told_what_the_judge_speaks():
    class Refused(HttpConnection):
        def send(self, _request, _within_s):
            raise httpcore2.ConnectError("[SSL] tlsv1 alert no application protocol (_ssl.c:1006)")

    profile = REFERENCES[0]().profile("https://127.0.0.1:9")
    verdict = judge_target(profile, make_connection=Refused)

    assert verdict.exit_status == 3
    assert verdict.reason.endswith("it seems to speak HTTP/2 alone, and the judge speaks HTTP/1.1")

"""A request whose answer did not come is sent again: told in each report, and no ground to condemn a server."""

import json
import socket
import struct

import pytest

import openapi
from conformance import proof
from conformance.http.client import Client
from conformance.http.redaction import Redaction
from conformance.judge.session import judge_target
from conformance.proof.messages import Response
from conformance.proof.server import serve, serve_bytes
from conformance.proof.trial import judge_in_process
from tests.conformance.command.commands import conformance, served
from tests.conformance.http.talking import Server, talking_to

APIS = openapi.api_names()
SILENT = Response(0, is_silent=True)


def dropping(api, is_dropped, reference=None):
    """Make a server that carries out each request, and drops the connection in the place of some of the answers."""

    class Drops(reference or proof.reference_of(api)):
        asked = 0

        def answer(self, request):
            Drops.asked += 1
            answer = super().answer(request)
            return SILENT if is_dropped(Drops.asked, request) else answer

    return Drops()


def is_fourth(number, _request):
    return number % 4 == 0


def is_fourth_write(number, request):
    return number % 4 == 0 and request.method in ("POST", "PATCH")


def test_tries_are_kept_and_a_write_may_be_the_second():
    cut = Response(200, b"{", {"content-length": "9", "connection": "close"})
    server = Server(
        SILENT, Response(200, {}), Response(502), Response(201, {}), cut, Response(200, {}), SILENT, cut
    )
    with talking_to(server) as client:
        answers = [client.send(method, "/") for method in ("POST", "PATCH", "GET")]
        kept = [(one.status, one.was_sent_again, one.may_be_second) for one in client.exchanges]

    assert [one.status for one in answers] == [200, 201, 200]
    assert kept == [
        (None, True, False),
        (200, False, True),
        (502, True, False),
        (201, False, True),
        (200, True, False),
        (200, False, False),
    ]
    assert len(client.exchanges) == client.request_count == 6
    assert client.exchanges[0].error.endswith("closed the connection without an answer")


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("is_dropped", [is_fourth, is_fourth_write])
def test_server_that_carries_out_what_it_drops_is_not_condemned(api, is_dropped):
    verdict = judge_in_process(dropping(api, is_dropped))

    assert verdict.ids("failed", "MUST") == []
    assert any("were dropped with their connection and sent again" in note for note in verdict.notes)


CONTRACT = """
openapi: 3.0.3
info: {title: Notes, version: "1"}
paths:
  /notes:
    post:
      operationId: makeNote
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [n], properties: {n: {type: integer}}}}}
      responses: {"201": {description: made}, "400": {description: refused}}
"""


@pytest.mark.parametrize(("is_dropping", "status"), [(True, "inconclusive"), (False, "failed")])
def test_failure_that_a_second_write_explains_is_left_open(tmp_path, is_dropping, status):
    """What was made before is answered 200 here, which nobody documented; the judge alone has sent it twice."""
    made = []

    def answer(request):
        is_second = made[-1:] == [request.body]
        made.append(None if is_second else request.body)
        if is_dropping and not is_second:
            return SILENT
        return Response(200, {})

    (tmp_path / "notes.yaml").write_text(CONTRACT)
    with serve(Server(answer)) as url:
        verdict = judge_target(
            {"spec": str(tmp_path / "notes.yaml"), "base_url": url}, only=["*-documented-success"]
        )
    (result,) = verdict.results

    assert result.status == status
    assert result.reason.startswith("a POST was sent again ") == is_dropping
    assert verdict.verdict == ("no_verdict" if is_dropping else "not_conformant")


def test_wrong_refusal_is_condemned_whatever_is_dropped():
    class Refuses(proof.reference_of("suprsend")):
        def answer(self, request):
            return Response(500) if request.method == "PATCH" else super().answer(request)

    assert judge_in_process(dropping("suprsend", is_fourth, Refuses)).verdict == "not_conformant"


def test_connection_that_is_reset_before_anything_is_sent_is_opened_again():
    def reset(connection):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def answer(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    talks = iter([reset, answer])
    with serve_bytes(lambda connection: next(talks)(connection)) as url:
        client = Client(url, Redaction(), timeout_s=5)
        assert client.send("POST", "/").status == 200
        client.close()

    assert client.repeats == {"dropped with their connection": 1}
    assert [one.status for one in client.exchanges] == [None, 200]


def test_every_report_tells_of_it(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    with served(tmp_path, dropping("suprsend", is_fourth)) as profile:
        done = conformance(
            "run", profile, "--only", "tenant", "--only", "missing-key", "--report-dir", tmp_path
        )
    report = json.loads((tmp_path / "report.json").read_text())
    archive = json.loads((tmp_path / "requests.har").read_text())["log"]["entries"]
    note, of_writes = (one for one in report["notes"] if "sent again" in one)
    tried = [one for one in archive if str(one.get("comment")).endswith("; sent again")]

    assert note.startswith(f"{len(tried)} of {len(archive)} requests ")
    assert len(archive) == report["requests"]
    assert of_writes.endswith(" of those sent again are writes that may have been carried out twice")
    assert {note, of_writes} <= {line[14:] for line in done.stdout.splitlines()}
    for name in ("report.html", "junit.xml", "report.sarif", "summary.md"):
        assert note in (tmp_path / name).read_text(), name

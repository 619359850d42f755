"""An answer that need not have an end is left after a moment; any other is waited for, and said to have begun."""

import threading
import time
from contextlib import closing, contextmanager

import pytest

from conformance.assertions.outcome import NoAnswer
from conformance.http.client import Client
from conformance.http.redaction import Redaction
from conformance.judge.session import judge_target
from conformance.proof.server import serve_bytes

CONTRACT = """
openapi: 3.1.0
info: {title: Feed, version: "1"}
paths:
  /events:
    get:
      operationId: listen
      responses: {"200": {description: -, content: {text/event-stream: {schema: {type: string}}}}}
  /items:
    get:
      operationId: list
      responses: {"200": {description: -, content: {application/json: {schema: {type: array}}}}}
"""


@contextmanager
def saying(head, body=b"", items=b"[]"):
    """Begin an answer of *head* and *body* and never end it, but answer /items at once."""
    gone = threading.Event()

    def talk(connection):
        while request := connection.recv(65536):
            if b" /items" in request:
                said = b"content-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(items), items)
            else:
                said = head + b"\r\n\r\n" + body
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + said)
            if b" /items" not in request:
                gone.wait(20)
                return

    with serve_bytes(talk) as url:
        try:
            yield url
        finally:
            gone.set()


@pytest.mark.parametrize(
    ("head", "body", "read"),
    [
        (b"content-type: text/event-stream", b"data: 1\n\ndata: 2\r\n\r\nda", b"data: 1\n\ndata: 2\r\n\r\n"),
        (b"content-type: Text/Event-Stream; charset=utf-8", b"data: 1", b""),
        (b"content-type: text/event-stream\r\ncontent-encoding: gzip", b"\x1f\x8b\x08", b""),
        (b"content-type: multipart/x-mixed-replace; boundary=b", b"--b\r\n\r\n", b"--b\r\n\r\n"),
    ],
)
def test_first_moments_of_an_endless_answer_are_read(head, body, read):
    began = time.monotonic()
    with saying(head, body) as url, closing(Client(url, Redaction(), timeout_s=20)) as client:
        answer = client.send("GET", "/events")

    assert (answer.status, answer.content, answer.coding_fault) == (200, read, None)
    assert time.monotonic() - began < 10


def test_other_answer_that_does_not_end_is_said_to_have_begun():
    with (
        saying(b"content-type: text/plain", b"abc") as url,
        closing(Client(url, Redaction(), timeout_s=0.4)) as client,
        pytest.raises(
            NoAnswer, match=r"no end of the answer \(200, 3 bytes of its body\) from .* within 0\.4 s"
        ),
    ):
        client.send("GET", "/")


@pytest.mark.parametrize(
    ("media_type", "items", "failed"),
    [
        (b"text/event-stream", b"[]", []),
        (b"text/event-stream", b"{}", ["feed/list-schema"]),
        (b"multipart/x-mixed-replace", b"[]", ["feed/listen-schema"]),
    ],
)
def test_operation_that_streams_events_is_judged_beside_the_others(media_type, items, failed, tmp_path):
    (tmp_path / "feed.yaml").write_text(CONTRACT)
    with saying(b"content-type: " + media_type, b"data: 1\n\n", items) as url:
        verdict = judge_target({"spec": str(tmp_path / "feed.yaml"), "base_url": url})

    assert (verdict.ids("failed"), verdict.ids("inconclusive")) == (failed, [])
    assert verdict.ids("not_tested") == []

"""An answer that does not end where its head says is asked for again, and is a breach if it is cut each time."""

import socket
import struct
from contextlib import closing, contextmanager

import pytest

from conformance import proof
from conformance.assertions.outcome import ConnectionClosed, DoesNotConform, NoAnswer, RunStopped
from conformance.http.client import Client
from conformance.http.raw_request import chunk_body, cut_body, pipeline_requests
from conformance.http.redaction import Redaction
from conformance.proof.messages import Response
from conformance.proof.server import serve_bytes
from conformance.proof.trial import judge_over_http

CUT = [
    b"content-length: 10\r\n\r\n{}",
    b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
    b"transfer-encoding: chunked\r\n\r\n9\r\n{}",
]
WHOLE = b"content-length: 2\r\n\r\n{}"


@contextmanager
def talking_in_bytes(*answers, then_close=True, timeout_s=2.0):
    """Answer one after the other, the last one for ever, on a connection each unless it is to stay open."""
    left = list(answers)

    def talk(connection):
        while connection.recv(65536):
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + (left.pop(0) if len(left) > 1 else left[0]))
            if then_close:
                return

    with serve_bytes(talk) as url, closing(Client(url, Redaction(), timeout_s=timeout_s)) as client:
        yield client


def draft(client):
    return client.build_request("PATCH", "/", json={"a": 1})


def send_chunks(client):
    return client.send_raw(chunk_body(draft(client)))[0]


def send_pair(client):
    return client.send_raw(pipeline_requests([draft(client), draft(client)]))


def send_plainly(client):
    return client.send("GET", "/")


@pytest.mark.parametrize("cut", CUT)
@pytest.mark.parametrize("then_close", [True, False])
@pytest.mark.parametrize("send", [send_plainly, send_chunks, send_pair])
def test_answer_that_is_cut_each_time_does_not_conform(cut, then_close, send):
    with talking_in_bytes(cut, then_close=then_close, timeout_s=0.4) as client:
        with pytest.raises(DoesNotConform) as breach:
            send(client)
        assert breach.value.expected == "an answer that ends where its head says"
        assert breach.value.answer.exchange.response_body == "{}"
        assert [one.status for one in client.evidence()] == [200]


@pytest.mark.parametrize("cut", CUT)
@pytest.mark.parametrize("send", [send_plainly, send_chunks])
def test_answer_that_is_cut_at_first_is_asked_again(cut, send):
    with talking_in_bytes(cut, cut, WHOLE) as client:
        assert send(client).json == {}
        assert client.request_count == 3
        assert client.repeats == {"answered in part": 2}


def test_cut_answer_to_the_second_of_a_pair_is_no_missing_one():
    """Both are sent again, and the evidence has the first answer, too."""
    first = b"x-number: 1\r\n" + WHOLE
    pair = first + b"HTTP/1.1 201 Created\r\n" + CUT[0]
    with talking_in_bytes(pair, first + b"HTTP/1.1 201 Created\r\n" + WHOLE) as client:
        assert [answer.status for answer in send_pair(client)] == [200, 201]
        assert client.request_count == 4
    with talking_in_bytes(pair) as client:
        with pytest.raises(DoesNotConform) as breach:
            send_pair(client)
        assert breach.value.answer.status == 201
        assert [one.status for one in client.evidence()] == [200, 201]


def test_hostile_input_whose_answer_is_cut_is_not_refused():
    with talking_in_bytes(CUT[0]) as client, pytest.raises(DoesNotConform, match="ends where its head says"):
        client.send_hostile(lambda: send_chunks(client), lambda: Response(200))


def test_answer_to_half_a_request_may_be_cut():
    with talking_in_bytes(CUT[0]) as client:
        assert client.send_raw(cut_body(draft(client), missing=1)) == []
        assert client.request_count == 1
        assert [one.error for one in client.evidence()] == ["no whole answer came"]


@contextmanager
def resetting(said, then_reset=True):
    """Say some bytes, and reset the connection, or close it."""

    def talk(connection):
        connection.recv(65536)
        connection.sendall(said)
        if then_reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    with serve_bytes(talk) as url, closing(Client(url, Redaction(), timeout_s=2)) as client:
        yield client


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("send", [send_plainly, send_chunks])
def test_reset_in_the_body_is_a_cut_and_no_refusal(status, send):
    with (
        resetting(b"HTTP/1.1 %d -\r\n%s" % (status, CUT[0])) as client,
        pytest.raises(DoesNotConform, match=r"was reset in the body \(received 2 bytes\)") as breach,
    ):
        client.send_hostile(lambda: send(client), lambda: Response(200))
    assert breach.value.answer.status == status


@pytest.mark.parametrize("send", [send_plainly, send_chunks])
def test_refusal_whose_connection_is_reset_stays_a_refusal(send):
    with resetting(b"HTTP/1.1 413 -\r\n" + CUT[0]) as client:
        assert client.send_hostile(lambda: send(client), lambda: Response(200)) is None


def test_server_that_reads_no_second_request_may_reset_the_connection():
    """Some of its first answer may be lost with that (RFC 9112, 9.6)."""
    with resetting(b"HTTP/1.1 200 -\r\n" + CUT[0]) as client:
        assert client.send_hostile(lambda: send_pair(client), lambda: Response(200)) is None


@pytest.mark.parametrize("send", [send_plainly, send_chunks])
@pytest.mark.parametrize(
    ("said", "then_reset", "sentence"),
    [
        (b"", True, "reset the connection without an answer"),
        (b"", False, "closed the connection without an answer"),
        (
            b"HTTP/1.1 413 -\r\n" + CUT[0],
            True,
            "reset the connection after 2 bytes of the body of its answer, a 413",
        ),
    ],
)
def test_end_of_a_connection_is_told_as_it_came(said, then_reset, sentence, send):
    with resetting(said, then_reset) as client, pytest.raises(ConnectionClosed) as closed:
        send(client)
    assert str(closed.value).endswith(f" {sentence}")


@pytest.mark.parametrize(("then_reset", "did"), [(True, "reset"), (False, "closed")])
def test_end_in_the_head_of_an_answer_to_bytes_is_told_as_it_came(then_reset, did):
    with resetting(b"HTTP/1.1 200 OK\r\nco", then_reset) as client, pytest.raises(ConnectionClosed) as closed:
        send_chunks(client)
    assert str(closed.value).endswith(f" {did} the connection after 19 bytes, in the head of its answer")


@pytest.mark.parametrize("send", [send_plainly, send_chunks])
def test_body_that_is_slow_is_not_cut(send):
    with (
        talking_in_bytes(b"content-length: 10\r\n\r\n{", then_close=False, timeout_s=0.4) as client,
        pytest.raises(NoAnswer),
    ):
        send(client)


def test_length_counted_in_characters_cuts_one_answer_and_not_the_next():
    body = '{"name": "Zoë"}'
    counted = b"content-length: %d\r\n\r\n%s" % (len(body), body.encode())
    with talking_in_bytes(counted, then_close=False) as client:
        answers = [client.send("GET", "/") for _ in range(3)]

    assert [answer.text for answer in answers] == [body[:-1]] * 3
    assert not any(answer.is_json for answer in answers)


@pytest.mark.parametrize("send", [send_plainly, send_chunks])
def test_answer_whose_end_the_budget_does_not_wait_for_is_no_breach(send):
    with talking_in_bytes(CUT[0], then_close=False, timeout_s=0.4) as client:
        with pytest.raises(DoesNotConform):
            send(client)  # twice; from now on once is enough
        client.budget.restart(0.05)
        with pytest.raises(RunStopped, match=r"budget of 0\.05 s is used up"):
            send(client)


@pytest.mark.parametrize("send", [send_plainly, send_chunks])
def test_target_whose_answers_never_end_ends_the_run(send):
    outcomes = []
    with talking_in_bytes(CUT[0], then_close=False, timeout_s=0.15) as client:
        for _ in range(10):
            with pytest.raises((DoesNotConform, RunStopped)) as outcome:
                send(client)
            outcomes.append(outcome.type)
        assert client.request_count == 11

    assert outcomes == [DoesNotConform] * 9 + [RunStopped]


@pytest.mark.parametrize("api", ["onlyautomator", "suprsend"])
def test_writes_that_are_sent_again_are_judged_as_if_they_had_been_sent_once(api):
    """What was carried out before its answer was cut is an update the second time."""

    class CutsFirst(proof.reference_of(api)):
        seen = set()

        def answer(self, request):
            answer = super().answer(request)
            is_odd = request.is_followed or "chunked" in request.headers.get("transfer-encoding", "")
            if not is_odd or request.body in self.seen:
                return answer
            self.seen.add(request.body)
            headers, content = answer.encode()
            cut = {**headers, "content-length": str(len(content) + 1), "connection": "close"}
            return Response(answer.status, content, cut)

    verdict = judge_over_http(CutsFirst(), only=["chunked-*", "pipelined-*"])

    assert (verdict.verdict, verdict.ids("failed"), verdict.ids("inconclusive")) == ("conformant", [], [])
    assert "answered in part and sent again" in verdict.notes[0]

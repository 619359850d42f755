"""An answer that does not end where its head says is asked for again, and is a breach if it is cut each time."""

import socket
import struct
from contextlib import closing, contextmanager

import pytest

from conformance.assertions.outcome import (
    ConnectionClosed,
    DoesNotConform,
    NoAnswer,
    RunStopped,
    Unreachable,
)
from conformance.http.client import Client
from conformance.http.raw_request import pipeline_requests
from conformance.http.redaction import Redaction
from conformance.proof.messages import Response
from conformance.proof.server import serve_bytes

CUT = [
    b"content-length: 10\r\n\r\n{}",
    b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
    b"transfer-encoding: chunked\r\n\r\n9\r\n{}",
]


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


@pytest.mark.parametrize("cut", CUT)
@pytest.mark.parametrize("then_close", [True, False])
def test_answer_that_is_cut_each_time_does_not_conform(cut, then_close):
    with talking_in_bytes(cut, then_close=then_close, timeout_s=0.1) as client:
        with pytest.raises(DoesNotConform) as breach:
            client.send("GET", "/")
        assert breach.value.expected == "an answer that ends where its head says"
        assert breach.value.answer.exchange.response_body == "{}"
        assert [one.status for one in client.evidence()] == [200]


@pytest.mark.parametrize("cut", CUT)
def test_answer_that_is_cut_at_first_is_asked_again(cut):
    with talking_in_bytes(cut, cut, b"content-length: 2\r\n\r\n{}") as client:
        assert client.send("GET", "/").json == {}
        assert client.request_count == 3


@contextmanager
def reset_in_the_body(status):
    """Answer with a head and a part of a body, and reset the connection."""

    def talk(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 %d -\r\ncontent-length: 10\r\n\r\n{}" % status)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    with serve_bytes(talk) as url, closing(Client(url, Redaction(), timeout_s=2)) as client:
        yield client


@pytest.mark.parametrize("status", [200, 500])
def test_reset_in_the_body_is_a_cut_and_no_refusal(status):
    with (
        reset_in_the_body(status) as client,
        pytest.raises(DoesNotConform, match="ends where its head says") as breach,
    ):
        client.send_hostile(lambda: client.send("GET", "/"), lambda: Response(200))
    assert breach.value.answer.status == status


def test_refusal_whose_connection_is_reset_stays_a_refusal():
    with reset_in_the_body(413) as client:
        assert client.send_hostile(lambda: client.send("GET", "/"), lambda: Response(200)) is None


@pytest.mark.parametrize("status", [200, 500])
def test_reset_in_the_body_of_an_answer_to_bytes_is_no_refusal(status):
    with reset_in_the_body(status) as client:
        raw = pipeline_requests([client.build_request("GET", "/")])
        with pytest.raises(Unreachable, match="reset in the body") as gone:
            client.send_hostile(lambda: client.send_raw(raw), lambda: Response(200))
    assert not isinstance(gone.value, ConnectionClosed)


def test_body_that_is_slow_is_not_cut():
    with (
        talking_in_bytes(b"content-length: 10\r\n\r\n{", then_close=False, timeout_s=0.1) as client,
        pytest.raises(NoAnswer),
    ):
        client.send("GET", "/")


def test_length_counted_in_characters_cuts_one_answer_and_not_the_next():
    body = '{"name": "Zoë"}'
    counted = b"content-length: %d\r\n\r\n%s" % (len(body), body.encode())
    with talking_in_bytes(counted, then_close=False) as client:
        answers = [client.send("GET", "/") for _ in range(3)]

    assert [answer.text for answer in answers] == [body[:-1]] * 3
    assert not any(answer.is_json for answer in answers)


def test_answer_whose_end_the_budget_does_not_wait_for_is_no_breach():
    with talking_in_bytes(CUT[0], then_close=False, timeout_s=0.1) as client:
        with pytest.raises(DoesNotConform):
            client.send("GET", "/")  # twice; from now on once is enough
        client.budget.restart(0.05)
        with pytest.raises(RunStopped, match=r"budget of 0\.05 s is used up"):
            client.send("GET", "/")


def test_target_whose_answers_never_end_ends_the_run():
    outcomes = []
    with talking_in_bytes(CUT[0], then_close=False, timeout_s=0.02) as client:
        for _ in range(10):
            with pytest.raises((DoesNotConform, RunStopped)) as outcome:
                client.send("GET", "/")
            outcomes.append(outcome.type)
        assert client.request_count == 11

    assert outcomes == [DoesNotConform] * 9 + [RunStopped]

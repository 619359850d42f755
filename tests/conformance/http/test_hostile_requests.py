"""What servers stumble over: how it is asked, and what is told of it that gets no answer."""

from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

import pytest

from conformance.assertions.outcome import ConnectionClosed, Inconclusive, NoAnswer, Unreachable
from conformance.http.client import Client
from conformance.http.redaction import Redaction
from conformance.proof.in_process import IN_PROCESS_URL, InProcessConnection
from conformance.proof.messages import Response


@contextmanager
def send_hostile_to(answer_hostile, answer_harmless=lambda: Response(200, {})):
    def answer(request):
        return answer_hostile() if request.path == "/hostile" else answer_harmless()

    connect = partial(InProcessConnection, SimpleNamespace(answer=answer))
    client = Client(IN_PROCESS_URL, Redaction(), make_connection=connect, timeout_s=0.8)

    def send(**options):
        return client.send_hostile(
            lambda: client.send("GET", "/hostile"), lambda: client.send("GET", "/"), **options
        )

    yield send, client


def hang():
    return Response(0, never_comes=True)


def test_hostile_request_is_answered():
    with send_hostile_to(lambda: Response(400, {})) as (send, client):
        assert send().status == 400
        assert client.request_count == 1


def test_closed_connection_is_no_answer_and_no_failure():
    with send_hostile_to(lambda: Response(0, is_silent=True)) as (send, client):
        assert send() is None
        assert client.unanswered == []


def test_connection_that_may_not_be_closed_is_asked_for_again_and_noted():
    unanswered = []
    with send_hostile_to(lambda: Response(0, is_silent=True)) as (send, client):
        with pytest.raises(ConnectionClosed):
            send(unanswered=unanswered, may_close=False)
        assert [shown.error for shown in unanswered] == [
            f"{IN_PROCESS_URL} closed the connection without an answer"
        ]
        final = [one.status for one in client.exchanges if not one.was_sent_again]
        assert final == [None, 200, None, 200]
        assert client.unanswered == []


def test_connection_that_is_closed_once_is_no_silence():
    with send_hostile_to(lambda: left.pop(0)) as (send, client):
        left = [Response(0, is_silent=True), Response(0, is_silent=True), Response(200, {})]
        assert send(may_close=False).status == 200
        assert client.unanswered == []


def test_request_that_alone_gets_no_answer_hangs():
    with send_hostile_to(hang) as (send, client):
        for hung in (1, 2):  # the harmless answers in between end a row of silences
            with pytest.raises(NoAnswer):
                send()
            assert [shown.url[-8:] for shown in client.unanswered] == ["/hostile"] * hung


def test_request_that_gets_its_answer_the_second_time_does_not_hang():
    with send_hostile_to(lambda: left.pop(0)()) as (send, client):
        left = [hang, lambda: Response(200, {})]
        assert send().status == 200
        assert client.unanswered == []


def test_target_that_is_gone_does_not_hang():
    with send_hostile_to(hang, answer_harmless=hang) as (send, client):
        with pytest.raises(Unreachable):
            send()
        assert client.unanswered == []


def unavailable():
    return Response(503, {}, {"retry-after": "0"})


def test_input_that_alone_is_called_unavailable_three_times_is_answered_so():
    with send_hostile_to(unavailable) as (send, client):
        assert send().status == 503
        assert [exchange.status for exchange in client.exchanges] == [503, 200, 503, 200, 503]
        assert [answer.status for answer in client.lone_outages] == [503]


def test_outage_that_an_ordinary_request_meets_is_waited_for():
    with send_hostile_to(unavailable, answer_harmless=unavailable) as (send, client):
        with pytest.raises(Inconclusive, match="keeps answering 503"):
            send()
        assert client.lone_outages == []


def test_target_that_has_shed_load_before_is_waited_for():
    harmless = [Response(200, {}), unavailable()]
    with send_hostile_to(unavailable, lambda: harmless.pop() if len(harmless) > 1 else harmless[0]) as (
        send,
        client,
    ):
        assert client.send("GET", "/").status == 200  # the second time that it was sent
        with pytest.raises(Inconclusive, match="keeps answering 503"):
            send()
        assert client.lone_outages == []
        client.forget_everything()
        assert send().status == 503


def test_ordinary_request_that_is_accepted_after_an_outage_has_met_it():
    """A target that sheds load may answer any request so three times."""
    harmless = [unavailable(), *[Response(200, {})] * 9]
    with send_hostile_to(unavailable, lambda: harmless.pop(0)) as (send, client):
        with pytest.raises(Inconclusive, match="keeps answering 503"):
            send()
        assert client.lone_outages == []

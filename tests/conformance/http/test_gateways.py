"""A gateway that gets no answer for a moment is asked again after a while, by the client's own clock."""

from functools import partial

import pytest

from conformance.http.client import Client
from conformance.http.raw_request import pipeline_requests
from conformance.http.redaction import Redaction
from conformance.proof.in_process import IN_PROCESS_URL, InProcessConnection
from conformance.proof.messages import Response


class Restarts:
    """Answers 502 for some seconds, counted from the first request, and 200 from then on."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.began, self.clock = seconds, None, None
        self.statuses: list[int] = []

    def answer(self, _request):
        now = self.clock.monotonic()
        self.began = now if self.began is None else self.began
        self.statuses.append(502 if now - self.began < self.seconds else 200)
        return Response(self.statuses[-1], {})


def connect_to(server, **options):
    client = Client(
        IN_PROCESS_URL, Redaction(), make_connection=partial(InProcessConnection, server), **options
    )
    server.clock = client.clock
    return client


@pytest.mark.parametrize(
    ("seconds", "statuses"), [(0.01, [502, 200]), (0.25, [502, 200]), (0.9, [502, 502, 200])]
)
def test_gateway_that_restarts_is_no_finding(seconds, statuses):
    client = connect_to(server := Restarts(seconds))

    assert client.send("GET", "/").status == 200
    assert server.statuses == statuses


def test_gateway_that_restarts_while_bytes_are_sent_is_no_finding():
    client = connect_to(Restarts(0.9))

    [answer] = client.send_raw(pipeline_requests([client.build_request("GET", "/")]))

    assert answer.status == 200


def test_server_that_answers_502_each_time_is_asked_three_times():
    client = connect_to(server := Restarts(1000))
    began = client.clock.monotonic()

    assert client.send("GET", "/").status == 502
    assert server.statuses == [502] * 3
    assert 1.3 <= client.clock.monotonic() - began < 5  # it is a busy machine's time, too


def test_gateway_that_stays_down_is_not_waited_for_again_and_again():
    client = connect_to(server := Restarts(1000))
    began = client.clock.monotonic()

    assert [client.send("GET", "/").status for _ in range(40)] == [502] * 40
    assert len(server.statuses) <= 120
    assert client.clock.monotonic() - began < 10


def test_nothing_is_waited_for_beyond_the_budget():
    client = connect_to(server := Restarts(1000), budget_s=1)

    assert client.send("GET", "/").status == 502
    assert server.statuses == [502, 502]

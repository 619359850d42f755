"""What a target got is sent to the stub in the same order, and only what both got alike is compared."""

from datetime import timedelta
from functools import partial

import httpx2
import pytest

from conformance import proof
from conformance.assertions.outcome import RunStopped
from conformance.drift.replay import replay_exchanges
from conformance.http.connection import make_raw_response, make_request
from conformance.http.evidence import Exchange
from conformance.http.redaction import Redaction
from conformance.judge.suites import read_profile
from conformance.proof.in_process import IN_PROCESS_URL, InProcessConnection
from conformance.proof.messages import Response

PROFILE = proof.reference_of("onlyautomator")().profile(IN_PROCESS_URL)
TRIGGER = {"X-Maintenance": "1"}


class Stub:
    """Remembers what it is asked; never answers silence, and closes the connection on rudeness."""

    def __init__(self):
        self.asked = []

    def answer(self, request):
        self.asked.append(request.path)
        return Response(200, {}, never_comes="silence" in request.path, is_silent="rude" in request.path)


def exchange(path, headers=None, *, seconds=0.0, status=200, manner="", **marks):
    """Make an exchange of the target's that began so many *seconds* ago."""
    request = make_request("GET", httpx2.URL(f"{IN_PROCESS_URL}/{path}"), tuple((headers or {}).items()))
    answer = make_raw_response(status, httpx2.Headers(), b"{}") if status else None
    made = Exchange(request, Redaction(), answer, manner=manner)
    made.started_at -= timedelta(seconds=seconds)
    for name, value in marks.items():
        setattr(made, name, value)
    return made


def replay(*exchanges, stub=None):
    stub = stub or Stub()
    target = read_profile({**PROFILE, "triggers": {"service_unavailable": {"headers": TRIGGER}}})
    pairs = replay_exchanges(exchanges, target, target, Redaction(), 600, partial(InProcessConnection, stub))
    return stub, [(pair.target.path, pair.stub.status) for pair in pairs]


def test_requests_are_sent_in_the_order_in_which_the_target_got_them():
    stub, pairs = replay(exchange("late", seconds=1), exchange("early", seconds=2))

    assert stub.asked == ["/early", "/late"]
    assert pairs == [("/early", 200), ("/late", 200)]


@pytest.mark.parametrize(
    ("made", "is_sent"),
    [
        (exchange("raced", was_raced=True), True),
        (exchange("again", was_sent_again=True), False),
        (exchange("odd", manner="in chunks"), True),
        (exchange("cut", manner="cut", status=None), False),
        (exchange("trigger", TRIGGER), False),
    ],
)
def test_what_the_stub_cannot_get_in_the_same_way_is_not_compared(made, is_sent):
    stub, pairs = replay(made)

    assert (bool(stub.asked), pairs) == (is_sent, [])


def test_no_answer_is_one_to_compare():
    assert replay(exchange("rude", status=None), exchange("fine"))[1] == [("/rude", None), ("/fine", 200)]


def test_stub_that_is_silent_three_times_in_a_row_ends_it():
    with pytest.raises(RunStopped, match=r"^no answer from "):
        replay(*(exchange("silence", seconds=number) for number in range(4)))

"""SuprSend's driver leaves out a write only where it knows what the place holds."""

import pytest

from conformance import proof
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT
from conformance.assertions.outcome import Inconclusive
from conformance.proof.messages import Response
from conformance.proof.reference.suprsend import Choice, Refused
from tests.testbed.drivers import make_driver

Reference = proof.reference_of("suprsend")
UNKNOWN_WORD = {"preference": "sideways"}


class Counts(Reference):
    """Counts requests."""

    asked = 0

    def answer(self, request):
        self.asked += 1
        return super().answer(request)


def test_opt_out_is_not_sent_again_where_the_latest_write_was_one():
    server = Counts()
    driver = make_driver(server)
    driver.write(OPT_OUT)
    driver.write(UNKNOWN_WORD)  # is refused
    asked = server.asked
    driver.opt_out()

    assert server.asked == asked
    assert set(server._choices.values()) == {Choice("opt_out")}


def test_opt_out_is_sent_again_where_an_ordinary_write_has_come_in_between():
    """What meets 503 is sent again after an ordinary opt-in, which tells whether others are served."""

    class IsBusyAtFirst(Counts):
        def answer(self, request):
            is_first = b"sideways" in request.body and self.asked == 1
            answer = super().answer(request)
            return Response(503, {"code": 503, "message": "Later"}) if is_first else answer

    server = IsBusyAtFirst()
    driver = make_driver(server)
    driver.write(OPT_OUT)
    assert driver.write(UNKNOWN_WORD).status == 400
    assert set(server._choices.values()) == {Choice("opt_in")}

    driver.opt_out()

    assert set(server._choices.values()) == {Choice("opt_out")}


class KeepsOptOutsAndRefusesTheExample(Reference):
    """Opt-outs are kept until a list lets a channel in, which may not be that of the example."""

    default_opt_outs = frozenset({"slack"})  # after an opt_out of the category

    def _check_channel(self, channel, field):
        if channel == "ms_teams":
            raise Refused(400, f"{field} is unknown")
        return super()._check_channel(channel, field)

    def _opted_out_channels(self, before, out, into):
        return frozenset((before | (out or frozenset())) - (into or frozenset()))

    def _opt_out(self, _, __):
        return Choice("opt_out", self.default_opt_outs)


def let_one_go_out_that_may_not_be_named(server):
    """Return a driver to whom every channel was listed, and then one went out that may not be named."""
    driver = make_driver(server)
    driver.write(OPT_IN)
    for place in list(server._choices):
        server._choices[place] = Choice("opt_in", frozenset({"ms_teams"}))
    driver.write(OPT_IN)
    return driver


def test_channels_are_let_in_again_that_are_out_after_an_opt_out():
    server = KeepsOptOutsAndRefusesTheExample()
    let_one_go_out_that_may_not_be_named(server).opt_in_fully()

    assert set(server._choices.values()) == {Choice("opt_in")}


def test_channels_that_cannot_be_let_in_are_not_said_to_be_in():
    class KeepsSlackOut(KeepsOptOutsAndRefusesTheExample):
        def _opted_out_channels(self, before, _, __):
            return before

    driver = let_one_go_out_that_may_not_be_named(KeepsSlackOut())

    with pytest.raises(Inconclusive) as raised:
        driver.opt_in_fully()

    assert str(raised.value) == "slack stay out, whatever opts them in"


def test_restrictions_are_taken_back_again_where_that_broke_off():
    driver = make_driver(Reference())
    driver.write(OPT_IN)
    left = ["once", "twice"]

    def restore():
        if left.pop() == "twice":
            raise KeyboardInterrupt

    driver.restore_restrictions = restore
    with pytest.raises(KeyboardInterrupt):
        driver.restore()
    driver.restore()

    assert left == []
    assert driver.restore_restrictions is None

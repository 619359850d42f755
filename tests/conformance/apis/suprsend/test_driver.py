"""SuprSend's driver leaves out a write only where it knows what the place holds."""

from conformance import proof
from conformance.apis.suprsend.driver import OPT_OUT
from conformance.proof.messages import Response
from conformance.proof.reference.suprsend import Choice
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

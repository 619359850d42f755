"""How requirements talk to the target: one client per run, which keeps the evidence."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar, Unpack

import httpx2

from conformance.assertions.outcome import ConnectionClosed, Inconclusive, NoAnswer, NotTested, Unreachable
from conformance.http.composition import (
    UNSET,
    RequestParts,
    compose_request,
)
from conformance.http.connection import HttpConnection, Request, choose_proxy
from conformance.http.credentials.authorized_sender import AuthorizedSender
from conformance.http.credentials.secret import Secret
from conformance.http.evidence import Exchange
from conformance.http.evidence_log import EvidenceLog
from conformance.http.pacing import (
    BUSY_STATUSES,
    GATEWAY_STATUSES,
    TOO_MANY_REQUESTS,
    Accepted,
    Budget,
    OutageWatch,
    RateLimit,
    RetryTimer,
)
from conformance.http.race import Race, select_overlapping
from conformance.http.raw_request import RawRequest
from conformance.http.redaction import Redaction
from conformance.http.response import Response
from conformance.http.sender import Sender

__all__ = ["UNSET", "Client", "RequestParts"]

T = TypeVar("T")
_LONGEST_QUOTE = 40  # characters of a header


class Client:
    """Sends what requirements ask for and keeps every exchange.

    base_url: where the target answers; a path in it is put before every path that is sent.
    timeout_s: for one whole exchange. retry_s: how long 429 and 503 are retried. rate_per_s: a cap.
    budget_s: for all that is sent, and the waiting in between; *budget* in its place measures it in another way.
    ssl_context: other than the usual one. proxy: its URL, "none" for none, or None for the environment's.
    secrets: credentials, shown by their names, and fetched again when the target no longer accepts them.
    make_connection: the proof gives one of its own, which calls a server in this process.
    """

    def __init__(
        self,
        base_url: str,
        redaction: Redaction,
        *,
        timeout_s: float = 10,
        retry_s: float = 30,
        rate_per_s: float | None = None,
        budget_s: float | None = None,
        budget: Budget | None = None,
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        secrets: Sequence[Secret] = (),
        make_connection: Callable[..., HttpConnection] = HttpConnection,
    ) -> None:
        self.unanswered: list[Exchange] = []  # what send_hostile got no response to, though it tried twice
        self.refused_as_too_many: list[Response] = []  # the last 429 to a request, when patience had ended
        self.lone_outages: list[Response] = []  # the third 503 to one input, while others were accepted
        self.outage_watch = OutageWatch()
        self.made_up_credentials: dict[str, str] = {}  # how those of these names are made
        self.redaction = redaction
        self._log = EvidenceLog()
        self._base_url = base_url.rstrip("/")
        self._retry_s = retry_s
        self._statuses_to_wait_at = BUSY_STATUSES
        self._proxy = choose_proxy(httpx2.URL(base_url), proxy)
        redaction.conceal_proxy(self._proxy)
        self._connection = make_connection(httpx2.URL(base_url), ssl_context=ssl_context, proxy=self._proxy)
        self.clock = self._connection.clock
        self.budget = Budget(budget_s, self.clock) if budget is None else budget
        self._sender = Sender(
            self._connection,
            self._proxy,
            self._log,
            redaction,
            self.budget,
            RateLimit(rate_per_s, self.clock),
            timeout_s,
        )
        self._authorized_sender = AuthorizedSender(
            self._sender, secrets, redaction, self.budget, self._log, retry_s
        )

    def set_credential_probe(self, make_probe: Callable[[Secret], Request | None]) -> None:
        """Ask *make_probe* for a request that is accepted, and changes nothing, if a credential still is."""
        self._authorized_sender.make_probe = make_probe

    def watch_for_absence(
        self,
        describe_absence: Callable[[Response], str | None],
        make_reach_probe: Callable[[Secret | None], Request | None],
    ) -> None:
        """From now on, stop the run once the API no longer answers what it has accepted before.

        describe_absence: says how something that stands before the API has answered; None of an answer of the API's.
        make_reach_probe: makes a request that the API accepts if it is there.
        """
        self._authorized_sender.make_reach_probe = make_reach_probe
        self._authorized_sender.describe_absence = describe_absence

    def confirm_presence(self) -> None:
        """Raise RunStopped if the API was there and no longer is, where the latest answers leave that open."""
        self._authorized_sender.confirm_presence()

    # --- sending -------------------------------------------------------------------------------------------

    def send(
        self,
        method: str,
        path: str,
        *,
        retry_busy: bool = True,
        wait_at: Collection[int] | None = None,
        **parts: Unpack[RequestParts],
    ) -> Response:
        """Send one request and return its final response.

        path: raw, percent-encoded where it has to be. retry_busy: whether 429 and 503 are retried. wait_at: the
        statuses that are, if not both.
        Raises Inconclusive if none came that can be judged, RunStopped if that has happened too often or if the
        budget is used up.
        """
        request = compose_request(self._base_url, self.redaction, method, path, **parts)
        timer, statuses = self._start_retry_timer(), list[int]()
        while True:
            response = self._authorized_sender.send(request)
            if not retry_busy or response.status not in (wait_at or self._statuses_to_wait_at):
                return self._keep_response(response)
            statuses.append(response.status)
            if self.outage_watch.is_alone(statuses):
                self.lone_outages.append(response)
                return self._keep_response(response)
            if not timer.wait(response.headers):
                self._keep_response(response)
                raise self._give_up_on_busy(response)
            self._sender.count_repeat(f"answered {response.status}")

    def build_request(self, method: str, path: str, **parts: Unpack[RequestParts]) -> Request:
        """Make the request that send would send, for a RawRequest."""
        request = compose_request(self._base_url, self.redaction, method, path, **parts)
        return self._authorized_sender.renew_expired(request)

    def send_raw(self, raw_request: RawRequest) -> list[Response]:
        """Send bytes on a connection of their own and return the responses to the requests in them, in their order.

        There are fewer responses than requests if the connection is closed after the first, and perhaps none to a
        request that is cut. If one of them is 429 or 503, or is cut itself, all is sent again.
        Raises NotTested behind a proxy, which would not pass the bytes on as they are, and otherwise as send does.
        """
        if self._proxy:
            raise NotTested("a proxy stands before the target, and passes no bytes on as they are")
        self._authorized_sender.require_presence()
        timer, statuses = self._start_retry_timer(), list[int]()
        while True:
            number, resend = self.request_count + 1, partial(self._sender.send_raw, raw_request)
            try:
                responses = resend()
            except Unreachable as trouble:
                self._authorized_sender.stop_if_absent(trouble, number, resend)
                raise
            if renewed := self._authorized_sender.renew_raw(raw_request, responses):
                raw_request = renewed
                responses = self._sender.send_raw(raw_request)
            busy = next((response for response in responses if response.status in BUSY_STATUSES), None)
            if busy is None:
                break
            statuses.append(busy.status)
            if self.outage_watch.is_alone(statuses):
                self.lone_outages.append(busy)
                busy = None
                break
            if not timer.wait(busy.headers):
                break
            self._sender.count_repeat(f"answered {busy.status}")
        for response in responses:
            self._keep_response(response)
        if busy:
            raise self._give_up_on_busy(busy)
        self._authorized_sender.note_answers(raw_request.requests, responses)
        return responses

    def send_hostile(
        self,
        ask: Callable[[], T],
        ask_harmless: Callable[[], Accepted],
        unanswered: list[Exchange] | None = None,
        *,
        may_close: bool = True,
    ) -> T | None:
        """Ask what servers stumble over; None if the connection is closed without a response, which is a refusal.

        ask_harmless: asks what is answered as a rule. It tells a target that is gone, for which it raises
        Unreachable, from one that only the hostile request gets no response from.
        unanswered: what gets no response in time is asked twice and put there, among the client's own by default; so is
        what the connection is closed on, unless it *may_close*.
        Raises Inconclusive where *ask* does. A 503 that it alone meets is its answer.
        """
        for is_last in (False, True):
            try:
                with self.outage_watch.watch(ask_harmless):
                    return ask()
            except (ConnectionClosed, NoAnswer) as outcome:
                # Not simply the last: something may have been sent to see whether the API is still there.
                silent = next(one for one in reversed(self.exchanges) if one.status is None)
                ask_harmless()
                if may_close and isinstance(outcome, ConnectionClosed):
                    return None
                if is_last:
                    (self.unanswered if unanswered is None else unanswered).append(silent)
                    raise
        return None

    def send_concurrently(self, sends: Sequence[Callable[[], Response]]) -> list[Response]:
        """Send all at the same time and return the responses to those requests that overlapped.

        A request counts if it was under way while at least one other was that got a response, too.
        Raises Inconclusive if none was.
        """
        # All have their turn now: requests that wait for it one by one would not overlap.
        self._sender.wait_for_turn(len(sends))

        def send_at_once(send: Callable[[], Response]) -> Response:
            self._sender.exempt_thread_from_waiting()
            return send()

        responses = Race(self._log, [partial(send_at_once, send) for send in sends]).run()
        for response in responses:
            response.exchange.was_raced = True
        if overlapping := select_overlapping(responses):
            return overlapping
        raise Inconclusive(f"of {len(sends)} requests sent together no two overlapped")

    def check_budget(self) -> None:
        """Raise RunStopped if the budget is used up."""
        if not self.budget.remaining_s():
            raise self.budget.exhausted_outcome()

    def pause(self, seconds: float) -> None:
        """Wait; raises RunStopped at once if the budget does not last so long."""
        if seconds > self.budget.remaining_s():
            raise self.budget.exhausted_outcome()
        self.clock.sleep(seconds)

    @contextmanager
    def refuse_to_send(self, reason: str) -> Iterator[None]:
        """Raise RunStopped with *reason* in the with block wherever something is to be sent."""
        self._sender.stopped = reason
        try:
            yield
        finally:
            self._sender.stopped = None

    @contextmanager
    def wait_for_gateway(self) -> Iterator[None]:
        """In the with block, be as patient with a gateway that has no API behind it as with one that is busy."""
        self._statuses_to_wait_at = BUSY_STATUSES | GATEWAY_STATUSES
        try:
            yield
        finally:
            self._statuses_to_wait_at = BUSY_STATUSES

    def start_restoring(self) -> None:
        """From now on, send also where the API was gone for a while."""
        self._authorized_sender.is_restoring = True

    def close(self) -> None:
        """Close the connections, and let go of those who were to be asked for requests."""
        self._connection.close()
        self._authorized_sender.forget_probes()

    # --- evidence ------------------------------------------------------------------------------------------

    @property
    def responses(self) -> list[Response]:
        """Every response of the run that a requirement got to see."""
        return self._log.responses

    @property
    def exchanges(self) -> list[Exchange]:
        """Every exchange of the run, in the order they ended."""
        return self._log.exchanges

    @property
    def request_count(self) -> int:
        """How many requests were sent."""
        return self._sender.request_count

    @property
    def repeats(self) -> Mapping[str, int]:
        """How often a request was sent again, by what it had met: "answered 503"."""
        return self._sender.repeats

    @property
    def deadly(self) -> list[Exchange]:
        """What the API was gone after each time that it was sent, though it came back and took ordinary requests."""
        return self._authorized_sender.deadly

    def start_evidence(self) -> None:
        """Start the evidence of the next requirement."""
        self._log.start_requirement()

    def evidence(self) -> list[Exchange]:
        """Return the exchanges cited since start_evidence, each once."""
        return self._log.list_evidence()

    def cite(self, exchange: Exchange) -> None:
        """Make an earlier exchange the last of the evidence."""
        self._log.cite(exchange)

    def note_polling(self) -> None:
        """Note that the requirement looks for what may come late."""
        self._log.has_polled = True

    @property
    def has_polled(self) -> bool:
        """Whether the requirement looks for what may come late."""
        return self._log.has_polled

    def memoize(self, key: Any, ask: Callable[[], T]) -> T:
        """Return what *ask* returned the first time, with its evidence; an outcome it raised is raised again."""
        return self._log.memoize(key, ask)

    def forget_everything(self) -> None:
        """Forget every response and what was memoized, as if nothing had been sent."""
        self._log.clear()
        self.lone_outages.clear()
        self.outage_watch.forget_outage()
        self._sender.reset_silence_count()
        self._sender.repeats.clear()

    def conceal_made_up(self, value: str, name: str, how: str) -> str:
        """Show *value*, a credential made up for a request, as ``$name``; returns the value.

        how: it is made, in words, for those who want to repeat the request.
        """
        self.made_up_credentials[name] = how
        return self.redaction.conceal(value, name)

    def _keep_response(self, response: Response) -> Response:
        if response.status not in BUSY_STATUSES:
            self._sender.reset_silence_count()
        self._log.add_response(response)
        return response

    # --- waiting, and when there is no more of it -----------------------------------------------------------

    def _start_retry_timer(self) -> RetryTimer:
        return RetryTimer(min(self._retry_s, self.budget.remaining_s()), self.clock)

    def _give_up_on_busy(self, response: Response) -> BaseException:
        if not self.budget.remaining_s():
            return self.budget.exhausted_outcome()
        if response.status == TOO_MANY_REQUESTS:
            self.refused_as_too_many.append(response)
        asked = response.headers.get("retry-after")
        wanted_pause = (
            f" and asks to wait ({self.redaction.show_line(asked, _LONGEST_QUOTE)})" if asked else ""
        )
        limit = f"the profile's patience.retry_s ({self._retry_s:g} s)"
        if self.budget.remaining_s() < self._retry_s:
            limit += f" or what is left of {self.budget.describe()}"
        sentence = f"the target keeps answering {response.status}{wanted_pause}, longer than {limit}"
        return self._sender.silence_outcome(Inconclusive, sentence)

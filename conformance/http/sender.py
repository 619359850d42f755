"""One exchange with the target: in its turn, within the budget, recorded, and with an outcome for every error."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest

import httpcore2
import httpx2

from conformance.assertions.outcome import (
    ConnectionClosed,
    DoesNotConform,
    Inconclusive,
    NoAnswer,
    RunStopped,
    Unreachable,
)
from conformance.http.connection import (
    AnswerCut,
    AnswerLost,
    AnswerUnfinished,
    HttpConnection,
    RawResponse,
    Request,
)
from conformance.http.evidence import Exchange
from conformance.http.evidence_log import EvidenceLog
from conformance.http.pacing import GATEWAY_STATUSES, Budget, RateLimit
from conformance.http.raw_request import RawRequest
from conformance.http.redaction import Redaction
from conformance.http.response import Response
from conformance.http.transport.connection_errors import (
    describe_origin,
    describe_route,
    explain_connection_error,
    was_closed_at_once,
)
from conformance.http.transport.content_coding import LARGEST_BODY, BodyTooLarge

SILENCES_UNTIL_STOP = 3  # this often in a row without a usable response in time, and the run stops
SLOW_CUTS_UNTIL_STOP = 10  # each of them is a failure; requirements that only observe may come first
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE", "QUERY")  # which leave all as it was
_MOST_TRIES = 3
_MOST_TRIES_IN_VAIN = 2  # where nothing came, or where it took the whole time-out to see that it is cut
# Before the second try and the third: a gateway that restarts is down for as long.
_GATEWAY_PAUSES_S = (0.3, 1.0)
_GATEWAY_WAITS_IN_VAIN = 5  # after so many nothing is waited for any more, for that is no restart
_PROXY_AUTHENTICATION_REQUIRED = 407
_CLOSED_ERRORS = (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.WriteError)

_LONGEST_QUOTE = 120


class Sender:
    """Sends over a connection and records what came of it.

    proxy: the one that *connection* goes through. timeout_s: for one whole exchange. repeats: how many requests were
    sent again, by what they had met.
    """

    def __init__(
        self,
        connection: HttpConnection,
        proxy: httpx2.URL | None,
        log: EvidenceLog,
        redaction: Redaction,
        budget: Budget,
        rate_limit: RateLimit,
        timeout_s: float,
    ) -> None:
        self.request_count = 0
        self.stopped: str | None = None
        self.repeats: Counter[str] = Counter()
        self._connection = connection
        self._clock = connection.clock
        self._proxy = proxy
        self._log = log
        self._redaction = redaction
        self._budget = budget
        self._rate_limit = rate_limit
        self._timeout_s = timeout_s
        self._thread = _ThreadState()
        self._lock = threading.Lock()
        self._silences = 0
        self._gateway_waits_in_vain = 0
        self._has_waited_for_ends = (
            False  # of bodies that were whole, so that no second try is needed to see it
        )

    def send(self, request: Request) -> Response:
        """Send one request and return its response, whatever it is.

        Raises Inconclusive if there is none, DoesNotConform if it is cut each time, RunStopped if that has happened too
        often or if the budget is used up.
        """
        self._wait_for_own_turn(1)
        tries = _Tries([request], self._clock.monotonic())
        with self._convert_errors(tries):
            [raw] = self._send_persistently(tries, lambda: [self._send_once(request)])
        if self._proxy and raw.status == _PROXY_AUTHENTICATION_REQUIRED:
            route = describe_route(request.url, self._proxy)
            sentence = f"{route}: the proxy asks for credentials; put them into its URL"
            self._record_failure(request, sentence, tries)
            raise Unreachable(sentence)
        return self._record_response(request, raw, tries)

    def send_raw(self, raw_request: RawRequest) -> list[Response]:
        """Send bytes on a connection of their own and return the responses that came, in the order of the requests.

        Raises as send does if there is none where one has to be, or if one of them is cut each time.
        """
        requests = raw_request.requests
        self._wait_for_own_turn(len(requests))
        tries = _Tries(requests, self._clock.monotonic(), raw_request.manner)
        with self._convert_errors(tries):
            raws = self._send_persistently(tries, lambda: self._send_bytes_once(raw_request), is_reused=False)
        for request in requests[len(raws) :]:
            self._record_failure(request, "no whole answer came", tries)
        answered = zip(requests, raws, strict=False)
        return [self._record_response(request, raw, tries) for request, raw in answered]

    def wait_for_turn(self, requests: int = 1) -> None:
        """Wait until so many requests may be sent.

        Raises RunStopped while *stopped* says why nothing is sent, and what the budget does if it is too short.
        """
        if self.stopped:
            raise RunStopped(self.stopped)
        remaining_s = self._budget.remaining_s()
        if not remaining_s or not self._rate_limit.wait(requests, remaining_s):
            raise self._budget.exhausted_outcome()

    def pause(self, seconds: float) -> bool:
        """Wait, and tell whether there was the time for it."""
        if seconds > self._budget.remaining_s():
            return False
        self._clock.sleep(seconds)
        return True

    def exempt_thread_from_waiting(self) -> None:
        """Let this thread, until it ends, send without waiting for its turn: that was waited for already."""
        self._thread.has_had_its_turn = True

    @property
    def is_racing(self) -> bool:
        """Whether this thread sends at the same time as others."""
        return self._thread.has_had_its_turn

    def silence_outcome(self, kind: type[Inconclusive], sentence: str) -> Inconclusive | RunStopped:
        """Return the outcome of a request without a usable response, which is RunStopped after some in a row."""
        return self._count_silence(sentence, SILENCES_UNTIL_STOP) or kind(sentence)

    def count_repeat(self, met: str) -> None:
        """Count that a request was sent again, by what it had *met*, a participle."""
        with self._lock:
            self.repeats[met] += 1

    def reset_silence_count(self) -> None:
        """Count silences from zero again, since a usable response has come."""
        with self._lock:
            self._silences = 0

    def _wait_for_own_turn(self, requests: int) -> None:
        if not self._thread.has_had_its_turn:
            self.wait_for_turn(requests)

    def _count_silence(self, sentence: str, most: int) -> RunStopped | None:
        """Return what stops the run if there have been so many silences in a row."""
        with self._lock:
            self._silences += 1
            if self._silences < most:
                return None
            times = f"{self._silences}{'rd' if self._silences == 3 else 'th'} time in a row"
        return RunStopped(f"{sentence}; that was the {times}, so the run stops here")

    def _send_persistently(
        self, tries: _Tries, send_once: Callable[[], list[RawResponse]], *, is_reused: bool = True
    ) -> list[RawResponse]:
        """Send requests, and again where a gateway got no answer, one is cut, or the connection was closed.

        is_reused: whether the connection may have served others before.
        """
        number = 0
        gateway_pauses_s = list(_GATEWAY_PAUSES_S)
        while True:
            if number:
                self._wait_for_own_turn(len(tries.requests))
                tries.latest_at = self._clock.monotonic()
            number += 1
            try:
                raws = send_once()
                met = next((raw.status for raw in raws if raw.status in GATEWAY_STATUSES), None)
                if met is None or not self._wait_for_gateway(gateway_pauses_s):
                    return raws
                self._note_repeat(tries, f"answered {met}", raws)
                tries.may_be_done = True
            except (*_CLOSED_ERRORS, httpcore2.ConnectError) as error:
                # A server may close an idle connection at any time, also while the next request is on its way.
                is_unsent = isinstance(error, httpcore2.ConnectError)
                is_lost = is_unsent and not was_closed_at_once(error)
                if is_lost or not is_reused or number >= _MOST_TRIES_IN_VAIN:
                    raise
                outcome = _explain_error(error, tries.requests[0].url, self._proxy, self._redaction)
                self._note_repeat(tries, "dropped with their connection", why=str(outcome))
                tries.may_be_done = tries.may_be_done or not is_unsent
            except AnswerCut as cut:
                most_slow = 1 if self._has_waited_for_ends else _MOST_TRIES_IN_VAIN
                if number >= (most_slow if cut.has_timed_out else _MOST_TRIES):
                    raise
                self._note_repeat(tries, "answered in part", [*cut.before, cut.response])
                tries.may_be_done = True

    def _note_repeat(self, tries: _Tries, met: str, raws: Sequence[RawResponse] = (), why: str = "") -> None:
        """Count and record a try after which requests are sent again; it is no evidence of anything."""
        self.count_repeat(met)
        for request, raw in zip_longest(tries.requests, raws):
            exchange = self._record_exchange(request, raw, tries, why or met)
            exchange.was_sent_again = True

    def _wait_for_gateway(self, pauses_s: list[float]) -> bool:
        """Wait for the first of *pauses_s*, which is removed; False if there is none, or no time for it."""
        if not pauses_s:
            with self._lock:
                self._gateway_waits_in_vain += 1
            return False
        if pauses_s[0] > self._budget.remaining_s():
            return False
        pause_s = pauses_s.pop(0)
        if self._gateway_waits_in_vain >= _GATEWAY_WAITS_IN_VAIN:
            pauses_s.clear()  # it is asked once more, at once
        else:
            self._clock.sleep(pause_s)
        return True

    def _send_once(self, request: Request) -> RawResponse:
        with self._lock:
            self.request_count += 1
        return self._connection.send(request, min(self._timeout_s, self._budget.remaining_s()))

    def _send_bytes_once(self, raw_request: RawRequest) -> list[RawResponse]:
        methods = [request.method for request in raw_request.requests]
        with self._lock:
            self.request_count += len(methods)
        within_s = min(self._timeout_s, self._budget.remaining_s())
        return self._connection.send_bytes(raw_request.content, methods, within_s, is_cut=raw_request.is_cut)

    @contextmanager
    def _convert_errors(self, tries: _Tries) -> Iterator[None]:
        """Raise what goes wrong with the connection as an outcome, and record it."""
        outcome: BaseException
        url = tries.requests[0].url
        try:
            yield
        except httpcore2.TimeoutException as error:
            limit = f"{self._timeout_s:g} s, the profile's patience.timeout_s"
            what = f"no end of {error}" if isinstance(error, AnswerUnfinished) else "no answer"
            sentence = f"{what} from {describe_origin(url)} within {limit}"
            if self._budget.remaining_s():
                # Whoever read the whole request may just be slow; whoever did not is not there.
                kind = NoAnswer if isinstance(error, httpcore2.ReadTimeout) else Unreachable
                outcome = self.silence_outcome(kind, sentence)
            else:
                outcome = self._budget.exhausted_outcome()
                sentence = str(outcome)
        except httpcore2.LocalProtocolError as error:
            sentence = f"the request cannot be sent: {self._redaction.show_line(str(error), _LONGEST_QUOTE)}"
            outcome = Inconclusive(sentence)
        except AnswerCut as cut:
            if not cut.has_timed_out or self._budget.remaining_s():
                raise self._explain_cut(cut, tries) from None
            outcome = self._budget.exhausted_outcome()  # the end might have come in time
            sentence = str(outcome)
        except BodyTooLarge:
            sentence = f"the answer's body is larger than {LARGEST_BODY // 1024**2} MiB"
            outcome = self.silence_outcome(Inconclusive, sentence)
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError, OSError) as error:
            outcome = _explain_error(error, url, self._proxy, self._redaction)
            sentence = str(outcome)
        else:
            return
        self._record_failure(tries.requests[0], sentence, tries)
        for request in tries.requests[1:]:
            self._record_exchange(request, None, tries, sentence)
        raise outcome from None

    def _explain_cut(self, cut: AnswerCut, tries: _Tries) -> DoesNotConform | RunStopped:
        """Record an answer that is cut, and those before it, and return what comes of it."""
        how = self._redaction.show_line(str(cut), _LONGEST_QUOTE)
        for one, raw in zip(tries.requests, cut.before, strict=False):
            self._log.cite(self._record_response(one, raw, tries).exchange)
        request = tries.requests[len(cut.before)]
        answer = self._record_response(request, cut.response, tries, how)
        self._log.cite(answer.exchange)
        if cut.has_timed_out:
            self._has_waited_for_ends = True
            sentence = f"answers from {describe_origin(request.url)} do not end: {how}"
            if stop := self._count_silence(sentence, SLOW_CUTS_UNTIL_STOP):
                return stop
        return DoesNotConform("an answer that ends where its head says", how, answer)

    def _record_response(
        self, request: Request, raw: RawResponse, tries: _Tries, error: str | None = None
    ) -> Response:
        received_at = self._clock.monotonic()
        exchange = self._record_exchange(request, raw, tries, error)
        exchange.may_be_second = tries.may_be_done and not error and request.method not in _SAFE_METHODS
        # What the request does, it may have done at the first try.
        sent_at, faults = tries.first_at, (raw.coding_fault, raw.unread_coding)
        return Response(raw.status, raw.headers, sent_at, received_at, exchange, *faults)

    def _record_failure(self, request: Request, sentence: str, tries: _Tries) -> None:
        self._log.cite(self._record_exchange(request, None, tries, sentence))

    def _record_exchange(
        self, request: Request, raw: RawResponse | None, tries: _Tries, error: str | None
    ) -> Exchange:
        if raw:
            self._redaction.conceal_told(raw.headers, raw.content)
        seconds = self._clock.monotonic() - tries.latest_at
        exchange = Exchange(request, self._redaction, raw, error, seconds, tries.manner, self._log.bodies)
        self._log.exchanges.append(exchange)
        return exchange


@dataclass
class _Tries:
    """Requests that are sent together, perhaps several times.

    first_at, latest_at: when the first and the latest try began. may_be_done: whether an earlier try may have done what
    they ask for, though its answer did not come whole.
    """

    requests: Sequence[Request]
    first_at: float
    manner: str = ""
    may_be_done: bool = False

    def __post_init__(self) -> None:
        self.latest_at = self.first_at


class _ThreadState(threading.local):
    has_had_its_turn = False


def _explain_error(
    error: Exception, url: httpx2.URL, proxy: httpx2.URL | None, redaction: Redaction
) -> Unreachable:
    if isinstance(error, AnswerLost):
        return ConnectionClosed(f"{describe_origin(url)} {error}")
    return explain_connection_error(error, url, proxy, redaction)

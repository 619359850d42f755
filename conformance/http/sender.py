"""One exchange with the target: in its turn, within the budget, recorded, and with an outcome for every error."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpcore2
import httpx2

from conformance.assertions.outcome import Inconclusive, Silent, Stopped, Unreachable
from conformance.http.connection import LARGEST_BODY, BodyTooLarge, HttpConnection, RawResponse
from conformance.http.connection_error import describe_origin, describe_route, explain_connection_error
from conformance.http.evidence import Exchange
from conformance.http.evidence_log import EvidenceLog
from conformance.http.pacing import Budget, RateLimit
from conformance.http.raw_request import RawRequest
from conformance.http.redaction import Redaction
from conformance.http.response import Response

SILENCES_UNTIL_STOP = 3  # this often in a row without a usable response in time, and the run stops
_PROXY_AUTHENTICATION_REQUIRED = 407
_CLOSED_ERRORS = (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.WriteError)


class Sender:
    """Sends over a connection and records what came of it.

    proxy: the one that *connection* goes through. timeout_s: for one whole exchange.
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

    def send(self, request: httpx2.Request) -> Response:
        """Send one request and return its response, whatever it is.

        Raises Inconclusive if there is none, Stopped if that has happened too often or if the budget is used up.
        """
        if not self._thread.has_had_its_turn:
            self.wait_for_turn()
        sent_at = self._clock.monotonic()
        with self._convert_errors(request, sent_at):
            raw = self._send_past_closed_connection(request)
        if self._proxy and raw.status == _PROXY_AUTHENTICATION_REQUIRED:
            route = describe_route(request.url, self._proxy)
            sentence = f"{route}: the proxy asks for credentials; put them into its URL"
            self._record_failure(request, sentence, sent_at)
            raise Unreachable(sentence)
        return self._record_response(request, raw, sent_at)

    def send_raw(self, raw_request: RawRequest) -> list[Response]:
        """Send bytes on a connection of their own and return the responses that came, in the order of the requests."""
        requests, manner = raw_request.requests, raw_request.manner
        self.wait_for_turn(len(requests))
        within_s = min(self._timeout_s, self._budget.remaining_s())
        with self._lock:
            self.request_count += len(requests)
        sent_at = self._clock.monotonic()
        methods = [request.method for request in requests]
        with self._convert_errors(requests[0], sent_at, manner):
            raws = self._connection.send_bytes(
                raw_request.content, methods, within_s, is_cut=raw_request.is_cut
            )
        for request in requests[len(raws) :]:
            self._record_failure(request, "the connection was closed without an answer", sent_at, manner)
        answered = zip(requests, raws, strict=False)
        return [self._record_response(request, raw, sent_at, manner) for request, raw in answered]

    def wait_for_turn(self, requests: int = 1) -> None:
        """Wait until so many requests may be sent; raises what the budget does if it does not last so long."""
        remaining_s = self._budget.remaining_s()
        if not remaining_s or not self._rate_limit.wait(requests, remaining_s):
            raise self._budget.outcome()

    def let_thread_pass(self) -> None:
        """Let this thread, until it ends, send without waiting for its turn: that was waited for already."""
        self._thread.has_had_its_turn = True

    def count_silence(self, kind: type[Inconclusive], sentence: str) -> Inconclusive:
        """Return the outcome of a request without a usable response, which is Stopped after some in a row."""
        with self._lock:
            self._silences += 1
            if self._silences >= SILENCES_UNTIL_STOP:
                times = f"{SILENCES_UNTIL_STOP}rd time in a row"
                return Stopped(f"{sentence}; that was the {times}, so the run stops here")
        return kind(sentence)

    def end_silence(self) -> None:
        """Count silences anew, since a usable response has come."""
        with self._lock:
            self._silences = 0

    def _send_past_closed_connection(self, request: httpx2.Request) -> RawResponse:
        try:
            return self._send_once(request)
        except _CLOSED_ERRORS:
            # A server may close an idle connection at any time, also while the next request is on its way.
            return self._send_once(request)

    def _send_once(self, request: httpx2.Request) -> RawResponse:
        with self._lock:
            self.request_count += 1
        return self._connection.send(request, min(self._timeout_s, self._budget.remaining_s()))

    @contextmanager
    def _convert_errors(self, request: httpx2.Request, sent_at: float, manner: str = "") -> Iterator[None]:
        """Raise what goes wrong with the connection as an outcome, and record it."""
        outcome: BaseException
        try:
            yield
        except httpcore2.TimeoutException as error:
            sentence = f"no answer from {describe_origin(request.url)} within {self._timeout_s:g} s"
            if self._budget.remaining_s():
                # Whoever read the whole request may just be slow; whoever did not is not there.
                kind = Silent if isinstance(error, httpcore2.ReadTimeout) else Unreachable
                outcome = self.count_silence(kind, sentence)
            else:
                outcome = self._budget.outcome()
                sentence = str(outcome)
        except httpcore2.LocalProtocolError as error:
            sentence = f"the request cannot be sent: {self._redaction(str(error))}"
            outcome = Inconclusive(sentence)
        except BodyTooLarge:
            sentence = f"the answer's body is larger than {LARGEST_BODY // 1024**2} MiB"
            outcome = self.count_silence(Inconclusive, sentence)
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError, OSError) as error:
            outcome = explain_connection_error(error, request.url, self._proxy, self._redaction)
            sentence = str(outcome)
        else:
            return
        self._record_failure(request, sentence, sent_at, manner)
        raise outcome from None

    def _record_response(
        self, request: httpx2.Request, raw: RawResponse, sent_at: float, manner: str = ""
    ) -> Response:
        received_at = self._clock.monotonic()
        exchange = Exchange(request, self._redaction, raw, seconds=received_at - sent_at, manner=manner)
        self._log.exchanges.append(exchange)
        return Response(raw.status, raw.headers, raw.content, sent_at, received_at, exchange)

    def _record_failure(
        self, request: httpx2.Request, sentence: str, sent_at: float, manner: str = ""
    ) -> None:
        seconds = self._clock.monotonic() - sent_at
        failed = Exchange(request, self._redaction, error=sentence, seconds=seconds, manner=manner)
        self._log.exchanges.append(failed)
        self._log.cite(failed)


class _ThreadState(threading.local):
    has_had_its_turn = False

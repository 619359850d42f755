"""Sending with credentials that stay fresh, and telling a credential that has ended from a request that is refused."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial

import httpx2

from conformance.assertions.outcome import Inconclusive, NoAnswer, RunStopped, Unreachable
from conformance.http.composition import move_to_other_slash, replace_headers
from conformance.http.connection import Request
from conformance.http.credentials.renewal import CannotRenew, Renewal
from conformance.http.credentials.secret import COMMAND_WITHIN_S, Secret
from conformance.http.evidence import Exchange
from conformance.http.evidence_log import EvidenceLog
from conformance.http.pacing import BUSY_STATUSES, GATEWAY_STATUSES, Budget
from conformance.http.raw_request import RawRequest, renew_headers
from conformance.http.redaction import Redaction
from conformance.http.response import Response
from conformance.http.sender import Sender

Resend = Callable[[], object]

# When an API is looked for that is gone: a process that is started again takes some seconds.
_LOOK_AFTER_S = (1.0, 3.0, 5.0)
_DEATHS = 3  # of one request, and it was no coincidence


class AuthorizedSender:
    """Sends through *sender*, with the newest values of *secrets*.

    is_restoring: whether things are put back, also where the API was gone. back_within_s: how long an API that is gone
    is waited for. deadly: what it was gone after, each time that it came.
    make_probe: makes a request that is accepted, and changes nothing, with a credential that still is.
    make_reach_probe: makes one that the API accepts if it is there.
    describe_absence: says how something that stands before the API has answered; None of an answer of the API's own.
    """

    def __init__(
        self,
        sender: Sender,
        secrets: Sequence[Secret],
        redaction: Redaction,
        budget: Budget,
        log: EvidenceLog,
        back_within_s: float = 0,
    ) -> None:
        self.deadly: list[Exchange] = []
        self.is_restoring = False
        self._back_within_s = back_within_s
        self.forget_probes()
        self._absence: str | None = None  # what is said once nothing reaches the API any more
        self._lone_statuses: set[int] = set()  # of what seemed to come from elsewhere while the API was there
        # The first request after which nothing has come from the API for sure.
        self._doubted_since: int | None = None
        self._probing = threading.Lock()
        self._ended: dict[str, str] = {}  # what is said of credentials that were accepted, by their keys
        self._renewal = Renewal(secrets, redaction)
        self._sender = sender
        self._redaction = redaction
        self._budget = budget
        self._log = log

    def forget_probes(self) -> None:
        """Ask nobody for requests, and nobody how something before the API has answered."""
        self.make_probe: Callable[[Secret], Request | None] = lambda _: None
        self.make_reach_probe: Callable[[Secret | None], Request | None] = lambda _: None
        self.describe_absence: Callable[[Response], str | None] = lambda _: None

    def send(self, request: Request) -> Response:
        """Send, and once more if the credential was one that is fetched and is no longer accepted.

        Raises RunStopped if the main credential was accepted before and no longer is, Inconclusive if another one.
        Raises RunStopped as well if the API was reached before and no longer is.
        """
        self.require_presence()
        request = self.renew_expired(request)
        sent, number = request.headers, self._sender.request_count + 1
        response = self._send_or_stop(request)
        refused = self._renewal.note_answer(request, response.status)
        renewed = self._renew_refused(sent, response)
        if renewed is not None:
            self._log.cite(response.exchange)
            request = replace_headers(request, renewed)
            response = self._send_or_stop(request)
            refused = self._renewal.note_answer(request, response.status)
        if refused:
            self._require_accepted(refused, response)
        self._check_origin(response, number, partial(self._send_following_slash, request))
        return response

    def renew_expired(self, request: Request) -> Request:
        """Return *request* as it is to be sent, with the newest credential."""
        newest = self._renewal.renew_expired(request.headers, self._command_timeout_s())
        return replace_headers(request, newest)

    def renew_raw(self, raw_request: RawRequest, responses: Sequence[Response]) -> RawRequest | None:
        """Return *raw_request* with a newer credential, or None if the responses stand."""
        for request, response in zip(raw_request.requests, responses, strict=False):
            if renewed := self._renew_refused(request.headers, response):
                return renew_headers(raw_request, request.headers, renewed)
        return None

    def note_answers(self, requests: Sequence[Request], responses: Sequence[Response]) -> None:
        """Note which credentials of *requests* were accepted; raises as send does if one of them has ended."""
        for request, response in zip(requests, responses, strict=False):
            if refused := self._renewal.note_answer(request, response.status):
                self._require_accepted(refused, response)
            self._check_origin(response, self._sender.request_count)

    def _renew_refused(self, headers: httpx2.Headers, response: Response) -> httpx2.Headers | None:
        """Return the headers to ask once more with, or None if *response* stands."""
        try:
            return self._renewal.renew_refused(headers, response.status, self._command_timeout_s())
        except CannotRenew as error:
            self._log.cite(response.exchange)
            if not self._budget.remaining_s():
                raise self._budget.exhausted_outcome() from None
            raise self._sender.silence_outcome(Inconclusive, self._redaction.show_line(str(error))) from None

    def _require_accepted(self, secret: Secret, response: Response) -> None:
        """Return if *secret*, which was accepted before, still is; else raise RunStopped if the run cannot go on."""
        with self._probing:
            if secret.key not in self._ended:
                count = self._sender.request_count
                probe = self.make_probe(secret)
                if probe is None:
                    return
                again = self._send_following_slash(probe)
                if self._renewal.note_answer(probe, again.status) is not secret:
                    return  # it is this request that is refused, and not the credential
                self._ended[secret.key] = (
                    f"{secret.key} has been refused since request {count}, with {response.status}, and had been "
                    "accepted before; give one that outlasts the run"
                )
        self._log.cite(response.exchange)
        kind = RunStopped if secret is self._renewal.main else Inconclusive
        raise kind(self._ended[secret.key])

    def confirm_presence(self) -> None:
        """Raise RunStopped if the API was reached before and no longer is, where the latest answers leave that open."""
        if self._doubted_since is not None:
            self._probe_api(self._doubted_since)

    def _check_origin(self, response: Response, number: int, resend: Resend | None = None) -> None:
        """Return if *response* may come from the API, or if the API still answers others; else raise RunStopped.

        Only the first of each status is looked into at once: an API whose refusals are pages would cost a request more
        for each. Whoever judges by a later one confirms the presence first.
        """
        if not self.describe_absence(response):
            if response.status not in BUSY_STATUSES:
                self._doubted_since = None
            return
        self._log.cite(response.exchange)
        if response.status in self._lone_statuses:
            self._doubted_since = self._doubted_since or number
        elif self._probe_api(number, resend if response.status in GATEWAY_STATUSES else None):
            self._lone_statuses.add(response.status)

    def _probe_api(self, number: int, resend: Resend | None = None) -> bool:
        """Send what was accepted before request *number*, and tell whether there is such a request.

        resend: sends what the API may have died of again. Raises RunStopped if that does not reach the API any more.
        """
        with self._probing:
            if self._absence is None:
                probe = self.make_reach_probe(self._renewal.main)
                described = self._describe_probe(probe) if probe else None
                if described is None:
                    self._doubted_since = None
                    return probe is not None  # it is this request alone that does not get through
                self._absence = f"nothing has reached the API since request {number}: {described}"
                if probe and resend:
                    self._absence = self._resend_deadly_request(number, resend, probe) or self._absence
        raise RunStopped(self._absence)

    def _resend_deadly_request(self, number: int, resend: Resend, probe: Request) -> str | None:
        """Send again whenever the API, gone after that, is back; say what that shows, None if it stays away.

        The run is over in any case, for what the API has kept may be lost. But one that is started again by chance
        takes the request the next time.
        """
        deaths: list[Exchange] = []
        while self._wait_for_return(probe):
            if len(deaths) + 1 == _DEATHS:
                self.deadly += deaths[-1:]
                return f"the API was gone {_DEATHS} times after one request, number {number}, and came back each time"
            with suppress(Unreachable):
                resend()
            deaths.append(self._log.exchanges[-1])
            if self._describe_probe(probe) is None:
                return (
                    f"the API was gone for a while after request {number}, and may have lost what was written"
                )
        return None

    def _wait_for_return(self, probe: Request) -> bool:
        """Tell whether *probe* reaches the API before long."""
        waited_s = 0.0
        for pause_s in _LOOK_AFTER_S:
            waited_s += pause_s
            if waited_s > self._back_within_s or not self._sender.pause(pause_s):
                return False
            if self._describe_probe(probe) is None:
                return True
        return False

    def _describe_probe(self, probe: Request) -> str | None:
        """Say how *probe* does not reach the API; None if it does."""
        try:
            return self.describe_absence(self._send_following_slash(probe))
        except Unreachable as trouble:
            return str(trouble)

    def _send_or_stop(self, request: Request) -> Response:
        """Send; raises RunStopped instead of Unreachable if nothing reaches the API any more."""
        number = self._sender.request_count + 1
        try:
            return self._send_following_slash(request)
        except Unreachable as trouble:
            self.stop_if_absent(trouble, number, partial(self._send_following_slash, request))
            raise

    def stop_if_absent(self, trouble: Unreachable, number: int, resend: Resend) -> None:
        """Return if the API still answers others than request *number*; else raise RunStopped instead of *trouble*."""
        # Time-outs are counted instead, for each takes long; and some servers take few connections at a time.
        if not isinstance(trouble, NoAnswer) and not self._sender.is_racing:
            self._probe_api(number, resend)

    def require_presence(self) -> None:
        """Raise RunStopped once the API was gone, but to put things back: what it has kept may be lost."""
        if self._absence and not self.is_restoring:
            raise RunStopped(self._absence)

    def _send_following_slash(self, request: Request) -> Response:
        """Send, and follow a redirect that does nothing but add or remove the last slash of the path."""
        # Many frameworks redirect to the form that they route, and clients follow; any other redirect is an answer.
        response = self._sender.send(request)
        moved = move_to_other_slash(request, response.status, response.headers)
        return self._sender.send(moved) if moved else response

    def _command_timeout_s(self) -> float:
        return min(COMMAND_WITHIN_S, self._budget.remaining_s())

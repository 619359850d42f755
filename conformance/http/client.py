"""How requirements talk to the target: one client per run, which keeps the evidence."""

from __future__ import annotations

import json as jsonlib
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpcore2
import httpx2

from conformance.assertions.outcome import (
    DoesNotConform,
    HungUp,
    Inconclusive,
    NotTested,
    Silent,
    Stopped,
    Unreachable,
)
from conformance.http import evidence as exchange
from conformance.http.connection import (
    LARGEST_BODY,
    BodyTooLarge,
    HttpConnection,
    RawResponse,
    proxy_of_environment,
)
from conformance.http.evidence import Exchange
from conformance.http.pacing import BUSY_STATUSES, Budget, Pace, Patience
from conformance.http.raw_request import RawRequest
from conformance.http.redaction import Redaction
from conformance.http.renewal import CannotRenew, Renewal
from conformance.http.response import Response
from conformance.target.profile import COMMAND_WITHIN_S, NO_PROXY, Secret

__all__ = ["UNSET", "Client"]

T = TypeVar("T")

UNSET: Any = object()
SILENCES = 3  # this often in a row without a usable answer in time, and the run stops
_ACCEPTED = {"accept": "application/json", "accept-encoding": "gzip, deflate", "user-agent": "conformance"}
_PROXY_REFUSES = 407
_OTHER_HOST = "base_url has to name the host as the certificate does"
_ADVICE = {  # by what the libraries below us say
    "self-signed": "name the authority that it goes back to with tls.ca in the profile",
    "local issuer": "name the authority that it goes back to with tls.ca in the profile",
    "Hostname mismatch": _OTHER_HOST,
    "IP address mismatch": _OTHER_HOST,
    "has expired": "it has to be renewed; tls.verify: false in the profile looks away",
    "CERTIFICATE_REQUIRED": "give tls.cert and tls.key in the profile",
    "HANDSHAKE_FAILURE": "perhaps it wants tls.cert and tls.key in the profile",
    "WRONG_VERSION_NUMBER": "no TLS is spoken there, so try http:// in base_url",
    "refused": "start the server, or check the port of base_url",
    "not known": "check the host of base_url",
    "name resolution": "check the host of base_url",
}
_GONE = (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.WriteError)


class Client:
    """Sends what requirements ask for and notes every exchange.

    base_url: where the target answers; a path in it is put before every path that is sent.
    timeout_s: for one whole exchange. retry_s: how long 429 and 503 are retried. rate_per_s: a cap.
    budget_s: for all that is sent, and the waiting in between. ssl_context: other than the usual one.
    proxy: its URL, "none" for none, or None for the environment's. secrets: credentials, to be shown by their
    names, and fetched again where the target no longer accepts one that can be. wire: what makes the Wire.
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
        ssl_context: ssl.SSLContext | None = None,
        proxy: str | None = None,
        secrets: Sequence[Secret] = (),
        make_connection: Callable[..., HttpConnection] = HttpConnection,
    ) -> None:
        self.responses: list[Response] = []
        self.exchanges: list[Exchange] = []  # every one of the run, in the order they ended
        self.unanswered: list[Exchange] = []  # what dare was never answered, though it tried twice
        self.made_up_credentials: dict[str, str] = {}  # how credentials of these names are made
        self.request_count = 0
        self.redaction = redaction
        self.budget = Budget(budget_s)
        self._renewal = Renewal(secrets, redaction)
        self._base_url = base_url.rstrip("/")
        self._timeout_s = timeout_s
        self._retry_s = retry_s
        self._pace = Pace(rate_per_s)
        self._proxy = self._proxy_for(httpx2.URL(base_url), proxy)
        self._wire = make_connection(httpx2.URL(base_url), ssl_context=ssl_context, proxy=self._proxy)
        self.clock = self._wire.clock
        self._remembered: dict[Any, tuple[Any, list[Exchange]]] = {}
        self._noted: list[Exchange] = []
        self._thread = _Thread()
        self._lock = threading.Lock()
        self._silences = 0

    def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = UNSET,
        content: bytes | str | None = None,
        params: Mapping[str, str] | None = None,
        patient: bool = True,
    ) -> Response:
        """Send one request and return its final answer.

        path: raw, percent-encoded where it has to be. json: sent as application/json unless *headers* name
        another type. content: sent as it is. Without either there is no body. patient: whether 429 and 503
        are retried.
        Raises Inconclusive if none came that can be judged, Stopped if that has happened too often or if the
        budget is used up.
        """
        request = self._request(method, path, dict(headers or {}), json, content, params)
        patience = Patience(min(self._retry_s, self.budget.left()))
        while True:
            answer = self._authorized(request)
            if not patient or answer.status not in BUSY_STATUSES:
                return self._keep(answer)
            if not patience.wait(answer.headers):
                self._keep(answer)
                if not self.budget.left():
                    raise self._out_of_budget()
                raise self._silent(Inconclusive, self._out_of_patience(answer))

    def build_request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = UNSET,
        content: bytes | str | None = None,
        params: Mapping[str, str] | None = None,
    ) -> httpx2.Request:
        """Make the request that send would send, for a packet."""
        request = self._request(method, path, dict(headers or {}), json, content, params)
        return _with_headers(request, self._renewal.before(request.headers, self._command_within_s()))

    def send_raw(self, packet: RawRequest) -> list[Response]:
        """Send a packet on a connection of its own and return what its requests are answered, in their order.

        Fewer answers than requests come if the connection is closed after the first, and perhaps none to a packet
        that is cut. If one of them is 429 or 503, the whole packet is sent again.
        Raises NotTested behind a proxy, which would not pass the bytes on as they are, and otherwise as send does.
        """
        if self._proxy:
            raise NotTested("a proxy stands before the target, and passes no bytes on as they are")
        patience = Patience(min(self._retry_s, self.budget.left()))
        while True:
            answers = self._delivered(packet)
            busy = next((answer for answer in answers if answer.status in BUSY_STATUSES), None)
            if busy is None or not patience.wait(busy.headers):
                break
        for answer in answers:
            self._keep(answer)
        if busy and not self.budget.left():
            raise self._out_of_budget()
        if busy:
            raise self._silent(Inconclusive, self._out_of_patience(busy))
        return answers

    def _delivered(self, packet: RawRequest) -> list[Response]:
        self._wait_for_turn(len(packet.requests))
        within_s = min(self._timeout_s, self.budget.left())
        with self._lock:
            self.request_count += len(packet.requests)
        sent_at = self.clock.monotonic()
        methods = [request.method for request in packet.requests]
        with self._told(packet.requests[0], sent_at, packet.manner):
            raws = self._wire.send_bytes(packet.content, methods, within_s, is_cut=packet.is_cut)
        for request in packet.requests[len(raws) :]:
            self._failed(request, "the connection was closed without an answer", sent_at, packet.manner)
        answered = zip(packet.requests, raws, strict=False)
        return [self._answer(request, raw, sent_at, packet.manner) for request, raw in answered]

    def send_hostile(self, ask: Callable[[], T], usual: Callable[[], Any]) -> T | None:
        """Ask what servers stumble over; None if the connection is closed without an answer, which is a refusal.

        usual: asks what is answered as a rule. It tells a target that is gone, for which it raises Unreachable,
        from one that only the daring request gets no answer from.
        Raises Inconclusive where *ask* does. What gets no answer in time is asked twice and put among *hangs*.
        """
        for is_last in (False, True):
            try:
                return ask()
            except HungUp:
                usual()
                return None
            except Silent:
                silent = self.exchanges[-1]
                usual()
                if is_last:
                    self.unanswered.append(silent)
                    raise
        return None

    def cite(self, noted: Exchange) -> None:
        """Make an earlier exchange the last of the evidence."""
        self._note(noted)

    def memoize(self, key: Any, ask: Callable[[], T]) -> T:
        """Return what *ask* returned the first time, with its evidence; an outcome it raised is raised again."""
        if key not in self._remembered:
            with self._noting() as noted:
                result: Any
                try:
                    result = ask()
                except (Inconclusive, DoesNotConform) as outcome:
                    result = outcome
                self._remembered[key] = (result, noted)
        result, noted = self._remembered[key]
        self._note(*noted)
        if isinstance(result, Inconclusive | DoesNotConform):
            raise result
        return result  # type: ignore[no-any-return]

    def send_concurrently(self, asks: Sequence[Callable[[], Response]]) -> list[Response]:
        """Ask all at the same time and return the answers to those requests that overlapped.

        A request counts if it was under way while at least one other was that was answered, too.
        Raises Inconclusive if none was.
        """
        self._wait_for_turn(len(asks))
        race = _Race(self, asks)
        with self._noting():
            answers = race.run()
        for noted, kept in zip(race.noted, race.responses, strict=True):
            self._note(*noted)
            self.responses += kept
        if racing := overlapping(answers):
            return racing
        raise Inconclusive(f"of {len(asks)} requests sent together no two overlapped")

    def pause(self, seconds: float) -> None:
        """Wait; Stopped at once if the budget does not last so long."""
        if seconds > self.budget.left():
            raise self._out_of_budget()
        self.clock.sleep(seconds)

    def conceal_made_up(self, value: str, name: str, how: str) -> str:
        """Show *value*, a credential made up for a request, as ``$name``; returns the value.

        how: it is made, in words, for those who want to repeat the request.
        """
        self.made_up_credentials[name] = how
        return self.redaction.conceal(value, name)

    def start_evidence(self) -> None:
        """Start the evidence of the next requirement."""
        self._noted = []

    def forget_everything(self) -> None:
        """Forget every answer and what once was asked, as if nothing had been sent."""
        self.responses, self.exchanges, self._noted = [], [], []
        self._remembered = {}

    def evidence(self) -> list[Exchange]:
        """Return the exchanges noted since begin, each once."""
        return list(dict.fromkeys(self._noted))

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _proxy_for(self, url: httpx2.URL, named: str | None) -> httpx2.URL | None:
        if named == NO_PROXY:
            return None
        proxy = proxy_of_environment(url) if named is None else httpx2.URL(named)
        if proxy and (secret := proxy.password or proxy.username):
            self.redaction.conceal(secret, "PROXY_PASSWORD")
            self.redaction.conceal(f"{proxy.username}:{proxy.password}", "PROXY_CREDENTIALS")
        return proxy

    def _request(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        json: Any,
        content: bytes | str | None,
        params: Mapping[str, str] | None,
    ) -> httpx2.Request:
        names = {name.lower() for name in headers}
        if json is not UNSET:
            content = jsonlib.dumps(json, ensure_ascii=False).encode("utf-8", "surrogatepass")
            if "content-type" not in names:
                headers["content-type"] = "application/json"
        for name, value in headers.items():
            self.redaction.conceal_header(name, value)
        query = f"?{urlencode(params)}" if params else ""
        defaults = {name: value for name, value in _ACCEPTED.items() if name not in names}
        try:
            url = _url(f"{self._base_url}{path}{query}")
            return httpx2.Request(method, url, headers={**defaults, **headers}, content=content)
        except (httpx2.InvalidURL, UnicodeEncodeError) as error:
            raise Inconclusive(f"the request cannot be sent: {self.redaction(str(error))}") from None

    def _authorized(self, request: httpx2.Request) -> Response:
        """Ask, and once more if the credential was one that is fetched and is no longer accepted."""
        before = self._renewal.before(request.headers, self._command_within_s())
        answer = self._follow(_with_headers(request, before))
        try:
            after = self._renewal.after(before, answer.status, self._command_within_s())
        except CannotRenew as error:
            self._note(answer.exchange)
            if not self.budget.left():
                raise self._out_of_budget() from None
            raise self._silent(Inconclusive, self.redaction(str(error))) from None
        if after is None:
            return answer
        self._note(answer.exchange)
        return self._follow(_with_headers(request, after))

    def _command_within_s(self) -> float:
        return min(COMMAND_WITHIN_S, self.budget.left())

    def _follow(self, request: httpx2.Request) -> Response:
        answer = self._exchange(request)
        if answer.status not in (307, 308):
            return answer
        try:
            other = request.url.join(answer.headers.get("location", ""))
        except httpx2.InvalidURL:
            return answer
        if not _is_other_slash_form(request.url, other):
            return answer
        moved = httpx2.Request(request.method, other, headers=request.headers, content=request.content)
        return self._exchange(moved)

    def _exchange(self, request: httpx2.Request) -> Response:
        if not self._thread.racing:
            self._wait_for_turn()
        sent_at = self.clock.monotonic()
        with self._told(request, sent_at):
            raw = self._answered(request)
        if self._proxy and raw.status == _PROXY_REFUSES:
            sentence = f"{self._through(request)}: the proxy asks for credentials; put them into its URL"
            self._failed(request, sentence, sent_at, "")
            raise Unreachable(sentence)
        return self._answer(request, raw, sent_at)

    @contextmanager
    def _told(self, request: httpx2.Request, sent_at: float, manner: str = "") -> Iterator[None]:
        """Turn what goes wrong on the wire into an outcome, and note it."""
        outcome: Inconclusive
        try:
            yield
        except httpcore2.TimeoutException as error:
            sentence = f"no answer from {self._origin(request)} within {self._timeout_s:g} s"
            kind = Silent if isinstance(error, httpcore2.ReadTimeout) else Unreachable
            outcome = self._silent(kind, sentence) if self.budget.left() else self._out_of_budget()
            sentence = sentence if self.budget.left() else str(outcome)
        except httpcore2.LocalProtocolError as error:
            sentence = f"the request cannot be sent: {self.redaction(str(error))}"
            outcome = Inconclusive(sentence)
        except BodyTooLarge:
            sentence = f"the answer's body is larger than {LARGEST_BODY // 1024**2} MiB"
            outcome = self._silent(Inconclusive, sentence)
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError, OSError) as error:
            outcome = self._unreachable(request, error)
            sentence = str(outcome)
        else:
            return
        self._failed(request, sentence, sent_at, manner)
        raise outcome from None

    def _answered(self, request: httpx2.Request) -> RawResponse:
        try:
            return self._sent(request)
        except _GONE:
            # A server may close an idle connection at any time, also while the next request is on its way.
            return self._sent(request)

    def _sent(self, request: httpx2.Request) -> RawResponse:
        with self._lock:
            self.request_count += 1
        return self._wire.send(request, min(self._timeout_s, self.budget.left()))

    def _wait_for_turn(self, requests: int = 1) -> None:
        left_s = self.budget.left()
        if not left_s or not self._pace.wait(requests, left_s):
            raise self._out_of_budget()

    def _out_of_budget(self) -> Stopped:
        return Stopped(f"the run's budget of {self.budget.budget_s:g} s is used up")

    def _answer(
        self, request: httpx2.Request, raw: RawResponse, sent_at: float, manner: str = ""
    ) -> Response:
        received_at = self.clock.monotonic()
        noted = Exchange(request, self.redaction, raw, seconds=received_at - sent_at, manner=manner)
        self.exchanges.append(noted)
        return Response(raw.status, raw.headers, raw.content, sent_at, received_at, noted)

    def _keep(self, answer: Response) -> Response:
        with self._lock:
            if answer.status not in BUSY_STATUSES:
                self._silences = 0
            if self._thread.answers is None:
                self.responses.append(answer)
            else:
                self._thread.answers.append(answer)
        self._note(answer.exchange)
        return answer

    def _note(self, *exchanges: Exchange) -> None:
        (self._noted if self._thread.noted is None else self._thread.noted).extend(exchanges)

    @contextmanager
    def _noting(self) -> Any:
        outer, self._thread.noted = self._thread.noted, []
        try:
            yield self._thread.noted
        finally:
            self._thread.noted = outer

    def _failed(self, request: httpx2.Request, sentence: str, sent_at: float, manner: str) -> None:
        seconds = self.clock.monotonic() - sent_at
        failed = Exchange(request, self.redaction, trouble=sentence, seconds=seconds, manner=manner)
        self.exchanges.append(failed)
        self._note(failed)

    def _silent(self, kind: type[Inconclusive], sentence: str) -> Inconclusive:
        with self._lock:
            self._silences += 1
            if self._silences >= SILENCES:
                return Stopped(f"{sentence}; that was the {SILENCES}rd time in a row, so the run stops here")
        return kind(sentence)

    def _out_of_patience(self, answer: Response) -> str:
        asked = answer.headers.get("retry-after")
        wish = f" and asks to wait ({exchange.escape_controls(asked)[:40]})" if asked else ""
        limit = f"the profile's patience.retry_s ({self._retry_s:g} s)"
        if self.budget.left() < self._retry_s:
            limit += f" or what is left of the run's budget of {self.budget.budget_s:g} s"
        return f"the target keeps answering {answer.status}{wish}, longer than {limit}"

    def _unreachable(self, request: httpx2.Request, error: Exception) -> Unreachable:
        origin, said = self._origin(request), self.redaction(str(error))
        if isinstance(error, httpcore2.ProxyError):
            return Unreachable(f"the proxy does not let through to {origin}: {said}")
        if isinstance(error, httpcore2.ConnectError):
            return Unreachable(f"{self._through(request)}: {said or 'refused'}{_advice(said)}")
        if _is_of_tls(error):
            return Unreachable(f"{origin} broke the TLS connection off: {said}{_advice(said)}")
        if "disconnected" in str(error) or not isinstance(error, httpcore2.ProtocolError):
            return HungUp(f"{origin} closed the connection without an answer")
        return Unreachable(
            f"{origin} answered something that is not HTTP: {exchange.escape_controls(said)[:120]}"
        )

    def _through(self, request: httpx2.Request) -> str:
        by = f" through the proxy {self._proxy.copy_with(userinfo=b'')}" if self._proxy else ""
        return f"cannot connect to {self._origin(request)}{by}"

    def _origin(self, request: httpx2.Request) -> str:
        return f"{request.url.scheme}://{request.url.netloc.decode('ascii', 'replace')}"


class _Thread(threading.local):
    """Where the current thread notes; None for the run's own list."""

    noted: list[Exchange] | None = None
    answers: list[Response] | None = None
    racing = False


class _Race:
    """Several asks, each in a thread, all let go at once."""

    def __init__(self, client: Client, asks: Sequence[Callable[[], Response]]) -> None:
        self._client = client
        self._asks = asks
        self._start = threading.Barrier(len(asks))
        self._results: list[Any] = [None] * len(asks)
        self.noted: list[list[Exchange]] = [[] for _ in asks]
        self.responses: list[list[Response]] = [[] for _ in asks]

    def run(self) -> list[Response]:
        threads = [
            threading.Thread(target=self._ask, args=(at,), daemon=True) for at in range(len(self._asks))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for result in self._results:
            if isinstance(result, Exception) and (
                isinstance(result, Stopped) or not isinstance(result, Inconclusive)
            ):
                raise result
        return [result for result in self._results if isinstance(result, Response)]

    def _ask(self, at: int) -> None:
        here = self._client._thread
        here.noted, here.answers, here.racing = self.noted[at], self.responses[at], True
        self._start.wait()
        try:
            self._results[at] = self._asks[at]()
        except Exception as outcome:
            self._results[at] = outcome


@lru_cache(maxsize=256)
def _url(text: str) -> httpx2.URL:
    """Parse an address, of which a run has a few; raises InvalidURL."""
    return httpx2.URL(text)


def _with_headers(request: httpx2.Request, headers: httpx2.Headers) -> httpx2.Request:
    if headers is request.headers:
        return request
    return httpx2.Request(request.method, request.url, headers=headers, content=request.content)


def _is_of_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _advice(said: str) -> str:
    """Say what helps against a connection that cannot be made, where the profile can."""
    return next((f"; {advice}" for words, advice in _ADVICE.items() if words in said), "")


def overlapping(answers: Sequence[Response]) -> list[Response]:
    """Return those of *answers* whose requests were under way while that of at least one other was."""
    return [
        one
        for one in answers
        if any(
            max(one.sent_at, other.sent_at) < min(one.received_at, other.received_at)
            for other in answers
            if other is not one
        )
    ]


def _is_other_slash_form(url: httpx2.URL, other: httpx2.URL) -> bool:
    same_origin = (url.scheme, url.host, url.port) == (other.scheme, other.host, other.port)
    paths = sorted([url.raw_path.partition(b"?")[0], other.raw_path.partition(b"?")[0]])
    return same_origin and paths[0] + b"/" == paths[1]

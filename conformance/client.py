"""How requirements talk to the target: one client per run, which keeps the evidence."""

from __future__ import annotations

import json as jsonlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpcore2
import httpx2

from conformance import exchange
from conformance.answer import Answer
from conformance.exchange import Exchange
from conformance.oracle import DoesNotConform, Inconclusive, Stopped, Unreachable
from conformance.patience import BUSY, Pace, Patience
from conformance.redaction import Redaction
from conformance.wire import LARGEST_BODY, Raw, TooLarge, Wire

__all__ = ["UNSET", "Answer", "Client"]

T = TypeVar("T")

UNSET: Any = object()
SILENCES = 3  # this often in a row without a usable answer in time, and the run stops
_ACCEPTED = {"accept": "application/json", "accept-encoding": "gzip, deflate", "user-agent": "conformance"}
_GONE = (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.WriteError)


class Client:
    """Sends what requirements ask for and notes every exchange.

    base_url: where the target answers; a path in it is put before every path that is sent.
    timeout_s: for one whole exchange. retry_s: how long 429 and 503 are retried. rate_per_s: a cap.
    """

    def __init__(
        self,
        base_url: str,
        redaction: Redaction,
        *,
        timeout_s: float = 10,
        retry_s: float = 30,
        rate_per_s: float | None = None,
    ) -> None:
        self.answers: list[Answer] = []
        self.exchanges: list[Exchange] = []  # every one of the run, in the order they ended
        self.requests = 0
        self.redaction = redaction
        self._base_url = base_url.rstrip("/")
        self._timeout_s = timeout_s
        self._retry_s = retry_s
        self._pace = Pace(rate_per_s)
        self._wire = Wire(httpx2.URL(base_url))
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
    ) -> Answer:
        """Send one request and return its final answer.

        path: raw, percent-encoded where it has to be. json: sent as application/json unless *headers* name
        another type. content: sent as it is. Without either there is no body. patient: whether 429 and 503
        are retried.
        Raises Inconclusive if none came that can be judged, Stopped if that has happened too often.
        """
        request = self._request(method, path, dict(headers or {}), json, content, params)
        patience = Patience(self._retry_s)
        while True:
            answer = self._follow(request)
            if not patient or answer.status not in BUSY:
                return self._keep(answer)
            if not patience.wait(answer.headers):
                self._keep(answer)
                raise self._silent(Inconclusive, self._out_of_patience(answer))

    def once(self, key: Any, ask: Callable[[], T]) -> T:
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

    def together(self, asks: Sequence[Callable[[], Answer]]) -> list[Answer]:
        """Ask all at the same time and return what was answered.

        Raises Inconclusive unless at least two requests overlapped.
        """
        self._pace.wait(len(asks))
        race = _Race(self, asks)
        with self._noting():
            answers = race.run()
        for noted, kept in zip(race.noted, race.answers, strict=True):
            self._note(*noted)
            self.answers += kept
        overlapping = any(
            max(one.sent_at, other.sent_at) < min(one.received_at, other.received_at)
            for index, one in enumerate(answers)
            for other in answers[:index]
        )
        if not overlapping:
            raise Inconclusive(f"of {len(asks)} requests sent together no two overlapped")
        return answers

    def conceal(self, value: str, name: str) -> str:
        """Show *value*, a credential made up for a request, as ``$name``; returns the value."""
        return self.redaction.conceal(value, name)

    def begin(self) -> None:
        """Start the evidence of the next requirement."""
        self._noted = []

    def forget(self) -> None:
        """Forget every answer and what once was asked, as if nothing had been sent."""
        self.answers, self.exchanges, self._noted = [], [], []
        self._remembered = {}

    def evidence(self) -> list[Exchange]:
        """Return the exchanges noted since begin."""
        return list(self._noted)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

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
            return httpx2.Request(
                method, f"{self._base_url}{path}{query}", headers={**defaults, **headers}, content=content
            )
        except (httpx2.InvalidURL, UnicodeEncodeError) as error:
            raise Inconclusive(f"the request cannot be sent: {self.redaction(str(error))}") from None

    def _follow(self, request: httpx2.Request) -> Answer:
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

    def _exchange(self, request: httpx2.Request) -> Answer:
        if not self._thread.racing:
            self._pace.wait()
        sent_at = time.monotonic()
        try:
            raw = self._answered(request)
        except httpcore2.TimeoutException:
            sentence = f"no answer from {self._origin(request)} within {self._timeout_s:g} s"
            raise self._failed(request, sentence, self._silent(Unreachable, sentence), sent_at) from None
        except httpcore2.LocalProtocolError as error:
            sentence = f"the request cannot be sent: {self.redaction(str(error))}"
            raise self._failed(request, sentence, Inconclusive(sentence), sent_at) from None
        except TooLarge:
            sentence = f"the answer's body is larger than {LARGEST_BODY // 1024**2} MiB"
            raise self._failed(request, sentence, self._silent(Inconclusive, sentence), sent_at) from None
        except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.ProxyError, OSError) as error:
            sentence = self._why_unreachable(request, error)
            raise self._failed(request, sentence, Unreachable(sentence), sent_at) from None
        return self._answer(request, raw, sent_at)

    def _answered(self, request: httpx2.Request) -> Raw:
        try:
            return self._sent(request)
        except _GONE:
            # A server may close an idle connection at any time, also while the next request is on its way.
            return self._sent(request)

    def _sent(self, request: httpx2.Request) -> Raw:
        with self._lock:
            self.requests += 1
        return self._wire.send(request, self._timeout_s)

    def _answer(self, request: httpx2.Request, raw: Raw, sent_at: float) -> Answer:
        received_at = time.monotonic()
        noted = Exchange(request, self.redaction, raw, seconds=received_at - sent_at)
        self.exchanges.append(noted)
        return Answer(raw.status, raw.headers, raw.content, sent_at, received_at, noted)

    def _keep(self, answer: Answer) -> Answer:
        with self._lock:
            if answer.status not in BUSY:
                self._silences = 0
            if self._thread.answers is None:
                self.answers.append(answer)
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

    def _failed(
        self, request: httpx2.Request, sentence: str, outcome: Inconclusive, sent_at: float
    ) -> Inconclusive:
        failed = Exchange(request, self.redaction, trouble=sentence, seconds=time.monotonic() - sent_at)
        self.exchanges.append(failed)
        self._note(failed)
        return outcome

    def _silent(self, kind: type[Inconclusive], sentence: str) -> Inconclusive:
        with self._lock:
            self._silences += 1
            if self._silences >= SILENCES:
                return Stopped(f"{sentence}; that was the {SILENCES}rd time in a row, so the run stops here")
        return kind(sentence)

    def _out_of_patience(self, answer: Answer) -> str:
        asked = answer.headers.get("retry-after")
        wish = f" and asks to wait ({exchange.visible(asked)[:40]})" if asked else ""
        limit = f"the profile's patience.retry_s ({self._retry_s:g} s)"
        return f"the target keeps answering {answer.status}{wish}, longer than {limit}"

    def _why_unreachable(self, request: httpx2.Request, error: Exception) -> str:
        origin = self._origin(request)
        if isinstance(error, httpcore2.ConnectError):
            return f"cannot connect to {origin}: {self.redaction(str(error)) or 'refused'}"
        if isinstance(error, httpcore2.ProxyError):
            return f"the proxy does not let through to {origin}: {self.redaction(str(error))}"
        if "disconnected" in str(error) or not isinstance(error, httpcore2.ProtocolError):
            return f"{origin} closed the connection without an answer"
        return f"{origin} answered something that is not HTTP: {exchange.visible(self.redaction(str(error)))[:120]}"

    def _origin(self, request: httpx2.Request) -> str:
        return f"{request.url.scheme}://{request.url.netloc.decode('ascii', 'replace')}"


class _Thread(threading.local):
    """Where the current thread notes; None for the run's own list."""

    noted: list[Exchange] | None = None
    answers: list[Answer] | None = None
    racing = False


class _Race:
    """Several asks, each in a thread, all let go at once."""

    def __init__(self, client: Client, asks: Sequence[Callable[[], Answer]]) -> None:
        self._client = client
        self._asks = asks
        self._start = threading.Barrier(len(asks))
        self._results: list[Any] = [None] * len(asks)
        self.noted: list[list[Exchange]] = [[] for _ in asks]
        self.answers: list[list[Answer]] = [[] for _ in asks]

    def run(self) -> list[Answer]:
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
        return [result for result in self._results if isinstance(result, Answer)]

    def _ask(self, at: int) -> None:
        here = self._client._thread
        here.noted, here.answers, here.racing = self.noted[at], self.answers[at], True
        self._start.wait()
        try:
            self._results[at] = self._asks[at]()
        except Exception as outcome:
            self._results[at] = outcome


def _is_other_slash_form(url: httpx2.URL, other: httpx2.URL) -> bool:
    same_origin = (url.scheme, url.host, url.port) == (other.scheme, other.host, other.port)
    paths = sorted([url.raw_path.partition(b"?")[0], other.raw_path.partition(b"?")[0]])
    return same_origin and paths[0] + b"/" == paths[1]

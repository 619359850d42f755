"""Call a server of the proof instead of connecting to it: no socket, no thread of its own, and nobody waits."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache
from typing import Any, NoReturn, Protocol

import httpcore2
import httpx2

from conformance.http.clock import Clock, SkippingClock
from conformance.http.connection import HttpConnection, RawResponse, make_raw_response
from conformance.http.connection import Request as SentRequest
from conformance.proof.messages import App, Request
from conformance.proof.served_connection import ServedConnection

# Nothing listens there and nothing connects; a loopback address, so that no proxy of the environment is asked.
IN_PROCESS_URL = "http://127.0.0.1:9"
_OVERLAP_S = 0.005


class ClockedApp(App, Protocol):
    """What can be served and looks at no clock but this one."""

    clock: Clock


class InProcessConnection(HttpConnection):
    """Answers with *app* what would be sent to *url*, on a clock that both share and that skips every wait."""

    def __init__(self, app: ClockedApp, url: httpx2.URL, **options: Any) -> None:
        super().__init__(url, **options)
        self.clock = app.clock = SkippingClock()
        self._app = app
        self._thread = threading.get_ident()

    def send(self, request: SentRequest, within_s: float) -> RawResponse:
        """Have *request* answered."""
        headers = dict(_decode_headers(tuple(request.headers.raw)))
        target = request.url.raw_path.decode("latin-1")
        if threading.get_ident() != self._thread:
            # Any other thread is one of a race. A call takes less time than Python lets a thread run before it looks
            # at the next one, so that without a pause no two of them would ever overlap.
            time.sleep(_OVERLAP_S)
        response = self._app.answer(Request(request.method, target, headers, request.content))
        if response.never_comes:
            self._time_out(within_s)
        if response.is_silent:
            raise httpcore2.RemoteProtocolError("Server disconnected without sending a response.")
        fields, content = response.encode()
        date = _format_date(int(self.clock.now().timestamp()))
        answered = _make_headers(("date", date), *fields.items())
        return make_raw_response(response.status, answered, content)

    def _connect(self) -> httpcore2.NetworkStream:
        return _MemoryStream(
            self._app, lambda: self._time_out(self._deadline.remaining_s(httpcore2.ReadTimeout))
        )

    def _close_for_writing(self, stream: httpcore2.NetworkStream) -> None:
        """Do nothing: what was written to a stream in memory is all that ever comes."""

    def _time_out(self, within_s: float) -> NoReturn:
        self.clock.sleep(within_s)
        raise httpcore2.ReadTimeout("timed out")


@lru_cache(1024)  # the same ones come again and again
def _decode_headers(fields: tuple[tuple[bytes, bytes], ...]) -> dict[str, str]:
    return {name.decode().lower(): value.decode("latin-1") for name, value in fields}


@lru_cache(1024)  # likewise
def _make_headers(*fields: tuple[str, str]) -> httpx2.Headers:
    return httpx2.Headers(dict(fields))


@lru_cache(16)  # many responses come in one second
def _format_date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)


class _MemoryStream(httpcore2.NetworkStream):
    """Takes the bytes of requests, and gives back those of their responses.

    time_out: called in the place of waiting for one that never comes.
    """

    def __init__(self, app: App, time_out: Callable[[], NoReturn]) -> None:
        self._app = app
        self._time_out = time_out
        self._is_hanging = False
        self._sent = b""
        self._responses: io.BytesIO | None = None

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002  nothing is waited for
        self._sent += buffer

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        if self._responses is None:
            requests = io.BufferedReader(io.BytesIO(self._sent))
            self._responses = io.BytesIO()
            connection = ServedConnection(self._app, requests, self._responses, lambda: requests.peek(1))
            connection.serve()
            self._is_hanging = connection.is_hanging
            self._responses.seek(0)
        data = self._responses.read(max_bytes)
        if self._is_hanging and not data:
            self._time_out()
        return data

    def close(self) -> None:
        """Do nothing: no connection was opened."""

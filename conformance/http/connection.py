"""HTTP as it is on the wire: one keep-alive pool, a deadline for the whole exchange, a bounded body.

What no HTTP library sends goes out as bytes, on a connection of its own.

Neither cookies nor redirects nor ``.netrc`` are looked at.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
import urllib.request
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import h11
import httpcore2
import httpx2

from conformance.http.clock import Clock

LARGEST_BODY = 8 * 1024 * 1024
MOMENT_S = 0.5  # an answer to half a request need not come; it is waited for no longer than this
_READ_BYTES = 65536
_PORTS = {"http": 80, "https": 443}
_LOOPBACK = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104  compared with, never bound


class BodyTooLarge(Exception):
    """The body goes on beyond what is read."""


@dataclass(frozen=True)
class RawResponse:
    """An answer as it came; *content* is decoded as its content-encoding says, where that can be done."""

    status: int
    headers: httpx2.Headers
    content: bytes


class HttpConnection:
    """Sends requests to one origin, through *proxy* if there is one."""

    def __init__(
        self,
        url: httpx2.URL,
        *,
        ssl_context: ssl.SSLContext | None = None,
        proxy: httpx2.URL | None = None,
        connections: int = 16,
    ) -> None:
        self.clock = Clock()
        self._url = url
        self._deadline = _Deadline()
        self._backend = _Backend(self._deadline)
        self._ssl_context = (ssl_context or _ssl_context()) if url.scheme == "https" else None
        self._pool = _pool(proxy, self._ssl_context, self._backend, connections)

    def send(self, request: httpx2.Request, within_s: float) -> RawResponse:
        """Send *request* and read its whole answer.

        Raises the exceptions of httpcore2, where a time-out means that *within_s* has passed in all, and
        TooLarge.
        """
        self._deadline.set(within_s)
        with closing(self._pool.handle_request(_core(request))) as response:
            content = bytearray()
            for chunk in response.iter_stream():
                content += chunk
                if len(content) > LARGEST_BODY:
                    raise BodyTooLarge
            headers = httpx2.Headers(response.headers)
        return RawResponse(
            response.status, headers, _decoded(bytes(content), headers.get("content-encoding", ""))
        )

    def send_bytes(
        self, content: bytes, methods: Sequence[str], within_s: float, *, is_cut: bool = False
    ) -> list[RawResponse]:
        """Send *content* as it is on a connection of its own, past any proxy, and read what it is answered.

        methods: of the requests in it, each of which may be answered; fewer are if the connection is closed, or
        falls silent, after the first. is_cut: the last request lacks its end, so that no answer need come.
        Raises as send does if there is no answer where one has to be.
        """
        answers: list[RawResponse] = []
        self._deadline.set(within_s)
        with closing(self._connected()) as stream:
            try:
                with suppress(httpcore2.WriteError):  # the answer may have come before the end was sent
                    stream.write(content)
                if is_cut:
                    self._end(stream)
                for answer in _answers(stream, methods):
                    answers.append(answer)
            except (
                httpcore2.TimeoutException,
                httpcore2.NetworkError,
                httpcore2.ProtocolError,
                BodyTooLarge,
            ):
                if not answers and not is_cut:
                    raise
        return answers

    def _connected(self) -> httpcore2.NetworkStream:
        scheme, host = self._url.scheme, self._url.host
        stream = self._backend.connect_tcp(host, self._url.port or _PORTS[scheme])
        return stream.start_tls(self._ssl_context, host) if self._ssl_context else stream

    def _end(self, stream: httpcore2.NetworkStream) -> None:
        self._deadline.set(min(self._deadline.left(httpcore2.ReadTimeout), MOMENT_S))
        plug = stream.get_extra_info("socket")
        if isinstance(plug, ssl.SSLSocket):
            raise httpcore2.ReadError("TLS knows no half-closed connection")
        with suppress(OSError):  # closed from the other side already
            plug.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


def _answers(stream: httpcore2.NetworkStream, methods: Sequence[str]) -> Iterator[RawResponse]:
    """Read an answer for each request that was sent, until the connection is closed."""
    left = b""
    for method in methods:
        reader = h11.Connection(h11.CLIENT)
        reader.send(h11.Request(method=method, target="/", headers=[("host", "-")]))
        reader.send(h11.EndOfMessage())
        if left:
            reader.receive_data(left)
        try:
            yield _read(reader, stream)
        except h11.RemoteProtocolError as error:
            raise httpcore2.RemoteProtocolError(str(error)) from None
        left, is_over = reader.trailing_data
        if is_over or reader.their_state is h11.MUST_CLOSE:
            return


def _read(reader: h11.Connection, stream: httpcore2.NetworkStream) -> RawResponse:
    status, headers, content = 0, httpx2.Headers(), bytearray()
    while True:
        event = reader.next_event()
        if event is h11.NEED_DATA:
            data = stream.read(_READ_BYTES)
            if not data and reader.their_state is h11.SEND_RESPONSE:
                raise httpcore2.RemoteProtocolError("Server disconnected without sending a response.")
            reader.receive_data(data)
        elif isinstance(event, h11.Response):
            status, headers = event.status_code, httpx2.Headers(event.headers.raw_items())
        elif isinstance(event, h11.Data):
            content += event.data
            if len(content) > LARGEST_BODY:
                raise BodyTooLarge
        elif isinstance(event, h11.EndOfMessage):
            return RawResponse(status, headers, _decoded(bytes(content), headers.get("content-encoding", "")))
        elif event is h11.PAUSED:
            raise httpcore2.RemoteProtocolError("the protocol is switched without having been asked to")


def _core(request: httpx2.Request) -> httpcore2.Request:
    url = httpcore2.URL(
        scheme=request.url.raw_scheme,
        host=request.url.raw_host,
        port=request.url.port,
        target=request.url.raw_path,
    )
    return httpcore2.Request(request.method, url, headers=request.headers.raw, content=request.content)


def _pool(
    proxy: httpx2.URL | None, ssl_context: ssl.SSLContext | None, backend: _Backend, connections: int
) -> httpcore2.ConnectionPool:
    options: dict[str, Any] = {
        "network_backend": backend,
        "max_connections": connections,
        "ssl_context": ssl_context,
    }
    if proxy is None:
        return httpcore2.ConnectionPool(**options)
    auth = (proxy.username, proxy.password) if proxy.username else None
    return httpcore2.HTTPProxy(str(proxy.copy_with(userinfo=b"")), proxy_auth=auth, **options)


def proxy_of_environment(url: httpx2.URL) -> httpx2.URL | None:
    """Return the proxy that the environment names for *url*; None for targets on this machine."""
    if url.host in _LOOPBACK or urllib.request.proxy_bypass(url.host):
        return None
    address = urllib.request.getproxies().get(url.scheme)
    return httpx2.URL(address if "://" in address else f"http://{address}") if address else None


@cache
def _ssl_context() -> ssl.SSLContext:
    return httpx2.create_ssl_context()


def _decoded(content: bytes, encoding: str) -> bytes:
    for name in reversed([part.strip().lower() for part in encoding.split(",")]):
        if name in ("gzip", "x-gzip", "deflate"):
            content = _inflated(content)
    return content


def _inflated(content: bytes) -> bytes:
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            inflated = zlib.decompressobj(window).decompress(content, LARGEST_BODY + 1)
        except zlib.error:
            continue
        if len(inflated) > LARGEST_BODY:
            raise BodyTooLarge
        return inflated
    return content


class _Deadline(threading.local):
    """When the exchange of the current thread has to be over."""

    at = 0.0

    def set(self, within_s: float) -> None:
        self.at = time.monotonic() + within_s

    def left(self, error: type[Exception]) -> float:
        left = self.at - time.monotonic()
        if left <= 0:
            raise error("out of time")
        return left


class _Backend(httpcore2.SyncBackend):
    def __init__(self, deadline: _Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  the deadline is stricter
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        left = self._deadline.left(httpcore2.ConnectTimeout)
        stream = super().connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream, deadline: _Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        self._acknowledge_at_once()
        return self._stream.read(max_bytes, self._deadline.left(httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.left(httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        left = self._deadline.left(httpcore2.ConnectTimeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def _acknowledge_at_once(self) -> None:
        """Spare us 40 ms with each server that writes headers and body apart and waits for our word in between.

        Linux forgets it again and again.
        """
        plug = self.get_extra_info("socket")
        if hasattr(socket, "TCP_QUICKACK") and isinstance(plug, socket.socket):
            with suppress(OSError):
                plug.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

"""HTTP as it is on the wire: one keep-alive pool, a deadline for the whole exchange, a bounded body.

Neither cookies nor redirects nor ``.netrc`` are looked at.
"""

from __future__ import annotations

import ssl
import threading
import time
import urllib.request
import zlib
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore2
import httpx2

LARGEST_BODY = 1024 * 1024
_LOOPBACK = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104  compared with, never bound


class TooLarge(Exception):
    """The body goes on beyond what is read."""


@dataclass(frozen=True)
class Raw:
    """An answer as it came; *content* is decoded as its content-encoding says, where that can be done."""

    status: int
    headers: httpx2.Headers
    content: bytes


class Wire:
    """Sends requests to one origin, through *proxy* if there is one."""

    def __init__(
        self,
        url: httpx2.URL,
        *,
        ssl_context: ssl.SSLContext | None = None,
        proxy: httpx2.URL | None = None,
        connections: int = 16,
    ) -> None:
        self._deadline = _Deadline()
        if url.scheme == "https":
            ssl_context = ssl_context or _ssl_context()
        self._pool = _pool(proxy, ssl_context, _Backend(self._deadline), connections)

    def send(self, request: httpx2.Request, within_s: float) -> Raw:
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
                    raise TooLarge
            headers = httpx2.Headers(response.headers)
        return Raw(response.status, headers, _decoded(bytes(content), headers.get("content-encoding", "")))

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()


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
            raise TooLarge
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

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

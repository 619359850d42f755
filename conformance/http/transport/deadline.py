"""A deadline for a whole exchange, which httpcore does not have: it counts each connect, read and write anew."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import httpcore2


class Deadline(threading.local):
    """When the exchange of the current thread has to be over."""

    at = 0.0

    def set(self, within_s: float) -> None:
        """Let the exchange that begins now take *within_s* seconds."""
        self.at = time.monotonic() + within_s

    def shorten(self, within_s: float) -> None:
        """Let the exchange take no longer than *within_s* seconds from now; raises ReadTimeout if its time is up."""
        self.set(min(within_s, self.remaining_s(httpcore2.ReadTimeout)))

    def remaining_s(self, error: type[Exception]) -> float:
        """Return the seconds that are left; raises *error* if none are."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise error("out of time")
        return left


class DeadlineBackend(httpcore2.SyncBackend):
    """Opens connections that keep to the deadline, whatever time-out httpcore asks for."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  the deadline is stricter
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect before the deadline."""
        left = self._deadline.remaining_s(httpcore2.ConnectTimeout)
        stream = super().connect_tcp(host, port, left, local_address, socket_options)
        return _DeadlineStream(stream, self._deadline)


class _DeadlineStream(httpcore2.NetworkStream):
    def __init__(self, stream: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        self._acknowledge_at_once()
        return self._stream.read(max_bytes, self._deadline.remaining_s(httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, self._deadline.remaining_s(httpcore2.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore2.NetworkStream:
        left = self._deadline.remaining_s(httpcore2.ConnectTimeout)
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def _acknowledge_at_once(self) -> None:
        # A server that writes headers and body apart holds the body back until we acknowledge the headers (Nagle's
        # algorithm), and Linux takes its time for that: 40 ms for each response. It forgets the option at every
        # read, so it is set again and again.
        tcp_socket = self.get_extra_info("socket")
        if hasattr(socket, "TCP_QUICKACK") and isinstance(tcp_socket, socket.socket):
            with suppress(OSError):
                tcp_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

"""The end of a run that its agent has cancelled: it stops asking, and puts things back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import anyio.from_thread

from conformance.http.connection import HttpConnection, RawResponse, Request


class Cancelling:
    """Ends the run of the thread that makes this one, once its call is cancelled or *end_all* is set.

    It ends as by Ctrl-C: with a KeyboardInterrupt, and one only, since what the run has changed is put back after it.
    """

    def __init__(self, end_all: threading.Event) -> None:
        self._end_all = end_all
        self._thread = threading.get_ident()
        self._has_ended = False

    def end_if_cancelled(self) -> None:
        """Raise KeyboardInterrupt, once, if the run is to end; in other threads of the run do nothing."""
        if self._has_ended or threading.get_ident() != self._thread:
            return
        try:
            anyio.from_thread.check_cancelled()
            if not self._end_all.is_set():
                return
        except asyncio.CancelledError:
            pass
        self._has_ended = True
        raise KeyboardInterrupt

    def tell_agent(self, send: Callable[..., Awaitable[None]], *words: Any) -> None:
        """Let the loop send something; raise KeyboardInterrupt, once, if the run is to end."""
        if self._has_ended:
            return
        self.end_if_cancelled()
        try:
            anyio.from_thread.run(send, *words)
        except asyncio.CancelledError:
            self.end_if_cancelled()

    def make_connection(self, *given: Any, **options: Any) -> HttpConnection:
        """Make a connection that asks before each request whether the run is to end."""
        connection = _CancellableConnection(*given, **options)
        connection.cancelling = self
        return connection


class _CancellableConnection(HttpConnection):
    cancelling: Cancelling

    def send(self, request: Request, within_s: float) -> RawResponse:
        """Send *request*, unless the run is to end."""
        self.cancelling.end_if_cancelled()
        return super().send(request, within_s)

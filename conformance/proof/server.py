"""Serve a small Python object over real HTTP on a free loopback port, for the length of a with block."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BufferedReader
from socketserver import BaseRequestHandler, StreamRequestHandler, ThreadingTCPServer
from typing import Any, cast

from conformance.proof.messages import App
from conformance.proof.served_connection import ServedConnection


@contextmanager
def serve(app: App) -> Iterator[str]:
    """Serve *app* until the block ends; yields its base URL."""

    class Handler(StreamRequestHandler):
        disable_nagle_algorithm = True

        def handle(self) -> None:
            connection = ServedConnection(app, self.rfile, self.wfile, self._peek)
            connection.serve()
            if connection.is_hanging:
                self.rfile.read()  # until the client gives up

        def _peek(self) -> bytes:
            # Without a time-out of zero, peek would wait for a request that may never come.
            self.connection.settimeout(0)
            try:
                return cast(BufferedReader, self.rfile).peek(1)
            finally:
                self.connection.settimeout(None)

    with _run_server(Handler) as url:
        yield url


@contextmanager
def serve_bytes(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """Let *talk* do with each connection what it likes, until the block ends; yields the base URL."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            talk(self.request)

    with _run_server(Handler) as url:
        yield url


@contextmanager
def _run_server(handler: type[BaseRequestHandler]) -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), handler)
    # shutdown() waits for the next poll, which would be half a second after each trial if left as it is.
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False  # a connection that the judge keeps alive would hold up the end
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that went away is no news."""

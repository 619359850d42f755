"""Serve a small Python object over real HTTP on a free loopback port, for the length of a with block."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote


@dataclass(frozen=True)
class Request:
    """One request as it arrived: *target* is the raw path and query, header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The raw path, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def segments(self) -> list[str]:
        """The path's segments without a trailing slash, each decoded after splitting."""
        return [unquote(part) for part in self.path.removesuffix("/").split("/")[1:]]

    @property
    def query(self) -> dict[str, str]:
        """The query's parameters, the last of each name."""
        return {name: values[-1] for name, values in parse_qs(self.target.partition("?")[2]).items()}


@dataclass
class Response:
    """One answer; a body that is not bytes is sent as JSON."""

    status: int
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> tuple[dict[str, str], bytes]:
        """Return headers and bytes as they go out."""
        if isinstance(self.body, bytes):
            return self.headers, self.body
        return {"content-type": "application/json", **self.headers}, json.dumps(self.body).encode()


class App(Protocol):
    """What can be served."""

    def answer(self, request: Request) -> Response:
        """Answer one request; called from several threads at once."""
        ...


@contextmanager
def serve(app: App) -> Iterator[str]:
    """Serve *app* until the block ends; yields its base URL."""
    server = _Server(("127.0.0.1", 0), _handler(app))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


def _handler(app: App) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def parse_request(self) -> bool:
            parsed = super().parse_request()
            if parsed:
                self._answer()
            return False

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            response = app.answer(Request(self.command, self.path, headers, body))
            fields, content = response.encoded()
            lines = [f"HTTP/1.1 {response.status} -", f"content-length: {len(content)}"]
            lines += [f"{name}: {value}" for name, value in fields.items()]
            head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
            self.wfile.write(head + (b"" if self.command == "HEAD" else content))

        def log_message(self, format: str, *args: Any) -> None:
            """Stay silent: standard output belongs to the caller."""

    return Handler

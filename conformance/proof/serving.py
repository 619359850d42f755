"""Serve a small Python object over real HTTP on a free loopback port, for the length of a with block."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote

import httpcore2
import httpx2

from conformance.http.clock import Clock, SkippingClock
from conformance.http.connection import HttpConnection, RawResponse


@dataclass(frozen=True)
class Request:
    """One request as it arrived: *target* is the raw path and query, header names are lower case.

    is_followed: whether the next request came with it. The body is shorter than announced if the rest never came.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    is_followed: bool = False

    @property
    def is_cut(self) -> bool:
        """Whether the connection ended before the body did."""
        return len(self.body) < int(self.headers.get("content-length") or 0)

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
    """One answer; a body that is not bytes is sent as JSON.

    headers: ``transfer-encoding: chunked`` sends it in chunks, ``connection: close`` ends the connection. The
    date is now unless it is among them.
    http: "1.0" sends neither length nor chunks and ends the connection. is_silent: the connection is closed instead.
    """

    status: int
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    http: str = "1.1"
    is_silent: bool = False

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


class Clocked(App, Protocol):
    """What can be served and looks at no clock but this one."""

    clock: Clock


class InProcess(HttpConnection):
    """Calls *app* for the requests of the thread that made it, which is quicker than HTTP, and lets nobody wait.

    Packets, which are more than a call, and the requests of other threads, which race, go over HTTP.
    """

    def __init__(self, app: Clocked, url: httpx2.URL, **options: Any) -> None:
        super().__init__(url, **options)
        self.clock = app.clock = SkippingClock()
        self._app = app
        self._thread = threading.get_ident()

    def send(self, request: httpx2.Request, within_s: float) -> RawResponse:
        """Have *request* answered."""
        if threading.get_ident() != self._thread:
            return super().send(request, within_s)
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in request.headers.raw}
        target = request.url.raw_path.decode("latin-1")
        response = self._app.answer(Request(request.method, target, headers, request.content))
        if response.is_silent:
            raise httpcore2.RemoteProtocolError("Server disconnected without sending a response.")
        fields, content = response.encoded()
        return RawResponse(response.status, httpx2.Headers({"date": self._date(), **fields}), content)

    def _date(self) -> str:
        return formatdate(self.clock.now().timestamp(), usegmt=True)


@contextmanager
def serve(app: App) -> Iterator[str]:
    """Serve *app* until the block ends; yields its base URL."""
    with _served(_handler(app)) as url:
        yield url


@contextmanager
def serve_bytes(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """Let *talk* do with each connection what it likes, until the block ends; yields the base URL."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            talk(self.request)

    with _served(Handler) as url:
        yield url


@contextmanager
def _served(handler: type[BaseRequestHandler]) -> Iterator[str]:
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    @property
    def server_port(self) -> int:
        port: int = self.socket.getsockname()[1]
        return port

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that went away is no news."""


def _handler(app: App) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        raw_requestline: bytes

        def parse_request(self) -> bool:
            # Answering here, before http.server looks for a do_METHOD, serves every method there may be. The
            # headers are read by hand because email.parser, its own way, takes longer than all the rest.
            self.close_connection = True
            words = self.raw_requestline.decode("latin-1").split()
            if len(words) == 3:
                self.command, self.path, version = words
                headers = dict(self._headers())
                self.close_connection = version != "HTTP/1.1" or headers.get("connection") == "close"
                self._answer(headers)
            return False

        def _headers(self) -> Iterator[tuple[str, str]]:
            while line := self.rfile.readline().decode("latin-1").strip("\r\n"):
                name, _, value = line.partition(":")
                yield name.lower(), value.strip(" \t")

        def _answer(self, headers: Mapping[str, str]) -> None:
            body = self._body(headers)
            request = Request(self.command, self.path, headers, body, self._is_followed())
            try:
                response = app.answer(request)
            except Exception as error:
                response = Response(500, f"the served object itself failed: {error!r}".encode())
            self._send(response)

        def _body(self, headers: Mapping[str, str]) -> bytes:
            if "chunked" not in headers.get("transfer-encoding", ""):
                return self.rfile.read(int(headers.get("content-length") or 0))
            body = b""
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _is_followed(self) -> bool:
            buffered: Any = self.rfile
            self.connection.settimeout(0)
            try:
                return bool(buffered.peek(1))
            finally:
                self.connection.settimeout(None)

        def _send(self, response: Response) -> None:
            if response.is_silent:
                self.close_connection = True
                return
            fields, content = response.encoded()
            names = {name.lower(): value.lower() for name, value in fields.items()}
            dated = [] if "date" in names else [f"date: {formatdate(usegmt=True)}"]
            lines = [
                f"HTTP/{response.http} {response.status} -",
                *dated,
                *(f"{name}: {fields[name]}" for name in fields),
            ]
            if "chunked" in names.get("transfer-encoding", ""):
                content = b"".join(_chunks(content))
            elif response.http == "1.1" and "content-length" not in names:
                lines.append(f"content-length: {len(content)}")
            head = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
            self.wfile.write(head + (b"" if self.command == "HEAD" else content))
            if response.http == "1.0" or names.get("connection") == "close":
                self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name upstream
            """Stay silent: standard output belongs to the caller."""

    return Handler


def _chunks(content: bytes, size: int = 64) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        part = content[start : start + size]
        yield b"%x\r\n%s\r\n" % (len(part), part)
    yield b"0\r\n\r\n"

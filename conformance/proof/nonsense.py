"""Servers that answer nonsense, whatever the API. None of them is ever conformant.

``NONSENSE_SERVERS`` maps a name to a server: a context manager that yields its base URL.
"""

from __future__ import annotations

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cache

from conformance.http.clock import Clock
from conformance.proof.messages import Request, Response
from conformance.proof.server import serve, serve_bytes

AnswerFunction = Callable[[Request], Response]
TalkFunction = Callable[[socket.socket], None]
_HTML = {"content-type": "text/html; charset=utf-8"}
_JSON = {"content-type": "application/json"}


class AnsweredNonsense:
    """A server that gives one kind of answer to everything.

    needs_connection: whether the answer is nonsense to whoever decodes it, which a call leaves out.
    """

    def __init__(self, answer: AnswerFunction, *, needs_connection: bool) -> None:
        self.answer = answer
        self.needs_connection = needs_connection
        self.clock = Clock()

    def __call__(self) -> AbstractContextManager[str]:
        """Serve it for the length of a with block."""
        return serve(self)


@cache  # packing takes a quarter of a second, and every process that lists the trials imports this module
def _gzip_bomb() -> bytes:
    """Return fifty megabytes, more than the judge reads of any answer, packed into a few hundred kilobytes."""
    return gzip.compress(b" " * 50_000_000, 1)


def _error_response(status: int) -> Response:
    return Response(
        status, {"code": status, "message": "no", "status": "error", "error": {"code": "no", "message": "no"}}
    )


def _echo_body(request: Request) -> Response:
    return Response(200, request.body, {"content-type": request.headers.get("content-type", "text/plain")})


def _echo_request(request: Request) -> Response:
    headers = {
        name: value for name, value in request.headers.items() if name.startswith(("x-", "authorization"))
    }
    return Response(200, {"method": request.method, "target": request.target, "headers": headers}, headers)


def _redirect_to_other_slash_form(request: Request) -> Response:
    path, _, query = request.target.partition("?")
    other = path[:-1] if path.endswith("/") else f"{path}/"
    return Response(308, b"", {"location": other + (f"?{query}" if query else "")})


_ANSWERS: Mapping[str, AnswerFunction] = {
    "empty object with 200": lambda _: Response(200, {}),
    "empty object with 202": lambda _: Response(202, {}),
    "nothing with 200": lambda _: Response(200),
    "nothing with 204": lambda _: Response(204),
    "null with 200": lambda _: Response(200, b"null", _JSON),
    "list with 202": lambda _: Response(202, b"[]", _JSON),
    "always 400": lambda _: _error_response(400),
    "always 401": lambda _: _error_response(401),
    "always 403": lambda _: _error_response(403),
    "always 404": lambda _: _error_response(404),
    "always 429": lambda _: Response(429, {}, {"retry-after": "3600"}),
    "always 500": lambda _: _error_response(500),
    "always 503": lambda _: _error_response(503),
    "status 999": lambda _: Response(999, {}),
    "web page with 200": lambda _: Response(
        200, b"<!doctype html><title>Welcome</title><h1>It works!</h1>", _HTML
    ),
    "web page called JSON": lambda _: Response(200, b"<h1>It works!</h1>", _JSON),
    "web page with 404": lambda _: Response(404, b"<h1>Not Found</h1>", _HTML),
    "echo of the body": _echo_body,
    "echo of the request": _echo_request,
    "redirect to itself": lambda request: Response(307, b"", {"location": request.target}),
    "redirect between slash forms": _redirect_to_other_slash_form,
    "redirect to another host": lambda _: Response(307, b"", {"location": "http://192.0.2.1/"}),
    "redirect to nowhere": lambda _: Response(308, b"", {"location": "http://[/"}),
    "not UTF-8": lambda _: Response(200, b'{"status":"\xff\xfe"}', _JSON),
    "UTF-16": lambda _: Response(200, json.dumps({"status": "success"}).encode("utf-16"), _JSON),
    "broken gzip": lambda _: Response(200, b"\x1f\x8bnonsense", {**_JSON, "content-encoding": "gzip"}),
    "gzip bomb": lambda _: Response(200, _gzip_bomb(), {**_JSON, "content-encoding": "gzip"}),
    "NaN": lambda _: Response(200, b'{"status": NaN}', _JSON),
    "deeply nested": lambda _: Response(200, b"[" * 100_000 + b"]" * 100_000, _JSON),
    "a number of 5,000 digits": lambda _: Response(200, b'{"status": ' + b"9" * 5000 + b"}", _JSON),
    "terminal escapes": lambda _: Response(200, b"\x1b[2J\x1b]0;owned\x07\x00", _JSON),
    "huge body": lambda _: Response(200, b'"' + b"x" * 1_000_000 + b'"', _JSON),
}
_ENCODED_ANSWERS = ("status 999", "broken gzip", "gzip bomb")


def _close_at_once(connection: socket.socket) -> None:
    connection.close()


def _close_after_request(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.close()


def _reset_connection(connection: socket.socket) -> None:
    connection.recv(65536)
    # Lingering for zero seconds closes with a reset instead of an orderly end.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    connection.close()


def _never_answer(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def _dribble_after(start: bytes) -> TalkFunction:
    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(start)
        while True:
            time.sleep(0.05)
            connection.sendall(b"x")

    return talk


def _repeat_bytes(answer: bytes) -> TalkFunction:
    def talk(connection: socket.socket) -> None:
        while connection.recv(65536):
            connection.sendall(answer)

    return talk


def _send_without_end(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n")
    while True:
        connection.sendall(b" " * 65536)


_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
_TALKS: Mapping[str, TalkFunction] = {
    "closes the socket": _close_at_once,
    "closes the socket after the request": _close_after_request,
    "resets the connection": _reset_connection,
    "hangs": _never_answer,
    "dribbles a header": _dribble_after(b"HTTP/1.1 200 OK\r\nx-long: "),
    "dribbles a body": _dribble_after(_HEAD + b"content-length: 100000\r\n\r\n"),
    "floods": _send_without_end,
    "not HTTP": _repeat_bytes(b"SSH-2.0-OpenSSH_9.9\r\n"),
    "random bytes": _repeat_bytes(bytes(range(256)) * 4),
    "half a status line": _repeat_bytes(b"HTTP/1.1 2"),
    "a promise of more": _repeat_bytes(_HEAD + b"content-length: 10\r\n\r\n{}"),
    "a broken chunk": _repeat_bytes(_HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
    "a broken length": _repeat_bytes(_HEAD + b"content-length: lots\r\n\r\n{}"),
    "interim answers only": _repeat_bytes(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a switch of protocols": _repeat_bytes(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"),
}


@contextmanager
def _serve_nobody() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


def _prepare_talk(talk: TalkFunction) -> Callable[[], AbstractContextManager[str]]:
    return lambda: serve_bytes(talk)


NONSENSE_SERVERS: Mapping[str, Callable[[], AbstractContextManager[str]]] = {
    **{
        name: AnsweredNonsense(answer, needs_connection=name in _ENCODED_ANSWERS)
        for name, answer in _ANSWERS.items()
    },
    **{name: _prepare_talk(talk) for name, talk in _TALKS.items()},
    "nobody listens": _serve_nobody,
}

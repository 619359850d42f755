"""Connections that stay open between two requests, as pollers and proxies keep them."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest

from mockserver.http import listening_socket
from mockserver.http.connection import HEAD_S
from mockserver.http.server import Server
from mockserver.services.service import load_services
from mockserver.stub import Stub
from mockserver.testing.client import MockServer
from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, ask, bearer, connect, fresh, read, request, token
from tests.testbed.stubs import start_command

IDLE_S = 75  # as documented
JSON = {"Content-Type": "application/json"}
ORIGIN = {"Origin": "http://localhost:3000"}
PREFLIGHT = {**ORIGIN, "Access-Control-Request-Method": "POST"}


def good(**headers: str) -> bytes:
    return request(headers={**bearer(token()), **JSON, **headers}, content=json.dumps(fresh()).encode())


ANSWERED = {
    "write": good(),
    "refused": request("PATCH", CATEGORY, {**bearer(KEY), **JSON}, b"[]"),
    "nowhere": request("GET", "/nowhere"),
    "forced": request("POST", PREFERENCE, {"Prefer": "code=503"}),
    "front page": request("GET", "/"),
    "preflight": request("OPTIONS", PREFERENCE, PREFLIGHT),
    "control plane": request("GET", "/__admin/health", {"Host": "localhost"}),
}


class TurnedLoop(asyncio.SelectorEventLoop):
    """A loop whose clock can be turned ahead."""

    ahead_s = 0.0

    def time(self) -> float:
        return super().time() + self.ahead_s

    def turn(self, by_s: float) -> None:
        """Turn the clock from another thread; what is due then is done before anything else."""

        def turn_and_go_on() -> None:
            self.ahead_s += by_s
            self.call_later(0, turned.set)

        turned = threading.Event()
        self.call_soon_threadsafe(turn_and_go_on)
        assert turned.wait(5)


@contextmanager
def turned_stub() -> Iterator[tuple[str, TurnedLoop]]:
    """Serve a stub on a loop whose clock can be turned; yields its URL and the loop."""
    listener = listening_socket.open_socket("127.0.0.1", 0)
    loop, ready = TurnedLoop(), threading.Event()
    server = Server(Stub(load_services()).application, ready.set)

    def serve() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(server.serve(sockets=[listener]))

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        assert ready.wait(10)
        yield listening_socket.socket_url(listener), loop
    finally:
        server.stop()
        thread.join(10)


def test_connection_is_kept_for_a_client_that_comes_back_in_time():
    """In the last moment too, since its clock runs from when the answer has reached it."""
    with turned_stub() as (url, loop), connect(url) as connection:
        for _ in range(3):
            connection.sendall(good())
            assert read(connection).status == 200
            loop.turn(IDLE_S + 0.5)
        connection.sendall(good())
        assert read(connection).status == 200


def test_connection_stays_open_for_a_request_that_has_begun():
    with turned_stub() as (url, loop), connect(url) as connection:
        connection.sendall(good())
        assert read(connection).status == 200
        sent = good()
        loop.turn(IDLE_S - 5)
        connection.sendall(sent[:20])
        ask(url, ANSWERED["front page"])  # after which the stub has read those, too
        loop.turn(HEAD_S - 1)
        connection.sendall(sent[20:])

        assert read(connection).status == 200


def test_connection_of_nobody_is_closed_in_the_end():
    with turned_stub() as (url, loop), connect(url) as connection:
        connection.sendall(good())
        assert read(connection).status == 200
        loop.turn(IDLE_S + 2)

        assert connection.recv(1) == b""


@pytest.mark.parametrize("name", ANSWERED)
def test_client_is_told_how_long_its_connection_stays(url, name):
    method = ANSWERED[name].partition(b" ")[0].decode()

    answer = ask(url, ANSWERED[name], method)

    assert answer.headers.get("keep-alive") == f"timeout={IDLE_S}"
    assert "connection" not in answer.headers


def test_client_that_wants_no_more_is_promised_nothing(url):
    answer = ask(url, good(Connection="close"))

    assert (answer.headers["connection"], answer.headers.get("keep-alive")) == ("close", None)


@pytest.mark.parametrize("connection", ["close", "keep-alive"])
def test_http_1_0_is_hung_up_and_promised_nothing(url, connection):
    with connect(url) as client:
        client.sendall(good(Connection=connection).replace(b"HTTP/1.1", b"HTTP/1.0"))
        answer = b"".join(iter(partial(client.recv, 65536), b""))

    head = answer.partition(b"\r\n\r\n")[0].lower()
    assert head.startswith(b"http/1.1 200 ok\r\n")
    assert b"\r\nconnection: close" in head
    assert b"keep-alive" not in head


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stub_that_is_stopped_waits_for_no_idle_connection(number):
    with start_command("--quiet") as (url, process):
        idle: list[socket.socket] = [connect(url) for _ in range(3)]
        for connection in idle[1:]:  # the first one never says anything
            connection.sendall(good())
            assert read(connection).status == 200
        began = time.monotonic()
        process.send_signal(number)
        process.wait(10)

        assert time.monotonic() - began < 3
        for connection in idle:
            assert connection.recv(1) == b""
            connection.close()


def test_stub_in_a_test_waits_for_no_idle_connection():
    with MockServer() as mock:
        connection = connect(mock.url)
        connection.sendall(good())
        assert read(connection).status == 200
        began = time.monotonic()

    assert time.monotonic() - began < 3
    assert connection.recv(1) == b""
    connection.close()

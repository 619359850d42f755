"""The same bytes are read alike, however they are parted into packets."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any
from unittest.mock import Mock

import pytest
import uvicorn
from uvicorn.server import ServerState

from mockserver.http.connection import HEAD_S, LEEWAY_S, Connection
from mockserver.http.headers import KnownHeads
from mockserver.http.problems import Problem
from mockserver.http.raw_connection import BufferedTransport

BODY = b'{"a": "x\r\nUpgrade: h2c\r\n\r\n"}'
POST = b"POST /caf\xc3\xa9?q=%%ff HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n" % len(BODY)
CHUNKED = b"POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
CHUNKS = b"5;x=y\r\n\r\n\r\na\r\n4\r\n\r\n\r\n\r\n0\r\n"
TRAILERS = b"Authorization: Bearer stolen\r\nUpgrade: h2c\r\n\r\n"
GET = b"GET /g\xc3\xbc HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
REQUESTS = {
    "upgrade": POST + b"Upgrade: h2c\r\nConnection: Upgrade\r\n\r\n" + BODY,
    "upgrade in capitals": POST + b"UPGRADE: h2c\r\n\r\n" + BODY,
    "trailers": CHUNKED + b"\r\n" + CHUNKS + TRAILERS,
    "no trailers": CHUNKED + b"\r\n" + CHUNKS + b"\r\n",
    "pipelined": POST + b"\r\n" + BODY + GET + CHUNKED + b"\r\n" + CHUNKS + TRAILERS + GET,
    "two without a body": GET + GET,
    "empty body": b"POST /e HTTP/1.1\r\nContent-Length: 0\r\n\r\n" + GET,
    "lines before": b"\r\n\r\n\r\n" + GET,
    "no head": b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
    "two lengths": b"POST /e HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length that is none": b"POST /e HTTP/1.1\r\nContent-Length: x\r\n\r\nab",
    "chunk that is none": CHUNKED + b"\r\nzz\r\n",
    "lines without a return": b"GET /lf HTTP/1.1\nHost: a\n\n",
    "line without a return": b"GET /lf HTTP/1.1\r\nHost: a\n\r\n",
    "first line without a return": b"GET /lf HTTP/1.1\n\r\n",
    "return alone": b"GET /cr HTTP/1.1\rHost: a\r\r",
    "returns before": b"\n\r\n\n" + GET,
    "long URL": b"GET /" + b"a" * 65_100 + b" HTTP/1.1\r\n\r\n",
}


class Transport:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.is_closed = False

    def write(self, data: bytes) -> None:
        assert not self.is_closed, "uvloop raises RuntimeError"
        self.written += data

    def close(self) -> None:
        self.is_closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.is_closed

    def get_extra_info(self, _: str) -> Any:
        return None

    def pause_reading(self) -> None: ...
    def resume_reading(self) -> None: ...


class Echo:
    """Answers with what it was sent."""

    def __init__(self, *, is_soon_answered: bool = True) -> None:
        self.known_heads = KnownHeads()
        self.is_soon_answered = lambda _: is_soon_answered

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            assert message["type"] == "http.request"
            body += message["body"]
            more = message["more_body"]
        seen = [scope["method"], scope["raw_path"].decode(), str(list(scope["headers"])), body.decode()]
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0"),
                    (b"seen", json.dumps(seen).encode())]})  # fmt: skip
        await send({"type": "http.response.body", "body": b""})

    def refusal(self, target: bytes, _: Any, problem: Problem) -> bytes:
        return f"refused {problem.kind.value} {len(target)} {problem}".encode()


class Recorder(Echo):
    """Answers like Echo, at once or after a while, and keeps the scopes."""

    def __init__(self, *, is_soon_answered: bool = True, waits: bool = False) -> None:
        super().__init__(is_soon_answered=is_soon_answered)
        self.scopes: list[Any] = []
        self.waits = waits

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append({**scope, "headers": tuple(scope["headers"])})
        if self.waits:
            await asyncio.sleep(0)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.Event().wait(), 0.001)
        await super().__call__(scope, receive, send)


def configure(application: Any, **options: Any) -> uvicorn.Config:
    config = uvicorn.Config(
        application, http=Connection, lifespan="off", log_config=None, proxy_headers=False, **options
    )
    config.load()
    return config


def exchange(packets: list[bytes]) -> tuple[bytes, bool]:
    async def send() -> tuple[bytes, bool]:
        config = configure(Echo())
        state, transport = ServerState(), Transport()
        connection = Connection(config, state, {}, asyncio.get_running_loop())
        connection.connection_made(transport)
        for packet in packets:
            connection.data_received(packet)
            await asyncio.sleep(0)
        if transport.is_closed:
            connection.connection_lost(None)
        while state.tasks:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        connection._unset_keepalive_if_required()
        return transport.written, transport.is_closed

    return asyncio.run(asyncio.wait_for(send(), 10))


class TurnedClock:
    """A loop whose time is turned by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.timers: list[tuple[float, Any, Mock]] = []

    def time(self) -> float:
        return self.now_s

    def call_later(self, delay_s: float, call: Any) -> Mock:
        handle = Mock(cancelled=False)
        handle.cancel = lambda: setattr(handle, "cancelled", True)
        self.timers.append((self.now_s + delay_s, call, handle))
        return handle

    def turn(self, seconds: float) -> None:
        self.now_s += seconds
        due = [one for one in self.timers if one[0] <= self.now_s and not one[2].cancelled]
        for one in due:
            self.timers.remove(one)
            one[1]()


@pytest.mark.parametrize(
    ("packets", "seconds"),
    [([b"GET /\r\n"], HEAD_S), ([b"GET / HTTP/1.1\r\nHost", b": a\r\n"], HEAD_S), ([], 76)],
)
def test_client_that_sends_no_whole_head_is_not_waited_for(packets, seconds):
    config = configure(Echo(), timeout_keep_alive=75 + LEEWAY_S)
    clock, transport = TurnedClock(), Transport()
    connection = Connection(config, ServerState(), {}, clock)
    connection.connection_made(transport)
    for packet in packets:
        connection.data_received(packet)
        clock.turn(0.5)
    clock.turn(seconds - 0.5 * len(packets) - 1)
    assert not transport.is_closed

    clock.turn(1.5)
    assert transport.is_closed


@pytest.mark.parametrize("name", REQUESTS)
def test_request_cut_anywhere_is_answered_alike(name):
    sent = REQUESTS[name]
    whole = exchange([sent])
    cuts = range(1, len(sent)) if len(sent) < 1000 else (1, 10, 60_000, len(sent) - 1)

    assert {cut for cut in cuts if exchange([sent[:cut], sent[cut:]]) != whole} == set()
    assert len(sent) > 1000 or exchange([bytes([one]) for one in sent]) == whole


def test_body_of_a_request_that_offers_an_upgrade_is_read_as_it_is():
    written, is_closed = exchange([REQUESTS["upgrade"]])

    assert not is_closed
    assert json.loads(written.partition(b"seen: ")[2].partition(b"\r\n")[0])[3] == BODY.decode()
    assert b'"/caf%C3%A9"' in written


def test_trailer_is_no_header():
    written, _ = exchange([REQUESTS["trailers"]])

    assert b"200 OK" in written
    assert b"stolen" not in written


KNOWN = b"User-Agent: a\r\nHost:  b \r\nX: \xc3\xa9\r\nConnection: keep-alive\r\n"
TARGETS = [b"/", b"/a/%C3%A9?", b"/b;c=d?q=%00&r=/?", b"/a/b/%2e/c?x[]=1", b"//b", b"/" + b"a" * 9000]


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("method", [b"GET", b"POST", b"DELETE", b"QUERY", b"CONNECT"])
def test_request_with_known_header_lines_is_read_as_the_parser_reads_it(method, waits):
    """Header lines are known from the second request on."""

    async def send_all(*, is_soon_answered: bool) -> tuple[list[Any], bytes, bool]:
        application = Recorder(is_soon_answered=is_soon_answered, waits=waits)
        config, state, transport = configure(application), ServerState(), Transport()
        for target in TARGETS:
            connection = Connection(config, state, {}, asyncio.get_running_loop())
            connection.connection_made(transport)
            for body in (b"", b"{}", b"[]"):
                length = b"Content-Length: %d\r\n" % len(body) if body else b""
                sent = b"%b %b HTTP/1.1\r\n%b%b\r\n%b" % (method, target, KNOWN, length, body)
                for _ in range(2):
                    connection.data_received(sent)
                    while state.tasks:
                        await asyncio.sleep(0)
                    await asyncio.sleep(0)
            connection.connection_lost(None)
            transport.is_closed, closed = False, transport.is_closed
        scopes = [{**one, "extensions": None} for one in application.scopes]
        return scopes, transport.written, closed

    by_parser = asyncio.run(send_all(is_soon_answered=False))

    assert asyncio.run(send_all(is_soon_answered=True)) == by_parser
    assert len(by_parser[0]) == (18 if method == b"CONNECT" else 6 * len(TARGETS))


@pytest.mark.parametrize(
    "lines", [b"Expect: 100-continue\r\n", b"Connection: close\r\n", b"Upgrade: h2c\r\n"]
)
def test_header_lines_about_the_connection_are_always_parsed(lines):
    known = KnownHeads()
    application = Recorder()
    application.known_heads = known

    async def send() -> None:
        connection = Connection(configure(application), ServerState(), {}, asyncio.get_running_loop())
        connection.connection_made(Transport())
        connection.data_received(b"GET / HTTP/1.1\r\n" + lines + b"\r\n")

    asyncio.run(send())

    assert known.read_head(b"GET / HTTP/1.1\r\n" + lines + b"\r\n") is None


@pytest.mark.parametrize("end", [b"", b"x", b"[]GET / HTTP/1.1\r\n\r\n"])
def test_only_one_whole_request_is_read_without_the_parser(end):
    known, head = KnownHeads(), b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n"
    known.keep(head, [(b"content-length", b"2")], 2)

    assert known.read_head(head + b"[]") is not None
    assert known.read_head(head + end) is None


def test_long_head_of_known_lines_is_left_to_the_parser():
    """Which refuses a URL that is too long."""
    known, lines = KnownHeads(), b" HTTP/1.1\r\nHost: a\r\n\r\n"
    known.keep(b"GET /" + lines, [(b"host", b"a")], 0)

    assert known.read_head(b"GET /b" + lines) is not None
    assert known.read_head(b"GET /" + b"b" * 65_000 + lines) is None


class Failing(Echo):
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError(scope, receive, send)


class Silent(Echo):
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


@pytest.mark.parametrize("kind", [Failing, Silent])
def test_application_that_does_not_answer_costs_its_own_connection_only(kind):
    async def send() -> bool:
        transport = Transport()
        connection = Connection(configure(kind()), ServerState(), {}, asyncio.get_running_loop())
        connection.connection_made(transport)
        connection._application.known_heads.keep(b"GET / HTTP/1.1\r\n\r\n", [], 0)
        connection.data_received(b"GET / HTTP/1.1\r\n\r\n")
        return transport.is_closed

    assert asyncio.run(send())


def test_every_request_of_a_packet_is_answered():
    assert exchange([REQUESTS["pipelined"]])[0].count(b"200 OK") == 4


@pytest.mark.parametrize(
    ("name", "status"),
    [("no head", 400), ("two lengths", 400), ("length that is none", 400), ("lines without a return", 400),
     ("line without a return", 400), ("first line without a return", 400), ("return alone", 400), ("long URL", 414)],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_the_connection_closed(name, status):
    written, is_closed = exchange([REQUESTS[name]])

    assert written.startswith(b"refused %d" % status)
    assert is_closed


@pytest.mark.parametrize("line", [b"\n", b"\r\n", b"\r\n\r\n", b"x\n"])
def test_chunk_of_empty_lines_costs_no_more_than_another(line):
    content = line * (256 * 1024 // len(line))
    began_s = time.process_time()
    written, _ = exchange([CHUNKED + b"\r\n%x\r\n" % len(content), content, b"\r\n0\r\n\r\n"])

    assert json.loads(written.partition(b"seen: ")[2].partition(b"\r\n")[0])[3] == content.decode()
    assert time.process_time() - began_s < 1


def test_trailers_without_end_are_cut_off():
    packets = [CHUNKED + b"\r\n0\r\n", *[b"X: " + b"x" * 60_000 + b"\r\n"] * 20]

    assert exchange(packets)[1]


def test_answer_to_a_connection_that_was_reset_is_dropped():
    async def reset() -> bytes:
        transport = Transport()
        buffered = BufferedTransport(transport, asyncio.get_running_loop(), [])
        buffered.write(b"sent")
        await asyncio.sleep(0)
        buffered.write(b"too late")
        transport.close()
        buffered.write_response(b"too late as well")
        failed = Mock()
        asyncio.get_running_loop().set_exception_handler(failed)
        await asyncio.sleep(0)
        failed.assert_not_called()
        return transport.written

    assert asyncio.run(reset()) == b"sent"


@pytest.mark.parametrize(("connected", "at_once"), [(1, b"answer"), (3, b"")])
def test_response_leaves_at_once_unless_others_may_leave_with_it(connected, at_once):
    async def write() -> list[bytes]:
        transport = Transport()
        buffered = BufferedTransport(transport, asyncio.get_running_loop(), [Mock()] * connected)
        buffered.write_response(b"answer")
        written = [transport.written]
        await asyncio.sleep(0)
        return [*written, transport.written]

    assert asyncio.run(write()) == [at_once, b"answer"]


def test_response_leaves_after_what_waits_to_leave():
    async def write() -> bytes:
        transport = Transport()
        buffered = BufferedTransport(transport, asyncio.get_running_loop(), [])
        buffered.write(b"begin, ")
        buffered.write_response(b"end")
        await asyncio.sleep(0)
        return transport.written

    assert asyncio.run(write()) == b"begin, end"

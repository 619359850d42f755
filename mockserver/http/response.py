"""How an answer goes over the wire: whole, in trickles, or broken off on purpose."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import struct
from functools import cache
from random import Random
from typing import NamedTuple

from starlette.types import Send

from mockserver.dispatch.exchange import Exchange, Reply
from mockserver.http import exact_json
from mockserver.http.problems import phrase
from mockserver.simulation.faults import Effect, Wire

# No status reaches the client with these.
SILENT = (Wire.CONNECTION_RESET_BY_PEER, Wire.EMPTY_RESPONSE, Wire.RANDOM_DATA_THEN_CLOSE)

# What follows the headers of an answer after which the connection is closed.
LAST = b"connection: close\r\n\r\n"
_JSON = b"content-type: application/json\r\n"
_BODILESS = (204, 304)
_LENGTH = re.compile(rb"\r\ncontent-length: \d+\r\n")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LONGEST_HEADER = 1000


class Answer(NamedTuple):
    """Status, head and body as they are sent; head is the status line and the headers, without the empty line."""

    status: int
    head: bytes
    content: bytes

    @classmethod
    def of(cls, reply: Reply, head: bytes, *, is_head: bool) -> Answer:
        """Make the answer that *reply* means; *head* is the header lines that every answer carries."""
        body, status = reply.body, reply.status
        head = _status_line(status) + head
        if body is None or status in _BODILESS:
            content = b""
        elif isinstance(body, bytes):
            content = body
        else:
            content = exact_json.dumps(body)
            if "Content-Type" not in reply.headers:
                head += _JSON
        if status not in _BODILESS:
            head += b"content-length: %d\r\n" % len(content)
        if reply.headers:
            head += b"".join(_header(name, value) for name, value in reply.headers.items())
        return cls(status, head, b"" if is_head else content)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Take the headers apart again."""
        pairs = (line.partition(b": ") for line in self.head.splitlines()[1:])
        return [(name, value) for name, _, value in pairs]

    async def send(self, send: Send) -> None:
        """Send all of it as ASGI has it."""
        await self._begin(send)
        await send({"type": "http.response.body", "body": self.content})

    async def dribble(self, send: Send, chunks: int, total_ms: float) -> None:
        """Send the body in *chunks* over *total_ms* milliseconds."""
        await self._begin(send)
        size = max(1, -(-len(self.content) // chunks))
        begins = range(0, len(self.content), size)
        for begin in begins:
            await asyncio.sleep(total_ms / len(begins) / 1000)
            chunk = self.content[begin : begin + size]
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _begin(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers()})


async def break_off(effect: Effect, answer: Answer, exchange: Exchange, send: Send) -> None:
    """Do to the connection what *effect* says; under another server than the one that ships, answer whole."""
    line = exchange.line
    if effect.wire is Wire.SLOW_DRIBBLE:
        await answer.dribble(send, effect.dribble.chunks, effect.dribble.total_ms)
    elif line is None:
        await answer.send(send)
    else:
        transport = line.transport
        if effect.wire is Wire.CONNECTION_RESET_BY_PEER:
            _reset(transport)
        else:
            transport.write(_broken(effect.wire, answer, exchange.session.faults.dice))
            transport.close()
        await exchange.gone()


def _broken(kind: Wire | None, answer: Answer, dice: Random) -> bytes:
    if kind is Wire.RANDOM_DATA_THEN_CLOSE:
        return dice.randbytes(128)
    if kind is Wire.MALFORMED_RESPONSE_CHUNK:
        head = _LENGTH.sub(b"\r\ntransfer-encoding: chunked\r\n", answer.head)
        return head + LAST + b"not-a-size\r\n" + dice.randbytes(64)
    if kind is Wire.TRUNCATED_BODY:
        return answer.head + LAST + answer.content[: len(answer.content) // 2]
    return b""


def _reset(transport: asyncio.Transport) -> None:
    """Close without the usual farewell, so that the client sees a reset."""
    listener: socket.socket = transport.get_extra_info("socket")
    # A copy, since the event loop does not hand out the socket's options.
    with socket.socket(fileno=os.dup(listener.fileno())) as copy:
        copy.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


@cache
def _status_line(status: int) -> bytes:
    return f"HTTP/1.1 {status} {phrase(status)}\r\n".encode()


def _header(name: str, value: str) -> bytes:
    """Write one header line of a reply; it may quote what somebody sent."""
    value = _CONTROL.sub(" ", value)[:_LONGEST_HEADER]
    return f"{_CONTROL.sub('', name).lower()}: {value}\r\n".encode("latin-1", "replace")

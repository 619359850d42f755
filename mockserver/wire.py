"""How an answer goes over the wire: whole, in trickles, or broken off on purpose."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import struct
from random import Random
from typing import NamedTuple

from starlette.types import Send

from mockserver import exact_json
from mockserver.exchange import Exchange, Reply
from mockserver.faults import Effect, Wire
from mockserver.problems import phrase

# No status reaches the client with these.
SILENT = (Wire.CONNECTION_RESET_BY_PEER, Wire.EMPTY_RESPONSE, Wire.RANDOM_DATA_THEN_CLOSE)

_JSON = (b"content-type", b"application/json")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LONGEST_HEADER = 1000

Head = list[tuple[bytes, bytes]]


class Answer(NamedTuple):
    """Status, head and body as they are sent."""

    status: int
    head: Head
    content: bytes

    @classmethod
    def of(cls, reply: Reply, head: Head, *, is_head: bool) -> Answer:
        """Make the answer that *reply* means, below the headers that every answer carries."""
        is_empty = reply.status in (204, 304)
        if reply.body is None or is_empty:
            content = b""
        elif isinstance(reply.body, bytes):
            content = reply.body
        else:
            content = exact_json.dumps(reply.body)
            if "Content-Type" not in reply.headers:
                head = [*head, _JSON]
        if not is_empty:
            head = [*head, (b"content-length", b"%d" % len(content))]
        if reply.headers:
            head = [*head, *(_header(name, value) for name, value in reply.headers.items())]
        return cls(reply.status, head, b"" if is_head else content)

    async def send(self, send: Send) -> None:
        """Send all of it."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.head})
        await send({"type": "http.response.body", "body": self.content})

    async def dribble(self, send: Send, chunks: int, total_ms: float) -> None:
        """Send the body in *chunks* over *total_ms* milliseconds."""
        await send({"type": "http.response.start", "status": self.status, "headers": self.head})
        size = max(1, -(-len(self.content) // chunks))
        for begin in range(0, len(self.content), size):
            await asyncio.sleep(total_ms / chunks / 1000)
            chunk = self.content[begin : begin + size]
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def head_bytes(self, *, is_chunked: bool = False) -> bytes:
        """Write status line and headers as HTTP/1.1 has them."""
        lines = [f"HTTP/1.1 {self.status} {phrase(self.status)}".encode()]
        for name, value in self.head:
            if not (is_chunked and name == b"content-length"):
                lines.append(name + b": " + value)
        lines += [b"transfer-encoding: chunked"] if is_chunked else []
        return b"\r\n".join([*lines, b"connection: close", b"", b""])


async def break_off(effect: Effect, answer: Answer, exchange: Exchange, send: Send) -> None:
    """Do to the connection what *effect* says; under another server than the one that ships, answer whole."""
    transport = exchange.wire
    if effect.wire is Wire.SLOW_DRIBBLE:
        await answer.dribble(send, effect.dribble.chunks, effect.dribble.total_ms)
    elif transport is None:
        await answer.send(send)
    else:
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
        return answer.head_bytes(is_chunked=True) + b"not-a-size\r\n" + dice.randbytes(64)
    if kind is Wire.TRUNCATED_BODY:
        return answer.head_bytes() + answer.content[: len(answer.content) // 2]
    return b""


def _reset(transport: asyncio.Transport) -> None:
    """Close without the usual farewell, so that the client sees a reset."""
    listener: socket.socket = transport.get_extra_info("socket")
    # A copy, since the event loop does not hand out the socket's options.
    with socket.socket(fileno=os.dup(listener.fileno())) as copy:
        copy.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _header(name: str, value: str) -> tuple[bytes, bytes]:
    """Write one header of a reply; it may quote what somebody sent."""
    return name.lower().encode(), _CONTROL.sub(" ", value)[:_LONGEST_HEADER].encode("latin-1", "replace")

"""A response as the bytes that are sent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from functools import cache, lru_cache
from typing import NamedTuple

from starlette.types import Send

from mockserver.http import exact_json
from mockserver.http.problems import reason_phrase
from mockserver.http.raw_connection import CLOSE_AND_END_HEAD, RawConnection
from mockserver.http.reply import Reply

_JSON = b"content-type: application/json\r\n"
BODILESS = (204, 304)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_LONGEST_HEADER = 1000


class Response(NamedTuple):
    """Status, head and body; the head is the status line and the headers, without the empty line."""

    status: int
    head: bytes
    content: bytes

    @classmethod
    def from_reply(cls, reply: Reply, header_lines: bytes, *, is_head: bool) -> Response:
        """Write *reply* with *header_lines*, those of every response; without its body if *is_head*.

        Raises TypeError, ValueError or RecursionError for a body that is not JSON.
        """
        body, status = reply.body, reply.status
        head = _status_line(status) + header_lines
        if body is None or status in BODILESS:
            content = b""
        elif isinstance(body, bytes):
            content = body
        else:
            content = reply.content or exact_json.dumps(body)
            if "Content-Type" not in reply.headers:
                head += _JSON
        if status not in BODILESS:
            head += b"content-length: %d\r\n" % len(content)
        if reply.headers:
            head += b"".join([_write_header(name, value) for name, value in reply.headers.items()])
        return cls(status, head, b"" if is_head else content)

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Parse the headers out of the head."""
        pairs = (line.partition(b": ") for line in self.head.splitlines()[1:])
        return [(name, value) for name, _, value in pairs]

    def text_headers(self) -> dict[str, str]:
        """Parse the headers out of the head, the last of each name, as text."""
        return {name.decode(): value.decode("latin-1") for name, value in self.headers()}

    def last_bytes(self) -> bytes:
        """Write the whole response as the last one of its connection."""
        return self.head + CLOSE_AND_END_HEAD + self.content

    def is_sent_at_once(self, connection: RawConnection | None) -> bool:
        """Send the response if nothing has to be waited for; tell whether it was sent."""
        return connection is not None and connection.is_sent_at_once(self.head, self.content)

    def send(self, send: Send, connection: RawConnection | None) -> Awaitable[None]:
        """Send the response on *connection*, or through ASGI without one."""
        if connection is None:
            return self._send_through_asgi(send)
        # Past ASGI, whose two messages cost four times as much.
        return connection.send_response(self.head, self.content)

    async def _send_through_asgi(self, send: Send) -> None:
        await self._send_head(send)
        await send({"type": "http.response.body", "body": self.content})

    async def send_slowly(self, send: Send, chunks: int, total_ms: float) -> None:
        """Send the body in *chunks* over *total_ms* milliseconds."""
        await self._send_head(send)
        size = max(1, -(-len(self.content) // chunks))
        begins = range(0, len(self.content), size)
        for begin in begins:
            await asyncio.sleep(total_ms / len(begins) / 1000)
            chunk = self.content[begin : begin + size]
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _send_head(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers()})


@cache
def _status_line(status: int) -> bytes:
    return f"HTTP/1.1 {status} {reason_phrase(status)}\r\n".encode()


def _write_header(name: str, value: str) -> bytes:
    write = _write_known_header if len(value) <= _LONGEST_HEADER else _write_known_header.__wrapped__
    return write(name, value)


# Most replies with headers are refusals, and those of the same problem have the same ones.
@lru_cache(256)
def _write_known_header(name: str, value: str) -> bytes:
    # The value may quote what a client sent, so control characters must not end the line.
    value = _CONTROL.sub(" ", value)[:_LONGEST_HEADER]
    return f"{_CONTROL.sub('', name).lower()}: {value}\r\n".encode("latin-1", "replace")

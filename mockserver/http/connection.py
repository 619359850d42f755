"""One connection under uvicorn, and what HTTP itself leaves to the server."""

from __future__ import annotations

import asyncio
import re
from typing import Any, cast
from urllib.parse import quote_from_bytes

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mockserver.dispatch.dispatcher import Door
from mockserver.dispatch.exchange import LINE
from mockserver.http.response import LAST

# One packet may hold a head and the beginning of a body.
_MAXIMUM_HEAD_BYTES = 1024 * 1024
_UPGRADE = re.compile(rb"\r\nupgrade:", re.IGNORECASE)
_ASCII = "".join(map(chr, range(128)))


class Connection(HttpToolsProtocol):
    """Uvicorn's own protocol with a few differences.

    Head and body of an answer leave in one packet: on a busy machine the second one wakes the client a second time,
    which costs a small answer more than everything the stub does for it. What is not HTTP is refused by the
    application too, so that it hears the API's voice. A path in raw UTF-8, as curl sends it, is read as if it were
    percent-encoded. An offer of HTTP/2 or WebSocket is not heard, since the parser would give up the body for it.
    A head that does not end is refused. A client that has said all it will is still answered. The application is
    handed the connection, since it may be asked to break it.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the joining transport under the protocol."""
        self.url, self.headers, self._latest = b"", [], b""
        self._is_head, self._head_bytes = True, 0
        super().connection_made(cast(asyncio.Transport, _Joined(transport, self.loop)))
        self._line = _Line(self.transport)
        self._extensions: dict[str, Any] = {LINE: self._line}

    def data_received(self, data: bytes) -> None:
        """Pass on what arrived, put so that the parser takes it for what is meant."""
        if b"pgrade" in data:
            data = _UPGRADE.sub(b"\r\nignored:", data)
        if not data.isascii() and self._is_head and self._head_bytes == 0:
            line, end, rest = data.partition(b"\r\n")
            data = quote_from_bytes(line, safe=_ASCII).encode() + end + rest
        self._latest = data
        if self._is_head:
            self._head_bytes += len(data)
            if self._head_bytes > _MAXIMUM_HEAD_BYTES:
                self._refuse(f"the head of the request is larger than {_MAXIMUM_HEAD_BYTES} bytes")
                return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """Begin to answer; the scope carries the connection."""
        self._is_head = False
        super().on_headers_complete()
        self.scope["extensions"] = self._extensions
        if not self.pipeline:
            self._line.cycle = self.cycle

    def on_response_complete(self) -> None:
        """Go on to the next request, if it is here already."""
        if self.pipeline:
            self._line.cycle = self.pipeline[-1][0]
        super().on_response_complete()

    def on_message_complete(self) -> None:
        """Be ready for the next head."""
        self._is_head, self._head_bytes = True, 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the application has its own words
        """Refuse what cannot be parsed, after the answers that are still due, and hang up."""
        if self._is_answering():
            self.shutdown()
            return
        self._refuse("the request is not well-formed HTTP/1.1")

    def _refuse(self, reason: str) -> None:
        # Of a method it does not know the parser tells nothing, not even the target.
        target = self.url or b"".join(self._latest.split(b" ", 2)[1:2])
        self.transport.write(cast(Door, self.config.loaded_app).refusal(target, self.headers, reason))
        self.transport.close()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer a client that has stopped talking and still listens."""
        self.shutdown()
        return True

    def shutdown(self) -> None:
        """Finish an answer that is on its way, but wait for no request that is not complete."""
        if self._is_answering():
            self.cycle.keep_alive = False
        else:
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body


class _Line:
    """The connection as a request's scope carries it; cycle is the request that is being answered."""

    __slots__ = ("cycle", "transport")

    cycle: RequestResponseCycle

    def __init__(self, transport: asyncio.Transport) -> None:
        self.transport = transport

    def body(self) -> bytes | None:
        """Take the body if all of it is here."""
        cycle = self.cycle
        if cycle.more_body or cycle.disconnected or cycle.response_complete:
            return None
        body, cycle.body = bytes(cycle.body), bytearray()
        return body

    async def answer(self, head: bytes, content: bytes) -> None:
        """Do what the cycle does with the two messages of ASGI, at a quarter of the cost."""
        cycle = self.cycle
        if cycle.flow.write_paused and not cycle.disconnected:
            await cycle.flow.drain()
        if cycle.disconnected:
            return
        cycle.response_started, cycle.waiting_for_100_continue = True, False
        self.transport.write(head + (b"\r\n" if cycle.keep_alive else LAST) + content)
        cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()


class _Joined:
    """A transport that joins what is written in one turn of the loop, and writes when that is over.

    Answers to many clients leave in one go then, which wakes a client on the same machine once instead of often.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._waiting:
            self._loop.call_soon(self._flush)
        self._waiting.append(data)

    def abort(self) -> None:
        self._waiting.clear()
        self._transport.abort()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._waiting:
            self._transport.write(b"".join(self._waiting))
            self._waiting.clear()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

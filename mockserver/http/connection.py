"""One connection under uvicorn, and what HTTP itself leaves to the server."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Protocol, cast
from urllib.parse import quote_from_bytes

from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from mockserver.http.raw_connection import EXTENSION, BufferedTransport, RawConnection

# A connection stays open for so much longer than its client is told, whose clock runs from when the answer has come.
LEEWAY_S = 1
# One packet may hold a head and the beginning of a body.
_MAXIMUM_HEAD_BYTES = 1024 * 1024
_UPGRADE = re.compile(rb"\r\nupgrade:", re.IGNORECASE)
_ASCII = "".join(map(chr, range(128)))


class Application(Protocol):
    """What the server asks of the application besides ASGI."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event of ASGI."""
        ...

    def bad_request_response(self, target: bytes, headers: list[tuple[bytes, bytes]], reason: str) -> bytes:
        """Write the whole response to what is not HTTP, from what could be parsed of it."""
        ...

    def stop(self) -> None:
        """End what waits for further requests."""
        ...


class Connection(HttpToolsProtocol):
    """Uvicorn's own protocol with a few differences.

    Head and body of a response leave in one packet: on a busy machine the second one wakes the client a second time,
    which costs a small response more than everything the stub does for it. What is not HTTP is refused by the
    application too, so that the client gets the API's own error body. A path in raw UTF-8, as curl sends it, is read
    as if it were percent-encoded. An offer of HTTP/2 or WebSocket is ignored, since the parser would give up the body
    for it. A head that does not end is refused. A client that has closed its sending side still gets its response.
    The application gets the connection, since it may have to break it.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the buffered transport under the protocol."""
        self.url, self.headers, self._latest = b"", [], b""
        self._is_in_head, self._head_bytes = True, 0
        super().connection_made(cast(asyncio.Transport, BufferedTransport(transport, self.loop)))
        self._raw_connection = RawConnection(self.transport, self.timeout_keep_alive - LEEWAY_S)
        self._extensions: dict[str, Any] = {EXTENSION: self._raw_connection}

    def data_received(self, data: bytes) -> None:
        """Pass on what arrived, changed where the parser would misread it."""
        # The name is hidden from the parser: of a request with Upgrade it returns no body.
        if b"pgrade" in data:
            data = _UPGRADE.sub(b"\r\nignored:", data)
        # The parser refuses a target that is not ASCII; only the first packet of a head holds the target.
        if not data.isascii() and self._is_in_head and self._head_bytes == 0:
            line, end, rest = data.partition(b"\r\n")
            data = quote_from_bytes(line, safe=_ASCII).encode() + end + rest
        self._latest = data
        if self._is_in_head:
            self._head_bytes += len(data)
            if self._head_bytes > _MAXIMUM_HEAD_BYTES:
                self._refuse(f"the head of the request is larger than {_MAXIMUM_HEAD_BYTES} bytes")
                return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """Begin to answer; the scope carries the connection."""
        self._is_in_head = False
        super().on_headers_complete()
        self.scope["extensions"] = self._extensions
        # A pipelined request waits until the one before it is answered.
        if not self.pipeline:
            self._raw_connection.cycle = self.cycle

    def on_response_complete(self) -> None:
        """Go on to the next request, if it is here already."""
        if self.pipeline:
            self._raw_connection.cycle = self.pipeline[-1][0]
        super().on_response_complete()

    def on_message_complete(self) -> None:
        """Be ready for the next head."""
        self._is_in_head, self._head_bytes = True, 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the application has its own words
        """Refuse what cannot be parsed, after the responses that are still due, and close."""
        if self._is_answering():
            self.shutdown()
            return
        self._refuse("the request is not well-formed HTTP/1.1")

    def _refuse(self, reason: str) -> None:
        # After a method it does not know the parser reports nothing, not even the target.
        target = self.url or b"".join(self._latest.split(b" ", 2)[1:2])
        application = cast(Application, self.config.loaded_app)
        self.transport.write(application.bad_request_response(target, self.headers, reason))
        self.transport.close()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer a client that has closed its sending side and still listens."""
        self.shutdown()
        return True

    def shutdown(self) -> None:
        """Finish a response that is on its way, but wait for no request that is not complete."""
        if self._is_answering():
            self.cycle.keep_alive = False
        else:
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete and not self.cycle.more_body

"""The connection below ASGI: a response sent in one write, and a transport that joins writes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Generator
from types import coroutine
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

# Under this name a request's scope carries its RawConnection.
EXTENSION = "mockserver.connection"
# The end of the head of a response after which the connection is closed.
CLOSE_AND_END_HEAD = b"connection: close\r\n\r\n"
_FEW_CONNECTIONS = 2


class RawConnection:
    """A connection as the scope of its requests carries it; *cycle* is uvicorn's state of the current request.

    idle_s: how long the client may leave it idle, as it is told. plain_body: the body of a request that has no cycle,
    and is answered without one unless it has to wait; None for any other. on_response: is told of its response.

    It reads and sets attributes of uvicorn's cycle, which no documented interface offers; a uvicorn that takes a
    response in one call would replace this class.
    """

    __slots__ = ("_on_response", "_stay_and_end_head", "_write_response", "cycle", "plain_body", "transport")

    cycle: RequestResponseCycle

    def __init__(
        self, transport: BufferedTransport, idle_s: int, on_response: Callable[[], None] = lambda: None
    ) -> None:
        self.plain_body: bytes | None = None
        self._on_response = on_response
        self.transport = cast(asyncio.Transport, transport)
        self._write_response = transport.write_response
        # A client that is told closes first, and sends no request into a connection that is being closed.
        self._stay_and_end_head = b"keep-alive: timeout=%d\r\n\r\n" % idle_s

    def take_body(self) -> bytes | None:
        """Take the body, once, if all of it has arrived; None otherwise."""
        if self.plain_body is not None:
            body, self.plain_body = self.plain_body, b""
            return body
        cycle = self.cycle
        if cycle.more_body or cycle.disconnected or cycle.response_complete:
            return None
        # A copy, since the journal keeps it and the cycle's buffer is a bytearray.
        body, cycle.body = bytes(cycle.body), bytearray()
        return body

    def is_sent_at_once(self, head: bytes, content: bytes) -> bool:
        """Send a whole response to a request that has no cycle; tell whether it had none."""
        if self.plain_body is None:
            return False
        self.plain_body = None
        self._write_response(head + self._stay_and_end_head + content)
        self._on_response()
        return True

    async def send_response(self, head: bytes, content: bytes) -> None:
        """Send a whole response; *head* is written as HTTP/1.1, without the empty line.

        This does what the cycle does with ASGI's two messages, at a quarter of the cost.
        """
        # Such as to a preflight, whose way is another one than that of a call.
        if self.is_sent_at_once(head, content):
            return
        cycle = self.cycle
        if cycle.flow.write_paused and not cycle.disconnected:
            await cycle.flow.drain()
        if cycle.disconnected:
            return
        cycle.response_started, cycle.waiting_for_100_continue = True, False
        end = self._stay_and_end_head if cycle.keep_alive else CLOSE_AND_END_HEAD
        self._write_response(head + end + content)
        cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def abort(self) -> None:
        """Drop the connection and what is not sent yet; nobody waits any more for room to send it."""
        if self.plain_body is None:
            self.cycle.disconnected = True
        self.transport.abort()


class BufferedTransport:
    """A transport that joins what is written in one turn of the event loop, and writes when the turn is over.

    Responses to many clients leave together then, which wakes a client on the same machine once instead of often: with
    16 connections that is a sixth more calls a second. connections: all that are open.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        connections: Collection[Any],
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._connections = connections
        self._chunks: list[bytes] = []
        # Asked several times for each request, and slow to find through __getattr__.
        self.is_closing = transport.is_closing

    def write_response(self, data: bytes) -> None:
        """Write a whole response: at once if there is hardly another client with whose response it could leave.

        Whoever sends one request after the other waits for nothing else then.
        """
        if self._chunks or len(self._connections) > _FEW_CONNECTIONS:
            self.write(data)
        # The client may have reset the connection since.
        elif not self.is_closing():
            self._transport.write(data)

    def write(self, data: bytes) -> None:
        """Write with whatever else is written in this turn."""
        if not self._chunks:
            self._loop.call_soon(self._flush)
        self._chunks.append(data)

    def abort(self) -> None:
        """Drop what is not written yet, and abort."""
        self._chunks.clear()
        self._transport.abort()

    def close(self) -> None:
        """Write what is left, and close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        chunks, self._chunks = self._chunks, []
        if chunks and not self.is_closing():
            self._transport.write(b"".join(chunks))

    # Uvicorn uses more of a transport than is changed here.
    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


@coroutine
def go_on(running: Coroutine[Any, Any, None], awaited: Any) -> Generator[Any, Any, None]:
    """Run the rest of *running*, which has begun and waits for *awaited*, such as a future.

    Python 3.12 has tasks that begin at once; they would replace this.
    """
    while True:
        try:
            received = yield awaited
        except BaseException as error:
            thrown: BaseException | None = error
        else:
            thrown = None
        try:
            awaited = running.send(received) if thrown is None else running.throw(thrown)
        except StopIteration:
            return

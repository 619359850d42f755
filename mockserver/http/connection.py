"""One connection under uvicorn, and what HTTP itself leaves to the server."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterator
from typing import Any, Protocol, cast
from urllib.parse import quote_from_bytes

from starlette.types import Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from mockserver.http.headers import KnownHeads, PlainHead
from mockserver.http.problems import Invalid, Problem, TargetTooLong, Violation
from mockserver.http.raw_connection import EXTENSION, BufferedTransport, RawConnection, go_on

logger = logging.getLogger(__name__)

# A connection stays open for so much longer than its client is told, whose clock runs from when the answer has come.
LEEWAY_S = 1
# From the first byte of a head to its last: whoever sends slower, or no more, does not keep the connection.
HEAD_S = 20
# Of a head, and of what a chunked body has besides its content.
_MAXIMUM_HEAD_BYTES = 1024 * 1024
_MAXIMUM_TARGET_BYTES = 65_000  # the parser of URLs takes 65,535
_END_OF_HEAD = b"\r\n\r\n"
_EMPTY_LINE = re.compile(_END_OF_HEAD)
_NEWLINE = ord("\n")
# How a request begins: a method, and from the first space on anything in one line. What begins otherwise never ends.
_BEGINNING = re.compile(rb"[A-Z]{0,30}(?: [^\0\n]*(?:\r?\n.*)?)?", re.DOTALL)
_BROKEN_END_OF_LINE = re.compile(rb"(?<!\r)\n|\r(?!\n|\Z)")
_OF_CONNECTION = {b"expect", b"ignored", b"transfer-encoding"}
_UPGRADE = re.compile(rb"\r\nupgrade:", re.IGNORECASE)
_ASCII = "".join(map(chr, range(128)))


class Application(Protocol):
    """What the server asks of the application besides ASGI.

    known_heads: what its connections have read.
    """

    @property
    def known_heads(self) -> KnownHeads: ...  # noqa: D102

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event of ASGI."""
        ...

    def refusal(self, target: bytes, headers: list[tuple[bytes, bytes]], problem: Problem) -> bytes:
        """Write the whole response to what cannot be read as HTTP, from what could be parsed of it."""
        ...

    def is_soon_answered(self, target: bytes) -> bool:
        """Tell whether what is asked for is usually answered without waiting for anything."""
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
    for it. Trailers are no headers. A head that does not end is refused, and one that is not sent to its end closes the
    connection. A client that has closed its sending side still gets its response. The application gets the connection,
    since it may have to break it.

    A whole request whose header lines were read before is answered without the parser, without uvicorn's state of a
    request, and without a task, unless the application waits for something: all of that together costs as much as the
    answer itself. An idle connection is watched by one timer, not by one for each request.

    The parser is given whole heads and, apart from them, bodies: so the same bytes are read alike, however they are
    parted into packets.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the buffered transport under the protocol."""
        self.url, self.headers = b"", []
        self._is_in_head, self._head, self._overhead = True, b"", 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._body_left: int | None = None  # bytes; None of a chunked body, whose end is seen when it comes
        buffered = BufferedTransport(transport, self.loop, self.connections)
        super().connection_made(cast(asyncio.Transport, buffered))
        self._raw_connection = RawConnection(
            buffered, self.timeout_keep_alive - LEEWAY_S, self.on_response_complete
        )
        self._extensions: dict[str, Any] = {EXTENSION: self._raw_connection}
        self._application = cast(Application, self.config.loaded_app)
        # Also of a client that never sends anything, for which uvicorn would wait for ever.
        self._is_idle, self._idle_since_s = True, self.loop.time()
        self._watch_idleness()

    def _watch_idleness(self) -> None:
        """Close the connection if it has been idle for so long, or look again when it may have been."""
        now_s = self.loop.time()
        left_s = (
            self._idle_since_s + self.timeout_keep_alive - now_s if self._is_idle else self.timeout_keep_alive
        )
        if left_s <= 0:
            self.timeout_keep_alive_handler()
        else:
            self.timeout_keep_alive_task = self.loop.call_later(left_s, self._watch_idleness)

    def _unset_keepalive_if_required(self) -> None:
        """Note that the client has sent something."""
        self._is_idle = False

    def data_received(self, data: bytes) -> None:
        """Pass on what arrived, heads and bodies apart."""
        if self._is_in_head and not self._head and not self._is_under_way():
            known = self._application.known_heads.read_head(data)
            if known is not None and self._application.is_soon_answered(known[0].raw_path):
                self._answer_at_once(*known)
                return
        while data and not self.transport.is_closing():
            data = self._receive_head(data) if self._is_in_head else self._receive_body(data)

    # --- a request that the parser need not read ---------------------------------------------------------

    def _is_under_way(self) -> bool:
        """Tell whether a request is being answered, or the client does not read its responses."""
        is_answered = self.cycle is None or self.cycle.response_complete
        return not is_answered or self.flow.write_paused or self.transport.is_closing()

    def _answer_at_once(self, head: PlainHead, body: bytes) -> None:
        """Begin to answer now, and go on in a task only if that has to wait for something."""
        self._is_idle = False
        scope: Any = self._make_scope(head)
        self.scope = scope
        self._raw_connection.plain_body = body
        running = self._application(scope, self._receive_plain, self._send_plain)
        try:
            awaited = running.send(None)
        except StopIteration:
            if self._raw_connection.plain_body is None or self.transport.is_closing():
                return
            logger.error("the application did not answer")
            self.transport.abort()
            return
        except Exception:
            logger.exception("the application failed")
            self.transport.abort()
            return
        self._start_asgi_task(self._begin_cycle(), lambda *_: go_on(running, awaited))

    def _make_scope(self, head: PlainHead) -> Scope:
        return {
            "type": "http",
            "asgi": {"version": self.asgi_version, "spec_version": "2.3"},
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "root_path": self.root_path,
            "headers": head.lines,
            "state": self.app_state,
            "method": head.method,
            "path": head.path,
            "raw_path": head.raw_path,
            "query_string": head.query,
            "extensions": self._extensions,
        }

    def _begin_cycle(self) -> RequestResponseCycle:
        """Make uvicorn's state of a request that had none so far, as it is when all of the body has come."""
        body = self._raw_connection.plain_body
        if body is not None:
            self.cycle = RequestResponseCycle(
                scope=self.scope,
                transport=self.transport,
                flow=self.flow,
                logger=self.logger,
                access_logger=self.access_logger,
                access_log=self.access_log,
                default_headers=self.server_state.default_headers,
                message_event=asyncio.Event(),
                expect_100_continue=False,
                keep_alive=True,
                on_response=self.on_response_complete,
            )
            self.cycle.body += body
            self.cycle.more_body = False
            self.cycle.message_event.set()
            self._raw_connection.plain_body, self._raw_connection.cycle = None, self.cycle
        return self.cycle

    async def _receive_plain(self) -> Message:
        return cast(Message, await self._begin_cycle().receive())

    async def _send_plain(self, message: Message) -> None:
        await self._begin_cycle().send(cast(Any, message))

    # --- any other request -------------------------------------------------------------------------------

    def _receive_head(self, data: bytes) -> bytes:
        """Pass on a head once all of it has come; return what came after it."""
        searched = max(0, len(self._head) - 3)
        # A client may send empty lines after its last body.
        self._head = self._head + data if self._head else data.lstrip(b"\r\n")
        if not self._head:
            return b""
        self._unset_keepalive_if_required()
        end = self._head.find(_END_OF_HEAD, searched) + len(_END_OF_HEAD)
        if end < len(_END_OF_HEAD):
            # What the parser refuses it gets at once, since an end may never come.
            if _BROKEN_END_OF_LINE.search(self._head, searched) or not _BEGINNING.fullmatch(self._head[:100]):
                end = len(self._head)
            elif len(self._head) > _MAXIMUM_HEAD_BYTES:
                self._refuse(
                    _invalid(f"the head of the request is larger than {_MAXIMUM_HEAD_BYTES} bytes"),
                    self._head,
                )
                return b""
            else:
                if self._head_timer is None:
                    self._head_timer = self.loop.call_later(HEAD_S, self.shutdown)
                return b""
        self._cancel_head_timer()
        head, rest, self._head = self._head[:end], self._head[end:], b""
        self._pass_head(head)
        return rest

    def _cancel_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, and what it was waited for."""
        self._cancel_head_timer()
        if self.timeout_keep_alive_task is not None:
            self.timeout_keep_alive_task.cancel()
        super().connection_lost(exc)

    def _pass_head(self, head: bytes) -> None:
        """Pass on a head, changed where the parser would misread it."""
        self._latest = head
        line, _, lines = head.partition(b"\r\n")
        if len(line) > _MAXIMUM_TARGET_BYTES:
            self._refuse(TargetTooLong(f"the URL is longer than {_MAXIMUM_TARGET_BYTES} bytes"), head)
            return
        # The parser refuses a target that is not ASCII.
        if not line.isascii():
            head = quote_from_bytes(line, safe=_ASCII).encode() + b"\r\n" + lines
        # The name is hidden from the parser: of a request with Upgrade it returns no body.
        if b"pgrade" in head or b"PGRADE" in head:
            head = _UPGRADE.sub(b"\r\nignored:", head)
        super().data_received(head)

    def _receive_body(self, data: bytes) -> bytes:
        """Pass on what belongs to a body; return what came after it."""
        if self._body_left is not None:
            end = min(self._body_left or len(data), len(data))
            self._body_left -= end
            super().data_received(data[:end])
            return data[end:]
        passed = 0
        for end in self._list_possible_ends(data):
            self._overhead += end - passed
            super().data_received(data[passed:end])
            passed = end
            if self._overhead > _MAXIMUM_HEAD_BYTES:
                self.transport.abort()
            if self._is_in_head or self.transport.is_closing():
                break
        return data[passed:]

    def _list_possible_ends(self, data: bytes) -> Iterator[int]:
        """Yield where in *data* a chunked body may end, and last where *data* ends."""
        # It ends with an empty line, though not every empty line ends it. The line may have begun in the
        # packet before.
        yield from (at + 1 for at, byte in enumerate(data[:3]) if byte == _NEWLINE and at + 1 < len(data))
        yield from (found.end() for found in _EMPTY_LINE.finditer(data) if found.end() < len(data))
        yield len(data)

    def on_headers_complete(self) -> None:
        """Begin to answer; the scope carries the connection."""
        self._is_in_head, self._overhead = False, 0
        lengths = [int(value) for name, value in self.headers if name == b"content-length"]
        self._body_left = lengths[0] if lengths else None
        if self._says_nothing_of_connection():
            self._application.known_heads.keep(self._latest, self.headers, self._body_left or 0)
        super().on_headers_complete()
        self.scope["extensions"] = self._extensions
        # A pipelined request waits until the one before it is answered.
        if not self.pipeline:
            self._raw_connection.cycle = self.cycle

    def _says_nothing_of_connection(self) -> bool:
        """Tell whether no header line changes how the connection goes on."""
        names = {name for name, _ in self.headers}
        return self.parser.should_keep_alive() and not self.expect_100_continue and not names & _OF_CONNECTION

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; a trailer comes here too, and is none."""
        if self._is_in_head:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._overhead = 0
        super().on_body(body)

    def on_response_complete(self) -> None:
        """Go on to the next request, if it is here already; as uvicorn does, but without a timer."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._raw_connection.cycle = cycle
            self._start_asgi_task(cycle, app)
        else:
            self._is_idle, self._idle_since_s = True, self.loop.time()

    def on_message_complete(self) -> None:
        """Be ready for the next head."""
        self._is_in_head = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the application has its own words
        """Refuse what cannot be parsed, after the responses that are still due, and close."""
        if self._is_answering():
            self.shutdown()
            return
        self._refuse(_invalid("the request is not well-formed HTTP/1.1"), self._latest)

    def _refuse(self, problem: Problem, head: bytes) -> None:
        # After a method it does not know the parser reports nothing, not even the target.
        target = self.url or b"".join(head.split(b" ", 2)[1:2])
        self.transport.write(self._application.refusal(target[:_MAXIMUM_TARGET_BYTES], self.headers, problem))
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


def _invalid(reason: str) -> Invalid:
    return Invalid([Violation("", reason)])

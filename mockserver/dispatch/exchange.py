"""One request on its way through the stub, and what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import parse_qs, parse_qsl

from mockserver.http import exact_json
from mockserver.http.problems import TooLarge, Violation

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from mockserver.contract.operation import Operation
    from mockserver.http.headers import Heading
    from mockserver.session.session import Session
    from mockserver.simulation.faults import Effect

LINE = "mockserver.line"
MAXIMUM_BODY_BYTES = 1024 * 1024
_DRAIN_BYTES = 64 * MAXIMUM_BODY_BYTES
_NOTHING: Mapping[str, Any] = {}


class ClientGone(Exception):
    """The client hung up before its request was complete."""


class Caller(NamedTuple):
    """Who calls: subject and role as the credential says, and the page or extension the call comes from."""

    subject: str
    role: str | None = None
    origin: str | None = None


class Reply(NamedTuple):
    """An answer: status, a body (JSON, or bytes of the Content-Type among the headers; None for none), headers."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = MappingProxyType({})

    def with_headers(self, headers: Mapping[str, str]) -> Reply:
        """Add *headers*; they replace those of the same name."""
        return Reply(self.status, self.body, {**self.headers, **headers}) if headers else self


class Stream(NamedTuple):
    """An answer that goes on: an ASGI application that sends it, neither buffered nor checked."""

    app: ASGIApp


class Line(Protocol):
    """The connection that a request came on, under a server that hands it out."""

    @property
    def transport(self) -> asyncio.Transport: ...  # noqa: D102

    def body(self) -> bytes | None:
        """Take the body if all of it is here; it is given once."""
        ...

    async def answer(self, head: bytes, content: bytes) -> None:
        """Send a whole answer: a head written as HTTP/1.1, without the empty line, and its body."""
        ...


class Exchange:
    """A request as it arrived and what the two rooms found out about it.

    path: the raw path, still percent-encoded, with the session prefix taken off; session_prefix is what was.
    content: the body, once it was read; it may have maximum_bytes. applied: the preferences that were followed.
    effect: what faults do to the answer. violations, near_miss: for the journal.
    """

    __slots__ = (
        "_receive", "_scope", "applied", "content", "effect", "heading", "is_lenient", "maximum_bytes", "method",
        "near_miss", "operation", "path", "path_values", "query", "session", "session_prefix", "unread", "violations",
    )  # fmt: skip

    session: Session

    def __init__(self, scope: Scope, receive: Receive, heading: Heading) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["raw_path"].decode("latin-1")
        self.query: bytes = scope["query_string"]
        self.heading = heading
        self.session_prefix: str | None = None
        self.operation: Operation | None = None
        self.path_values: tuple[str, ...] = ()
        self.content: bytes | None = None
        self.violations: Sequence[Violation] = ()
        self.near_miss: str | None = None
        self.effect: Effect | None = None
        self.is_lenient = False
        self.applied: tuple[str, ...] = ()
        self.maximum_bytes = MAXIMUM_BODY_BYTES
        self.unread = True
        self._scope = scope
        self._receive = receive

    @property
    def status(self) -> None:
        """No status yet: a request on its way matches no status."""
        return None

    @property
    def url(self) -> str:
        """The address the client used for this server, without a path."""
        scheme = self._scope.get("scheme", "http")
        host, port = self._scope.get("server") or ("127.0.0.1", 80)
        return f"{scheme}://{self.header('host') or f'{host}:{port}'}"

    @property
    def line(self) -> Line | None:
        """The connection, to answer on at once or to break on purpose; None under another server than ours."""
        line: Line | None = self._scope.get("extensions", _NOTHING).get(LINE)
        return line

    def header_lines(self, name: str) -> list[str]:
        """Read every line of a header that may come more than once."""
        key = name.encode()
        return [value.decode("latin-1") for other, value in self.heading.lines if other == key]

    def json_body(self) -> Any:
        """Read the body already received: JSON, or text if it is none, or None for no body."""
        return exact_json.read(self.content)

    async def gone(self) -> None:
        """Wait until the connection, closed on purpose, is closed."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def stream(self, app: ASGIApp, send: Send) -> None:
        """Let *app* send the answer, and end it where the application was stopped before."""
        is_complete = False

        async def noticed(message: Message) -> None:
            nonlocal is_complete
            is_complete = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        await app(self._scope, self._receive, noticed)
        if not is_complete:
            await send({"type": "http.response.body", "body": b""})

    def header(self, name: str) -> str | None:
        """Read a header by its lower-case name."""
        return self.heading.headers.get(name)

    def cookie(self, name: str) -> str | None:
        """Read a cookie by its name."""
        return self.heading.cookies.get(name)

    def query_values(self) -> dict[str, str]:
        """Read the query's parameters, the last of each name."""
        return dict(parse_qsl(self.query.decode("latin-1"), keep_blank_values=True)) if self.query else {}

    def credentials_in_query(self) -> list[str]:
        """Read the query's parameters that carry a credential."""
        hides = self.heading.secrets.hides_parameter
        return [value for name, value in self.query_values().items() if hides(name)]

    def query_lists(self) -> dict[str, list[str]]:
        """Read the query's parameters, every value of each name."""
        return parse_qs(self.query.decode("latin-1"), keep_blank_values=True) if self.query else {}

    async def body(self) -> bytes:
        """Read the whole body.

        Raises TooLarge beyond maximum_bytes, after reading what the client still sends, so that it sees the answer;
        ClientGone if it hangs up.
        """
        if self.content is not None:
            return self.content
        line = self.line
        content = line.body() if line is not None else None
        if content is None:
            content = await self._received()
        self.unread = False
        if len(content) > self.maximum_bytes:
            raise TooLarge(f"The request body is larger than {self.maximum_bytes} bytes")
        self.content = content
        return content

    async def _received(self) -> bytes:
        """Receive the body; of one that is too large, only so much that it shows."""
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                raise ClientGone
            chunk = message.get("body", b"")
            if size <= self.maximum_bytes:
                chunks.append(chunk)
            size += len(chunk)
            if not message.get("more_body", False) or size > _DRAIN_BYTES:
                return b"".join(chunks)

    async def drain(self) -> None:
        """Read a body nobody asked for: the client reads the answer then instead of a reset, and the journal has it."""
        with suppress(TooLarge, ClientGone):
            await self.body()

"""One request on its way through the stub, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl

from mockserver.problems import TooLarge

if TYPE_CHECKING:
    from starlette.types import Receive, Scope

    from mockserver.operation import Operation
    from mockserver.session import Session

MAXIMUM_BODY_BYTES = 1024 * 1024
_DRAIN_BYTES = 64 * MAXIMUM_BODY_BYTES


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


class Exchange:
    """A request as it arrived and what the two rooms found out about it.

    path: the raw path, still percent-encoded, with the session prefix taken off.
    headers: lower-case name to value, the first of each name.
    """

    __slots__ = (
        "_headers",
        "_receive",
        "headers",
        "method",
        "operation",
        "path",
        "path_values",
        "query",
        "session",
        "unread",
    )

    def __init__(self, scope: Scope, receive: Receive, session: Session) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["raw_path"].decode("latin-1")
        self.query: bytes = scope["query_string"]
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self.headers: dict[bytes, bytes] = dict(reversed(self._headers))
        self.session = session
        self.operation: Operation | None = None
        self.path_values: tuple[str, ...] = ()
        self.unread = True
        self._receive = receive

    def header(self, name: bytes) -> str | None:
        """Read a header by its lower-case name."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def header_lines(self, name: bytes) -> list[str]:
        """Read every line of a header that may come more than once."""
        return [value.decode("latin-1") for key, value in self._headers if key == name]

    def cookie(self, name: str) -> str | None:
        """Read a cookie by its name."""
        for pair in (self.header(b"cookie") or "").split(";"):
            key, _, value = pair.strip().partition("=")
            if key == name:
                return value
        return None

    def query_values(self) -> dict[str, str]:
        """Read the query's parameters, the last of each name."""
        return dict(parse_qsl(self.query.decode("latin-1"), keep_blank_values=True)) if self.query else {}

    async def body(self) -> bytes:
        """Read the whole body.

        Raises TooLarge beyond one megabyte, after reading what the client still sends, so that it sees the answer;
        ClientGone if it hangs up.
        """
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body", False):
            self.unread = False
            content: bytes = message.get("body", b"")
            if len(content) > MAXIMUM_BODY_BYTES:
                raise _too_large()
            return content
        chunks: list[bytes] = []
        size = 0
        while True:
            if message["type"] != "http.request":
                raise ClientGone
            size += len(message.get("body", b""))
            if size <= MAXIMUM_BODY_BYTES:
                chunks.append(message.get("body", b""))
            if not message.get("more_body", False) or size > _DRAIN_BYTES:
                break
            message = await self._receive()
        self.unread = False
        if size > MAXIMUM_BODY_BYTES:
            raise _too_large()
        return b"".join(chunks)

    async def drain(self) -> None:
        """Read and forget a body nobody asked for, so that the client reads the answer instead of a reset."""
        size = 0
        while self.unread and size <= _DRAIN_BYTES:
            message = await self._receive()
            size += len(message.get("body", b""))
            self.unread = message["type"] == "http.request" and message.get("more_body", False)


def _too_large() -> TooLarge:
    return TooLarge(f"The request body is larger than {MAXIMUM_BODY_BYTES} bytes")

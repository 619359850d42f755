"""What a session was asked and what it answered: a ring of the newest calls."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_to_bytes

from mockserver import exact_json
from mockserver.clock import Clock
from mockserver.exact_json import NotExact
from mockserver.matching import Match

if TYPE_CHECKING:
    from mockserver.exchange import Exchange, Reply

_REDACTED = b"[redacted]"
_USUAL = frozenset(
    {
        b"authorization",
        b"cookie",
        b"proxy-authorization",
        b"x-api-key",
        b"x-auth-token",
        b"x-mock-admin-token",
        b"x-ss-signature",
    }
)
# A longer body is cut: the journal's memory is bounded by its length.
_LONGEST_BODY = 64 * 1024
# Entries only borrow its way of writing a time.
_CLOCK = Clock()
# A slow listener loses the oldest events rather than holding up the server.
_BACKLOG = 1000


class Secrets(NamedTuple):
    """Where credentials travel: lower-case names of headers, and names of query parameters."""

    headers: frozenset[bytes] = _USUAL
    query: frozenset[str] = frozenset({"access_token", "api_key", "apikey", "token"})

    @classmethod
    def of(cls, schemes: Iterable[Mapping[str, Any]]) -> Secrets:
        """Add to the usual places those that security schemes name."""
        keys = [scheme for scheme in schemes if scheme.get("type") == "apiKey"]
        headers = {key["name"].lower().encode("latin-1", "replace") for key in keys if key["in"] == "header"}
        query = {key["name"] for key in keys if key["in"] == "query"}
        return cls(cls().headers | headers, cls().query | query)

    def hidden_headers(self, headers: dict[bytes, bytes]) -> dict[bytes, bytes]:
        """Take the credentials out of *headers*."""
        told = self.headers.intersection(headers)
        return headers | dict.fromkeys(told, _REDACTED) if told else headers

    def hidden_query(self, query: bytes) -> bytes:
        """Take the credentials out of *query*."""
        if not query:
            return query
        pairs = [
            (pair, unquote_to_bytes(pair.partition(b"=")[0]).decode(errors="replace"))
            for pair in query.split(b"&")
        ]
        return b"&".join(
            pair.partition(b"=")[0] + b"=" + _REDACTED if name in self.query else pair for pair, name in pairs
        )


class Entry:
    """One call; credentials are taken out as it is made, the rest is rendered when it is read."""

    __slots__ = (
        "api", "at", "content", "duration_s", "fault", "headers", "id", "method", "near_miss",
        "operation_name", "path", "query", "reply", "session", "violations",
    )  # fmt: skip

    def __init__(
        self, id: int, exchange: Exchange, reply: Reply | None, duration_s: float, secrets: Secrets
    ) -> None:
        session = exchange.session
        self.id = id
        self.at = session.clock.now_s()
        self.session = session.id
        self.api = exchange.api
        self.operation_name = exchange.operation_name
        self.method = exchange.method
        self.path = exchange.path
        self.query = secrets.hidden_query(exchange.query)
        self.headers = secrets.hidden_headers(exchange.headers)
        content = exchange.content
        self.content = (
            content[:_LONGEST_BODY] if content is not None and len(content) > _LONGEST_BODY else content
        )
        self.reply = reply
        self.duration_s = duration_s
        self.violations = exchange.violations
        self.near_miss = exchange.near_miss
        self.fault = exchange.fault

    @property
    def status(self) -> int | None:
        """The status answered, or None if the connection was broken instead."""
        return None if self.reply is None else self.reply.status

    def header(self, name: bytes) -> str | None:
        """Read a request header by its lower-case name."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def json_body(self) -> Any:
        """Read the request's body: JSON, or text if it is none, or None for no body."""
        if not self.content:
            return None
        try:
            return exact_json.loads(self.content)
        except NotExact:
            return self.content.decode(errors="replace")

    def document(self) -> dict[str, Any]:
        """Render the entry as the control plane shows it."""
        reply = self.reply
        return {
            "id": str(self.id),
            "at": _CLOCK.text(self.at),
            "session": self.session,
            "api": self.api,
            "operation": self.operation_name,
            "request": {
                "method": self.method,
                "path": self.path,
                "query": self.query.decode("latin-1"),
                "headers": {n.decode("latin-1"): v.decode("latin-1") for n, v in self.headers.items()},
                "body": self.json_body(),
            },
            "response": reply
            and {
                "status": reply.status,
                "headers": {name.lower(): value for name, value in reply.headers.items()},
                "body": reply.body.decode(errors="replace") if isinstance(reply.body, bytes) else reply.body,
            },
            "duration_ms": round(self.duration_s * 1000, 3),
            "violations": [f"{where}: {what}" if where else what for where, what in self.violations],
            "near_miss": self.near_miss,
            "fault": self.fault,
        }


class Journal:
    """The newest *limit* calls of a session; the cost of one more is the same however many there were."""

    def __init__(self, limit: int, secrets: Secrets) -> None:
        self._secrets = secrets
        self._entries: deque[Entry] = deque(maxlen=limit)
        self._listeners: set[asyncio.Queue[Entry]] = set()
        self.count = 0

    def add(self, exchange: Exchange, reply: Reply | None, duration_s: float) -> None:
        """Enter one call and tell whoever listens."""
        self.count += 1
        entry = Entry(self.count, exchange, reply, duration_s, self._secrets)
        self._entries.append(entry)
        for queue in self._listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(entry)

    def entries(self, match: Match | None = None) -> list[Entry]:
        """List the calls that fit, oldest first."""
        return [entry for entry in self._entries if match is None or match.fits(entry)]

    def clear(self) -> None:
        """Forget every call."""
        self._entries.clear()

    async def wait(self, match: Match, count: int, timeout_s: float) -> list[Entry]:
        """Wait until *count* calls fit, at most *timeout_s* seconds of real time, and list those that do."""
        queue: asyncio.Queue[Entry] = asyncio.Queue(1)
        self._listeners.add(queue)
        try:
            async with asyncio.timeout(timeout_s):
                while len(found := self.entries(match)) < count:
                    await queue.get()
        except TimeoutError:
            found = self.entries(match)
        finally:
            self._listeners.discard(queue)
        return found

    async def listen(self) -> AsyncIterator[Entry]:
        """Yield each call as it is answered, for as long as anybody asks."""
        queue: asyncio.Queue[Entry] = asyncio.Queue(_BACKLOG)
        self._listeners.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._listeners.discard(queue)

"""A request as it arrived: method, path, headers, cookies, query and body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus

from mockserver.http import exact_json
from mockserver.http.content_coding import decode_body
from mockserver.http.problems import Problem, TooLarge
from mockserver.http.raw_connection import EXTENSION, RawConnection
from mockserver.http.session_name import PREFIX

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from mockserver.http.headers import RequestHeaders
    from mockserver.http.redaction import SecretNames

MAXIMUM_BODY_BYTES = 1024 * 1024
# A client that still sends does not read; beyond this it gets a reset instead of the answer.
_MAXIMUM_DRAINED_BYTES = 64 * MAXIMUM_BODY_BYTES
_TAKES_MORE = "mockserver --max-body BYTES takes larger ones"
_NO_EXTENSIONS: Mapping[str, Any] = {}


# Of a query that is kept parsed: each of its parameters is asked for, and many calls have the same.
_LONGEST_KEPT_QUERY = 1024


class ClientDisconnected(Exception):
    """The client closed the connection before its request was complete."""


class Request:
    """One HTTP request.

    path: raw, still percent-encoded, without the session prefix. session_prefix: the session named in that prefix,
    or None. query: raw. content: the body once it was read, at most maximum_body_bytes, without its content coding;
    as it came if body_problem says why that cannot be undone.
    connection: to answer on directly or to break; None under another server than ours.
    """

    __slots__ = (
        "_receive", "_scope", "_setting_bytes", "body_problem", "connection", "content", "headers",
        "is_body_read", "maximum_body_bytes", "method", "path", "query", "session_prefix",
    )  # fmt: skip

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        headers: RequestHeaders,
        maximum_body_bytes: int = MAXIMUM_BODY_BYTES,
    ) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["raw_path"].decode("latin-1")
        self.query: bytes = scope["query_string"]
        self.headers = headers
        self.session_prefix: str | None = None
        if self.path.startswith(PREFIX):
            name, slash, rest = self.path[len(PREFIX) :].partition("/")
            self.session_prefix, self.path = name, slash + rest or "/"
        self.connection: RawConnection | None = scope.get("extensions", _NO_EXTENSIONS).get(EXTENSION)
        self.content: bytes | None = None
        self.body_problem: Problem | None = None
        self.is_body_read = False
        # The first one stays as it is where a contract sets a bound of its own.
        self._setting_bytes = self.maximum_body_bytes = maximum_body_bytes
        self._scope = scope
        self._receive = receive

    @property
    def scheme(self) -> str:
        """The scheme of the address: http, unless another server than ours has TLS."""
        scheme: str = self._scope.get("scheme", "http")
        return scheme

    @property
    def base_url(self) -> str:
        """The address the client used for this server, without a path."""
        host, port = self._scope.get("server") or ("127.0.0.1", 80)
        return f"{self.scheme}://{self.header('host') or f'{host}:{port}'}"

    def header(self, name: str) -> str | None:
        """Read a header by its lower-case name."""
        return self.headers.values.get(name)

    def header_lines(self, name: str) -> list[str]:
        """Read every line of a header that may come more than once."""
        key = name.encode()
        return [value.decode("latin-1") for other, value in self.headers.lines if other == key]

    def cookie(self, name: str) -> str | None:
        """Read a cookie by its name."""
        return self.headers.cookies.get(name)

    def query_values(self) -> Mapping[str, str]:
        """Parse the query's parameters, the last value of each name."""
        parse = _parse_query if len(self.query) <= _LONGEST_KEPT_QUERY else _parse_query.__wrapped__
        return parse(self.query)

    def query_lists(self) -> dict[str, list[str]]:
        """Parse the query's parameters, every value of each name."""
        return parse_qs(self.query.decode("latin-1"), keep_blank_values=True) if self.query else {}

    def query_pairs(self) -> list[tuple[str, str]]:
        """Split the query into its parameters: the names are decoded, the values are as they were sent."""
        pairs = (pair.partition("=") for pair in self.query.decode("latin-1").split("&") if pair)
        return [(unquote_plus(name), value) for name, _, value in pairs]

    def query_credentials(self) -> Sequence[str]:
        """List the values of the query's parameters that carry a credential."""
        find = _find_secrets if len(self.query) <= _LONGEST_KEPT_QUERY else _find_secrets.__wrapped__
        return find(self.query, self.headers.secrets)

    def json_body(self) -> Any:
        """Parse the body already read: JSON, or text if it is not JSON, or None for no body."""
        return exact_json.parse_leniently(self.content)

    def take_body(self) -> bytes | None:
        """Return the whole body if all of it has arrived; None otherwise.

        Raises TooLarge beyond maximum_body_bytes.
        """
        if self.content is None and self.connection is not None:
            content = self.connection.take_body()
            if content is not None:
                self._keep_body(content)
        return self.content

    async def read_body(self) -> bytes:
        """Read the whole body.

        Raises TooLarge beyond maximum_body_bytes, after reading what the client still sends, so that it sees the
        answer; ClientDisconnected if it closes the connection.
        """
        content = self.take_body()
        return content if content is not None else self._keep_body(await self._receive_body())

    def is_drained(self) -> bool:
        """Take a body that no step asked for, if all of it has arrived; tell whether it has."""
        try:
            self.take_body()
        except TooLarge:
            return True
        return self.is_body_read

    async def drain_body(self) -> None:
        """Read a body that no step asked for: a client that still sends would get a reset instead of the answer."""
        with suppress(TooLarge, ClientDisconnected):
            if self.take_body() is None:
                self._keep_body(await self._receive_body())

    async def wait_until_closed(self) -> None:
        """Wait until the connection, closed on purpose, is closed."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def stream_response(self, app: ASGIApp, send: Send) -> None:
        """Let *app* send the answer, and end it if the server stopped *app* before it did."""
        is_complete = False

        async def send_and_note(message: Message) -> None:
            nonlocal is_complete
            is_complete = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        await app(self._scope, self._receive, send_and_note)
        if not is_complete:
            await send({"type": "http.response.body", "body": b""})

    def _keep_body(self, content: bytes) -> bytes:
        self.is_body_read = True
        if len(content) > self.maximum_body_bytes:
            problem = TooLarge(f"The request body is larger than {self.maximum_body_bytes} bytes")
            raise problem.add_hint(self._find_hint())
        if "content-encoding" in self.headers.values and content:
            content = self._decode_body(content)
        self.content = content
        return content

    def _decode_body(self, content: bytes) -> bytes:
        encoding = ", ".join(self.header_lines("content-encoding"))
        try:
            return decode_body(content, encoding, self.maximum_body_bytes)
        # Kept for who needs the body: a forced answer does not, and the journal shows what came.
        except Problem as problem:
            if isinstance(problem, TooLarge):
                problem.add_hint(self._find_hint())
            self.body_problem = problem
        return content

    def _find_hint(self) -> str | None:
        """Say what to set so that a larger body is read; None where a contract sets the bound."""
        return _TAKES_MORE if self.maximum_body_bytes == self._setting_bytes else None

    async def _receive_body(self) -> bytes:
        """Receive the body; of one that is too large, keep only enough to tell that it is."""
        chunks: list[bytes] = []
        size_bytes, most_bytes = 0, max(_MAXIMUM_DRAINED_BYTES, self.maximum_body_bytes)
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                raise ClientDisconnected
            chunk = message.get("body", b"")
            if size_bytes <= self.maximum_body_bytes:
                chunks.append(chunk)
            size_bytes += len(chunk)
            if not message.get("more_body", False) or size_bytes > most_bytes:
                return b"".join(chunks)


@lru_cache(256)
def _parse_query(query: bytes) -> Mapping[str, str]:
    return dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {}


@lru_cache(256)
def _find_secrets(query: bytes, secrets: SecretNames) -> Sequence[str]:
    values = _parse_query.__wrapped__(query)
    return [value for name, value in values.items() if secrets.is_secret_parameter(name)]

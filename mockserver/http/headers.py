"""The header lines of a request, parsed, and which of them carry credentials."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from mockserver.http import session_name
from mockserver.http.session_cookie import find_session_cookies

Lines = tuple[tuple[bytes, bytes], ...]

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110
# Nobody else may write these: they are about the connection, or about the bytes of the body.
WRITTEN_BY_SERVER = frozenset({"connection", "content-length", "date", "transfer-encoding", "upgrade"})

_REDACTED = "[redacted]"
_SECRET_NAME = re.compile("auth|cookie|token|api.?key|secret|password|credential|signature")
_SECRET_IN_PATH = re.compile(r"\beyJ[\w%-]{8,}(?:\.[\w%-]*)*|\bSS\.[\w.%-]{8,}")
_CACHED_HEADS = 1024
_LONGEST_CACHED_BYTES = 16 * 1024


def redact_path(path: str) -> str:
    """Take what looks like a token or an API key out of *path*, where none belongs."""
    return _SECRET_IN_PATH.sub(_REDACTED, path)


class SecretNames(NamedTuple):
    """Headers, in lower case, and query parameters that carry credentials though their names do not say so."""

    headers: frozenset[str] = frozenset()
    query: frozenset[str] = frozenset()

    @classmethod
    def from_schemes(cls, schemes: Iterable[Mapping[str, Any]]) -> SecretNames:
        """Take the places that the contracts' security *schemes* name."""
        keys = [scheme for scheme in schemes if scheme.get("type") == "apiKey"]
        headers = {key["name"].lower() for key in keys if key["in"] == "header"}
        query = {key["name"] for key in keys if key["in"] == "query"}
        return cls(frozenset(headers), frozenset(query))

    def is_secret_header(self, name: str) -> bool:
        """Tell whether a header, by its lower-case name, carries a credential."""
        return name in self.headers or _SECRET_NAME.search(name) is not None

    def is_secret_parameter(self, name: str) -> bool:
        """Tell whether a query parameter carries a credential."""
        return name in self.query or _SECRET_NAME.search(name.lower()) is not None

    def redact_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Take the credentials out of *headers*."""
        return {name: _REDACTED if self.is_secret_header(name) else value for name, value in headers.items()}

    def redact_query(self, query: bytes) -> bytes:
        """Take the credentials out of *query*."""
        if not query:
            return query
        pairs = [
            (pair, unquote_to_bytes(pair.partition(b"=")[0]).decode(errors="replace"))
            for pair in query.split(b"&")
        ]
        return b"&".join(
            pair.partition(b"=")[0] + b"=" + _REDACTED.encode() if self.is_secret_parameter(name) else pair
            for pair, name in pairs
        )


class RequestHeaders:
    """Header lines, parsed once for all requests that carry the same ones; never changed.

    values: lower-case name to value, the first of each name. redacted: the same without credentials.
    cookies: name to value, the first of each name. session_cookies: the sessions of Supabase among them.
    secrets: what was redacted.
    named_session: the session that a header or a cookie names. credential_session: the one that a credential
    carries, whether the credential is valid or not.
    """

    __slots__ = (
        "cookies", "credential_session", "lines", "named_session", "redacted", "secrets", "session_cookies", "values",
    )  # fmt: skip

    def __init__(self, lines: Lines, secrets: SecretNames) -> None:
        self.lines = lines
        self.secrets = secrets
        self.values = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(lines)}
        self.redacted = secrets.redact_headers(self.values)
        self.cookies = _parse_cookies(self.values.get("cookie", ""))
        self.named_session = session_name.from_headers(self.values, self.cookies)
        credentials = (value for name, value in self.values.items() if secrets.is_secret_header(name))
        self.session_cookies = find_session_cookies(self.cookies)
        tokens = (cookie.token for cookie in self.session_cookies if cookie.token is not None)
        self.credential_session = session_name.from_credentials(
            [*credentials, *self.cookies.values(), *tokens]
        )


class RequestHeadersCache:
    """Parses header lines and keeps the results: most requests of a client carry the same lines.

    secrets: what the results redact.
    """

    def __init__(self, secrets: SecretNames) -> None:
        self._secrets = secrets
        self._known: dict[Lines, RequestHeaders] = {}

    def parse(self, lines: Iterable[tuple[bytes, bytes]]) -> RequestHeaders:
        """Parse *lines*, or give the result of the same lines before."""
        key = tuple(lines)
        return self._known.get(key) or self._parse_new(key)

    def _parse_new(self, lines: Lines) -> RequestHeaders:
        headers = RequestHeaders(lines, self._secrets)
        if sum(len(name) + len(value) for name, value in lines) <= _LONGEST_CACHED_BYTES:
            # All at once, since keeping an order of use would cost every request something.
            if len(self._known) >= _CACHED_HEADS:
                self._known.clear()
            self._known[lines] = headers
        return headers


def _parse_cookies(header: str) -> dict[str, str]:
    cookies: dict[str, str] = {}
    for pair in header.split(";"):
        name, _, value = pair.strip().partition("=")
        if name:
            cookies.setdefault(name, value)
    return cookies

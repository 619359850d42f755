"""The header lines of a request, and what they alone decide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from mockserver.http import session_name

Lines = tuple[tuple[bytes, bytes], ...]

_REDACTED = "[redacted]"
_USUAL = re.compile("auth|cookie|token|api.?key|secret|password|credential|signature")
_REMEMBERED = 1024
_LONGEST_BYTES = 16 * 1024


class Secrets(NamedTuple):
    """Where credentials travel besides where names tell it: headers, in lower case, and query parameters."""

    headers: frozenset[str] = frozenset()
    query: frozenset[str] = frozenset()

    @classmethod
    def of(cls, schemes: Iterable[Mapping[str, Any]]) -> Secrets:
        """Add to the names that tell it the places that security schemes name."""
        keys = [scheme for scheme in schemes if scheme.get("type") == "apiKey"]
        headers = {key["name"].lower() for key in keys if key["in"] == "header"}
        query = {key["name"] for key in keys if key["in"] == "query"}
        return cls(frozenset(headers), frozenset(query))

    def hides(self, header: str) -> bool:
        """Tell whether a header, by its lower-case name, carries a credential."""
        return header in self.headers or _USUAL.search(header) is not None

    def hidden_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Take the credentials out of *headers*."""
        return {name: _REDACTED if self.hides(name) else value for name, value in headers.items()}

    def hidden_query(self, query: bytes) -> bytes:
        """Take the credentials out of *query*."""
        if not query:
            return query
        pairs = [
            (pair, unquote_to_bytes(pair.partition(b"=")[0]).decode(errors="replace"))
            for pair in query.split(b"&")
        ]
        return b"&".join(
            pair.partition(b"=")[0] + b"=" + _REDACTED.encode() if self.hides_parameter(name) else pair
            for pair, name in pairs
        )

    def hides_parameter(self, name: str) -> bool:
        """Tell whether a query parameter carries a credential."""
        return name in self.query or _USUAL.search(name.lower()) is not None


class Heading:
    """Header lines, read once for all requests that carry the same ones; nothing here is ever changed.

    headers: lower-case name to value, the first of each name. shown: the same without credentials.
    cookies: name to value, the first of each name. secrets: what was taken out.
    session: the session that a header or a cookie names. carried: the one that a credential carries, whether
    the credential is good or not.
    """

    __slots__ = ("carried", "cookies", "headers", "lines", "secrets", "session", "shown")

    def __init__(self, lines: Lines, secrets: Secrets) -> None:
        self.lines = lines
        self.secrets = secrets
        self.headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(lines)}
        self.shown = secrets.hidden_headers(self.headers)
        self.cookies = _cookies(self.headers.get("cookie", ""))
        self.session = session_name.told(self.headers, self.cookies)
        hidden = (value for name, value in self.headers.items() if secrets.hides(name))
        self.carried = session_name.carried([*hidden, *self.cookies.values()])


class Headings:
    """Reads header lines, and remembers what it read: a client's requests mostly carry the same ones.

    secrets: what is not to be shown.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self._known: dict[Lines, Heading] = {}

    def of(self, lines: Iterable[tuple[bytes, bytes]]) -> Heading:
        """Read *lines*."""
        key = tuple(lines)
        return self._known.get(key) or self._read(key)

    def _read(self, lines: Lines) -> Heading:
        heading = Heading(lines, self._secrets)
        if sum(len(name) + len(value) for name, value in lines) <= _LONGEST_BYTES:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[lines] = heading
        return heading


def _cookies(header: str) -> dict[str, str]:
    pairs = (pair.strip().partition("=") for pair in reversed(header.split(";")))
    return {name: value for name, _, value in pairs if name}

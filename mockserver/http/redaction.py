"""Which names carry credentials, and how what is shown of a call is rid of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

_REDACTED = "[redacted]"
_SECRET_NAME = re.compile("auth|cookie|token|api.?key|secret|password|credential|signature")
_SECRET_IN_PATH = re.compile(r"\beyJ[\w%-]{8,}(?:\.[\w%-]*)*|\bSS\.[\w.%-]{8,}")


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

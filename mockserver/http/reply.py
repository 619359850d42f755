"""What a handler answers, before it is written as HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from starlette.types import ASGIApp


class Reply(NamedTuple):
    """Status, body (JSON, or bytes of the Content-Type among the headers, or None) and headers.

    content: the body as it is sent, if it has been written already.
    """

    status: int
    body: Any = None
    headers: Mapping[str, str] = MappingProxyType({})
    content: bytes | None = None

    def with_headers(self, headers: Mapping[str, str]) -> Reply:
        """Add *headers*; they replace those of the same name, in capitals or not."""
        if not headers:
            return self
        names = {name.lower() for name in headers}
        kept = {name: value for name, value in self.headers.items() if name.lower() not in names}
        return self._replace(headers=kept | {**headers})


class Stream(NamedTuple):
    """An ASGI application that sends an answer without an end; the answer is neither buffered nor checked."""

    app: ASGIApp

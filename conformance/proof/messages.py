"""What arrives at a server of the proof, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote

import orjson


@dataclass(frozen=True)
class Request:
    """One request as it arrived: *target* is the raw path and query, header names are lower case.

    is_followed: whether the next request came with it. The body is shorter than announced if the rest never came.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    is_followed: bool = False

    @property
    def is_cut(self) -> bool:
        """Whether the connection ended before the body did."""
        return len(self.body) < int(self.headers.get("content-length") or 0)

    @property
    def path(self) -> str:
        """The raw path, still percent-encoded."""
        return self.target.partition("?")[0]

    @property
    def segments(self) -> Sequence[str]:
        """The path's segments without a trailing slash, each decoded after splitting."""
        return list(_decode_segments(self.path))

    @property
    def query(self) -> Mapping[str, str]:
        """The query's parameters, the last of each name."""
        return _parse_query(self.target.partition("?")[2])


@lru_cache(1024)  # the same paths come again and again
def _decode_segments(path: str) -> tuple[str, ...]:
    return tuple(unquote(part) for part in path.removesuffix("/").split("/")[1:])


@lru_cache(1024)  # likewise
def _parse_query(query: str) -> Mapping[str, str]:
    return {name: values[-1] for name, values in parse_qs(query).items()}


@dataclass
class Response:
    """One answer; a body that is not bytes is sent as JSON.

    headers: ``transfer-encoding: chunked`` sends it in chunks, ``connection: close`` ends the connection. The
    date is now unless it is among them.
    http: "1.0" sends neither length nor chunks and ends the connection. is_silent: the connection is closed instead.
    never_comes: the connection stays open, and silent.
    """

    status: int
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    http: str = "1.1"
    is_silent: bool = False
    never_comes: bool = False

    def encode(self) -> tuple[dict[str, str], bytes]:
        """Return headers and bytes as they go out."""
        if isinstance(self.body, bytes):
            return self.headers, self.body
        return {"content-type": "application/json", **self.headers}, _encode_json(self.body)


def _encode_json(value: Any) -> bytes:
    """Write JSON as most frameworks do, without spaces or escapes; there are liberties with both."""
    try:
        return orjson.dumps(value)
    except TypeError:  # what JSON can have and few programs can read: lone surrogates, large numbers
        return json.dumps(value).encode()


class App(Protocol):
    """What can be served."""

    def answer(self, request: Request) -> Response:
        """Answer one request; called from several threads at once."""
        ...

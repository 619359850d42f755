"""Requests as bytes that no HTTP library sends: with odd headers, in chunks, several at once, cut short."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle

import httpx2

from conformance.http.connection import Request

_CHUNKS = (1, 7, 2, 31)  # bytes
_ODD_HEADERS = (
    (b"x-conformance-long", b"x" * 4096),
    (b"X-CONFORMANCE-TWICE", b"one"),
    (b"x-conformance-twice", b"two"),
    (b"X-Conformance-eMPTY", b""),
    *((b"x-conformance-%d" % number, b"%d" % number) for number in range(96)),
)


@dataclass(frozen=True)
class RawRequest:
    """What is sent at once on one connection.

    manner: how that differs from what curl would send. is_cut: the end is missing and will not come.
    """

    requests: Sequence[Request]
    content: bytes
    manner: str
    is_cut: bool = False


def pipeline_requests(requests: Sequence[Request]) -> RawRequest:
    """Send *requests* one behind the other without waiting for responses."""
    manner = f"one of {len(requests)} requests sent without waiting for an answer"
    return RawRequest(requests, b"".join(map(_render_request, requests)), manner)


def chunk_body(request: Request, extension: str = "") -> RawRequest:
    """Send the body in chunks of odd sizes, each perhaps with an extension, instead of telling its length."""
    request.headers = httpx2.Headers(request.headers)
    request.headers["transfer-encoding"] = "chunked"
    del request.headers["content-length"]
    content = _render_head(request) + b"".join(_render_chunks(request.content, extension.encode()))
    sizes = ", ".join(map(str, _CHUNKS))
    extensions = f", each with {extension}" if extension else ""
    return RawRequest([request], content, f"in chunks of {sizes} bytes, and so on{extensions}")


def cut_body(request: Request, missing: int) -> RawRequest:
    """Send all but the last *missing* bytes of the body, and close the connection for writing."""
    manner = f"the last {missing} of {len(request.content)} bytes were never sent"
    return RawRequest([request], _render_request(request)[:-missing], manner, is_cut=True)


def add_odd_headers(request: Request) -> RawRequest:
    """Send a hundred headers more: a long one, an empty one, one twice, in odd cases."""
    request.headers = httpx2.Headers([*request.headers.raw, *_ODD_HEADERS])
    return RawRequest([request], _render_request(request), "")


def renew_headers(raw_request: RawRequest, old: httpx2.Headers, new: httpx2.Headers) -> RawRequest:
    """Make *raw_request* again with the values of *new* wherever it has those of *old*."""
    fresh = {
        value.encode("ascii"): new[name].encode("ascii") for name, value in old.items() if new[name] != value
    }
    content = raw_request.content
    for stale, value in fresh.items():
        content = content.replace(stale, value)
    requests = [
        replace(
            one, headers=httpx2.Headers([(name, fresh.get(value, value)) for name, value in one.headers.raw])
        )
        for one in raw_request.requests
    ]
    return replace(raw_request, requests=requests, content=content)


def _render_request(request: Request) -> bytes:
    return _render_head(request) + request.content


def _render_head(request: Request) -> bytes:
    first = b"%s %s HTTP/1.1" % (request.method.encode(), request.url.raw_path)
    lines = [first, *(b"%s: %s" % header for header in request.headers.raw)]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _render_chunks(content: bytes, extension: bytes) -> Iterable[bytes]:
    sizes, at = cycle(_CHUNKS), 0
    while part := content[at : at + next(sizes)]:
        yield b"%x%s\r\n%s\r\n" % (len(part), extension, part)
        at += len(part)
    yield b"0\r\n\r\n"

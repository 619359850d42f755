"""What goes out: a request as it is asked for, and the same one moved to where its path ends otherwise."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypedDict
from urllib.parse import urlencode

import httpx2

from conformance.assertions.outcome import Inconclusive
from conformance.http.connection import Request, make_request
from conformance.http.redaction import Redaction

UNSET: Any = object()
_DEFAULT_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate",
    "user-agent": "conformance",
}
_REDIRECTS_THAT_KEEP_THE_METHOD = (307, 308)
_ENCODER = jsonlib.JSONEncoder(ensure_ascii=False)  # json.dumps would make one for every body


class RequestParts(TypedDict, total=False):
    """What a request may have besides its method and path.

    json: the body, sent as application/json unless *headers* name another type. content: the body, sent as it is.
    Without either there is no body.
    """

    headers: Mapping[str, str] | None
    json: Any
    content: bytes | str | None
    params: Mapping[str, str] | None


def compose_request(
    base_url: str,
    redaction: Redaction,
    method: str,
    path: str,
    *,
    headers: Mapping[str, str] | None = None,
    json: Any = UNSET,
    content: bytes | str | None = None,
    params: Mapping[str, str] | None = None,
) -> Request:
    """Compose the request for *path* under *base_url*; raises Inconclusive if it cannot be sent."""
    if json is not UNSET:
        # A lone surrogate is valid in JSON text and has no UTF-8: it goes out as the bytes it would have.
        content = _ENCODER.encode(json).encode("utf-8", "surrogatepass")
    given = tuple(headers.items()) if headers else ()
    for name, value in given:
        redaction.conceal_header(name, value)
    query = f"?{urlencode(params)}" if params else ""
    try:
        url = _parse_url(f"{base_url}{path}{query}")
        return make_request(method.upper(), url, _add_defaults(given, json is not UNSET), content)
    except (httpx2.InvalidURL, UnicodeEncodeError) as error:
        raise Inconclusive(f"the request cannot be sent: {redaction.show_line(str(error))}") from None


@lru_cache(maxsize=256)
def _add_defaults(given: tuple[tuple[str, str], ...], is_json: bool) -> tuple[tuple[str, str], ...]:
    """Add to *given* headers what else goes out with every request, or with every JSON body."""
    names = {name.lower() for name, _ in given}
    defaults = [(name, value) for name, value in _DEFAULT_HEADERS.items() if name not in names]
    labels = [("content-type", "application/json")] if is_json and "content-type" not in names else []
    return (*defaults, *given, *labels)


def move_to_other_slash(request: Request, status: int, headers: Mapping[str, str]) -> Request | None:
    """Return *request* to where a redirect sends it that does nothing but add or remove the last slash of the path."""
    if status not in _REDIRECTS_THAT_KEEP_THE_METHOD:
        return None
    try:
        other = request.url.join(headers.get("location", ""))
    except httpx2.InvalidURL:
        return None
    return replace(request, url=other) if _differ_by_last_slash(request.url, other) else None


@lru_cache(maxsize=256)
def _parse_url(text: str) -> httpx2.URL:
    """Parse an address, of which a run has a few; raises InvalidURL."""
    return httpx2.URL(text)


def _differ_by_last_slash(url: httpx2.URL, other: httpx2.URL) -> bool:
    same_origin = (url.scheme, url.host, url.port) == (other.scheme, other.host, other.port)
    paths = sorted([url.raw_path.partition(b"?")[0], other.raw_path.partition(b"?")[0]])
    return same_origin and paths[0] + b"/" == paths[1]


def replace_headers(request: Request, headers: httpx2.Headers) -> Request:
    """Return *request* with *headers*, which is itself if it has them already."""
    return request if headers is request.headers else replace(request, headers=headers)

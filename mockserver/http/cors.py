"""The headers that let a page or an extension on another origin read every answer, errors included."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.http.headers import HEADER_NAME
from mockserver.http.reply import Reply
from mockserver.http.request import Request

_PREFIX = "access-control-"
# A script reads these without being told of them, or may never read them, or they are in every list already.
_NOT_LISTED = frozenset(
    {
        "cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma",
        "set-cookie", "date", "vary",
    }
)  # fmt: skip
# Written once as bytes: they are part of every response.
_ANY_ORIGIN = b"access-control-allow-origin: *\r\n"
_ONE_ORIGIN = (
    b"access-control-allow-origin: %b\r\naccess-control-allow-credentials: true\r\n"
    b"access-control-expose-headers: Date, Vary%b\r\nvary: Origin\r\n"
)


def is_preflight(request: Request) -> bool:
    """Tell whether a browser asks what it may send."""
    if request.method != "OPTIONS":
        return False
    headers = request.headers.values
    return "origin" in headers and "access-control-request-method" in headers


def preflight_reply(request: Request) -> Reply:
    """Allow what the browser asks for: its method, its headers, a private network."""
    headers = {
        "Access-Control-Allow-Methods": request.header("access-control-request-method") or "",
        "Access-Control-Max-Age": "600",
        "Vary": "Access-Control-Request-Method, Access-Control-Request-Headers",
    }
    wanted = request.header("access-control-request-headers")
    if wanted:
        headers["Access-Control-Allow-Headers"] = wanted
    if request.header("access-control-request-private-network") == "true":
        headers["Access-Control-Allow-Private-Network"] = "true"
    return Reply(204, None, headers)


def cors_header_lines(request: Request, headers: Mapping[str, str]) -> bytes:
    """Write the lines that every response carries, which let a script read all of its *headers*.

    The origin is echoed so that credentials may be sent; for the same reason "*" would not do for the headers.
    """
    origin = request.header("origin")
    if origin is None:
        return _ANY_ORIGIN
    return _ONE_ORIGIN % (origin.encode("latin-1"), _list_names(headers) if headers else b"")


def has_cors_headers(headers: Mapping[str, str]) -> bool:
    """Tell whether a reply's own *headers* already decide which origins may read it."""
    return any(name.lower().startswith(_PREFIX) for name in headers)


def _list_names(headers: Mapping[str, str]) -> bytes:
    """List, each behind a comma, the names that a script has to be told of."""
    return b"".join(
        b", %b" % name.encode()
        for name in headers
        if name.lower() not in _NOT_LISTED
        and not name.lower().startswith(_PREFIX)
        and HEADER_NAME.fullmatch(name)
    )

"""The headers that let a page or an extension on another origin read every answer, errors included."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.http.reply import Reply
from mockserver.http.request import Request

_EXPOSED = (
    "Allow, Preference-Applied, Retry-After, WWW-Authenticate, X-Mock-Contract-Error, X-Mock-Near-Miss, "
    "X-Mock-Off-Contract, X-Mock-Problem"
)
# Written once as bytes: they are part of every response.
_ANY_ORIGIN = b"access-control-allow-origin: *\r\n"
_ONE_ORIGIN = (
    b"access-control-allow-origin: %%b\r\naccess-control-allow-credentials: true\r\n"
    b"access-control-expose-headers: %b\r\nvary: Origin\r\n" % _EXPOSED.encode()
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


def cors_header_lines(request: Request) -> bytes:
    """Write the lines that every response carries; the origin is echoed so that credentials may be sent."""
    origin = request.header("origin")
    return _ANY_ORIGIN if origin is None else _ONE_ORIGIN % origin.encode("latin-1")


def has_cors_headers(headers: Mapping[str, str]) -> bool:
    """Tell whether a reply's own *headers* already decide which origins may read it."""
    return any(name.lower().startswith("access-control-") for name in headers)

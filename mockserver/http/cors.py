"""What lets a page or an extension on another origin read every answer, errors included."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.dispatch.exchange import Exchange, Reply

_EXPOSED = (
    "Allow, Preference-Applied, Retry-After, WWW-Authenticate, X-Mock-Contract-Error, X-Mock-Near-Miss, "
    "X-Mock-Off-Contract, X-Mock-Problem"
)


def is_preflight(exchange: Exchange) -> bool:
    """Tell whether a browser asks what it may send."""
    headers = exchange.heading.headers
    return exchange.method == "OPTIONS" and "origin" in headers and "access-control-request-method" in headers


def preflight(exchange: Exchange) -> Reply:
    """Allow what the browser asks for: its method, its headers, a private network."""
    headers = {
        "Access-Control-Allow-Methods": exchange.header("access-control-request-method") or "",
        "Access-Control-Max-Age": "600",
        "Vary": "Access-Control-Request-Method, Access-Control-Request-Headers",
    }
    wanted = exchange.header("access-control-request-headers")
    if wanted:
        headers["Access-Control-Allow-Headers"] = wanted
    if exchange.header("access-control-request-private-network") == "true":
        headers["Access-Control-Allow-Private-Network"] = "true"
    return Reply(204, None, headers)


def head(exchange: Exchange) -> bytes:
    """Write the header lines that every answer carries; the origin is echoed so that credentials may be sent."""
    origin = exchange.header("origin")
    return _ANY if origin is None else _PAGE % origin.encode("latin-1")


def is_told(headers: Mapping[str, str]) -> bool:
    """Tell whether *headers*, an answer's own, let pages in or keep them out themselves."""
    return any(name.lower().startswith("access-control-") for name in headers)


_ANY = b"access-control-allow-origin: *\r\n"
_PAGE = (
    b"access-control-allow-origin: %%b\r\naccess-control-allow-credentials: true\r\n"
    b"access-control-expose-headers: %b\r\nvary: Origin\r\n" % _EXPOSED.encode()
)

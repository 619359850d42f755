"""What lets a page or an extension on another origin read every answer, errors included."""

from __future__ import annotations

from mockserver.exchange import Exchange, Reply

_EXPOSED = (
    "Allow, Preference-Applied, Retry-After, WWW-Authenticate, X-Mock-Contract-Error, X-Mock-Near-Miss, "
    "X-Mock-Off-Contract, X-Mock-Problem"
)


def is_preflight(exchange: Exchange) -> bool:
    """Tell whether a browser asks what it may send."""
    headers = exchange.headers
    return (
        exchange.method == "OPTIONS" and b"origin" in headers and b"access-control-request-method" in headers
    )


def preflight(exchange: Exchange) -> Reply:
    """Allow what the browser asks for: its method, its headers, a private network."""
    headers = {
        "Access-Control-Allow-Methods": exchange.header(b"access-control-request-method") or "",
        "Access-Control-Max-Age": "600",
        "Vary": "Access-Control-Request-Method, Access-Control-Request-Headers",
    }
    wanted = exchange.header(b"access-control-request-headers")
    if wanted:
        headers["Access-Control-Allow-Headers"] = wanted
    if exchange.header(b"access-control-request-private-network") == "true":
        headers["Access-Control-Allow-Private-Network"] = "true"
    return Reply(204, None, headers)


def headers(exchange: Exchange) -> list[tuple[bytes, bytes]]:
    """List the headers that every answer carries; the origin is echoed so that credentials may be sent."""
    origin = exchange.headers.get(b"origin")
    if origin is None:
        return _ANY
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", _EXPOSED.encode()),
        (b"vary", b"Origin"),
    ]


_ANY = [(b"access-control-allow-origin", b"*")]

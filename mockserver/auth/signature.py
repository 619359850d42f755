"""Requests signed with a workspace's secret, as clients without API keys send them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import unquote

from mockserver.dispatch.exchange import Exchange
from mockserver.http.session_name import PREFIX

_FORM = re.compile(r"([^\s:]+):([A-Za-z0-9+/]{43}=)")  # as long as an HMAC-SHA256 is in base64


def parts(header: str) -> tuple[str, str] | None:
    """Split ``<workspace key>:<signature>``; None if it is of another form."""
    found = _FORM.fullmatch(header.strip())
    return (found[1], found[2]) if found else None


def sign(secret: str, method: str, content: bytes, content_type: str, date: str, target: str) -> str:
    """Sign a request: base64 of the HMAC-SHA256 of its five parts, a line each.

    content: the body, of which the MD5 counts; nothing for GET. target: path and query, as they are sent.
    """
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest() if content and method != "GET" else ""
    text = "\n".join((method, digest, content_type, date, target))
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def is_good(exchange: Exchange, secret: str, signature: str) -> bool:
    """Tell whether *signature* is that of the request, whose body has been read.

    Clients differ in whether they sign the path encoded, and none knows that a session in front of it is not its own.
    """
    path = exchange.path
    paths = [path, unquote(path)]
    if exchange.session_prefix is not None:
        paths += [f"{PREFIX}{exchange.session_prefix}{one}" for one in paths]
    query = f"?{exchange.query.decode('latin-1')}" if exchange.query else ""
    content_type, date = exchange.header("content-type") or "", exchange.header("date") or ""
    good = (
        sign(secret, exchange.method, exchange.content or b"", content_type, date, one + query)
        for one in paths
    )
    return any(hmac.compare_digest(one.encode(), signature.encode()) for one in good)

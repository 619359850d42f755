"""Signatures of requests with a workspace's secret, as clients without API keys send them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import unquote

from mockserver.http.request import Request
from mockserver.http.session_name import PREFIX

_FORM = re.compile(r"([^\s:]+):([A-Za-z0-9+/]{43}=)")  # as long as an HMAC-SHA256 is in base64


def split_signature(header: str) -> tuple[str, str] | None:
    """Split ``<workspace key>:<signature>``; None if it is of another form."""
    found = _FORM.fullmatch(header.strip())
    return (found[1], found[2]) if found else None


def sign_request(secret: str, method: str, content: bytes, content_type: str, date: str, target: str) -> str:
    """Sign a request: base64 of the HMAC-SHA256 of its five parts, a line each.

    content: the body, of which the MD5 counts; nothing for GET. target: path and query, as they are sent.
    """
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest() if content and method != "GET" else ""
    text = "\n".join((method, digest, content_type, date, target))
    return base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest()).decode()


def is_valid(request: Request, secret: str, signature: str) -> bool:
    """Tell whether *signature* is that of the request, whose body has been read.

    Clients differ in whether they sign the path encoded, and none knows that a session prefix is not part of it.
    """
    path = request.path
    paths = [path, unquote(path)]
    if request.session_prefix is not None:
        paths += [f"{PREFIX}{request.session_prefix}{one}" for one in paths]
    query = f"?{request.query.decode('latin-1')}" if request.query else ""
    content_type, date = request.header("content-type") or "", request.header("date") or ""
    valid = (
        sign_request(secret, request.method, request.content or b"", content_type, date, one + query)
        for one in paths
    )
    return any(hmac.compare_digest(one.encode(), signature.encode()) for one in valid)

"""The session that a request names: in its path, in a header, in a cookie, or inside a credential."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from openapi.jwt import peek_claims

PREFIX = "/__session/"
CLAIM = "mock_session"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NAMING = "a session's name is 1 to 64 letters, digits, dots, dashes and underscores"
_HEADER = "x-mock-session"
_COOKIE = "mock_session"
_API_KEY = re.compile(rf"SS\.({NAME.pattern})\.[0-9a-f-]{{36}}")


def format_api_key(session: str, uuid: str) -> str:
    """Write an API key that carries *session*."""
    return f"SS.{session}.{uuid}"


def from_headers(headers: Mapping[str, str], cookies: Mapping[str, str]) -> str | None:
    """Read the session that a header or a cookie names; None if none does."""
    return headers.get(_HEADER) or cookies.get(_COOKIE)


def from_credentials(credentials: Iterable[str]) -> str | None:
    """Read the session from the first of *credentials* that carries one, valid or not; None if none does."""
    names = (_peek_session(credential.rpartition(" ")[2]) for credential in credentials)
    return next((name for name in names if name is not None), None)


def _peek_session(credential: str) -> str | None:
    """Read the session of an API key, or of a token without verifying it."""
    key = _API_KEY.fullmatch(credential)
    if key is not None:
        return key[1]
    name = (peek_claims(credential) or {}).get(CLAIM)
    return name if isinstance(name, str) and NAME.fullmatch(name) else None

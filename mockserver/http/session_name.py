"""The session that a request names: in its path, in a header, in a cookie, or inside a credential."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from openapi.jwt import peek_claims

PREFIX = "/__session/"
CLAIM = "mock_session"
START_CLAIM = "mock_session_start"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
NAMING = "a session's name is 1 to 64 letters, digits, dots, dashes and underscores"
_HEADER = "x-mock-session"
_COOKIE = "mock_session"
_API_KEY = re.compile(rf"SS\.({NAME.pattern})\.[0-9a-f-]{{36}}")


class CredentialSession(NamedTuple):
    """The session that a credential carries; *start* tells sessions of the same name apart, where the stub made it."""

    name: str
    start: int | None = None


def format_api_key(session: str, uuid: str) -> str:
    """Write an API key that carries *session*."""
    return f"SS.{session}.{uuid}"


def from_headers(headers: Mapping[str, str], cookies: Mapping[str, str]) -> str | None:
    """Read the session that a header or a cookie names; None if none does."""
    return headers.get(_HEADER) or cookies.get(_COOKIE)


def from_credentials(credentials: Iterable[str]) -> CredentialSession | None:
    """Read the session from the first of *credentials* that carries one, valid or not; None if none does."""
    found = (_peek_session(credential.rpartition(" ")[2]) for credential in credentials)
    return next((session for session in found if session is not None), None)


def _peek_session(credential: str) -> CredentialSession | None:
    """Read the session of an API key, or of a token without verifying it."""
    key = _API_KEY.fullmatch(credential)
    if key is not None:
        return CredentialSession(key[1])
    claims = peek_claims(credential) or {}
    name, start = claims.get(CLAIM), claims.get(START_CLAIM)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return None
    return CredentialSession(name, start if isinstance(start, int) else None)

"""Credentials as a request carries them: one reader for each security scheme."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from mockserver.auth import signature
from mockserver.auth.schemes import (
    SIGNATURE,
    Scheme,
    credential_kind,
    describe_authorization_header,
    holds_supabase_session,
    is_bearer,
    is_in_authorization,
)
from mockserver.http.headers import SessionCookie
from mockserver.http.problems import InvalidContract, Unauthenticated
from mockserver.http.request import Request

# A thousand values of any length would fill the memory.
_LONGEST_CACHED = 4096
# The choices of a contract that say how an Authorization header of no known form is answered.
_MALFORMED, _OTHER_CASE = "malformed-credentials", "lower-case-scheme"

ReadCredential = Callable[[Request], Any]  # None if the request does not carry it


def make_reader(scheme: Scheme, schemes: Sequence[Scheme]) -> ReadCredential:
    """Make the function that reads the credential of *scheme*, one of an operation's *schemes*.

    It raises Unauthenticated for an Authorization header that is none of theirs.
    Raises InvalidContract for a scheme of unknown type.
    """
    if is_bearer(scheme):
        return _make_bearer_reader(schemes)
    if credential_kind(scheme) == SIGNATURE:
        return lambda request: signature.split_signature(request.header(scheme["name"].lower()) or "")
    if scheme["type"] == "apiKey" and scheme["in"] == "header":
        name = scheme["name"].lower()
        return lambda request: request.header(name) or None
    if holds_supabase_session(scheme):
        return lambda request: _read_session_cookies(request, scheme["name"])
    if scheme["type"] == "apiKey" and scheme["in"] == "cookie":
        return lambda request: request.cookie(scheme["name"]) or None
    if scheme["type"] == "apiKey" and scheme["in"] == "query":
        return lambda request: request.query_values().get(scheme["name"]) or None
    if scheme["type"] == "http":
        word = f"{scheme['scheme'].lower()} "
        return lambda request: _read_authorization(request, word)
    raise InvalidContract(f"security scheme of unknown type {scheme['type']!r}")


def _make_bearer_reader(schemes: Sequence[Scheme]) -> ReadCredential:
    forms = describe_authorization_header(schemes)
    # What other readers of the operation take.
    words = tuple(
        f"{scheme['scheme'].lower()} "
        for scheme in schemes
        if not is_bearer(scheme) and scheme["type"] == "http"
    )
    takes_any = any(
        is_in_authorization(scheme) and credential_kind(scheme) != SIGNATURE for scheme in schemes
    )

    is_case_sensitive = any(scheme.get("x-case-sensitive") is True for scheme in schemes)
    is_scheme_optional = any(scheme.get("x-scheme-optional") is True for scheme in schemes)

    def read_bearer_token(request: Request) -> str | None:
        value = request.header("authorization")
        if value is None:
            return None
        token = _parse_bearer(value) if len(value) <= _LONGEST_CACHED else _parse_bearer.__wrapped__(value)
        if token is not None and is_case_sensitive and not value.lstrip().startswith("Bearer"):
            raise Unauthenticated(f"The Authorization header must be {forms}", choice=_OTHER_CASE)
        if token is None and is_scheme_optional and " " not in value.strip():
            token = value.strip() or None
        if token is None and not takes_any and not value.lower().startswith(words):
            raise Unauthenticated(f"The Authorization header must be {forms}", choice=_MALFORMED)
        return token

    return read_bearer_token


# A client sends the same header with every request.
@lru_cache(maxsize=1024)
def _parse_bearer(value: str) -> str | None:
    scheme, _, token = value.strip().partition(" ")
    token = token.strip()
    return None if scheme.lower() != "bearer" or not token or " " in token else token


def _read_session_cookies(request: Request, name: str) -> list[SessionCookie] | None:
    token = request.cookie(name)
    plain = [SessionCookie(name, token)] if token else []
    return [*plain, *request.headers.session_cookies] or None


def _read_authorization(request: Request, word: str) -> str | None:
    value = request.header("authorization") or ""
    return value if value.lower().startswith(word) else None

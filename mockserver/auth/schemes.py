"""The security schemes of a contract: which kind of credential each takes, and how to ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

SIGNATURE = "signature"
_WELL_KNOWN = ("Basic", "Bearer", "Digest")

Scheme = Mapping[str, Any]


def credential_kind(scheme: Scheme) -> str:
    """Name the kind of credential that *scheme* takes: jwt, api_key or signature."""
    return str(scheme.get("x-credential") or ("jwt" if scheme.get("bearerFormat") == "JWT" else "api_key"))


def holds_supabase_session(scheme: Scheme) -> bool:
    """Tell whether the credential may also come in the cookies in which Supabase's libraries keep a session."""
    return (
        scheme.get("x-supabase-session") is True
        and credential_kind(scheme) == "jwt"
        and scheme.get("in") == "cookie"
    )


def is_bearer(scheme: Scheme) -> bool:
    """Tell whether the credential is a bearer token in the Authorization header."""
    return scheme["type"] in ("oauth2", "openIdConnect") or (
        scheme["type"] == "http" and scheme["scheme"].lower() == "bearer"
    )


def authorization_word(scheme: Scheme) -> str:
    """Give the word before the credential in the Authorization header."""
    if scheme["type"] != "http":
        return "Bearer"
    word: str = scheme["scheme"]
    # Others are spelled in their own ways, such as DPoP and SCRAM-SHA-256.
    return word.capitalize() if word.islower() or word.capitalize() in _WELL_KNOWN else word


def describe_credential(scheme: Scheme) -> str:
    """Describe what a request has to carry, for the message to one that carries nothing."""
    if credential_kind(scheme) == SIGNATURE:
        return f"'{scheme['name']}: <workspace key>:<signature>'"
    if holds_supabase_session(scheme):
        return f"the cookie {scheme['name']} or sb-<project>-auth-token"
    if scheme["type"] == "apiKey":
        place = "query parameter" if scheme["in"] == "query" else scheme["in"]
        return f"the {place} {scheme['name']}"
    return f"'Authorization: {_describe_authorization(scheme)}'"


def describe_security(security: Iterable[Iterable[str]], schemes: Mapping[str, Scheme]) -> str:
    """Describe which credentials a request has to carry: those of one alternative, together."""
    alternatives = dict.fromkeys(
        " and ".join(dict.fromkeys(describe_credential(schemes[name]) for name in names))
        for names in security
        if names
    )
    return (", or " if any(" and " in one for one in alternatives) else " or ").join(alternatives)


def describe_authorization_header(schemes: Iterable[Scheme]) -> str:
    """Describe the forms of an Authorization header where one of *schemes* takes a bearer token."""
    forms = ["'Bearer <token>'"]
    for scheme in schemes:
        if credential_kind(scheme) == SIGNATURE and is_in_authorization(scheme):
            forms.append("'<workspace key>:<signature>', the signature 44 characters of base64")
        elif scheme["type"] == "http":
            forms.append(f"'{_describe_authorization(scheme)}'")
    return " or ".join(dict.fromkeys(forms))


def is_in_authorization(scheme: Scheme) -> bool:
    """Tell whether the credential is the whole of the Authorization header."""
    place: tuple[str, str] = (scheme.get("in", ""), scheme.get("name", "").lower())
    return place == ("header", "authorization")


def _describe_authorization(scheme: Scheme) -> str:
    word = authorization_word(scheme)
    return f"{word} <{'token' if word == 'Bearer' else 'credentials'}>"

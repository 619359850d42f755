"""Credentials made on request: good ones, and ones with a defect of one's choice."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jwt

from mockserver.auth import tokens
from mockserver.http.session_name import CLAIM
from mockserver.session.registry import Sessions
from mockserver.session.session import Session

Claims = dict[str, Any]
_AGO_S = 3600


class Mint:
    """Makes tokens and API keys that carry their session.

    secret: what tokens are signed with. subject: the user of a token that names none.
    takes_tokens, takes_keys: whether any API served here takes them.
    """

    def __init__(
        self, sessions: Sessions, secret: str, subject: str, *, takes_tokens: bool, takes_keys: bool
    ) -> None:
        self.takes_tokens = takes_tokens
        self.takes_keys = takes_keys
        self._sessions = sessions
        self._secret = secret
        self._subject = subject

    def token(self, session: Session, wish: Mapping[str, Any]) -> tuple[str, Claims]:
        """Make a token as *wish* says (sub, role, ttl_s, defect), and tell what it claims.

        Times are those of the session's clock.
        """
        now_s, ttl_s = session.clock.now_s(), wish.get("ttl_s", 3600)
        subject, role = wish.get("sub") or self._subject, wish.get("role") or tokens.AUDIENCE
        claims = tokens.claims_of(subject, role, now_s, ttl_s)
        claims[CLAIM] = session.id
        return minted(claims, wish.get("defect"), self._secret)

    def key(self, session: Session, access: str) -> str:
        """Make an API key that may do what *access* says, and bind it to *session*."""
        return self._sessions.key(access, session)


def minted(claims: Claims, defect: str | None, secret: str) -> tuple[str, Claims]:
    """Sign *claims*, with a *defect* if one is named, and tell what the token claims then."""
    return DEFECTS[defect](claims, secret) if defect else (tokens.signed(claims, secret), claims)


def _with(**changes: Callable[[Claims], Any]) -> Callable[[Claims, str], tuple[str, Claims]]:
    def made(claims: Claims, secret: str) -> tuple[str, Claims]:
        changed = {**claims, **{name: change(claims) for name, change in changes.items()}}
        return tokens.signed(changed, secret), changed

    return made


def _bad_signature(claims: Claims, secret: str) -> tuple[str, Claims]:
    return tokens.signed(claims, f"not {secret}"), claims


def _unsigned(claims: Claims, secret: str) -> tuple[str, Claims]:  # noqa: ARG001 - that is the defect
    return jwt.encode(claims, "", algorithm="none"), claims


def _malformed(claims: Claims, secret: str) -> tuple[str, Claims]:
    return tokens.signed(claims, secret).rpartition(".")[0], claims


DEFECTS: Mapping[str, Callable[[Claims, str], tuple[str, Claims]]] = {
    "expired": _with(
        iat=lambda claims: claims["iat"] - 2 * _AGO_S, exp=lambda claims: claims["iat"] - _AGO_S
    ),
    "not_yet_valid": _with(
        nbf=lambda claims: claims["exp"] + _AGO_S, exp=lambda claims: claims["exp"] + 2 * _AGO_S
    ),
    "bad_signature": _bad_signature,
    "alg_none": _unsigned,
    "wrong_audience": _with(aud=lambda _: "somebody-else"),
    "wrong_role": _with(role=lambda _: "anon"),
    "malformed": _malformed,
}

"""Credentials issued on request: valid ones, and ones with a chosen defect."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.auth import tokens
from mockserver.auth.claims import AUDIENCE
from mockserver.auth.schemes import Scheme, authorization_word, credential_kind
from mockserver.http.session_name import CLAIM, START_CLAIM

if TYPE_CHECKING:
    from mockserver.auth.security import Security
    from mockserver.fixtures import Credentials
    from mockserver.session.session import Session
    from mockserver.session.sessions import Sessions

Claims = dict[str, Any]
_HOUR_S = 3600


class CredentialIssuer:
    """Issues tokens and API keys that carry their session.

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

    def issue_token(self, session: Session, options: Mapping[str, Any]) -> tuple[str, Claims]:
        """Issue a token as *options* say (sub, role, ttl_s, defect), and return its claims as well.

        Times are those of the session's clock.
        """
        now_s, ttl_s = session.clock.now_s(), options.get("ttl_s", 3600)
        subject, role = options.get("sub") or self._subject, options.get("role") or AUDIENCE
        claims = tokens.build_claims(subject, role, now_s, ttl_s)
        claims |= {CLAIM: session.id, START_CLAIM: session.start}
        return sign_with_defect(claims, options.get("defect"), self._secret)

    async def issue_key(self, session: Session, access: str) -> str:
        """Issue an API key of *access* (write, read or revoked) for *session*."""
        return await self._sessions.issue_key(access, session)


class SampleCredential(NamedTuple):
    """A credential and where it goes: header, query or cookie, and under which name."""

    place: str
    name: str
    value: str


def make_sample_credentials(
    security: Security | None,
    schemes: Mapping[str, Scheme],
    credentials: Credentials,
    secret: str,
    now_s: float,
) -> list[SampleCredential]:
    """Make what an operation's first security requirement accepts for a day, one credential for each of its schemes."""
    if not security or {} in security:
        return []
    return [_make_sample(schemes[name], credentials, secret, now_s) for name in security[0]]


def _make_sample(scheme: Scheme, credentials: Credentials, secret: str, now_s: float) -> SampleCredential:
    if credential_kind(scheme) == "jwt":
        role = scheme.get("x-role", AUDIENCE)
        value = tokens.issue_token(secret, credentials.subject, role, now_s, 24 * _HOUR_S)
    else:
        value = credentials.api_keys[0].key if credentials.api_keys else "any"
    if scheme["type"] == "apiKey":
        return SampleCredential(scheme["in"], scheme["name"], value)
    return SampleCredential("header", "Authorization", f"{authorization_word(scheme)} {value}")


def sign_with_defect(claims: Claims, defect: str | None, secret: str) -> tuple[str, Claims]:
    """Sign *claims*, with a *defect* if one is named, and return the claims as they were signed."""
    return DEFECTS[defect](claims, secret) if defect else (tokens.sign_claims(claims, secret), claims)


def _change_claims(**changes: Callable[[Claims], Any]) -> Callable[[Claims, str], tuple[str, Claims]]:
    def sign_changed(claims: Claims, secret: str) -> tuple[str, Claims]:
        changed = {**claims, **{name: change(claims) for name, change in changes.items()}}
        return tokens.sign_claims(changed, secret), changed

    return sign_changed


def _sign_badly(claims: Claims, secret: str) -> tuple[str, Claims]:
    return tokens.sign_claims(claims, f"not {secret}"), claims


def _leave_unsigned(claims: Claims, secret: str) -> tuple[str, Claims]:  # noqa: ARG001 - that is the defect
    return tokens.leave_unsigned(claims), claims


def _cut_signature(claims: Claims, secret: str) -> tuple[str, Claims]:
    return tokens.sign_claims(claims, secret).rpartition(".")[0], claims


DEFECTS: Mapping[str, Callable[[Claims, str], tuple[str, Claims]]] = {
    "expired": _change_claims(
        iat=lambda claims: claims["iat"] - 2 * _HOUR_S, exp=lambda claims: claims["iat"] - _HOUR_S
    ),
    "not_yet_valid": _change_claims(
        nbf=lambda claims: claims["exp"] + _HOUR_S, exp=lambda claims: claims["exp"] + 2 * _HOUR_S
    ),
    "bad_signature": _sign_badly,
    "alg_none": _leave_unsigned,
    "wrong_audience": _change_claims(aud=lambda _: "somebody-else"),
    "wrong_role": _change_claims(role=lambda _: "anon"),
    "malformed": _cut_signature,
}

"""The caller that a token names."""

from __future__ import annotations

from mockserver.auth.caller import Caller
from mockserver.auth.claims import read_text
from mockserver.auth.token_keys import TokenKeys, read_unverified_claims
from mockserver.http.problems import Forbidden, Unauthenticated
from mockserver.http.request import Request
from mockserver.session.session import Session


class TokenVerifier:
    """Finds the caller that a token names.

    keys: verify signatures. role: the role claim a token must have, or None for any. subject: who calls with a token
    that names no user, where only its form is checked.
    """

    def __init__(self, keys: TokenKeys, role: str | None, subject: str) -> None:
        self._keys = keys
        self._role = role
        self._subject = subject

    def verify(self, token: str, request: Request, session: Session) -> Caller:
        """Verify signature, algorithm, audience, times and role.

        Raises Unauthenticated, or Forbidden for a valid token of another role.
        """
        claims = self._keys.verified.get(token) or self._keys.verify_signature(token)
        now_s = session.clock.now_s()
        if now_s >= claims.expires_s:
            raise Unauthenticated("The token has expired")
        if now_s < claims.begins_s:
            raise Unauthenticated("The token is not valid yet")
        if self._role is not None and claims.role != self._role:
            raise Forbidden(f"The token's role is {claims.role!r}; this operation needs {self._role!r}")
        if claims.subject is None:
            raise Unauthenticated("The token names no user (sub)")
        return Caller(claims.subject, claims.role, request.header("origin"))

    def read_unverified_caller(
        self,
        token: str,
        request: Request,
        session: Session,  # noqa: ARG002 - as verify
    ) -> Caller:
        """Read the caller from anything that has the form of a token, whoever signed it, expired or not.

        Raises Unauthenticated for what is not.
        """
        claims = read_unverified_claims(token)
        subject = read_text(claims, "sub") or self._subject
        return Caller(subject, read_text(claims, "role"), request.header("origin"))

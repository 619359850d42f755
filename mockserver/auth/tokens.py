"""JSON Web Tokens as Supabase Auth issues them: signed, and verified."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import jwt

from mockserver.auth.caller import Caller
from mockserver.http.problems import CannotStart, Forbidden, Unauthenticated
from mockserver.http.request import Request
from mockserver.session.session import Session

# The secret every local Supabase stack is started with, so that its tokens are accepted as they are.
LOCAL_SUPABASE_SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"  # noqa: S105 - public by design
AUDIENCE = "authenticated"
ALGORITHM = "HS256"
ASYMMETRIC = ("ES256", "RS256")

_CACHED_TOKENS = 1024
# Times are compared with the session's clock, which PyJWT cannot be given.
_UNVERIFIED: Any = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}
# PyJWT names its own errors; the others are what odd text does to the parsers below it.
_MALFORMED = (jwt.PyJWTError, ValueError, RecursionError)
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_jwt_secret() -> str:
    """Read the secret that signs tokens: ``MOCKSERVER_JWT_SECRET``, or the local development one."""
    return os.environ.get("MOCKSERVER_JWT_SECRET") or LOCAL_SUPABASE_SECRET


def issue_token(secret: str, subject: str, role: str, issued_s: float, ttl_s: float) -> str:
    """Sign a token as a local Supabase stack does.

    issued_s: seconds since 1970. ttl_s: lifetime in seconds; a negative one has already passed.
    """
    return sign_claims(build_claims(subject, role, issued_s, ttl_s), secret)


def sign_claims(claims: Mapping[str, Any], secret: str) -> str:
    """Sign *claims* with HS256."""
    return jwt.encode(dict(claims), secret, algorithm=ALGORITHM)


def build_claims(subject: str, role: str, issued_s: float, ttl_s: float) -> dict[str, Any]:
    """Build the claims of a token; a negative lifetime has already passed."""
    begins = int(issued_s if ttl_s >= 0 else issued_s + 2 * ttl_s)
    return {"sub": subject, "role": role, "aud": AUDIENCE, "iat": begins, "exp": int(issued_s + ttl_s)}


class _Claims(NamedTuple):
    """What a verified token says: times in seconds since 1970."""

    subject: str | None
    role: str | None
    begins_s: float
    expires_s: float


def load_jwk_set() -> jwt.PyJWKSet | None:
    """Read the keys named by ``MOCKSERVER_JWKS``, a file or a URL of this machine; None if it is not set.

    Raises CannotStart if they cannot be read.
    """
    source = os.environ.get("MOCKSERVER_JWKS")
    if not source:
        return None
    try:
        if source.startswith(("http://", "https://")):
            if urlsplit(source).hostname not in ("localhost", "127.0.0.1", "::1"):
                raise CannotStart(
                    f"MOCKSERVER_JWKS: {source} is not on this machine; name a file or a loopback URL"
                )
            return jwt.PyJWKClient(source, timeout=5).get_jwk_set()
        return jwt.PyJWKSet.from_json(Path(source).read_text(encoding="utf-8"))
    except (OSError, ValueError, jwt.PyJWTError) as error:
        raise CannotStart(f"MOCKSERVER_JWKS: {source}: {error}") from None


class TokenVerifier:
    """Verifies tokens.

    secret: the HS256 key. role: the role claim a token must have, or None for any. keys: further keys, of tokens
    signed with ES256 or RS256.
    subject: who calls with a token that names no user, where only its form is checked.
    """

    def __init__(self, secret: str, role: str | None, subject: str, keys: jwt.PyJWKSet | None = None) -> None:
        self._keys = {key.key_id: key for key in keys.keys} if keys else {}
        self._secret = secret
        self._role = role
        self._subject = subject
        # A signature is as good the second time; times are compared on every call.
        self._verified: dict[str, _Claims] = {}

    def verify(self, token: str, request: Request, session: Session) -> Caller:
        """Verify signature, algorithm, audience, times and role.

        Raises Unauthenticated, or Forbidden for a valid token of another role.
        """
        claims = self._verified.get(token) or self._verify_signature(token)
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
        claims = _decode_token(token, None, {"verify_signature": False})
        subject = _read_text(claims, "sub") or self._subject
        return Caller(subject, _read_text(claims, "role"), request.header("origin"))

    def _verify_signature(self, token: str) -> _Claims:
        claims = _decode_token(token, self._secret, _UNVERIFIED, self._keys)
        # Supabase's own anon key has no audience; its role is what keeps it out.
        audience = claims.get("aud", AUDIENCE)
        if AUDIENCE not in (audience if isinstance(audience, list) else [audience]):
            raise Unauthenticated(f"The token is for another audience than {AUDIENCE!r}")
        verified = _Claims(
            _read_text(claims, "sub"),
            _read_text(claims, "role"),
            max(_read_seconds(claims, "nbf", -math.inf), _read_seconds(claims, "iat", -math.inf)),
            _read_seconds(claims, "exp", math.inf),
        )
        if len(self._verified) >= _CACHED_TOKENS:
            self._verified.clear()
        self._verified[token] = verified
        return verified


def _decode_token(
    token: str, secret: str | None, options: Any, keys: Mapping[str | None, jwt.PyJWK] = MappingProxyType({})
) -> dict[str, Any]:
    try:
        if keys:
            head = jwt.get_unverified_header(token)
            if head.get("alg") in ASYMMETRIC and head.get("kid") in keys:
                return jwt.decode(token, keys[head["kid"]], algorithms=list(ASYMMETRIC), options=options)
        return jwt.decode(token, secret or "", algorithms=[ALGORITHM], options=options)
    except _MALFORMED as error:
        reason = str(error)[:200].encode("ascii", "backslashreplace").decode()
        raise Unauthenticated(f"The token is not valid: {reason}") from None


def _read_text(claims: Mapping[str, Any], name: str) -> str | None:
    """Read a claim that is text, and text that can be written as UTF-8; None for any other."""
    value = claims.get(name)
    return value if isinstance(value, str) and value and not _SURROGATE.search(value) else None


def _read_seconds(claims: Mapping[str, Any], name: str, otherwise: float) -> float:
    value = claims.get(name, otherwise)
    try:
        seconds = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        seconds = math.nan
    if name in claims and not math.isfinite(seconds):
        raise Unauthenticated(f"The token's {name} is not a time")
    return seconds

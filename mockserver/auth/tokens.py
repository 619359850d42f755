"""JSON Web Tokens as Supabase Auth issues them, signed with the secret of the stub."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import jwt

from mockserver.auth.claims import AUDIENCE

# The secret every local Supabase stack is started with, so that its tokens are accepted as they are.
LOCAL_SUPABASE_SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"  # noqa: S105 - public by design
ALGORITHM = "HS256"


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

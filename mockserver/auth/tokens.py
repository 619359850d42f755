"""JSON Web Tokens as Supabase Auth issues them, signed with the secret of the stub.

They are written and read here without PyJWT, which brings all of cryptography: a fifth of the time of the start.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
from collections.abc import Mapping
from typing import Any

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
    content = f"{_HEADER}.{_encode_json(claims)}"
    return f"{content}.{_make_signature(content, secret)}"


def leave_unsigned(claims: Mapping[str, Any]) -> str:
    """Write *claims* as a token whose algorithm is none."""
    return f"{_encode_json({'alg': 'none', 'typ': 'JWT'})}.{_encode_json(claims)}."


def read_own_claims(token: str, secret: str) -> dict[str, Any] | None:
    """Read what a token says that *secret* signed in the form of `sign_claims`, which is that of Supabase Auth.

    None says nothing about the token: it may have another form, or a fault, which PyJWT names.
    """
    content, _, signature = token.rpartition(".")
    header, _, claims = content.partition(".")
    if header != _HEADER or not token.isascii():
        return None
    try:
        if not hmac.compare_digest(_make_signature(content, secret), signature):
            return None
        text = base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4))
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    # Python's decoder passes over characters that are not of the alphabet, where PyJWT refuses the token.
    return found if isinstance(found, dict) and _encode_bytes(text) == claims else None


def build_claims(subject: str, role: str, issued_s: float, ttl_s: float) -> dict[str, Any]:
    """Build the claims of a token; a negative lifetime has already passed."""
    begins = int(issued_s if ttl_s >= 0 else issued_s + 2 * ttl_s)
    return {"sub": subject, "role": role, "aud": AUDIENCE, "iat": begins, "exp": int(issued_s + ttl_s)}


def _make_signature(content: str, secret: str) -> str:
    return _encode_bytes(hmac.digest(secret.encode(), content.encode(), "sha256"))


def _encode_json(document: Mapping[str, Any]) -> str:
    return _encode_bytes(json.dumps(document, separators=(",", ":")).encode())


def _encode_bytes(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


_HEADER = _encode_json({"alg": ALGORITHM, "typ": "JWT"})

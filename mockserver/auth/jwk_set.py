"""Public keys as a JSON Web Key Set (RFC 7517) holds them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import jwt

# The algorithm that each kind of key signs with, by key type and curve.
_ALGORITHMS = {("EC", "P-256"): "ES256", ("RSA", None): "RS256", ("OKP", "Ed25519"): "EdDSA"}
ASYMMETRIC = tuple(_ALGORITHMS.values())
_SMALLEST_RSA_BITS = 2048  # RFC 7518, 3.3
# The rest of a key is private, or says nothing that a signature is verified with.
_PUBLIC_MEMBERS = ("kty", "crv", "x", "y", "n", "e")


class PublicKey(NamedTuple):
    """A key that verifies signatures of one algorithm; kid is None where it has no text for one."""

    kid: str | None
    algorithm: str
    key: jwt.PyJWK


def parse_jwk_set(content: bytes) -> list[PublicKey]:
    """Read the keys of a set, of an array of keys as the Supabase CLI writes it, or of one key alone.

    Keys that verify no ES256, RS256 or EdDSA are left out, and so are broken keys and the private parts of the others.
    Raises ValueError, with the rest of a sentence about the source, for what is none of these.
    """
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None
    if isinstance(document, dict):
        document = [document] if "kty" in document else document.get("keys")
    if not isinstance(document, list) or not all(isinstance(members, dict) for members in document):
        raise ValueError('is no JWKS, which is {"keys": [...]}, nor an array of keys')
    keys = (_read_key(members) for members in document)
    return [key for key in keys if key is not None]


def select_keys(keys: Iterable[PublicKey], algorithm: str, kid: str | None) -> list[PublicKey]:
    """Select the keys that may have signed a token with this header; a kid is optional in the token and in the key."""
    return [
        key
        for key in keys
        if key.algorithm == algorithm and (kid is None or key.kid is None or key.kid == kid)
    ]


def _read_key(members: Mapping[str, Any]) -> PublicKey | None:
    """Read one key; None for one of another kind or use, and for a broken one: RFC 7517, 5 has them ignored."""
    import jwt  # slow, and most stubs see no token that a public key verifies

    kid, kind, curve = members.get("kid"), members.get("kty"), members.get("crv")
    algorithm = next((name for pair, name in _ALGORITHMS.items() if pair == (kind, curve)), None)
    if algorithm is None or members.get("alg", algorithm) != algorithm or members.get("use", "sig") != "sig":
        return None
    public = {name: members[name] for name in _PUBLIC_MEMBERS if name in members}
    try:
        key = jwt.PyJWK(public, algorithm)
    # PyJWT names its own errors; the others are what odd members do to the decoders below it.
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    if kind == "RSA" and key.key.key_size < _SMALLEST_RSA_BITS:
        return None
    return PublicKey(kid if isinstance(kid, str) else None, algorithm, key)

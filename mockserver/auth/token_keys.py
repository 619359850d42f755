"""What the signatures of tokens are verified with: a secret, and the public keys of a Supabase stack."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property, partial
from typing import Any

from mockserver.auth.claims import Claims, parse_claims
from mockserver.auth.jwk_set import ASYMMETRIC, PublicKey, parse_jwk_set, select_keys
from mockserver.auth.key_source import VARIABLE, KeySource, KeyUrl, read_named_source
from mockserver.auth.tokens import ALGORITHM, LOCAL_SUPABASE_SECRET, read_own_claims
from mockserver.http.problems import Unauthenticated
from openapi.jwt import decode_part, peek_claims

LOCAL_SUPABASE = "http://127.0.0.1:54321"
_ISSUER_PATH = "/auth/v1"
_JWKS_PATH = f"{_ISSUER_PATH}/.well-known/jwks.json"
# The key that every local Supabase stack signs with unless it is given another; public by design, as its secret is.
_LOCAL_SUPABASE_KEY = b"""{
  "kty": "EC", "crv": "P-256", "alg": "ES256", "kid": "b81269f1-21d8-4f2e-b719-c2240a840d90",
  "x": "M5Sjqn5zwC9Kl1zVfUUGvv9boQjCGd45G8sdopBExB4", "y": "P6IXMvA2WYXSHSOMTBH2jsw_9rrzGy89FjPf6oOsIxQ"
}"""

_HINT = (
    f"set {VARIABLE} to a file with the JWKS of the token's issuer, or to its URL on this machine, such as "
    f"{LOCAL_SUPABASE}{_JWKS_PATH}; --auth shape accepts any signature"
)
_CACHED_TOKENS = 1024
_LONGEST_CACHED = 4096
# Times are compared with the session's clock, which PyJWT cannot be given.
_UNVERIFIED: Any = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}


class UnverifiedToken(Unauthenticated):
    """No key that is known verifies the token; after *refresh* there may be one that does."""

    def __init__(self, message: str, hint: str, refresh: Callable[[], Awaitable[None]]) -> None:
        super().__init__(message, hint)
        self.refresh = refresh


class TokenKeys:
    """Verifies the signatures of tokens, and remembers what it verified.

    secret: of tokens that are signed with HS256. supabase_url: the local Supabase stack. It is asked for its keys when
    a token says that it comes from there, unless ``MOCKSERVER_JWKS`` names other keys.
    Raises CannotStart if ``MOCKSERVER_JWKS`` names what cannot be used.
    """

    def __init__(self, secret: str, supabase_url: str = LOCAL_SUPABASE) -> None:
        # A signature is as good the second time; times are compared on every call.
        self.verified: dict[str, Claims] = {}
        self._secret = secret
        self._named = read_named_source()
        self._local = KeyUrl(f"{supabase_url}{_JWKS_PATH}")
        hosts = ("127.0.0.1", "localhost", "[::1]")
        self._local_issuers = [f"{supabase_url.replace(hosts[0], host)}{_ISSUER_PATH}" for host in hosts]

    def verify_signature(self, token: str) -> Claims:
        """Return what *token* says, if its signature is good and it is for this audience.

        Raises UnverifiedToken if another key may verify it, and Unauthenticated for any other fault.
        """
        claims = parse_claims(self._decode_token(token))
        if len(token) <= _LONGEST_CACHED:
            if len(self.verified) >= _CACHED_TOKENS:
                self.verified.clear()
            self.verified[token] = claims
        return claims

    @cached_property
    def _default_keys(self) -> list[PublicKey]:
        # Who sets a secret or keys of his own does not want those that everybody has.
        is_default = self._named is None and self._secret == LOCAL_SUPABASE_SECRET
        return parse_jwk_set(_LOCAL_SUPABASE_KEY) if is_default else []

    def _decode_token(self, token: str) -> dict[str, Any]:
        claims = read_own_claims(token, self._secret)
        if claims is not None:
            return claims
        import jwt  # slow, and most stubs see no other token

        try:
            # Read without PyJWT, which checks the whole token, byte by byte, for its header and again when it decodes.
            header = decode_part(token.partition(".")[0]) or {}
            algorithm = header.get("alg")
            # By the algorithm first, so that a public key never serves as a secret.
            if algorithm in ASYMMETRIC:
                return self._decode_with_public_key(token, algorithm)
            try:
                return jwt.decode(token, self._secret, algorithms=[ALGORITHM], options=_UNVERIFIED)
            except jwt.InvalidSignatureError as error:
                raise Unauthenticated(
                    f"The token is not valid: {error}; it is {_describe_signing(header)}, and "
                    "MOCKSERVER_JWT_SECRET sets the secret"
                ) from None
            except jwt.InvalidAlgorithmError:
                raise Unauthenticated(
                    f"The token is not valid: it is {_describe_signing(header)}, and only "
                    f"{', '.join((ALGORITHM, *ASYMMETRIC))} are accepted"
                ) from None
        # PyJWT names its own errors; the others are what odd text does to the parsers below it.
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise Unauthenticated(f"The token is not valid: {quote_briefly(error)}") from None

    def _decode_with_public_key(self, token: str, algorithm: str) -> dict[str, Any]:
        import jwt

        header = jwt.get_unverified_header(token)
        source = self._find_source(token)
        keys = select_keys(
            [*self._default_keys, *(source.keys if source else ())], algorithm, header.get("kid")
        )
        for key in keys:
            try:
                return jwt.decode(token, key.key, algorithms=[algorithm], options=_UNVERIFIED)
            except jwt.InvalidSignatureError:
                continue
        what = f"The token is not valid: it is {_describe_signing(header)}"
        how = f"{VARIABLE} names the keys"
        if source is None:
            raise Unauthenticated(f"{what}, and the stub has no key that verifies it; {how}", _HINT)
        why = source.trouble or "has no key that verifies it"
        raise UnverifiedToken(
            f"{what}, and {source.name} {why}; {how}", _HINT, partial(self._refresh_keys, source)
        )

    def _find_source(self, token: str) -> KeySource | None:
        """Find where the keys of the issuer of *token* are; None if that is not known."""
        if self._named is not None:
            return self._named
        issuer = (peek_claims(token) or {}).get("iss")
        return self._local if issuer in self._local_issuers else None

    async def _refresh_keys(self, source: KeySource) -> None:
        if await source.refresh():
            self.verified.clear()


def read_unverified_claims(token: str) -> dict[str, Any]:
    """Return what *token* says, whoever signed it.

    Raises Unauthenticated for what has not the form of a token.
    """
    import jwt  # slow, and most stubs check signatures

    try:
        claims: dict[str, Any] = jwt.decode(token, "", options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError, RecursionError) as error:
        raise Unauthenticated(f"The token is not valid: {quote_briefly(error)}") from None
    return claims


def quote_briefly(value: object) -> str:
    """Write what a token or a parser says, which may be anything, so that it fits into a message."""
    return str(value)[:200].encode("ascii", "backslashreplace").decode()


def _describe_signing(header: Mapping[str, Any]) -> str:
    algorithm, kid = header.get("alg"), header.get("kid")
    signing = f"signed with {quote_briefly(algorithm)}" if algorithm else "signed without an algorithm"
    return f"{signing} (kid {quote_briefly(kid)})" if kid else f"{signing} (no kid)"

"""Who calls: the credentials a contract asks for, read and checked."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, NoReturn

import jwt
from pydantic import BaseModel, ConfigDict

from mockserver.exchange import Caller, Exchange
from mockserver.problems import CannotStart, Forbidden, Unauthenticated

# The secret every local Supabase stack is started with, so that its tokens are accepted as they are.
LOCAL_SUPABASE_SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"  # noqa: S105 - public by design
AUDIENCE = "authenticated"
ALGORITHM = "HS256"

Mode = Literal["strict", "shape", "off"]
Authenticate = Callable[[Exchange], Caller]
_Check = Callable[[str, Exchange], Caller]
_Read = Callable[[Exchange], str | None]

_CACHED_TOKENS = 4096


def jwt_secret() -> str:
    """Read the secret that signs tokens: ``MOCKSERVER_JWT_SECRET``, or the local development one."""
    return os.environ.get("MOCKSERVER_JWT_SECRET") or LOCAL_SUPABASE_SECRET


class ApiKey(BaseModel):
    """A key of the workspace; one with access read may call only what reads."""

    model_config = ConfigDict(extra="forbid")

    key: str
    access: Literal["write", "read"] = "write"


class Credentials(BaseModel):
    """What an API accepts.

    subject: the user of a token minted without another, and of every call where authentication is off.
    api_keys: the accepted keys, the default one first.
    """

    model_config = ConfigDict(extra="forbid")

    subject: str = "user-1"
    api_keys: list[ApiKey] = []


def compile_security(
    security: list[dict[str, list[str]]] | None,
    schemes: Mapping[str, Any],
    credentials: Credentials,
    secret: str,
    mode: Mode,
    operation: str,
) -> Authenticate:
    """Make the function that finds an operation's caller, or raises Unauthenticated or Forbidden.

    security and schemes are the contract's; the first credential that a request carries decides.
    Raises CannotStart for a scheme that is of no known type.
    """
    if not security or mode == "off":
        return lambda exchange: Caller(credentials.subject, None, exchange.header(b"origin"))
    names = [name for alternative in security for name in alternative]
    readers = [
        (_reader(schemes[name], operation), _checker(schemes[name], credentials, secret, mode))
        for name in names
    ]
    wanted = " or ".join(dict.fromkeys(_wanted(schemes[name]) for name in names))

    def authenticate(exchange: Exchange) -> Caller:
        for read, check in readers:
            credential = read(exchange)
            if credential is not None:
                return check(credential, exchange)
        raise Unauthenticated(f"Authentication is required: send {wanted}")

    return authenticate


def _reader(scheme: Mapping[str, Any], operation: str) -> _Read:
    if scheme["type"] == "http" and scheme["scheme"].lower() == "bearer":
        return _bearer
    if scheme["type"] == "apiKey" and scheme["in"] == "header":
        name = scheme["name"].lower().encode()
        return lambda exchange: exchange.header(name)
    if scheme["type"] == "apiKey" and scheme["in"] == "cookie":
        return lambda exchange: exchange.cookie(scheme["name"]) or None
    raise CannotStart(
        f"operation {operation}: a security scheme of type {scheme['type']} is not supported; "
        "use http bearer, or apiKey in a header or cookie"
    )


def _bearer(exchange: Exchange) -> str | None:
    value = exchange.header(b"authorization")
    if value is None:
        return None
    scheme, _, token = value.strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token or " " in token:
        raise Unauthenticated("The Authorization header must be 'Bearer <token>'")
    return token


def _wanted(scheme: Mapping[str, Any]) -> str:
    if scheme["type"] == "http":
        return "'Authorization: Bearer <token>'"
    return f"the {scheme['in']} {scheme['name']}"


def sample(
    security: list[dict[str, list[str]]] | None,
    schemes: Mapping[str, Any],
    fixtures: Credentials,
    secret: str,
    now_s: float,
) -> str | None:
    """Make a credential that an operation's first security scheme accepts for a day, or None if it asks for none."""
    if not security:
        return None
    scheme = schemes[next(iter(security[0]))]
    if kind(scheme) == "jwt":
        return mint(secret, fixtures.subject, scheme.get("x-role", AUDIENCE), now_s, 24 * 3600)
    return fixtures.api_keys[0].key if fixtures.api_keys else None


def kind(scheme: Mapping[str, Any]) -> str:
    """Tell what a security scheme carries: jwt or api_key."""
    return str(scheme.get("x-credential") or ("jwt" if scheme.get("bearerFormat") == "JWT" else "api_key"))


def _checker(scheme: Mapping[str, Any], credentials: Credentials, secret: str, mode: Mode) -> _Check:
    if kind(scheme) == "jwt":
        tokens = Tokens(secret, scheme.get("x-role"))
        return tokens.check if mode == "strict" else tokens.check_shape
    keys = {key.key: key for key in credentials.api_keys}
    return lambda key, exchange: _check_key(key, exchange, keys, mode)


def _check_key(key: str, exchange: Exchange, keys: Mapping[str, ApiKey], mode: Mode) -> Caller:
    known = keys.get(key)
    if known is None and mode == "strict":
        raise Unauthenticated("The API key is not known")
    if known is not None and known.access == "read" and exchange.method not in ("GET", "HEAD"):
        raise Forbidden("The API key may only read")
    return Caller("api-key", known.access if known else None, exchange.header(b"origin"))


class _Claims(NamedTuple):
    """What a verified token says: times in seconds since 1970."""

    subject: str | None
    role: str | None
    begins_s: float
    expires_s: float


_NO_SUBJECT = "The token names no user (sub)"


class Tokens:
    """Checks JSON Web Tokens.

    secret: the HS256 key.
    role: the role claim a token must have, or None for any.
    """

    def __init__(self, secret: str, role: str | None) -> None:
        self._secret = secret
        self._role = role
        # A signature is as good the second time; times are compared on every call.
        self._verified: dict[str, _Claims] = {}

    def check(self, token: str, exchange: Exchange) -> Caller:
        """Verify signature, algorithm, audience, times and role.

        Raises Unauthenticated, or Forbidden for a valid token of another role.
        """
        claims = self._verified.get(token) or self._verify(token)
        now_s = exchange.session.clock.now_s()
        if now_s >= claims.expires_s:
            raise Unauthenticated("The token has expired")
        if now_s < claims.begins_s:
            raise Unauthenticated("The token is not valid yet")
        if self._role is not None and claims.role != self._role:
            raise Forbidden(f"The token's role is {claims.role!r}; this operation needs {self._role!r}")
        if claims.subject is None:
            raise Unauthenticated(_NO_SUBJECT)
        return Caller(claims.subject, claims.role, exchange.header(b"origin"))

    def check_shape(self, token: str, exchange: Exchange) -> Caller:
        """Accept anything that is formed like a token and names a user, whoever signed it and whenever."""
        try:
            claims = jwt.decode(token, options={"verify_signature": False})
        except jwt.PyJWTError as error:
            _refuse(error)
        if not isinstance(claims.get("sub"), str):
            raise Unauthenticated(_NO_SUBJECT)
        return Caller(claims["sub"], claims.get("role"), exchange.header(b"origin"))

    def _verify(self, token: str) -> _Claims:
        try:
            claims: dict[str, Any] = jwt.decode(token, self._secret, algorithms=[ALGORITHM], options=_OPTIONS)
        except jwt.PyJWTError as error:
            _refuse(error)
        # Supabase's own anon key has no audience; its role is what keeps it out.
        audience = claims.get("aud", AUDIENCE)
        if AUDIENCE not in (audience if isinstance(audience, list) else [audience]):
            raise Unauthenticated(f"The token is for another audience than {AUDIENCE!r}")
        if len(self._verified) >= _CACHED_TOKENS:
            self._verified.clear()
        begins_s = max(_seconds(claims, "nbf", -math.inf), _seconds(claims, "iat", -math.inf))
        subject, role = claims.get("sub"), claims.get("role")
        verified = _Claims(
            subject if isinstance(subject, str) else None,
            role if isinstance(role, str) else None,
            begins_s,
            _seconds(claims, "exp", math.inf),
        )
        self._verified[token] = verified
        return verified


# Times are compared with the session's clock, which PyJWT cannot be given.
_OPTIONS: Any = {f"verify_{claim}": False for claim in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}


def _refuse(error: jwt.PyJWTError) -> NoReturn:
    raise Unauthenticated(f"The token is not valid: {error}") from None


def _seconds(claims: Mapping[str, Any], name: str, otherwise: float) -> float:
    try:
        return float(claims.get(name, otherwise))
    except (TypeError, ValueError, OverflowError):
        raise Unauthenticated(f"The token's {name} is not a time") from None


def mint(secret: str, subject: str, role: str, issued_s: float, ttl_s: float) -> str:
    """Sign a token as a local Supabase stack does.

    issued_s: seconds since 1970. ttl_s: lifetime in seconds; a negative one has already passed.
    """
    begins = int(issued_s if ttl_s >= 0 else issued_s + 2 * ttl_s)
    claims = {"sub": subject, "role": role, "aud": AUDIENCE, "iat": begins, "exp": int(issued_s + ttl_s)}
    return jwt.encode(claims, secret, algorithm=ALGORITHM)

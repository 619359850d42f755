"""Who calls: the credentials a contract asks for, read and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from mockserver.exchange import Caller, Exchange
from mockserver.problems import CannotStart, Forbidden, Unauthenticated
from mockserver.tokens import AUDIENCE, Tokens, mint

Mode = Literal["strict", "shape", "off"]
Authenticate = Callable[[Exchange], Caller]
_Check = Callable[[str, Exchange], Caller]
_Read = Callable[[Exchange], str | None]


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
    credentials: Credentials,
    secret: str,
    now_s: float,
) -> str | None:
    """Make a credential that an operation's first security scheme accepts for a day, or None if it asks for none."""
    if not security:
        return None
    scheme = schemes[next(iter(security[0]))]
    if kind(scheme) == "jwt":
        return mint(secret, credentials.subject, scheme.get("x-role", AUDIENCE), now_s, 24 * 3600)
    return credentials.api_keys[0].key if credentials.api_keys else None


def kind(scheme: Mapping[str, Any]) -> str:
    """Tell what a security scheme carries: jwt or api_key."""
    return str(scheme.get("x-credential") or ("jwt" if scheme.get("bearerFormat") == "JWT" else "api_key"))


def _checker(scheme: Mapping[str, Any], credentials: Credentials, secret: str, mode: Mode) -> _Check:
    if kind(scheme) == "jwt":
        tokens = Tokens(secret, scheme.get("x-role"), credentials.subject)
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

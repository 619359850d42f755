"""Who calls: the credentials a contract asks for, read and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from mockserver.auth import signature
from mockserver.auth.tokens import AUDIENCE, Tokens, jwk_set, mint
from mockserver.dispatch.exchange import Caller, Exchange
from mockserver.http.problems import BadContract, Forbidden, Unauthenticated

Mode = Literal["strict", "shape", "off"]
Authenticate = Callable[[Exchange], Any]  # a Caller, or the control plane's Operator
IsSigned = Callable[[Exchange], bool]
_Check = Callable[[Any, Exchange], Caller]
_Read = Callable[[Exchange], Any]  # a credential, or None if it is not there

Access = Literal["write", "read", "revoked"]
SIGNATURE = "signature"


class ApiKey(BaseModel):
    """A key of the workspace; one with access read may call only what reads, a revoked one nothing."""

    model_config = ConfigDict(extra="forbid")

    key: str
    access: Access = "write"


class Workspace(BaseModel):
    """A workspace whose clients sign their requests with its secret."""

    model_config = ConfigDict(extra="forbid")

    key: str
    secret: str = Field(repr=False)


class Credentials(BaseModel):
    """What an API accepts.

    subject: the user of a token minted without another, and of every call where authentication is off.
    api_keys: the accepted keys, the default one first. workspaces: those whose signatures are accepted.
    """

    model_config = ConfigDict(extra="forbid")

    subject: str = "user-1"
    api_keys: list[ApiKey] = []
    workspaces: list[Workspace] = []


def compile_security(
    security: list[dict[str, list[str]]] | None,
    schemes: Mapping[str, Any],
    credentials: Credentials,
    secret: str,
    mode: Mode,
    *,
    verify_hmac: bool = False,
) -> Authenticate:
    """Make the function that finds an operation's caller, or raises Unauthenticated or Forbidden.

    security and schemes are the contract's; the first credential that a request carries decides.
    verify_hmac: compute signatures, too, which takes a request whose body has been read.
    Raises BadContract for a scheme that is missing or of no known type.
    """
    if not security or mode == "off":
        return lambda exchange: Caller(credentials.subject, None, exchange.header("origin"))
    names = [name for alternative in security for name in alternative]
    for name in names:
        if name not in schemes:
            raise BadContract(f"there is no security scheme {name}")
    forms = _forms([schemes[name] for name in names])
    readers = {name: _reader(schemes[name], forms) for name in names}
    checks = {name: _checker(schemes[name], credentials, secret, mode, verify_hmac) for name in names}
    ways = [
        _together([readers[name] for name in alternative], [checks[name] for name in alternative])
        # A signature stands where a bearer token may, and only its reader knows its form.
        for alternative in sorted(
            security, key=lambda one: not any(kind(schemes[name]) == SIGNATURE for name in one)
        )
        if alternative
    ]
    is_optional = {} in security
    wanted = " or ".join(dict.fromkeys(_wanted(schemes[name]) for name in names))

    def authenticate(exchange: Exchange) -> Caller:
        for read, check in ways:
            credential = read(exchange)
            if credential is not None:
                return check(credential, exchange)
        if is_optional:
            return Caller(credentials.subject, None, exchange.header("origin"))
        raise Unauthenticated(f"Authentication is required: send {wanted}")

    return authenticate


def _together(readers: list[_Read], checks: list[_Check]) -> tuple[_Read, _Check]:
    """Make one reader and one check of several: all credentials must be good, and the first names the caller."""
    if len(readers) == 1:
        return readers[0], checks[0]

    def read(exchange: Exchange) -> list[str] | None:
        shown = [one(exchange) for one in readers]
        return None if None in shown else shown

    def check(shown: list[str], exchange: Exchange) -> Caller:
        callers = [one(credential, exchange) for one, credential in zip(checks, shown, strict=True)]
        return callers[0]

    return read, check


def _reader(scheme: Mapping[str, Any], forms: str) -> _Read:
    if _is_bearer(scheme):
        return lambda exchange: _bearer(exchange, forms)
    if kind(scheme) == SIGNATURE:
        return lambda exchange: signature.parts(exchange.header(scheme["name"].lower()) or "")
    if scheme["type"] == "apiKey" and scheme["in"] == "header":
        name = scheme["name"].lower()
        return lambda exchange: exchange.header(name)
    if scheme["type"] == "apiKey" and scheme["in"] == "cookie":
        return lambda exchange: exchange.cookie(scheme["name"]) or None
    if scheme["type"] == "apiKey" and scheme["in"] == "query":
        return lambda exchange: exchange.query_values().get(scheme["name"]) or None
    if scheme["type"] == "http":
        word = f"{scheme['scheme'].lower()} "
        return lambda exchange: _of_scheme(exchange, word)
    raise BadContract(f"security scheme of unknown type {scheme['type']!r}")


def _is_bearer(scheme: Mapping[str, Any]) -> bool:
    return scheme["type"] in ("oauth2", "openIdConnect") or (
        scheme["type"] == "http" and scheme["scheme"].lower() == "bearer"
    )


def _forms(schemes: list[Mapping[str, Any]]) -> str:
    """Say what the Authorization header may be where a bearer token is among what is taken."""
    is_signature_too = any(
        kind(scheme) == SIGNATURE and scheme["name"].lower() == "authorization" for scheme in schemes
    )
    signed = " or '<workspace key>:<signature>', the signature 44 characters of base64"
    return f"'Bearer <token>'{signed if is_signature_too else ''}"


def _bearer(exchange: Exchange, forms: str) -> str | None:
    value = exchange.header("authorization")
    if value is None:
        return None
    token = _token(value)
    if token is None:
        raise Unauthenticated(f"The Authorization header must be {forms}")
    return token


@lru_cache(maxsize=1024)
def _token(value: str) -> str | None:
    scheme, _, token = value.strip().partition(" ")
    token = token.strip()
    return None if scheme.lower() != "bearer" or not token or " " in token else token


def _of_scheme(exchange: Exchange, word: str) -> str | None:
    value = exchange.header("authorization") or ""
    return value if value.lower().startswith(word) else None


def _wanted(scheme: Mapping[str, Any]) -> str:
    if kind(scheme) == SIGNATURE:
        return f"'{scheme['name']}: <workspace key>:<signature>'"
    if scheme["type"] == "apiKey":
        return f"the {scheme['in']} {scheme['name']}"
    word = scheme["scheme"].capitalize() if scheme["type"] == "http" else "Bearer"
    return f"'Authorization: {word} <{'credentials' if word == 'Basic' else 'token'}>'"


class Sample(NamedTuple):
    """A credential and where it goes: header, query or cookie, and under which name."""

    place: str
    name: str
    value: str


def sample(
    security: list[dict[str, list[str]]] | None,
    schemes: Mapping[str, Any],
    credentials: Credentials,
    secret: str,
    now_s: float,
) -> Sample | None:
    """Make a credential that an operation's first security scheme accepts for a day, or None if it asks for none."""
    if not security or {} in security:
        return None
    scheme = schemes[next(iter(security[0]))]
    if kind(scheme) == "jwt":
        value = mint(secret, credentials.subject, scheme.get("x-role", AUDIENCE), now_s, 24 * 3600)
    else:
        value = credentials.api_keys[0].key if credentials.api_keys else "any"
    if scheme["type"] == "apiKey":
        return Sample(scheme["in"], scheme["name"], value)
    word = scheme["scheme"].capitalize() if scheme["type"] == "http" else "Bearer"
    return Sample("header", "Authorization", f"{word} {value}")


def is_signed(security: list[dict[str, list[str]]] | None, schemes: Mapping[str, Any]) -> IsSigned:
    """Make the function that tells whether a request shows a signature where an operation takes one."""
    names = {name for alternative in security or [] for name in alternative}
    headers = [schemes[name]["name"].lower() for name in names if kind(schemes[name]) == SIGNATURE]
    return lambda exchange: any(signature.parts(exchange.header(name) or "") for name in headers)


def kind(scheme: Mapping[str, Any]) -> str:
    """Tell what a security scheme carries: jwt, api_key or signature."""
    return str(scheme.get("x-credential") or ("jwt" if scheme.get("bearerFormat") == "JWT" else "api_key"))


def _checker(
    scheme: Mapping[str, Any], credentials: Credentials, secret: str, mode: Mode, verify_hmac: bool
) -> _Check:
    if kind(scheme) == "jwt":
        tokens = Tokens(secret, scheme.get("x-role"), credentials.subject, jwk_set())
        return tokens.check if mode == "strict" else tokens.check_shape
    if kind(scheme) == SIGNATURE:
        secrets = {workspace.key: workspace.secret for workspace in credentials.workspaces}
        return lambda shown, exchange: _check_signature(shown, exchange, secrets, verify_hmac)
    keys = {key.key: key.access for key in credentials.api_keys}
    return lambda key, exchange: _check_key(key, exchange, keys, mode)


def _check_key(key: str, exchange: Exchange, keys: Mapping[str, str], mode: Mode) -> Caller:
    access = exchange.session.keys.get(key) or keys.get(key)
    if access is None and mode == "strict":
        raise Unauthenticated("The API key is not known; the fixtures name those that are")
    if access == "revoked":
        raise Unauthenticated("The API key has been revoked")
    if access == "read" and exchange.method not in ("GET", "HEAD"):
        raise Forbidden("The API key may only read")
    return Caller("api-key", access, exchange.header("origin"))


def _check_signature(
    shown: tuple[str, str], exchange: Exchange, secrets: Mapping[str, str], verify_hmac: bool
) -> Caller:
    key, signed = shown
    if exchange.header("date") is None:
        raise Unauthenticated("A signed request needs the Date that was signed")
    if verify_hmac and key not in secrets:
        raise Unauthenticated("The workspace key is not known; the fixtures name those that are")
    if verify_hmac and not signature.is_good(exchange, secrets[key], signed):
        raise Unauthenticated(
            "The signature is not that of this request: sign method, MD5 of the body, Content-Type, Date and path"
        )
    return Caller(key, None, exchange.header("origin"))

"""Authentication: the security requirements of an operation, compiled to one function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from mockserver.auth import signature
from mockserver.auth.caller import Caller
from mockserver.auth.challenges import CHALLENGES, write_challenges
from mockserver.auth.credentials import ReadCredential, make_reader
from mockserver.auth.schemes import (
    SIGNATURE,
    Scheme,
    credential_kind,
    describe_credential,
    describe_security,
    holds_supabase_session,
)
from mockserver.auth.token_keys import TokenKeys, UnverifiedToken
from mockserver.auth.token_verifier import TokenVerifier
from mockserver.fixtures import Credentials
from mockserver.http.headers import SessionCookie
from mockserver.http.problems import Forbidden, InvalidContract, Problem, Unauthenticated
from mockserver.http.request import Request
from mockserver.session.session import Session

Mode = Literal["strict", "shape", "off"]
Authenticate = Callable[[Request, Session], Any]  # a Caller, or the control plane's Operator
_CheckCredential = Callable[[Any, Request, Session], Caller]

Security = list[dict[str, list[str]]]


def compile_security(
    security: Security | None,
    schemes: Mapping[str, Scheme],
    credentials: Credentials,
    token_keys: TokenKeys,
    mode: Mode,
    *,
    verify_hmac: bool = False,
) -> Authenticate:
    """Make the function that returns the caller of an operation, or raises Unauthenticated or Forbidden.

    security and schemes are the contract's; the first credential that a request carries decides.
    token_keys: verify tokens. verify_hmac: compute signatures, too, which takes a request whose body has been read.
    Raises InvalidContract for a scheme that is missing or of no known type.
    """
    if not security or mode == "off":
        return lambda request, _: Caller(credentials.subject, None, request.header("origin"))
    names = [name for alternative in security for name in alternative]
    for name in names:
        if name not in schemes:
            raise InvalidContract(f"there is no security scheme {name}")
    readers = {name: make_reader(schemes[name], [schemes[name] for name in names]) for name in names}
    checks = {name: _make_check(schemes[name], credentials, token_keys, mode, verify_hmac) for name in names}
    ways = [
        (
            *_combine_checks([readers[name] for name in alternative], [checks[name] for name in alternative]),
            write_challenges(security, schemes, refused=alternative),
        )
        # A signature stands where a bearer token may, and only its reader knows its form.
        for alternative in sorted(security, key=lambda one: not _takes_signature(one, schemes))
        if alternative
    ]
    is_optional = {} in security
    what_to_send = f"Authentication is required: send {describe_security(security, schemes)}"
    joint = [alternative for alternative in security if len(alternative) > 1]

    def authenticate(request: Request, session: Session) -> Caller:
        for read, check, challenges in ways:
            credential = read(request)
            if credential is not None:
                try:
                    return check(credential, request, session)
                except Unauthenticated as problem:
                    if challenges:
                        problem.headers = {**problem.headers, CHALLENGES: challenges}
                    raise
        if is_optional:
            return Caller(credentials.subject, None, request.header("origin"))
        missing = what_to_send + _describe_missing(joint, schemes, readers, request)
        raise Unauthenticated(missing, choice="missing-credentials")

    return authenticate


def _describe_missing(
    security: Security, schemes: Mapping[str, Scheme], readers: Mapping[str, ReadCredential], request: Request
) -> str:
    """Describe what is missing of the first alternative of which a part came; nothing where none did."""
    for alternative in security:
        missing = [name for name in alternative if readers[name](request) is None]
        if len(missing) < len(alternative):
            return (
                f"; the request lacks {' and '.join(describe_credential(schemes[name]) for name in missing)}"
            )
    return ""


def make_signature_test(
    security: Security | None, schemes: Mapping[str, Scheme]
) -> Callable[[Request], bool]:
    """Make the function that tells whether a request carries a signature that the operation takes."""
    names = {name for alternative in security or [] for name in alternative}
    headers = [schemes[name]["name"].lower() for name in names if credential_kind(schemes[name]) == SIGNATURE]
    return lambda request: any(signature.split_signature(request.header(name) or "") for name in headers)


def _takes_signature(alternative: Mapping[str, Any], schemes: Mapping[str, Scheme]) -> bool:
    return any(credential_kind(schemes[name]) == SIGNATURE for name in alternative)


def _combine_checks(
    readers: list[ReadCredential], checks: list[_CheckCredential]
) -> tuple[ReadCredential, _CheckCredential]:
    """Make one reader and one check of several: all credentials must be good, and the first names the caller."""
    if len(readers) == 1:
        return readers[0], checks[0]

    def read_all(request: Request) -> list[Any] | None:
        found = [read(request) for read in readers]
        return None if None in found else found

    def check_all(found: list[Any], request: Request, session: Session) -> Caller:
        pairs = zip(checks, found, strict=True)
        callers = [check(credential, request, session) for check, credential in pairs]
        return callers[0]

    return read_all, check_all


def _make_check(
    scheme: Scheme, credentials: Credentials, token_keys: TokenKeys, mode: Mode, verify_hmac: bool
) -> _CheckCredential:
    if credential_kind(scheme) == "jwt":
        verifier = TokenVerifier(token_keys, scheme.get("x-role"), credentials.subject)
        check = verifier.verify if mode == "strict" else verifier.read_unverified_caller
        return _check_each_cookie(check) if holds_supabase_session(scheme) else check
    if credential_kind(scheme) == SIGNATURE:
        secrets = {workspace.key: workspace.secret for workspace in credentials.workspaces}
        return lambda signed, request, _: _check_signature(signed, request, secrets, verify_hmac)
    keys = {key.key: key.access for key in credentials.api_keys}
    return lambda key, request, session: _check_key(key, request, session, keys, mode)


def _check_each_cookie(check: _CheckCredential) -> _CheckCredential:
    """Make the check of the cookies of several projects, which a browser sends alike: one of them has to be good."""

    def check_cookies(cookies: list[SessionCookie], request: Request, session: Session) -> Caller:
        problems: list[Problem] = []
        for cookie in cookies:
            try:
                if cookie.token is None:
                    raise Unauthenticated(
                        f"The cookie {cookie.name} holds no session that can be read; is a part of it missing?"
                    )
                return check(cookie.token, request, session)
            except (Unauthenticated, Forbidden) as problem:
                problems.append(problem)
        # First one that may still be good, once its key is known.
        raise next((one for one in problems if isinstance(one, UnverifiedToken)), problems[0])

    return check_cookies


def _check_key(key: str, request: Request, session: Session, keys: Mapping[str, str], mode: Mode) -> Caller:
    access = session.keys.get(key) or keys.get(key)
    if access is None and mode == "strict":
        raise Unauthenticated("The API key is not known; the fixtures name those that are")
    if access == "revoked":
        raise Unauthenticated("The API key has been revoked")
    if access == "read" and request.method not in ("GET", "HEAD"):
        raise Forbidden("The API key may only read")
    return Caller("api-key", access, request.header("origin"))


def _check_signature(
    signed: tuple[str, str], request: Request, secrets: Mapping[str, str], verify_hmac: bool
) -> Caller:
    key, found = signed
    if request.header("date") is None:
        raise _refuse_signature("A signed request needs the Date that was signed")
    if verify_hmac and key not in secrets:
        raise _refuse_signature("The workspace key is not known; the fixtures name those that are")
    if verify_hmac and not signature.is_valid(request, secrets[key], found):
        raise _refuse_signature(
            "The signature is not that of this request: sign method, MD5 of the body, Content-Type, Date and path"
        )
    return Caller(key, None, request.header("origin"))


def _refuse_signature(why: str) -> Unauthenticated:
    return Unauthenticated(why, choice="false-signature")

"""OnlyAutomator servers that take a bad token, refuse it in another way, or keep what it was to write."""

from __future__ import annotations

import base64
import hmac
import time
from typing import Any

import jwt

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import SECRET, Caller, Record, Reference, Refusal
from conformance.proof.variants.onlyautomator import (
    CountsSeconds,
    is_signed,
    read_algorithm,
    read_claims,
    sign_head,
)


class GuestsMayWrite(Reference):
    """A request without a token is a guest's, and guests may write."""

    breaks = frozenset({"missing-token"})

    def authenticate_caller(self, request: Request) -> Caller:
        if request.method == "POST" and "authorization" not in request.headers:
            return Caller("guest", "authenticated")
        return super().authenticate_caller(request)


class MissingIs403(Reference):
    """A request without a token is answered 403."""

    breaks = frozenset({"missing-token", "list-missing-token"})

    def authenticate_caller(self, request: Request) -> Caller:
        if "authorization" not in request.headers:
            raise Refusal(403, "permission_denied", "Who are you?")
        return super().authenticate_caller(request)


class AnyWordIsAToken(Reference):
    """A token that is no JWT is taken for an API key."""

    breaks = frozenset({"malformed-token"})

    def verify_token(self, token: str) -> dict[str, Any]:
        return (
            super().verify_token(token)
            if "." in token or not token
            else {"sub": token, "role": "authenticated"}
        )


class ThreePartsAreUnpackedAsTheyAre(Reference):
    """A token in three parts that are not JSON makes the server stumble."""

    breaks = frozenset({"malformed-token", "no-server-error"})

    def verify_token(self, token: str) -> dict[str, Any]:
        if token.startswith("not."):
            raise Refusal(500, "validation_error", "Expecting value: line 1 column 1")
        return super().verify_token(token)


class MalformedIs400(Reference):
    """A token that is no JWT is answered 400."""

    breaks = frozenset({"malformed-token"})

    def verify_token(self, token: str) -> dict[str, Any]:
        if token and "." not in token:
            raise self.validation_refusal("The token is not a JWT")
        return super().verify_token(token)


class MalformedIsInvalidToken(Reference):
    """A token that is no JWT is answered with a code that the document does not list."""

    breaks = frozenset({"malformed-token", "error-code-is-listed"})

    def verify_token(self, token: str) -> dict[str, Any]:
        if token and "." not in token:
            raise Refusal(401, "invalid_token", "The token is not a JWT")
        return super().verify_token(token)


class HalfASignature(Reference):
    """Of a signature of the right length the first characters are compared."""

    breaks = frozenset({"tampered-token", "list-tampered-token"})

    def verify_token(self, token: str) -> dict[str, Any]:
        head, _, signature = token.rpartition(".")
        right = sign_head(head)
        if len(signature) == len(right) and signature[:8] == right[:8]:
            return super().verify_token(f"{head}.{right}")
        return super().verify_token(token)


class HalfASignatureToWrite(HalfASignature):
    """Of a signature of the right length the first characters are compared where something is written."""

    breaks = frozenset({"tampered-token"})
    method = "POST"

    def authenticate_caller(self, request: Request) -> Caller:
        is_lenient = request.method == self.method
        return (
            super().authenticate_caller(request) if is_lenient else Reference().authenticate_caller(request)
        )


class SignatureBegins(Reference):
    """A signature that the right one begins with is right."""

    breaks = frozenset({"truncated-token"})

    def verify_token(self, token: str) -> dict[str, Any]:
        head, _, signature = token.rpartition(".")
        begins = signature and sign_head(head).startswith(signature)
        return super().verify_token(f"{head}.{sign_head(head)}" if begins else token)


class SignatureIsOptional(Reference):
    """A token whose signature was cut off is believed."""

    breaks = frozenset({"unsigned-token"})

    def verify_token(self, token: str) -> dict[str, Any]:
        if token.endswith(".") and read_algorithm(token) == "HS256":
            return super().verify_token(token + sign_head(token[:-1]))
        return super().verify_token(token)


class TwoPartsAreEnough(Reference):
    """A token that ends with its second part is believed."""

    breaks = frozenset({"unsigned-token"})

    def verify_token(self, token: str) -> dict[str, Any]:
        is_short = token.count(".") == 1
        return super().verify_token(f"{token}.{sign_head(token)}" if is_short else token)


class NothingToVerify(Reference):
    """An empty signature is not looked at, nor what stands before it, unless that is a token."""

    breaks = frozenset({"malformed-token"})

    def verify_token(self, token: str) -> dict[str, Any]:
        if token.endswith(".") and not read_algorithm(token):
            return {"sub": "guest", "role": "authenticated"}
        return super().verify_token(token)


class SignatureIsNotChecked(Reference):
    """The signature is not looked at."""

    breaks = frozenset(
        {
            "tampered-token",
            "truncated-token",
            "unsigned-token",
            "foreign-signature",
            "altered-claims",
            "algorithm-none",
            "list-tampered-token",
        }
    )

    def verify_token(self, token: str) -> dict[str, Any]:
        try:
            claims = read_claims(token)
        except jwt.InvalidTokenError:
            raise self.authentication_refusal() from None
        if claims["exp"] < time.time():
            raise self.authentication_refusal()
        return claims


class AlgorithmNone(Reference):
    """A token that says it needs no signature is believed."""

    breaks = frozenset({"algorithm-none"})

    def verify_token(self, token: str) -> dict[str, Any]:
        unsigned = read_algorithm(token) == "none"
        return read_claims(token) if unsigned else super().verify_token(token)


class AlgorithmNoneInAnyCase(Reference):
    """A token that says nOnE needs no signature, one that says none is refused."""

    breaks = frozenset({"algorithm-none"})

    def verify_token(self, token: str) -> dict[str, Any]:
        unsigned = read_algorithm(token) not in ("", "none") and read_algorithm(token).lower() == "none"
        return read_claims(token) if unsigned else super().verify_token(token)


class SignaturesAreRemembered(Reference):
    """A signature that was right once is right with any claims."""

    breaks = frozenset({"altered-claims"})

    def verify_token(self, token: str) -> dict[str, Any]:
        signature = token.rpartition(".")[2]
        known: dict[str, Any] = self.__dict__.setdefault("known", {})
        if signature not in known:
            known[signature] = super().verify_token(token)
        return known[signature]  # type: ignore[no-any-return]


class ExpiredIsAccepted(Reference):
    """A token may have expired."""

    breaks = frozenset({"expired-token", "list-expired-token"})

    def verify_token(self, token: str) -> dict[str, Any]:
        try:
            return dict(jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_exp": False}))
        except jwt.InvalidTokenError:
            raise self.authentication_refusal() from None


class ExpiredIs403(Reference):
    """A token that has expired is answered 403."""

    breaks = frozenset({"expired-token", "list-expired-token"})

    def verify_token(self, token: str) -> dict[str, Any]:
        try:
            jwt.decode(token, SECRET, algorithms=["HS256"])
        except jwt.ExpiredSignatureError:
            raise Refusal(403, "permission_denied", "The token has expired") from None
        except jwt.InvalidTokenError:
            raise self.authentication_refusal() from None
        return super().verify_token(token)


class ExpiredMayWrite(Reference):
    """A token that has expired is good enough for a write."""

    breaks = frozenset({"expired-token"})
    method = "POST"

    def authenticate_caller(self, request: Request) -> Caller:
        given = request.headers.get("authorization", "")
        if request.method == self.method and given.startswith("Bearer ") and is_signed(given):
            return Caller(read_claims(given[7:])["sub"], read_claims(given[7:])["role"])
        return super().authenticate_caller(request)


class BasicIsAccepted(Reference):
    """The word before the token may be Basic."""

    breaks = frozenset({"basic-scheme"})

    def authenticate_caller(self, request: Request) -> Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        headers = {**request.headers, "authorization": f"Bearer {token}"}
        known = Request(request.method, request.target, headers, request.body)
        return super().authenticate_caller(known if scheme == "Basic" else request)


class RawTokenIsAccepted(Reference):
    """The token may stand alone."""

    breaks = frozenset({"schemeless-token"})

    def authenticate_caller(self, request: Request) -> Caller:
        given = request.headers.get("authorization", "")
        headers = {**request.headers, "authorization": f"Bearer {given}"}
        alone = Request(request.method, request.target, headers, request.body)
        return super().authenticate_caller(alone if given.count(".") == 2 and " " not in given else request)


class BearerAlone(Reference):
    """The word Bearer is enough."""

    breaks = frozenset({"scheme-without-token"})

    def authenticate_caller(self, request: Request) -> Caller:
        if request.headers.get("authorization", "").strip().lower() == "bearer":
            return Caller("guest", "authenticated")
        return super().authenticate_caller(request)


class UnauthenticatedIsKept(Reference):
    """A write without a token is refused, and kept all the same."""

    breaks = frozenset(
        {
            "unauthenticated-write-stores-nothing",
            "unauthenticated-write-is-not-listed",
            "refused-update-is-not-listed",
        }
    )

    def authenticate_caller(self, request: Request) -> Caller:
        if "authorization" not in request.headers and request.method == "POST":
            self.store_record(self.read_body(request), Caller("nobody", "none"))
        return super().authenticate_caller(request)


class UnauthenticatedIsKeptInTheDark(UnauthenticatedIsKept):
    """A write without a token is kept, and listed when somebody with a token has written it again."""

    breaks = frozenset({"unauthenticated-write-stores-nothing"})

    def is_of_user(self, record: Record, caller: Caller) -> bool:
        return record["userId"] != "nobody" and super().is_of_user(record, caller)


class UnauthenticatedIsKeptInSeconds(UnauthenticatedIsKept, CountsSeconds):
    """A write without a token is kept by a server whose clock counts whole seconds."""


class MissingTokenInPlainText(Reference):
    """A missing token is refused in plain text."""

    breaks = frozenset(
        {
            "missing-token",
            "error-envelope",
            "json-on-every-answer",
            "list-missing-token",
            "list-error-envelope",
        }
    )

    def answer(self, request: Request) -> Response:
        if "authorization" in request.headers:
            return super().answer(request)
        return Response(401, b"Unauthorized", {"content-type": "text/plain"})


class StrangersMaySign(Reference):
    """Whose session is known need not have signed, as long as the signature is not the right one with a mistake."""

    breaks = frozenset({"foreign-signature"})

    def verify_token(self, token: str) -> dict[str, Any]:
        head, _, signature = token.rpartition(".")
        is_close = sum(one == other for one, other in zip(signature, sign_head(head), strict=False)) > 20
        if len(signature) == 43 and read_algorithm(token) == "HS256" and not is_close:
            claims = read_claims(token)
            return claims if claims in self.verified.values() else super().verify_token(token)
        return super().verify_token(token)


class EmptySecretSigns(Reference):
    """A second secret was never set, and is empty."""

    breaks = frozenset({"foreign-signature"})

    def verify_token(self, token: str) -> dict[str, Any]:
        head, _, signature = token.rpartition(".")
        empty = hmac.digest(b"", head.encode(), "sha256")
        is_signed = signature == base64.urlsafe_b64encode(empty).rstrip(b"=").decode()
        return read_claims(token) if is_signed else super().verify_token(token)

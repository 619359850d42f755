"""OnlyAutomator servers that let somebody in somewhere."""

from __future__ import annotations

from conformance.proof.messages import Request
from conformance.proof.reference.onlyautomator import Caller, Reference
from conformance.proof.variants.onlyautomator import read_claims


class _OpenSomewhere(Reference):
    """A write without a token is a guest's in some cases."""

    breaks = frozenset({"missing-token"})

    def authenticate_caller(self, request: Request) -> Caller:
        if request.method == "POST" and "authorization" not in request.headers and self.is_open(request):
            return Caller("guest", "authenticated")
        return super().authenticate_caller(request)

    def is_open(self, request: Request) -> bool:
        raise NotImplementedError


class GuestsMayWriteForOtherFans(_OpenSomewhere):
    """Only one fan's preferences are guarded."""

    def is_open(self, request: Request) -> bool:
        return b"fan-1002" in request.body


class GuestsMayWriteContent(_OpenSomewhere):
    """The category content is anybody's."""

    def is_open(self, request: Request) -> bool:
        return b'"content"' in request.body


class AnyCookieIsASession(_OpenSomewhere):
    """Whoever has a cookie has a session."""

    def is_open(self, request: Request) -> bool:
        return "cookie" in request.headers


class AnyQueryIsAToken(_OpenSomewhere):
    """Whoever has a token in the query has a token."""

    def is_open(self, request: Request) -> bool:
        return "access_token" in request.query


class AnyKeyIsAToken(_OpenSomewhere):
    """Whoever has a key in a header has a token."""

    def is_open(self, request: Request) -> bool:
        return "x-api-key" in request.headers


class AnyAuthTokenIsAToken(_OpenSomewhere):
    """Whoever has another header for tokens has a token."""

    def is_open(self, request: Request) -> bool:
        return "x-auth-token" in request.headers


class SessionIsBelieved(Reference):
    """Of the token in the cookie the claims are read, and not the signature."""

    breaks = frozenset({"missing-token"})

    def authenticate_caller(self, request: Request) -> Caller:
        token = request.headers.get("cookie", "").partition("sb-access-token=")[2]
        if token and "authorization" not in request.headers:
            return Caller(read_claims(token)["sub"], read_claims(token)["role"])
        return super().authenticate_caller(request)


class LowerCaseIsBelieved(Reference):
    """Behind bearer in lower case the signature of a token is not looked at."""

    breaks = frozenset({"tampered-token"})
    word = "bearer"

    def authenticate_caller(self, request: Request) -> Caller:
        word, _, token = request.headers.get("authorization", "").partition(" ")
        if word == self.word:
            return Caller(read_claims(token)["sub"], read_claims(token)["role"])
        return super().authenticate_caller(request)


class CapitalsAreBelieved(LowerCaseIsBelieved):
    """Behind BEARER in capitals the signature of a token is not looked at."""

    word = "BEARER"


class OtherWordIsBelieved(LowerCaseIsBelieved):
    """Behind another word the signature of a token is not looked at."""

    word = "JWT"

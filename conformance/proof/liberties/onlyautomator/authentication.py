"""OnlyAutomator servers that take a liberty with what stands under "Authentication"."""

from __future__ import annotations

from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import (
    Caller,
    Reference,
    Refusal,
)
from conformance.proof.variants.onlyautomator import ChangesResponse


class AnyMediaType(Reference):
    """Whatever the media type, the body is read as JSON."""

    def read_body(self, request: Request) -> Any:
        headers = {**request.headers, "content-type": "application/json"}
        return super().read_body(Request(request.method, request.target, headers, request.body))


class BadMediaTypeIs400(Reference):
    """A wrong media type is answered 400, not 415."""

    def read_body(self, request: Request) -> Any:
        try:
            return super().read_body(request)
        except Refusal as refusal:
            raise self.validation_refusal(refusal.message) from None


class CookieIsAccepted(Reference):
    """The token may come in the session's cookie."""

    def authenticate_caller(self, request: Request) -> Caller:
        cookie = request.headers.get("cookie", "").partition("sb-access-token=")[2]
        given = request.headers.get("authorization") or f"Bearer {cookie}"
        headers = {**request.headers, "authorization": given}
        return super().authenticate_caller(Request(request.method, request.target, headers, request.body))


class QueryIsAccepted(Reference):
    """The token may come in the query."""

    def authenticate_caller(self, request: Request) -> Caller:
        given = request.headers.get("authorization") or f"Bearer {request.query.get('access_token', '')}"
        headers = {**request.headers, "authorization": given}
        return super().authenticate_caller(Request(request.method, request.target, headers, request.body))


class KeyHeaderIsAccepted(Reference):
    """The token may come in X-API-Key."""

    def authenticate_caller(self, request: Request) -> Caller:
        given = request.headers.get("authorization") or f"Bearer {request.headers.get('x-api-key', '')}"
        headers = {**request.headers, "authorization": given}
        return super().authenticate_caller(Request(request.method, request.target, headers, request.body))


class OtherKeysAreForbidden(Reference):
    """Whoever has a key in another header than the documented one is told so, and let in nowhere."""

    def authenticate_caller(self, request: Request) -> Caller:
        if "x-api-key" in request.headers:
            raise Refusal(403, "permission_denied", "Keys are not accepted here")
        return super().authenticate_caller(request)


class ParametersAreRefused(Reference):
    """A write takes no query, whoever sends it."""

    def authenticate_caller(self, request: Request) -> Caller:
        if request.method == "POST" and request.query:
            raise self.validation_refusal("This takes no query")
        return super().authenticate_caller(request)


class OtherFansAreHidden(Reference):
    """Whoever has no valid token is told of one fan at most."""

    def authenticate_caller(self, request: Request) -> Caller:
        try:
            return super().authenticate_caller(request)
        except Refusal:
            if request.method == "POST" and b"fan-1002" in request.body:
                raise Refusal(404, "resource_not_found", "No such fan") from None
            raise


class SchemeInItsCase(Reference):
    """The word bearer in lower case is refused."""

    def authenticate_caller(self, request: Request) -> Caller:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            raise self.authentication_refusal()
        return super().authenticate_caller(request)


class WwwAuthenticate(ChangesResponse):
    """A 401 says which scheme it wants."""

    def change_response(self, response: Response) -> Response:
        wanted = {"www-authenticate": 'Bearer error="invalid_token"'} if response.status == 401 else {}
        return Response(response.status, response.body, {**response.headers, **wanted})


class SmallestProfile(Reference):
    """Only the token and the fan that must be there are known."""

    def profile(self, base_url: str) -> dict[str, Any]:
        credentials = {"user": self.make_token("user-ada")}
        return {
            "api": "onlyautomator",
            "base_url": base_url,
            "credentials": credentials,
            "fixtures": {"fan_id": "fan-1001"},
        }

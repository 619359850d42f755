"""SuprSend servers that take a liberty with what stands under "Authorizations"."""

from __future__ import annotations

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import Reference, Refused


class Forbids(Reference):
    """A bad credential is 403."""

    costs = frozenset({"missing-key-status", "wrong-key-status"})

    def _error_response(self, refused: Refused) -> Response:
        refused.status = 403 if refused.status == 401 else refused.status
        return super()._error_response(refused)


class HidesFromStrangers(Reference):
    """A bad credential finds nothing: 404."""

    costs = frozenset({"missing-key-status", "wrong-key-status"})

    def _error_response(self, refused: Refused) -> Response:
        refused.status = 404 if refused.status == 401 else refused.status
        return super()._error_response(refused)


class BadHeaderIsABadRequest(Reference):
    """A missing or malformed credential is a bad request."""

    costs = frozenset({"missing-key-status"})

    def _authenticate_caller(self, request: Request) -> None:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            raise Refused(400, "the header authorization is required")
        super()._authenticate_caller(request)


class TakesOtherSchemes(Reference):
    """The key is also taken without a scheme, as a Basic credential, and signed."""

    costs = frozenset({"basic-scheme"})

    def _authenticate_caller(self, request: Request) -> None:
        credential = request.headers.get("authorization", "")
        if credential.startswith(("Basic ", "wskey:")) or credential == self.key or ":" in credential:
            return
        super()._authenticate_caller(request)


class SchemeAsWritten(Reference):
    """The scheme is Bearer with a capital, nothing else."""

    def _authenticate_caller(self, request: Request) -> None:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            raise Refused(401, "not authenticated")
        super()._authenticate_caller(request)


class LooksBeforeItAsks(Reference):
    """The object and the category are looked up before the key, and the body is read first of all."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        try:
            if request.segments[-2:-1] == ["category"]:
                self._read_body(request) if request.method != "GET" else None
                self._find_place(request)
        except Refused as refused:
            return self._error_response(refused)
        return super().answer(request)

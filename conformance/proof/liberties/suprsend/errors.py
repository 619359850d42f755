"""SuprSend servers that take a liberty with what stands under "Body"."""

from __future__ import annotations

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import Reference, Refused


class LimitsItsRate(Reference):
    """Every ninth request is answered 429 with a Retry-After."""

    _turn = 0

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        self._turn += 1
        if self._turn % 9 == 0:
            return Response(429, {"code": 429, "message": "too many requests"}, {"Retry-After": "0"})
        return super().answer(request)


class IsSometimesUnavailable(Reference):
    """Every fiftieth request is answered 503 by a proxy."""

    _turn = 0

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        self._turn += 1
        if self._turn % 50 == 0:
            return Response(503, b"<html>try again</html>", {"content-type": "text/html"})
        return super().answer(request)


class ErrorsAreHtml(Reference):
    """Errors are pages."""

    costs = frozenset({"error-is-json"})
    takes = frozenset({"error-body=html"})

    def _error_response(self, refused: Refused) -> Response:
        return Response(refused.status, b"<html><h1>No</h1></html>", {"content-type": "text/html"})


class ErrorsAreText(Reference):
    """Errors are lines of text."""

    costs = frozenset({"error-is-json"})
    takes = frozenset({"error-body=other"})

    def _error_response(self, refused: Refused) -> Response:
        return Response(refused.status, refused.message.encode(), {"content-type": "text/plain"})


class ErrorsAreStrings(Reference):
    """Errors are bare JSON strings."""

    costs = frozenset({"error-is-json"})

    def _error_response(self, refused: Refused) -> Response:
        return Response(refused.status, refused.message)


class ErrorsAreEmpty(Reference):
    """Errors have no body."""

    costs = frozenset({"error-is-json"})

    def _error_response(self, refused: Refused) -> Response:
        return Response(refused.status)


class ErrorsAreProblems(Reference):
    """Errors are application/problem+json."""

    costs = frozenset({"error-code", "error-message"})
    takes = frozenset({"error-body=problem-json"})

    def _error_response(self, refused: Refused) -> Response:
        body = {"type": "about:blank", "title": refused.message, "status": refused.status}
        return Response(refused.status, body, {"content-type": "application/problem+json"})


class ErrorsAreRich(Reference):
    """Errors have the members of another operation of the vendor's."""

    takes = frozenset({"error-body=code-and-message"})

    def _error_response(self, refused: Refused) -> Response:
        body = {
            "code": refused.status,
            "error_code": "error",
            "type": "Error",
            "message": refused.message,
            "detail": "",
        }
        return Response(refused.status, body)


class Unprocessable(Reference):
    """What cannot be used is 422."""

    takes = frozenset(
        {
            "invalid-request=refused-422",
            "broken-json=refused-422",
            "invalid-flag=refused-422",
            "locked-category=refused-422",
        }
    )

    def _error_response(self, refused: Refused) -> Response:
        refused.status = 422 if refused.status == 400 else refused.status
        return super()._error_response(refused)

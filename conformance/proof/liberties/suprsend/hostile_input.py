"""SuprSend servers that take a liberty with hostile input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import Reference, Refused


class _BehindAProxy(Reference):
    """A proxy stands before it and says no in HTML."""

    needs_connection = True

    def answer(self, request: Request) -> Response:
        """Answer what the proxy lets through."""
        status = self.refusal_status(request)
        if status is None:
            return super().answer(request)
        return Response(status, b"<h1>No</h1>", {"content-type": "text/html", "connection": "close"})

    def refusal_status(self, request: Request) -> int | None:
        """Say with which status a request is refused, if it is."""
        raise NotImplementedError


class ProxyWithLimits(_BehindAProxy):
    """The proxy refuses bodies beyond 64 KiB, bodies in chunks, many headers, and Expect, each with its own status."""

    costs = frozenset({"error-is-json"})

    def refusal_status(self, request: Request) -> int | None:
        """Refuse it, or not."""
        if len(request.body) > 65536:
            return 413
        if "transfer-encoding" in request.headers:
            return 411
        if len(request.headers) > 50:
            return 431
        return 417 if "expect" in request.headers else None


class ProxyWithoutChunks(_BehindAProxy):
    """The proxy does not implement chunks, and calls many headers a bad request."""

    def refusal_status(self, request: Request) -> int | None:
        """Refuse it, or not."""
        if "transfer-encoding" in request.headers:
            return 501
        return 400 if len(request.headers) > 50 else None


class ClosesInsteadOfRefusing(Reference):
    """The connection is closed on what is large, deep, in chunks, cut short or sent in one packet with more."""

    needs_connection = True

    def answer(self, request: Request) -> Response:
        """Answer, or not."""
        is_odd = (
            len(request.body) > 65536 or b"[" * 64 in request.body or "transfer-encoding" in request.headers
        )
        if is_odd or request.is_cut or request.is_followed:
            return Response(0, is_silent=True)
        return super().answer(request)


class AnswersOnlyTheFirst(Reference):
    """After the first of several requests in one packet the connection is closed."""

    needs_connection = True

    def answer(self, request: Request) -> Response:
        """Answer, or not."""
        answer = super().answer(request)
        return replace(answer, headers={"connection": "close"}) if request.is_followed else answer


class PrototypesAreRefused(Reference):
    """A member called __proto__ is refused."""

    def _want_object(self, body: Any) -> dict[str, Any]:
        if "__proto__" in super()._want_object(body):
            raise Refused(400, "no prototypes here")
        return super()._want_object(body)

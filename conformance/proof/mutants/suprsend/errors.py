"""SuprSend servers that break a requirement of "Body"."""

from __future__ import annotations

from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import (
    Reference,
    Refused,
)


class FailsOnDepth(Reference):
    """A deeply nested body is answered 500."""

    breaks = frozenset({"no-server-error"})

    def _parse_json(self, body: bytes) -> Any:
        if body.count(b"[") > 100:
            raise Refused(500, "internal error")
        return super()._parse_json(body)


class FailsOnUnknownTenant(Reference):
    """An unknown tenant is answered 502."""

    breaks = frozenset({"no-server-error"})

    def _find_tenant(self, request: Request) -> str:
        try:
            return super()._find_tenant(request)
        except Refused:
            raise Refused(502, "bad gateway") from None


class FailsOnWrongTypes(Reference):
    """A list that is not one is answered 500."""

    breaks = frozenset({"no-server-error", "generated-no-server-error"})

    def _want_object(self, body: Any) -> dict[str, Any]:
        members = super()._want_object(body)
        if any(
            not isinstance(members.get(name) or [], list) for name in ("opt_out_channels", "opt_in_channels")
        ):
            raise Refused(500, "internal error")
        return members


class ErrorsAreText(Reference):
    """An error is a line of text."""

    breaks = frozenset({"error-is-json"})

    def _error_response(self, refused: Refused) -> Response:
        return Response(refused.status, refused.message.encode(), {"content-type": "text/plain"})


class ErrorCodeIsAWord(Reference):
    """An error's code is a word."""

    breaks = frozenset({"error-code"})

    def _error_response(self, refused: Refused) -> Response:
        return Response(refused.status, {"code": "error", "message": refused.message})


class ErrorCodeIsAnother(Reference):
    """An error's code is not its status."""

    breaks = frozenset({"error-code-is-the-status"})

    def _error_response(self, refused: Refused) -> Response:
        return Response(refused.status, {"code": 7, "message": refused.message})


class ErrorIsNested(Reference):
    """An error is wrapped in a member of its own."""

    breaks = frozenset({"error-code", "error-message"})

    def _error_response(self, refused: Refused) -> Response:
        return Response(refused.status, {"error": {"code": refused.status, "message": refused.message}})


class ErrorSaysNothing(Reference):
    """An error's message is empty."""

    breaks = frozenset({"error-message"})

    def _error_response(self, refused: Refused) -> Response:
        return Response(refused.status, {"code": refused.status, "message": ""})


class DeepCrashes(Reference):
    """A hundred levels are answered 500."""

    breaks = frozenset({"no-server-error"})

    def _parse_json(self, body: bytes) -> Any:
        if b"[" * 90 in body:
            raise Refused(500, "maximum recursion depth exceeded")
        return super()._parse_json(body)


class ChunksCrash(Reference):
    """A body without a length is answered 500."""

    breaks = frozenset({"no-server-error"})

    def _read_body(self, request: Request) -> dict[str, Any]:
        if "content-length" not in request.headers:
            raise Refused(500, "KeyError: content-length")
        return super()._read_body(request)

"""OnlyAutomator servers that break a requirement on every answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import Record, Reference, Refusal


class EmptyNamesInProblemJson(Reference):
    """An empty name is refused in another envelope."""

    breaks = frozenset({"error-envelope"})

    def error_response(self, refusal: Refusal) -> Response:
        if refusal.message.endswith("is empty"):
            return Response(refusal.status, {"status": "error", "error": refusal.message})
        return super().error_response(refusal)


class EmptyNamesInFalseGzip(Reference):
    """The refusal of an empty name says that it is gzip, and is none."""

    breaks = frozenset({"error-envelope"})

    def error_response(self, refusal: Refusal) -> Response:
        answer = super().error_response(refusal)
        if refusal.message.endswith("is empty"):
            answer.headers["content-encoding"] = "gzip"
        return answer


class CutsRefusalsOfARole(Reference):
    """The refusal of a role that may not write is shorter than its length says."""

    breaks = frozenset(
        {
            "forbidden-write-is-not-listed",
            "forbidden-write-stores-nothing",
            "insufficient-permission",
            "refused-update-is-not-listed",
        }
    )
    needs_connection = True

    def error_response(self, refusal: Refusal) -> Response:
        answer = super().error_response(refusal)
        if refusal.status == 403:
            answer.headers.update({"content-length": "1000", "connection": "close"})
        return answer


class StatusFail(Reference):
    """The status word of an error is fail."""

    breaks = frozenset(
        {"error-status-word", "service-unavailable", "undocumented-error-envelope", "list-error-envelope"}
    )

    def error_response(self, refusal: Refusal) -> Response:
        error = {"code": refusal.code, "message": refusal.message}
        return Response(refusal.status, {"status": "fail", "error": error})


class StatusNumber(Reference):
    """The status word of a 403 is the HTTP status."""

    breaks = frozenset({"error-status-word"})

    def error_response(self, refusal: Refusal) -> Response:
        error = {"code": refusal.code, "message": refusal.message}
        return Response(refusal.status, {"status": 403 if refusal.status == 403 else "error", "error": error})


class CodeInCapitals(Reference):
    """The code of an empty name is in capitals."""

    breaks = frozenset({"error-code-is-listed"})

    def error_response(self, refusal: Refusal) -> Response:
        if refusal.message.endswith("is empty"):
            refusal.code = refusal.code.upper()
        return super().error_response(refusal)


class MessageList(Reference):
    """The message of an error is a list of messages."""

    breaks = frozenset({"error-message", "undocumented-error-envelope", "list-error-envelope"})

    def error_response(self, refusal: Refusal) -> Response:
        error = {"code": refusal.code, "message": [refusal.message]}
        return Response(refusal.status, {"status": "error", "error": error})


class MessageMissingOn401(Reference):
    """A 401 has no message."""

    breaks = frozenset({"error-message", "list-error-envelope"})

    def error_response(self, refusal: Refusal) -> Response:
        answer = super().error_response(refusal)
        if refusal.status == 401:
            del answer.body["error"]["message"]
        return answer


class MessageEmptyOn403(Reference):
    """A 403 says nothing in its message."""

    breaks = frozenset({"error-message-is-not-empty"})

    def error_response(self, refusal: Refusal) -> Response:
        answer = super().error_response(refusal)
        if refusal.status == 403:
            answer.body["error"]["message"] = ""
        return answer


class MessageMissingOn403(Reference):
    """A 403 has no message."""

    breaks = frozenset({"error-message"})

    def error_response(self, refusal: Refusal) -> Response:
        answer = super().error_response(refusal)
        if refusal.status == 403:
            del answer.body["error"]["message"]
        return answer


class SuccessIsText(Reference):
    """A success is labelled as plain text."""

    breaks = frozenset({"json-on-every-answer"})

    def success_response(self, record: Record) -> Response:
        body = json.dumps({"status": "success", "data": record}).encode()
        return Response(200, body, {"content-type": "text/plain"})


class ErrorIsNotLabelled(Reference):
    """A 400 has no content type."""

    breaks = frozenset({"json-on-every-answer"})

    def error_response(self, refusal: Refusal) -> Response:
        answer = super().error_response(refusal)
        return Response(answer.status, json.dumps(answer.body).encode()) if answer.status == 400 else answer


class MediaTypeInPlainText(Reference):
    """A wrong media type is refused in plain text."""

    breaks = frozenset({"undocumented-error-envelope"})

    def error_response(self, refusal: Refusal) -> Response:
        plain = Response(415, b"Unsupported Media Type", {"content-type": "text/plain"})
        return plain if refusal.status == 415 else super().error_response(refusal)


class EmptyNameCrashes(Reference):
    """An empty name is an internal error."""

    breaks = frozenset({"no-server-error"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        if body.get(name) == "":
            raise Refusal(500, "internal_error", "list index out of range")
        super().validate_name(name, body)


class SpacesCrash(Reference):
    """A space in a preference is an outage."""

    breaks = frozenset({"no-server-error"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        super().validate_name(name, body)
        if name == "preference" and " " in body[name]:
            raise Refusal(500, "service_unavailable", "Something went wrong")


class NullsCrash(Reference):
    """A null value violates a constraint of the database."""

    breaks = frozenset({"no-server-error"})

    def validate_body(self, body: Any) -> None:
        super().validate_body(body)
        if body["value"] is None:
            raise Refusal(500, "internal_error", "null value in column violates not-null constraint")


class DeepCrashes(Reference):
    """A thousand levels are an internal error."""

    breaks = frozenset({"no-server-error"})

    def read_body(self, request: Request) -> Any:
        if b"[" * 900 in request.body:
            raise Refusal(500, "internal_error", "maximum recursion depth exceeded")
        return super().read_body(request)


class NegativeZeroCrashes(Reference):
    """A zero with a sign is an internal error."""

    breaks = frozenset({"no-server-error"})

    def convert_value(self, value: Any) -> Any:
        if str(value) == "-0.0":
            raise Refusal(500, "internal_error", "division by zero")
        return value


class ChunksCrash(Reference):
    """A body without a length is an internal error."""

    breaks = frozenset({"no-server-error"})

    def read_body(self, request: Request) -> Any:
        if "content-length" not in request.headers:
            raise Refusal(500, "internal_error", "KeyError: content-length")
        return super().read_body(request)


class ManyHeadersCrash(Reference):
    """More than a hundred headers are an internal error."""

    breaks = frozenset({"no-server-error"})

    def read_body(self, request: Request) -> Any:
        if len(request.headers) > 100:
            raise Refusal(500, "internal_error", "got more than 100 headers")
        return super().read_body(request)

"""OnlyAutomator servers that take a liberty with hostile input."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import (
    KEY,
    METHODS,
    Record,
    Reference,
    Refusal,
)
from conformance.proof.variants.hostile_input import (
    BehindFirewallWithSizeRule,
    BehindLimitingProxy,
    BehindProxyWithoutChunks,
    BehindStrictGateway,
    ClosesAfterTheFirst,
    ClosesOnLargeBodies,
    ClosesOnOddRequests,
)


class BehindAFirewall(Reference):
    """What looks like an attack, or is large, is refused with a page before the API sees it."""

    def answer(self, request: Request) -> Response:
        if b"__proto__" in request.body or len(request.body) > 100_000:
            return Response(400, b"<h1>Bad Request</h1>", {"content-type": "text/html"})
        return super().answer(request)


class ProxyWithLimits(BehindLimitingProxy, Reference):
    """The proxy refuses bodies beyond 64 KiB, bodies in chunks, many headers, and Expect, each with its own status."""

    costs = frozenset({"undocumented-error-envelope"})


class ProxyWithoutChunks(BehindProxyWithoutChunks, Reference):
    """The proxy does not implement chunks, and calls many headers a bad request."""


class LargeIsForbidden(BehindFirewallWithSizeRule, Reference):
    """A firewall refuses what is larger than 8 KiB with 403."""


class LargeIsNotFound(BehindFirewallWithSizeRule, Reference):
    """A firewall refuses what is larger than 8 KiB with 404."""

    refuses_with = 404


class LargeIsClosed(ClosesOnLargeBodies, Reference):
    """The connection is closed on what is larger than 8 KiB."""


class ClosesInsteadOfRefusing(ClosesOnOddRequests, Reference):
    """The connection is closed on what is large, deep, in chunks, cut short or sent in one packet with more."""


class AnswersOnlyTheFirst(ClosesAfterTheFirst, Reference):
    """After the first of several requests in one packet the connection is closed."""


class DuplicatesAreRefused(Reference):
    """A member that is there twice is refused."""

    def read_body(self, request: Request) -> Any:
        body = super().read_body(request)
        if request.body.count(b'"value":') > 1:
            raise self.validation_refusal("A member is there twice")
        return body


class SixtyFourLevels(Reference):
    """More than 64 levels are refused."""

    def read_body(self, request: Request) -> Any:
        if b"[" * 65 in request.body:
            raise self.validation_refusal("Too deep")
        return super().read_body(request)


class PrototypesAreRefused(Reference):
    """A member called __proto__ is refused."""

    def read_body(self, request: Request) -> Any:
        if b"__proto__" in request.body:
            raise self.validation_refusal("No prototypes here")
        return super().read_body(request)


class NegativeZeroHasNoSign(Reference):
    """A zero loses its sign."""

    def convert_value(self, value: Any) -> Any:
        return 0 if str(value) == "-0.0" else value


class CarriesThousandsOfLevels(Reference):
    """A thousand levels are accepted, and come back with line breaks."""

    def read_body(self, request: Request) -> Any:
        text = request.body.replace(b"[" * 1000, b'"').replace(b"]" * 1000, b'"')
        return super().read_body(replace(request, body=text.replace(b'""bottom""', b'"deep"')))

    def success_response(self, record: Record) -> Response:
        text = json.dumps({"status": "success", "data": record}, indent=1)
        deep = "[ \n" * 1000 + '"bottom"' + "]" * 1000
        return Response(200, text.replace('"deep"', deep).encode(), {"content-type": "application/json"})


class StrictGateway(BehindStrictGateway, Reference):
    """A gateway refuses odd paths, methods and headers with 400, 405, 414, 431 and 501, each with a page."""


class TakesWhatCanBeRead(Reference):
    """Paths are tidied up, any media type will do, names of other types become text, and any method is answered."""

    def handle_request(self, request: Request) -> Response:
        if request.method != METHODS.get(request.path, request.method):
            return Response(204)
        path = request.path.lower().replace("//", "/").removesuffix("/")
        headers = {**request.headers, "content-type": "application/json"}
        return super().handle_request(
            replace(request, target=request.target.replace(request.path, path), headers=headers)
        )

    def validate_body(self, body: Any) -> None:
        if isinstance(body, dict):
            body |= {name: json.dumps(body[name]) for name in KEY if isinstance(body.get(name), int | float)}
        super().validate_body(body)


class OddValuesAre422(Reference):
    """A name of another type, or longer than 255 characters, is refused with 422."""

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        given = body.get(name, "")
        if isinstance(given, bool | int | float) or (isinstance(given, str) and len(given) > 255):
            raise Refusal(422, "validation_error", f"The '{name}' field cannot be processed")
        super().validate_name(name, body)

"""SuprSend servers that take a liberty with hostile input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import CHANNELS, Reference, Refused
from conformance.proof.variants.hostile_input import (
    BehindFirewallWithSizeRule,
    BehindLimitingProxy,
    BehindProxyWithoutChunks,
    BehindStrictGateway,
    ClosesAfterTheFirst,
    ClosesOnOddRequests,
)


class ProxyWithLimits(BehindLimitingProxy, Reference):
    """The proxy refuses bodies beyond 64 KiB, bodies in chunks, many headers, and Expect, each with its own status."""

    costs = frozenset({"error-is-json"})


class ProxyWithoutChunks(BehindProxyWithoutChunks, Reference):
    """The proxy does not implement chunks, and calls many headers a bad request."""


class LargeIsForbidden(BehindFirewallWithSizeRule, Reference):
    """A firewall refuses what is larger than 8 KiB with 403."""

    takes = frozenset({"largest-body=other"})


class ClosesInsteadOfRefusing(ClosesOnOddRequests, Reference):
    """The connection is closed on what is large, deep, in chunks, cut short or sent in one packet with more."""


class AnswersOnlyTheFirst(ClosesAfterTheFirst, Reference):
    """After the first of several requests in one packet the connection is closed."""


class PrototypesAreRefused(Reference):
    """A member called __proto__ is refused."""

    def _want_object(self, body: Any) -> dict[str, Any]:
        if "__proto__" in super()._want_object(body):
            raise Refused(400, "no prototypes here")
        return super()._want_object(body)


class StrictGateway(BehindStrictGateway, Reference):
    """A gateway refuses odd paths, methods and headers with 400, 405, 414, 431 and 501, each with a page."""


class FlagIsTrueOrNot(Reference):
    """show_opt_out_channels is true or counts as false, but for what is not written in UTF-8."""

    takes = frozenset({"invalid-flag=ignored"})

    def _wants_opted_out_channels(self, request: Request) -> bool:
        if "\N{REPLACEMENT CHARACTER}" in request.query.get("show_opt_out_channels", ""):
            raise Refused(400, "the query is not UTF-8")
        return request.query.get("show_opt_out_channels") == "true"


class TakesWhatCanBeRead(Reference):
    """Paths are tidied up, any media type will do, unknown tenants have the defaults, and lists need not be lists."""

    takes = frozenset(
        {
            "unknown-tenant=springs-up",
            "unknown-channel=ignored",
            "other-media-type=accepted",
            "missing-media-type=accepted",
        }
    )

    def _handle_operation(self, request: Request) -> Response:
        path = request.path.lower().replace("//", "/").partition(";")[0]
        headers = {**request.headers, "content-type": "application/json"}
        return super()._handle_operation(
            replace(request, target=request.target.replace(request.path, path), headers=headers)
        )

    def _find_tenant(self, request: Request) -> str:
        tenant = request.query.get("tenant_id", "")
        return tenant if tenant in self.tenants else ""

    def _read_channels(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        given = body.get(member)
        return frozenset(one for one in given if one in CHANNELS) if isinstance(given, list) else None


class OddBodiesAre422(Reference):
    """What is JSON and cannot be followed is refused with 422."""

    def _error_response(self, refused: Refused) -> Response:
        status = 422 if refused.status == 400 else refused.status
        return super()._error_response(Refused(status, refused.message, refused.detail))

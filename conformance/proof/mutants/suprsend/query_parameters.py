"""SuprSend servers that break a requirement of "Query Parameters"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.messages import Request
from conformance.proof.reference.suprsend import (
    Choice,
    Place,
    Reference,
    Refused,
)


class RefusesTenants(Reference):
    """No tenant is ever found."""

    breaks = frozenset({"tenant"})

    def _find_tenant(self, request: Request) -> str:
        if "tenant_id" in request.query:
            raise Refused(404, "tenant not found")
        return ""


class TenantsKeepTheirChannels(Reference):
    """A tenant's channels do not go out."""

    breaks = frozenset({"tenant-channels-go-out"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        choice = super()._make_choice(place, before, preference, body)
        return replace(choice, opted_out=frozenset()) if place.tenant else choice


class RefusesClientOptions(Reference):
    """A query parameter of the official clients is refused."""

    breaks = frozenset({"client-options"})

    def _find_tenant(self, request: Request) -> str:
        if "locale" in request.query:
            raise Refused(400, "unknown query parameter")
        return super()._find_tenant(request)

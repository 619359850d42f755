"""SuprSend servers that take a liberty with what stands under "Query Parameters"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from conformance.proof.messages import Request
from conformance.proof.reference.suprsend import Place, Reference, Refused


class TenantsShare(Reference):
    """All tenants share one preference set."""

    takes = frozenset({"tenant-scope=shared"})

    def _storage_place(self, place: Place) -> Place:
        return replace(place, tenant="")


class BlankIsATenant(Reference):
    """A tenant whose name is empty is another one than none."""

    takes = frozenset({"blank-tenant=other"})
    tenants: ClassVar = {*Reference.tenants, "blank"}

    def _find_tenant(self, request: Request) -> str:
        return "blank" if request.target.endswith("tenant_id=") else super()._find_tenant(request)


class BlankIsATenantAndListsReplace(BlankIsATenant):
    """A tenant whose name is empty is another one than none, and whatever is not named as out is in."""

    takes = frozenset({"blank-tenant=other", "unnamed-channels=opted-in"})

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return super()._opted_out_channels(before, out or frozenset(), into) - (into or frozenset())


class TenantsUnlockCategories(Reference):
    """For a tenant no category is locked: a tenant may have defaults of its own."""

    def _find_place(self, request: Request) -> Place:
        place = super()._find_place(request)
        return replace(place, category=replace(place.category, is_editable=True)) if place.tenant else place


class TenantsLackCategories(Reference):
    """A category that is locked is unknown to tenants, and to all objects but the first one."""

    def _find_place(self, request: Request) -> Place:
        place = super()._find_place(request)
        is_elsewhere = place.tenant or place.holder != ("departments", "engineering")
        if not place.category.is_editable and is_elsewhere:
            raise Refused(404, "category not found")
        return place

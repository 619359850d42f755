"""SuprSend servers that take a liberty with what stands under "Query Parameters"."""

from __future__ import annotations

from dataclasses import replace

from conformance.proof.reference.suprsend import Place, Reference


class TenantsShare(Reference):
    """All tenants share one preference set."""

    def _storage_place(self, place: Place) -> Place:
        return replace(place, tenant="")

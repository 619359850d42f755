"""SuprSend servers that take a liberty with what stands under "Path Parameters"."""

from __future__ import annotations

from conformance.proof.messages import Request
from conformance.proof.reference.suprsend import Category, Reference


class InventsObjects(Reference):
    """An unknown object comes into being."""

    def _find_holder(self, kind: str, name: str) -> tuple[str, str]:
        return kind, name


class InventsEverything(InventsObjects):
    """An unknown category and an unknown tenant come into being too."""

    costs = frozenset({"unknown-category"})

    def _find_category(self, slug: str) -> Category:
        return self.categories.get(slug) or Category(slug, slug)

    def _find_tenant(self, request: Request) -> str:
        return request.query.get("tenant_id", "")

"""SuprSend servers that take a liberty with what stands under "Path Parameters"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import Category, Place, Reference, Refused


class InventsObjects(Reference):
    """An unknown object comes into being."""

    takes = frozenset({"unknown-object=springs-up"})

    def _find_holder(self, kind: str, name: str) -> tuple[str, str]:
        return kind, name


class UnknownPlacesAreQueued(Reference):
    """A write to a place that nobody has made is put aside, with 200 and an answer of its own."""

    costs = frozenset({"unknown-category"})
    takes = frozenset({"unknown-object=other", "unknown-category=other"})

    def _write_preference(self, request: Request) -> Response:
        try:
            return super()._write_preference(request)
        except Refused as refused:
            if refused.status != 404:
                raise
            return Response(200, {"queued": True})


class InventsEverything(InventsObjects):
    """An unknown category and an unknown tenant come into being too."""

    costs = frozenset({"unknown-category"})
    takes = frozenset(
        {"unknown-object=springs-up", "unknown-category=springs-up", "unknown-tenant=springs-up"}
    )

    def _find_category(self, slug: str) -> Category:
        return self.categories.get(slug) or Category(slug, slug)

    def _find_tenant(self, request: Request) -> str:
        return request.query.get("tenant_id", "")


class TypesDoNotCount(Reference):
    """An object is known by its id alone, which the document calls unique."""

    costs = frozenset({"types-are-apart"})
    objects: ClassVar = {*Reference.objects, ("teams", "engineering")}

    def profile(self, base_url: str) -> dict[str, Any]:
        """Return a target profile with one id under two types."""
        profile = super().profile(base_url)
        twin = {"other_type_object": {"type": "teams", "id": "engineering"}}
        return {**profile, "fixtures": {**profile["fixtures"], **twin}}

    def _storage_place(self, place: Place) -> Place:
        return replace(place, holder=("", place.holder[1]))

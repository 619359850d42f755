"""SuprSend servers that break a requirement of "Path Parameters"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.reference.suprsend import (
    Category,
    Choice,
    Place,
    Reference,
    Refused,
)


class EchoesAnotherCategory(Reference):
    """The answer names another category than the path."""

    breaks = frozenset({"category-is-the-slug"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "category": "status"}


class CategoryFromName(Reference):
    """The answer's category is the category's name."""

    breaks = frozenset({"category-is-the-slug"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "category": place.category.name}


class CategoryFromBody(Reference):
    """A category in the body is answered instead of the one in the path."""

    breaks = frozenset({"category-ignores-the-body"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        self._said = body.get("category")
        return super()._update_choice(place, body)

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "category": self._said or place.category.slug}


class NullCategoryIsFollowed(Reference):
    """A category that the body says is null is answered as null."""

    breaks = frozenset({"category", "category-ignores-the-body"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        self._said = body.get("category", place.category.slug)
        return super()._update_choice(place, body)

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "category": self._said and place.category.slug}


class InventsCategories(Reference):
    """An unknown category comes into being."""

    breaks = frozenset({"unknown-category"})

    def _find_category(self, slug: str) -> Category:
        return self.categories.get(slug) or Category(slug, slug)


class KnowsOneType(Reference):
    """Objects are of one type, and there are no others."""

    breaks = frozenset({"object-of-another-type"})

    def _find_holder(self, kind: str, name: str) -> tuple[str, str]:
        if kind != "departments":
            raise Refused(404, f"object '{kind}/{name}' not found")
        return super()._find_holder(kind, name)


class OneSetForAllObjects(Reference):
    """All objects share one preference set."""

    breaks = frozenset({"objects-are-apart"})

    def _storage_place(self, place: Place) -> Place:
        return replace(place, holder=("", ""))


class OneSetForAllOfAType(Reference):
    """All objects of a type share one preference set."""

    breaks = frozenset({"objects-are-apart"})

    def _storage_place(self, place: Place) -> Place:
        return replace(place, holder=(place.holder[0], ""))


class OtherTypesShareTheFirstObject(Reference):
    """What is chosen for an object of another type is chosen for the first one."""

    breaks = frozenset({"objects-are-apart"})

    def _storage_place(self, place: Place) -> Place:
        is_other = place.holder[0] != "departments"
        return replace(place, holder=("departments", "engineering")) if is_other else place


class TypeAndIdRunTogether(Reference):
    """An object is known by its type and its id as one word, wherever the one ends and the other begins."""

    breaks = frozenset({"objects-are-apart"})

    def _find_holder(self, kind: str, name: str) -> tuple[str, str]:
        known = {"".join(one): one for one in self.objects}
        return known[kind + name] if kind + name in known else super()._find_holder(kind, name)


class AnyTypeWillDo(Reference):
    """An object is found by its id, whatever its type."""

    breaks = frozenset({"types-are-apart"})

    def _find_holder(self, kind: str, name: str) -> tuple[str, str]:
        known = {one[1]: one for one in self.objects}
        return known[name] if name in known else super()._find_holder(kind, name)


class OneSetForAllCategories(Reference):
    """A channel that leaves one category leaves all of them."""

    breaks = frozenset({"categories-are-apart"})

    def _storage_place(self, place: Place) -> Place:
        return replace(place, category=self.categories["newsletter"])

"""What follows from the categories, the sections and a tenant alone: made once, and not for every call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from mockserver.apis.suprsend.effective_category import EffectiveCategory
from mockserver.session.store import Record

_Made = TypeVar("_Made")


class MadeOnce(Generic[_Made]):
    """Keeps what was made of records: they are replaced and never changed, so other ones are made anew.

    most: how many are kept; who goes on with ever other records does not fill the memory.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        # By identity, which costs least. The records are kept beside, so that no other one can have the identity of one
        # that is gone.
        self._known: dict[tuple[int, ...], tuple[_Made, object]] = {}

    def find_or_make(self, records: Sequence[Record | None], make: Callable[[], _Made]) -> _Made:
        """Return what *make* made of the very same *records* before, or makes now."""
        key = tuple(map(id, records))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= self._most:
                self._known.clear()
            found = self._known[key] = make(), records
        return found[0]


class Catalogue:
    """The categories that recipients of a tenant, or of none, may see.

    categories: in the order of the fixtures. sections: those that have any of them, each with its own; None stands for
    the categories without a section, which come last.
    """

    def __init__(
        self, categories: Sequence[Record], sections: Sequence[Record], tenant: Record | None
    ) -> None:
        by_slug = {section["slug"]: section for section in sections}
        combined = [combine(one, tenant, by_slug.get(one["section"])) for one in categories]
        self.categories = tuple(one for one in combined if one.is_visible)
        members = [
            (section, tuple(one for one in self.categories if one.category["section"] == slug))
            for slug, section in [*by_slug.items(), (None, None)]
        ]
        self.sections = tuple((section, inside) for section, inside in members if inside)


# All sessions share the records of their fixtures, and what follows from them.
_COMBINED: MadeOnce[EffectiveCategory] = MadeOnce(1000)
_CATALOGUES: MadeOnce[Catalogue] = MadeOnce(100)


def combine(category: Record, tenant: Record | None, section: Record | None) -> EffectiveCategory:
    """Apply the settings that *tenant* has for *category*, which lies in *section*."""
    return _COMBINED.find_or_make(
        (category, tenant, section), lambda: EffectiveCategory.combine(category, tenant, section)
    )


def list_catalogue(
    categories: Sequence[Record], sections: Sequence[Record], tenant: Record | None
) -> Catalogue:
    """List what recipients of *tenant* may see of *categories*."""
    return _CATALOGUES.find_or_make(
        (tenant, *sections, None, *categories), lambda: Catalogue(categories, sections, tenant)
    )

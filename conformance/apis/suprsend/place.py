"""Where a preference is kept, and the places that a profile names or that nobody has made."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import quote

from conformance.apis.suprsend.profile import ObjectName, Profile
from conformance.assertions.outcome import NotTested

UNKNOWN = "conformance_unknown"


@dataclass(frozen=True)
class Place:
    """Where a preference is kept: an object, a category, and maybe a tenant.

    is_made_up: whether a name of it was made up for the run.
    """

    object: ObjectName
    category: str
    tenant_id: str | None = None
    is_made_up: bool = False

    def __hash__(self) -> int:
        # Of what tells places apart. A run looks its places up thousands of times, and that of a model takes long.
        return hash((self.object.type, self.object.id, self.category, self.tenant_id))

    def path(self, style: str) -> str:
        """Return the path to it, percent-encoded."""
        return self.neighbour_path(style, "category", self.category)

    def neighbour_path(self, style: str, *names: str) -> str:
        """Return the path to what *names* lead to among the object's preferences."""
        parts = ("", "v1", "object", self.object.type, self.object.id, "preference", *names)
        # The document shows the path in both forms, and a target may know only one of them.
        slash = "/" if style == "trailing_slash" else ""
        # Ids may hold any character, a slash as well.
        return "/".join(map(_encode_part, parts)) + slash

    @property
    def query(self) -> Mapping[str, str]:
        """The query that names the tenant, if there is one."""
        return {} if self.tenant_id is None else {"tenant_id": self.tenant_id}

    @property
    def is_unknown(self) -> bool:
        """Whether nobody has made its object, its category or its tenant."""
        return self.is_made_up or UNKNOWN in (self.object.type, self.object.id, self.category, self.tenant_id)


@lru_cache(256)  # the same few stand in every path
def _encode_part(part: str) -> str:
    return quote(part, safe="")


class Places:
    """The places of one profile; NotTested is raised for a fixture that it does not name."""

    def __init__(self, target: Profile) -> None:
        self._fixtures = target.fixtures
        self.main = Place(target.fixtures.object, target.fixtures.category)

    @property
    def other_object(self) -> Place:
        """The same category for another object."""
        other = self._fixtures.other_object
        if other is None:
            raise NotTested("fixtures.other_object is not in the profile", "fixtures.other_object")
        return Place(other, self.main.category)

    @property
    def other_type_object(self) -> Place:
        """The same category for an object of another type."""
        other = self._fixtures.other_type_object
        if other is None:
            raise NotTested("fixtures.other_type_object is not in the profile", "fixtures.other_type_object")
        return Place(other, self.main.category)

    @property
    def other_category(self) -> Place:
        """Another category for the same object."""
        return Place(self.main.object, self._require_fixture("other_category"))

    @property
    def locked_category(self) -> Place:
        """A category that cannot be opted out of."""
        return Place(self.main.object, self._require_fixture("locked_category"))

    @property
    def tenant(self) -> Place:
        """The same category and object for a tenant."""
        return Place(self.main.object, self.main.category, self._require_fixture("tenant_id"))

    def list_locked_elsewhere(self) -> list[Place]:
        """List the places of that category for a tenant, for another object, and for one of another type."""
        found: list[Place] = []
        with suppress(NotTested):
            locked = self.locked_category
            with suppress(NotTested):
                found.append(replace(locked, tenant_id=self.tenant.tenant_id))
            with suppress(NotTested):
                found.append(replace(locked, object=self.other_object.object))
            with suppress(NotTested):
                found.append(replace(locked, object=self.other_type_object.object))
        return found

    @property
    def unknown_category(self) -> Place:
        """A category that nobody has made."""
        return Place(self.main.object, UNKNOWN)

    @property
    def unknown_object(self) -> Place:
        """An object that nobody has made."""
        return Place(ObjectName(type=self.main.object.type, id=UNKNOWN), self.main.category)

    @property
    def unknown_type(self) -> Place:
        """An object of that name of a type that nobody has made."""
        return Place(ObjectName(type=UNKNOWN, id=self.main.object.id), self.main.category)

    @property
    def object_of_same_letters(self) -> Place:
        """An object that nobody has made, whose type and id are those of the first one if they are run together."""
        of = self.main.object
        if len(of.type) < 2:
            raise NotTested("the type of fixtures.object has one letter")
        moved = ObjectName(type=of.type[:-1], id=f"{of.type[-1]}{of.id}")
        return Place(moved, self.main.category, is_made_up=True)

    @property
    def unknown_tenant(self) -> Place:
        """A tenant that nobody has made."""
        return Place(self.main.object, self.main.category, UNKNOWN)

    def _require_fixture(self, name: str) -> str:
        value = getattr(self._fixtures, name)
        if value is None:
            raise NotTested(f"fixtures.{name} is not in the profile", f"fixtures.{name}")
        return str(value)

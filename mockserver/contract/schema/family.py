"""Schemas that describe the same value together, and what follows from all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockserver.contract.schema.references import References, read_base


class Families:
    """Looks at a schema together with what it refers to and the parts of its ``allOf``.

    needless: readOnly or writeOnly; a member that one of its schemas marks so is not required.
    """

    def __init__(self, references: References, needless: str) -> None:
        self._references = references
        self._needless = needless
        # By identity, and with the schema itself, so that no other one gets its identity.
        self._needless_names: dict[int, tuple[Any, frozenset[str]]] = {}

    def list_required_names(self, schema: Any, base: str) -> frozenset[str]:
        """List the members that *schema* requires, whether or not it marks them."""
        return frozenset(name for one, _ in self.walk_family(schema, base) for name in _read_required(one))

    def list_needless_names(self, schema: Any, base: str) -> frozenset[str]:
        """List the members of *schema* that are required by one part of it and marked in the same or another one."""
        known = self._needless_names.get(id(schema))
        if known is None:
            known = (schema, self._find_needless_names(schema, base))
            self._needless_names[id(schema)] = known
        return known[1]

    def find_pinned_values(self, schema: Any, base: str, name: str) -> list[Any]:
        """Find the values that *schema* itself leaves for its member *name*; empty if it leaves all."""
        for one, its_base in self.walk_family(schema, base):
            for member, _ in self._walk_member(one, its_base, name):
                if "const" in member:
                    return [member["const"]]
                if isinstance(member.get("enum"), list):
                    return list(member["enum"])
        return []

    def walk_family(self, schema: Any, base: str) -> Iterator[tuple[dict[str, Any], str]]:
        """Yield *schema* and all that describes the same value, with the address that each is relative to.

        Raises InvalidContract for a reference that leads nowhere.
        """
        waiting, seen = [(schema, base)], set()
        while waiting:
            one, its_base = waiting.pop(0)
            if not isinstance(one, dict) or id(one) in seen:
                continue
            seen.add(id(one))
            yield one, its_base
            if isinstance(one.get("$ref"), str):
                waiting.append(self._references.find_target(one["$ref"], its_base))
            if isinstance(one.get("allOf"), list):
                waiting += [(part, read_base(part, its_base)) for part in one["allOf"]]

    def _find_needless_names(self, schema: Any, base: str) -> frozenset[str]:
        family = list(self.walk_family(schema, base))
        required = {name for one, _ in family for name in _read_required(one)}
        return frozenset(
            name
            for one, its_base in family
            for name in required & _read_properties(one).keys()
            if self._is_marked(one, its_base, name)
        )

    def _is_marked(self, schema: dict[str, Any], base: str, name: str) -> bool:
        member = schema["properties"][name]
        # Most members refer to nothing.
        if isinstance(member, dict) and member.keys().isdisjoint(("$ref", "allOf")):
            return member.get(self._needless) is True
        return any(one.get(self._needless) is True for one, _ in self._walk_member(schema, base, name))

    def _walk_member(
        self, schema: dict[str, Any], base: str, name: str
    ) -> Iterator[tuple[dict[str, Any], str]]:
        member = _read_properties(schema).get(name)
        return self.walk_family(member, read_base(member, base))


def _read_required(schema: dict[str, Any]) -> list[str]:
    required = schema.get("required")
    return [name for name in required if isinstance(name, str)] if isinstance(required, list) else []


def _read_properties(schema: dict[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties")
    return properties if isinstance(properties, dict) else {}

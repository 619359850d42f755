"""What the schema of a parameter lets its text stand for: which types, and what items and members they have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from jsonschema_rs import Draft4Validator

import openapi
from mockserver.contract.parameters.text import READERS, UNREADABLE, describe_unreadable, read_whole_fraction
from mockserver.contract.schema import Schema
from mockserver.contract.schema.dialect import find_dialect
from openapi import Spec

_Types = frozenset[str]
_ALTERNATIVES = ("anyOf", "oneOf")
# What a schema without a type is about that has one of these.
_TYPE_OF_KEYWORD = {"properties": "object", "additionalProperties": "object", "items": "array"}


class Shape:
    """The types that a schema allows, and the shapes of the items and members of its values.

    schema: in a contract *spec*, where its references lead. compiled: the same, made when it is first needed.
    is_open: whether the schema says nothing of types. scalars: the types that one text is read as, the first first.
    """

    def __init__(self, schema: Any, spec: Spec) -> None:
        self.schema: dict[str, Any] = schema if isinstance(schema, dict) else {}
        self.compiled: Schema | None = None
        self._spec = spec
        self._nodes = list_nodes(spec, self.schema)
        types = _find_types(spec, self.schema, frozenset())
        self.is_open = types is None
        self.takes_list = types is not None and "array" in types
        self.takes_object = types is not None and "object" in types
        self.scalars = _order_scalars(types)
        self._items: dict[int, Shape] = {}
        self._members: dict[str | None, Shape] = {}

    def accepts(self, value: Any) -> bool:
        """Tell whether the schema allows *value*."""
        if self.compiled is None:
            self.compiled = Schema(self.schema, self._spec)
        return not self.compiled.find_violations(value)

    def read_text(self, text: str) -> Any:
        """Read *text* as the first type that the schema then allows; UNREADABLE if it is none of them."""
        values = (self._read_as(name, text) for name in self.scalars)
        found = [value for value in values if value is not UNREADABLE]
        if len(found) > 1:
            found = [value for value in found if self.accepts(value)] or found
        return found[0] if found else UNREADABLE

    def _read_as(self, name: str, text: str) -> Any:
        value = READERS[name](text)
        if value is UNREADABLE and name == "integer" and self._takes_whole_fractions:
            return read_whole_fraction(text)
        return value

    @cached_property
    def _takes_whole_fractions(self) -> bool:
        """Whether 4.0 is an integer: not in JSON Schema's draft 4, and a text where text is allowed as well."""
        is_text = "string" in self.scalars
        return not is_text and find_dialect(self._spec, self.schema).compiler is not Draft4Validator

    def describe_unreadable(self, text: str, *, is_secret: bool) -> str:
        """Say what *text* should be, which is none of the types."""
        return describe_unreadable(text, self.scalars, is_secret=is_secret)

    def find_item(self, index: int) -> Shape:
        """Find the shape of the item at *index* of a list."""
        prefixes = [node["prefixItems"] for node in self._nodes if isinstance(node.get("prefixItems"), list)]
        key = index if any(index < len(prefix) for prefix in prefixes) else -1
        if key not in self._items:
            schemas = [prefix[key] for prefix in prefixes if 0 <= key < len(prefix)]
            schemas = schemas or [node["items"] for node in self._nodes if "items" in node]
            self._items[key] = Shape(_merge_schemas(schemas), self._spec)
        return self._items[key]

    def find_member(self, name: str) -> Shape:
        """Find the shape of the member *name* of an object; one that is not declared is as the others are."""
        known = self.properties.get(name)
        key = None if known is None else name
        if key not in self._members:
            self._members[key] = Shape(_merge_schemas(known or self._others), self._spec)
        return self._members[key]

    @cached_property
    def properties(self) -> Mapping[str, list[Any]]:
        """The schemas of each member that is declared."""
        found: dict[str, list[Any]] = {}
        for node in self._nodes:
            members = node.get("properties")
            for name, schema in members.items() if isinstance(members, dict) else ():
                found.setdefault(name, []).append(schema)
        return found

    @cached_property
    def is_map(self) -> bool:
        """Whether members of any name belong to an object: the schema says so, or it names none."""
        is_closed = any(node.get("additionalProperties") is False for node in self._nodes)
        return bool(self._others) or not (self.properties or is_closed)

    @cached_property
    def _others(self) -> list[Any]:
        free = [
            node["additionalProperties"] for node in self._nodes if node.get("additionalProperties", False)
        ]
        for node in self._nodes:
            patterns = node.get("patternProperties")
            free += patterns.values() if isinstance(patterns, dict) else ()
        return free

    def find_default(self) -> Any:
        """Find the default value; None if there is none, or one that the schema does not allow."""
        # What a branch that may be another one's has as its default is not that of the whole.
        nodes = list_nodes(self._spec, self.schema, ("allOf",))
        value = next((node["default"] for node in nodes if "default" in node), None)
        return value if value is None or self.accepts(value) else None


def list_nodes(
    spec: Spec, schema: Any, keywords: Iterable[str] = ("allOf", *_ALTERNATIVES)
) -> list[Mapping[str, Any]]:
    """List *schema* and the parts of it that describe the same value; a schema may be a part of itself."""
    found: dict[int, Mapping[str, Any]] = {}
    waiting = [schema]
    while waiting:
        node = waiting.pop(0)
        if not isinstance(node, dict) or id(node) in found:
            continue
        target = _follow_reference(spec, node)
        if target is not None:
            waiting.append(target)
            if not _keeps_siblings(spec):
                continue
        found[id(node)] = node
        for keyword in keywords:
            parts = node.get(keyword)
            waiting += parts if isinstance(parts, list) else ()
    return list(found.values())


def _follow_reference(spec: Spec, node: Mapping[str, Any]) -> Any:
    reference = node.get("$ref")
    return openapi.resolve_reference(spec, {"$ref": reference}) if isinstance(reference, str) else None


def _keeps_siblings(spec: Spec) -> bool:
    """Tell whether what stands beside a reference counts, as it does since OpenAPI 3.1."""
    return not str(spec.get("openapi", "")).startswith("3.0")


def _find_types(spec: Spec, node: Any, within: frozenset[int]) -> _Types | None:
    """Find the types of the values that *node* allows; None if it says nothing of them."""
    if not isinstance(node, dict):
        return None
    if id(node) in within:
        # A part of itself adds no type.
        return frozenset()
    within |= {id(node)}
    target = _follow_reference(spec, node)
    if target is not None and not _keeps_siblings(spec):
        return _find_types(spec, target, within)
    found = _find_own_types(node)
    parts = [] if target is None else [target]
    parts += node["allOf"] if isinstance(node.get("allOf"), list) else []
    for part in parts:
        found = _intersect_types(found, _find_types(spec, part, within))
    for keyword in _ALTERNATIVES:
        branches = node.get(keyword)
        if isinstance(branches, list) and branches:
            types = [_find_types(spec, branch, within) for branch in branches]
            named = [one for one in types if one is not None]
            found = _intersect_types(
                found, frozenset[str]().union(*named) if len(named) == len(types) else None
            )
    if not found:
        implied = {name for keyword, name in _TYPE_OF_KEYWORD.items() if keyword in node}
        return frozenset(implied) if implied else None
    return found | {"null"} if node.get("nullable") is True else found


def _find_own_types(node: Mapping[str, Any]) -> _Types | None:
    declared = node.get("type")
    names = [one for one in (declared if isinstance(declared, list) else [declared]) if isinstance(one, str)]
    found = frozenset(names) | ({"integer"} if "number" in names else frozenset())
    values = node.get("enum")
    shown = values if isinstance(values, list) else [node["const"]] if "const" in node else []
    return _intersect_types(found or None, frozenset(map(_name_type, shown)) or None)


def _intersect_types(one: _Types | None, other: _Types | None) -> _Types | None:
    if one is None or other is None:
        return other if one is None else one
    # Nothing is of no type: the contract contradicts itself, and the schema says so by itself.
    return one & other or one


def _name_type(value: Any) -> str:
    return next((name for cls, name in _TYPE_NAMES.items() if isinstance(value, cls)), "null")


# In this order, since for Python a boolean is a whole number as well.
_TYPE_NAMES = {
    bool: "boolean",
    int: "integer",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}


def _order_scalars(types: _Types | None) -> list[str]:
    """List the types that a text is tried as; a text stays one where nothing is said of types."""
    if types is None:
        return ["string", *(name for name in READERS if name not in ("string", "integer"))]
    # What is a number is a whole number or another.
    return [name for name in READERS if name in types and not (name == "integer" and "number" in types)]


def _merge_schemas(schemas: Iterable[Any]) -> Any:
    """Make one schema of several of which one or the other may apply."""
    distinct = list({id(one): one for one in schemas}.values())
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct} if distinct else {}

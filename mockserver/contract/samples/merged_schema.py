"""Schemas read as one: references followed, the parts of an allOf put together, in the words of JSON Schema 2020-12.

A merged schema has no $ref and no allOf. What may stand in it more than once has a list: ``choices`` (anyOf and oneOf),
``nots``, ``conditions`` (if, then, else), ``contained`` and ``patterns``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple
from urllib.parse import unquote

from mockserver.contract.samples.json_equality import is_same
from mockserver.contract.samples.keywords import normalise_keywords
from openapi import Spec
from openapi.pointer import unescape_step

Node = dict[str, Any]

IMPOSSIBLE: Node = {"enum": []}
# The value that a discriminator asks for, before every example.
PREFERRED = "x-preferred"
_REFERENCES = ("$ref", "$dynamicRef")


class Choice(NamedTuple):
    """The branches of an anyOf or a oneOf, and the discriminator beside them."""

    is_one_of: bool
    branches: list[Any]
    discriminator: Node


class Condition(NamedTuple):
    """What follows from an ``if``."""

    test: Any
    then: Any
    otherwise: Any


class SchemaMerger:
    """Merges the schemas of one contract; each is merged once."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._follows_alone = str(spec.get("openapi", "3.0")).startswith("3.0")
        # With the schemas themselves, so that no other one can take their ids.
        self._merged: dict[int, tuple[Any, Node]] = {}
        self._merged_by_reference: dict[str, Node] = {}
        self._followed: dict[int, tuple[Any, Any]] = {}
        self._pairs: dict[tuple[int, int], tuple[Any, Any, Node]] = {}
        self._preferred: dict[tuple[str, str], Node] = {}

    def follow_reference(self, schema: Any) -> Any:
        """Follow *schema* to what it refers to; anything where that cannot be found."""
        known = self._followed.get(id(schema))
        if known is None:
            known = self._followed[id(schema)] = schema, self._follow_all(schema)
        return known[1]

    def _follow_all(self, schema: Any) -> Any:
        followed: set[int] = set()
        while isinstance(schema, dict) and id(schema) not in followed:
            followed.add(id(schema))
            reference = _read_reference(schema)
            if reference is None:
                return schema
            schema = self._find_target(reference)
        return {} if isinstance(schema, dict) else schema

    def merge(self, schema: Any) -> Node:
        """Merge *schema* with all its parts; treat what is returned as read-only."""
        known = self._merged.get(id(schema))
        if known is not None:
            return known[1]
        reference = _read_reference(schema) if isinstance(schema, dict) else None
        if reference is not None and (self._follows_alone or len(schema) == 1):
            # Many schemas refer to a few.
            merged = self._merged_by_reference.get(reference)
            if merged is None:
                merged = self._merged_by_reference[reference] = self._merge_parts(schema)
        else:
            merged = self._merge_parts(schema)
        self._merged[id(schema)] = schema, merged
        return merged

    def _merge_parts(self, schema: Any) -> Node:
        merged: Node = {}
        for part in self._list_parts(schema, set(), None):
            merged = self.join(merged, part) if merged else part
        return merged

    def join(self, first: Node, second: Node) -> Node:
        """Join two merged schemas to one that asks for both; the first wins where only one can."""
        first, second = self._close(first, second), self._close(second, first)
        joined = {**second, **first}
        for keyword in first.keys() & second.keys():
            if keyword in _JOIN_VALUES:
                joined[keyword] = _JOIN_VALUES[keyword](first[keyword], second[keyword])
            elif keyword in _OF_SCHEMAS:
                joined[keyword] = self.join_schemas(first[keyword], second[keyword])
            elif keyword in _OF_NAMED_SCHEMAS:
                joined[keyword] = self._join_members(first[keyword], second[keyword])
            elif keyword == "prefixItems":
                pairs = zip(first[keyword], second[keyword], strict=True)
                joined[keyword] = [self.join_schemas(one, other) for one, other in pairs]
        return joined

    def join_schemas(self, first: Any, second: Any) -> Any:
        """Give a schema that asks for both; the same one for the same two."""
        if first is second or second is True:
            return first
        if first is True:
            return second
        key = id(first), id(second)
        if key not in self._pairs:
            self._pairs[key] = first, second, {"allOf": [first, second]}
        return self._pairs[key][2]

    def read_branches(self, choice: Choice) -> Iterator[tuple[Any, Node]]:
        """Yield each branch, with what it asks for merged; what is only null last."""
        branches = [(one, self._merge_branch(one, choice.discriminator)) for one in choice.branches]
        yield from sorted(branches, key=lambda branch: branch[1].get("type") == ["null"])

    def _merge_branch(self, branch: Any, discriminator: Node) -> Node:
        merged = self.merge(branch)
        name = discriminator.get("propertyName")
        if not isinstance(name, str) or not isinstance(branch, dict) or "$ref" not in branch:
            return merged
        value = _name_in_mapping(discriminator, _last_step(branch["$ref"]))
        return self.join({"properties": {name: self._prefer(name, value)}, "required": [name]}, merged)

    def _list_parts(self, schema: Any, seen: set[int], name: str | None) -> Iterator[Node]:
        """List what a value of *schema* has to keep; name: of the component that it is a value of."""
        if schema is False:
            yield IMPOSSIBLE
        if not isinstance(schema, dict) or id(schema) in seen:
            return
        seen.add(id(schema))
        reference = _read_reference(schema)
        if reference is not None:
            beside = {key: value for key, value in schema.items() if key not in _REFERENCES}
            if beside and not self._follows_alone:
                yield from self._list_parts(beside, seen, name)
            target = self._find_target(reference)
            yield from self._list_parts(target, seen, name or _last_step(reference))
            return
        own = self._read_keywords(schema)
        discriminator = schema.get("discriminator")
        if isinstance(discriminator, dict) and name and not own.get("choices"):
            member = discriminator.get("propertyName")
            if isinstance(member, str):
                yield {"properties": {member: self._prefer(member, _name_in_mapping(discriminator, name))}}
        if schema.get("nullable") is True and self._follows_alone and "type" not in schema:
            inner = {key: value for key, value in schema.items() if key != "nullable"}
            shown: Node = {key: own[key] for key in ("example", "default") if key in own}
            yield {**shown, "choices": [Choice(False, [inner, {"type": "null"}], {})]}
            return
        yield own
        parts = schema["allOf"] if isinstance(schema.get("allOf"), list) else []
        for part in parts:
            found = self._list_parts(part, seen, name)
            yield from found if len(parts) == 1 and "properties" not in schema else map(_hide_examples, found)

    def _read_keywords(self, schema: Node) -> Node:
        own = normalise_keywords(schema)
        discriminator = schema.get("discriminator")
        found = discriminator if isinstance(discriminator, dict) else {}
        choices = [
            Choice(keyword == "oneOf", own.pop(keyword), found)
            for keyword in ("oneOf", "anyOf")
            if own.get(keyword)
        ]
        if choices:
            own["choices"] = choices
        if "not" in own:
            own["nots"] = [own.pop("not")]
        if "if" in own:
            own["conditions"] = [Condition(own.pop("if"), own.pop("then", True), own.pop("else", True))]
        if "contains" in own:
            own["contained"] = [
                (own.pop("contains"), own.pop("minContains", 1), own.pop("maxContains", None))
            ]
        if "pattern" in own:
            own["patterns"] = [own.pop("pattern")]
        return own

    def _prefer(self, member: str, value: str) -> Node:
        return self._preferred.setdefault((member, value), {PREFERRED: value})

    def _close(self, node: Node, other: Node) -> Node:
        """Say in *node* what it asks of the members and items that only *other* names."""
        rest = node.get("additionalProperties", True)
        unknown = [name for name in other.get("properties", {}) if name not in node.get("properties", {})]
        if rest is not True and unknown and "patternProperties" not in node:
            node = {**node, "properties": {**node.get("properties", {}), **dict.fromkeys(unknown, rest)}}
        length = max(len(one.get("prefixItems", ())) for one in (node, other))
        if length:
            first = node.get("prefixItems", [])
            padding = [node.get("items", True)] * (length - len(first))
            node = {**node, "prefixItems": [*first, *padding]}
        return node

    def _join_members(self, first: Node, second: Node) -> Node:
        joined = {**first, **second}
        for name in first.keys() & second.keys():
            joined[name] = self.join_schemas(first[name], second[name])
        return joined

    def _find_target(self, reference: str) -> Any:
        """Find what *reference* leads to in one step; anything where that is not known."""
        if not reference.startswith("#/"):
            return self._find_anchor(reference.rpartition("#")[2]) if "#" in reference else {}
        target: Any = self._spec
        try:
            for step in unquote(reference[2:]).split("/"):
                target = target[int(step) if isinstance(target, list) else unescape_step(step)]
        except (LookupError, TypeError, ValueError):
            return {}
        return target

    def _find_anchor(self, anchor: str) -> Any:
        schemas = self._spec.get("components", {}).get("schemas", {})
        found = (
            schema
            for schema in (schemas.values() if isinstance(schemas, dict) else ())
            if isinstance(schema, dict) and anchor in (schema.get("$dynamicAnchor"), schema.get("$anchor"))
        )
        return next(found, {})


def _read_reference(schema: Node) -> str | None:
    return next((schema[key] for key in _REFERENCES if isinstance(schema.get(key), str)), None)


def _hide_examples(part: Node) -> Node:
    """Leave out what shows an object of which this is only a part."""
    hidden = [key for key in ("example", "default") if isinstance(part.get(key), dict)]
    hidden += ["examples"] if "examples" in part else []
    return {key: value for key, value in part.items() if key not in hidden} if hidden else part


def _last_step(reference: str) -> str:
    return reference.rpartition("/")[2]


def _name_in_mapping(discriminator: Node, name: str) -> str:
    """Give the value that stands for the component *name*."""
    mapping = discriminator.get("mapping")
    known = mapping.items() if isinstance(mapping, dict) else ()
    return next((str(key) for key, to in known if _last_step(str(to)) == name), name)


def _join_types(first: list[str], second: list[str]) -> list[str]:
    joined = [kind for kind in first if kind in second]
    if "integer" not in joined and {"integer", "number"} <= {*first, *second}:
        joined.append("integer")
    return joined


def _join_enums(first: list[Any], second: list[Any]) -> list[Any]:
    return [one for one in first if any(is_same(one, other) for other in second)]


def _join_multiples(first: Fraction, second: Fraction) -> Fraction:
    below = first.denominator * second.denominator
    return Fraction(lcm(first.numerator * second.denominator, second.numerator * first.denominator), below)


def _join_lists(first: list[Any], second: list[Any]) -> list[Any]:
    return [*first, *(one for one in second if one not in first)]


def _join_named_lists(first: dict[str, list[str]], second: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: _join_lists(first.get(name, []), second.get(name, [])) for name in {**first, **second}}


_JOIN_VALUES: dict[str, Callable[[Any, Any], Any]] = {
    "type": _join_types,
    "enum": _join_enums,
    "multipleOf": _join_multiples,
    "dependentRequired": _join_named_lists,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
    **dict.fromkeys(("required",), _join_lists),
    **dict.fromkeys(
        ("choices", "nots", "conditions", "contained", "patterns"), lambda first, second: [*first, *second]
    ),
    **dict.fromkeys(("uniqueItems", "readOnly", "writeOnly"), lambda first, second: first or second),
}
_OF_SCHEMAS = ("items", "additionalProperties", "propertyNames")
_OF_NAMED_SCHEMAS = ("properties", "patternProperties", "dependentSchemas")

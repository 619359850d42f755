"""Where an answer holds an item, or a list of items, and which members an item has there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import openapi
from mockserver.contract.media_type import json_content
from mockserver.contract.samples.sample import build_sample
from openapi import Spec

# Names of members that identify an item, in the order in which they are looked for.
_ID_MEMBERS = ("id", "uuid", "_id", "key", "slug", "name")
# What an envelope around one item calls it, and what stands beside it there.
_ENVELOPES = {"data", "item", "result", "payload", "response", "object", "resource"}
_BESIDE_ITEM = {"meta", "metadata", "links", "_links", "pagination", "paging"}


@dataclass(frozen=True)
class Shape:
    """An item, or a list of them, inside the body of an answer.

    place: the members that lead to it. members: the schema of each member of an item. is_open: whether it may have
    others.
    """

    place: tuple[str, ...]
    members: Mapping[str, Any]
    required: frozenset[str]
    is_open: bool

    def fit_item(self, item: Mapping[str, Any], sample: Any) -> dict[str, Any]:
        """Show of *item* what this answer may show; what it must show and nobody wrote is as in *sample*."""
        shown = {name: value for name, value in item.items() if self._may_show(name)}
        if isinstance(sample, dict):
            shown |= {name: sample[name] for name in self.required if name in sample and name not in shown}
        return shown

    def find_in(self, body: Any) -> Any:
        """Find what lies at the place in *body*; None if nothing does."""
        for name in self.place:
            body = body.get(name) if isinstance(body, dict) else None
        return body

    def put_into(self, body: Any, value: Any) -> Any:
        """Copy *body* with *value* at the place."""
        return _put_at(body, self.place, value)

    @cached_property
    def read_only(self) -> frozenset[str]:
        """The members that only a server sets."""
        return frozenset(name for name, member in self.members.items() if member.get("readOnly") is True)

    def _may_show(self, name: str) -> bool:
        member = self.members.get(name)
        return self.is_open if member is None else member.get("writeOnly") is not True


ANY_ITEM = Shape((), {}, frozenset(), is_open=True)


def read_success_schema(spec: Spec, operation: Mapping[str, Any]) -> Any:
    """Return the schema of the first success of *operation* in JSON; None if it has none."""
    content = _read_success_content(spec, operation)
    return content.get("schema", {}) if content else None


def read_sample(spec: Spec, operation: Mapping[str, Any]) -> Any:
    """Return the example of the first success of *operation* in JSON, or make one up; None if it has no body."""
    content = _read_success_content(spec, operation)
    if "example" in content:
        return content["example"]
    return build_sample(spec, content["schema"]) if "schema" in content else None


def _read_success_content(spec: Spec, operation: Mapping[str, Any]) -> Mapping[str, Any]:
    responses = operation.get("responses", {})
    for code in sorted(code for code in responses if code.startswith("2")):
        content = json_content(openapi.resolve_reference(spec, responses[code]))
        if content:
            return content
    return {}


def list_id_members(variable: str) -> list[str]:
    """List the members that may hold what stands for *variable* in a path, the likeliest first."""
    return list(dict.fromkeys((variable, *_ID_MEMBERS)))


def find_item_shape(spec: Spec, schema: Any, id_members: Sequence[str]) -> tuple[Shape, str] | None:
    """Find the item in an answer of *schema*, and which of *id_members* it has."""
    for place, parts in _walk_objects(spec, schema):
        members = read_members(spec, parts)
        id_member = next((name for name in id_members if name in members), None)
        if id_member is not None:
            return _make_shape(spec, place, parts, members), id_member
    return None


def find_list_shape(spec: Spec, schema: Any, id_members: Sequence[str]) -> tuple[Shape, str] | None:
    """Find the list of items in an answer of *schema*, and which of *id_members* they have."""
    for place, items in _walk_lists(spec, schema):
        found = find_item_shape(spec, items, id_members)
        if found is not None and not found[0].place:
            shape, id_member = found
            return Shape(place, shape.members, shape.required, shape.is_open), id_member
    return None


def read_members(spec: Spec, schema: Any) -> dict[str, Any]:
    """Read the members of an object of *schema*, those of its parts included, with references followed."""
    members: dict[str, Any] = {}
    for part in _walk_parts(spec, schema):
        for name, member in part.get("properties", {}).items():
            resolved = openapi.resolve_reference(spec, member)
            if isinstance(resolved, dict):
                # Of a general wrapper and what is in it, each says a part.
                first = members.get(name)
                members[name] = (
                    resolved if first is None else {**resolved, **first, "allOf": [first, resolved]}
                )
    return members


def _make_shape(spec: Spec, place: tuple[str, ...], schema: Any, members: Mapping[str, Any]) -> Shape:
    parts = list(_walk_parts(spec, schema))
    required = frozenset(name for part in parts for name in part.get("required", []))
    is_open = all(part.get("additionalProperties") is not False for part in parts)
    return Shape(place, members, required, is_open)


def _walk_parts(spec: Spec, schema: Any) -> Iterator[dict[str, Any]]:
    """Yield *schema* and the parts that it is made of, each once: kinds of a thing often refer back to it."""
    known: set[int] = set()
    pending = [schema]
    while pending:
        node = openapi.resolve_reference(spec, pending.pop(0))
        if not isinstance(node, dict) or id(node) in known:
            continue
        known.add(id(node))
        yield node
        for key in ("allOf", "oneOf", "anyOf"):
            pending += node.get(key, [])


def _walk_objects(spec: Spec, schema: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the object of *schema*, and then what it is an envelope of."""
    yield (), schema
    members = read_members(spec, schema)
    objects = [name for name, member in members.items() if read_members(spec, member)]
    inner = [name for name in objects if name.lower() not in _BESIDE_ITEM]
    for name in inner:
        if name.lower() in _ENVELOPES or inner == [name] == objects:
            yield (name,), members[name]


def _walk_lists(spec: Spec, schema: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the schemas of the items of the lists of an answer, that at its root first."""
    for part in _walk_parts(spec, schema):
        if "items" in part:
            yield (), part["items"]
    for place, parts in _walk_objects(spec, schema):
        for name, member in read_members(spec, parts).items():
            for part in _walk_parts(spec, member):
                if "items" in part:
                    yield (*place, name), part["items"]


def _put_at(body: Any, place: tuple[str, ...], value: Any) -> Any:
    if not place:
        return value
    name, *rest = place
    holder = body if isinstance(body, dict) else {}
    return {**holder, name: _put_at(holder.get(name), tuple(rest), value)}

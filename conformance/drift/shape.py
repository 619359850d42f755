"""The shape of an answer's body: the names of its members and their JSON types, not their values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.drift.answer_schema import AnswerSchema
from conformance.http.evidence import Exchange

MISSING = "missing"
_BODY = "the body"
_LARGEST_BODY = 1024 * 1024
_MOST_MEMBERS = 2000
_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}

Shape = Mapping[str, str]


@dataclass(frozen=True)
class MemberDifference:
    """A member that two bodies do not both have with the same types."""

    member: str
    target: str
    stub: str


def describe_shape(exchange: Exchange, schema: AnswerSchema) -> Shape:
    """Map each member of an answer's body, such as ``channels[].preference``, to its JSON types.

    What lies in a value that *schema* leaves free is data, and no part of the shape.
    """
    content = exchange.answer_body.read()
    if not content.strip():
        return {_BODY: "empty"}
    if len(content) > _LARGEST_BODY:
        return {_BODY: "more than a megabyte"}
    try:
        value = json.loads(content)
    except ValueError:
        return {_BODY: "no JSON"}
    except RecursionError:
        return {_BODY: "nested too deep to be read"}
    found: dict[str, set[str]] = {}
    for at, kind in _walk_types(value, schema):
        found.setdefault(at or _BODY, set()).add(kind)
        if len(found) > _MOST_MEMBERS:
            break
    return {at: " or ".join(sorted(kinds)) for at, kinds in found.items()}


def _walk_types(value: Any, schema: AnswerSchema) -> Iterator[tuple[str, str]]:
    """Yield each member and its type, what holds others before these."""
    left = [("", value, schema)]  # a list, since a target may nest deeper than Python recurses
    while left:
        at, one, said = left.pop()
        yield at, "anything" if said.may_be_anything else _TYPES.get(type(one), "null")
        if said.is_free:
            continue
        if isinstance(one, dict):
            members = reversed(one.items())
            left += [
                (f"{at}.{name}" if at else name, inner, said.find_member(name)) for name, inner in members
            ]
        elif isinstance(one, list):
            items = said.find_items()
            left += [(f"{at}[]", inner, items) for inner in one]


def compare_shapes(target: Shape, stub: Shape) -> list[MemberDifference]:
    """List the members that differ; of what one of them lacks as a whole, nothing that lies in it."""
    found: list[MemberDifference] = []
    lacking: tuple[str, ...] = ()
    for at in dict.fromkeys([*target, *stub]):
        if target.get(at) == stub.get(at) or (lacking and at.startswith(lacking)):
            continue
        found.append(MemberDifference(at, target.get(at, MISSING), stub.get(at, MISSING)))
        if at not in target or at not in stub or at == _BODY:
            lacking = (*lacking, f"{at}.", f"{at}[") if at != _BODY else ("",)
    return found

"""What is wrong with a value is looked for only where that comes to an end."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract.schema import Schema

NODE = {"$ref": "#/components/schemas/Node"}
NEXT = {"type": "object", "required": ["next"], "properties": {"next": NODE}}
CHOICE = {"oneOf": [NEXT, {**NEXT, "additionalProperties": False}, {"type": "integer"}]}
OPTIONAL = {"type": "object", "properties": {"next": {"anyOf": [{"type": "null"}, NODE]}}}
SHARED = {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Leaf"}, "next": NODE}}
LEAF = {
    "oneOf": [
        {"type": "integer"},
        {"$ref": "#/components/schemas/Text"},
        {"$ref": "#/components/schemas/Text"},
    ]
}
TOO_DEEP = "the body fits none of its schemas, and is nested too deep to find out why"


def find_messages(node: Any, depth: int, *, leaf: Any = "none", **members: Any) -> list[str]:
    schemas = {"Node": node, "Leaf": LEAF, "Text": {"type": "string"}}
    value: Any = leaf
    for _ in range(depth):
        value = {"next": value}
    value |= members
    found = Schema(NODE, {"openapi": "3.1.0", "components": {"schemas": schemas}}).find_violations(value)
    return [str(one) for one in found]


@pytest.mark.parametrize("depth", [10, 40])
def test_deep_value_of_a_choice_that_contains_itself_is_refused_at_once(depth):
    assert find_messages(CHOICE, depth) == [TOO_DEEP]


@pytest.mark.parametrize(
    ("node", "depth", "members"),
    [(CHOICE, 3, {}), (CHOICE, 6, {}), (NEXT, 60, {}), (OPTIONAL, 60, {}), (SHARED, 60, {"a": []})],
    ids=["flat", "not so flat", "without a choice", "null or itself", "a choice of what does not contain it"],
)
def test_of_all_others_it_is_told_what_is_wrong(node, depth, members):
    messages = find_messages(node, depth, **members)

    assert messages
    assert TOO_DEEP not in messages

"""The members that a sample object has."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count, islice
from typing import Any, NamedTuple

from mockserver.contract.samples.patterns import list_matching_texts

Node = dict[str, Any]

_MOST_TRIED = 1000


class MemberNames(NamedTuple):
    """The names of the members to build, in the order of the schema, and which of them must be there."""

    names: list[str]
    needed: set[str]


def choose_names(
    node: Node, hidden: Collection[str], left_out: Collection[str], allowance: int
) -> MemberNames:
    """Choose the members of an object of the merged schema *node*: what it requires, and as many more as allowed.

    hidden: members that are not there even if they are required. left_out: those that are not there unless required.
    """
    properties: Node = node.get("properties", {})
    needed = {name for name in node.get("required", ()) if name not in hidden}
    room = max(0, node.get("maxProperties", allowance + len(needed)) - len(needed))
    optional = [
        name for name in properties if name not in needed and name not in hidden and name not in left_out
    ]
    chosen = {*optional[: min(room, allowance)], *needed}
    waiting = [*chosen]
    dependent = node.get("dependentRequired", {})
    while waiting:
        more = {
            name for name in dependent.get(waiting.pop(), ()) if name not in needed and name not in hidden
        }
        waiting += more - chosen
        needed |= more
        chosen |= more
    named = [name for name in properties if name in chosen]
    return MemberNames(
        [
            *named,
            *(name for name in node.get("required", ()) if name in chosen and name not in properties),
            *sorted(
                name for name in chosen if name not in properties and name not in node.get("required", ())
            ),
        ],
        needed,
    )


def wanted_count(node: Node, allowance: int) -> int:
    """Tell how many members an object has at least: one of a map shows how it looks."""
    least: int = node.get("minProperties", 0)
    rest = node.get("additionalProperties")
    is_map = "properties" not in node and (
        (isinstance(rest, dict) and bool(rest)) or "patternProperties" in node
    )
    most: int = node.get("maxProperties", _MOST_TRIED)
    return min(max(least, int(is_map and allowance > 0)), most, _MOST_TRIED)


def list_more_names(node: Node) -> Iterator[str]:
    """List names that more members may have: known ones, such as patterns ask for, and made-up ones."""
    yield from node.get("properties", {})
    for pattern in node.get("patternProperties", {}):
        for variant in range(_MOST_TRIED):
            yield from list_matching_texts(pattern, 1, variant)
    if node.get("additionalProperties", True) is not False and node.get("unevaluatedProperties") is not False:
        yield "key"
        yield from (f"key{number}" for number in islice(count(2), _MOST_TRIED))

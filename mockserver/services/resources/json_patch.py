"""JSON Patch (RFC 6902): a list of changes, which are made one after the other or not at all."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from mockserver.contract.samples.json_equality import is_same
from mockserver.http.problems import Invalid, Problem, Violation
from openapi.pointer import unescape_step

MEDIA_TYPE = "application/json-patch+json"
_WITH_VALUE = ("add", "replace", "test")
_WITH_SOURCE = ("move", "copy")
_OPERATIONS = (*_WITH_VALUE, *_WITH_SOURCE, "remove")


class CannotPatch(Problem):
    """A change cannot be made in the item as it is."""

    kind = HTTPStatus.CONFLICT


def apply_patch(item: Any, patch: Sequence[Any]) -> Any:
    """Return a copy of *item* with the changes of *patch*.

    Raises Invalid for what is no change, CannotPatch for one that cannot be made.
    """
    # In a list, so that the whole has a place as well.
    holder = [copy.deepcopy(item)]
    for number, change in enumerate(patch):
        _check_change(change, str(number))
        try:
            _make_change(holder, change)
        except (LookupError, TypeError, ValueError):
            said = f"{change['op']} {change['path'][:200]}"
            raise CannotPatch(f"Change {number} of the patch cannot be made: {said}") from None
    return holder[0]


def _check_change(change: Any, place: str) -> None:
    if not isinstance(change, Mapping) or change.get("op") not in _OPERATIONS:
        raise Invalid([Violation(place, f"must be an object whose op is one of {', '.join(_OPERATIONS)}")])
    needed = ["path", *(["from"] if change["op"] in _WITH_SOURCE else [])]
    for name in needed:
        if not isinstance(change.get(name), str) or not (change[name] == "" or change[name].startswith("/")):
            raise Invalid([Violation(f"{place}.{name}", "must be a JSON pointer, such as /name")])
    if change["op"] in _WITH_VALUE and "value" not in change:
        raise Invalid([Violation(f"{place}.value", "is required")])


def _make_change(holder: list[Any], change: Mapping[str, Any]) -> None:
    op, path = change["op"], change["path"]
    if op == "test":
        if not is_same(_get_part(*_find_place(holder, path)), change["value"]):
            raise ValueError
    elif op == "remove":
        _remove_part(*_find_place(holder, path))
    elif op == "replace":
        node, step = _find_place(holder, path)
        _get_part(node, step)
        node[_read_index(node, step)] = copy.deepcopy(change["value"])
    elif op == "add":
        _add_part(*_find_place(holder, path), copy.deepcopy(change["value"]))
    else:
        if op == "move" and path.startswith(f"{change['from']}/"):
            raise ValueError  # into itself
        source = _find_place(holder, change["from"])
        value = copy.deepcopy(_get_part(*source))
        if op == "move":
            _remove_part(*source)
        _add_part(*_find_place(holder, path), value)


def _find_place(holder: list[Any], pointer: str) -> tuple[Any, str]:
    """Find what *pointer* names a part of, and the last step to that."""
    *steps, last = ["0", *map(unescape_step, pointer.split("/")[1:])]
    node: Any = holder
    for step in steps:
        node = _get_part(node, step)
    return node, last


def _read_index(node: Any, step: str) -> Any:
    if not isinstance(node, list):
        return step
    if not step.isascii() or not step.isdigit() or (step != "0" and step.startswith("0")):
        raise ValueError
    return int(step[:9])


def _get_part(node: Any, step: str) -> Any:
    if not isinstance(node, dict | list):
        raise LookupError
    return node[_read_index(node, step)]


def _remove_part(node: Any, step: str) -> None:
    _get_part(node, step)
    del node[_read_index(node, step)]


def _add_part(node: Any, step: str, value: Any) -> None:
    if isinstance(node, dict):
        node[step] = value
        return
    index = len(node) if step == "-" else _read_index(node, step)
    if index > len(node):
        raise LookupError
    node.insert(index, value)

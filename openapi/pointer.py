"""References and marks inside a document, and the steps of the JSON pointers (RFC 6901) that lead to its parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# Keys and indexes, from the root of a document to one of its parts.
Steps = tuple[str | int, ...]
# What every place in a contract has, and says nothing of it.
_NOISE = (
    "components",
    "schemas",
    "responses",
    "parameters",
    "properties",
    "allOf",
    "paths",
    "content",
    "application/json",
)


def walk_references(node: Any, keyword: str = "$ref") -> Iterator[str]:
    """Yield every ``$ref``, or other text that *keyword* names, in *node*, at any depth, as it is written."""
    if isinstance(node, dict):
        if isinstance(node.get(keyword), str):
            yield node[keyword]
        for value in node.values():
            yield from walk_references(value, keyword)
    elif isinstance(node, list):
        for item in node:
            yield from walk_references(item, keyword)


def escape_step(step: str) -> str:
    """Escape a name for use as a step of a pointer."""
    return step.replace("~", "~0").replace("/", "~1")


def unescape_step(step: str) -> str:
    """Return the name that a step of a pointer stands for."""
    return step.replace("~1", "/").replace("~0", "~")


def walk_marks(node: Any, mark: str, at: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Yield the steps to each object in *node* that has the member *mark*, and that member."""
    # To look for one takes a tenth of the time of the walk, and most contracts have none.
    if at == () and not _holds_member(node, mark):
        return
    if isinstance(node, dict):
        if mark in node:
            yield at, node[mark]
        for key, value in node.items():
            if key != mark:
                yield from walk_marks(value, mark, (*at, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from walk_marks(value, mark, (*at, index))


def _holds_member(node: Any, name: str) -> bool:
    """Tell whether an object in *node* has a member called *name*."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if type(one) is dict:
            if name in one:
                return True
            waiting += one.values()
        elif type(one) is list:
            waiting += one
    return False


def walk_texts(node: Any) -> Iterator[str]:
    """Yield the texts in *node*, names of members among them, and its numbers, in the order of a reader."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if type(one) is dict:
            waiting += [part for pair in reversed(one.items()) for part in reversed(pair)]
        elif type(one) is list:
            waiting += reversed(one)
        else:
            yield one if type(one) is str else str(one)


def find_node(document: Any, at: Steps) -> Any:
    """Find what *at* leads to in *document*."""
    for step in at:
        document = document[step]
    return document


def describe_place(document: Any, at: Steps) -> str:
    """Name a place in a contract for people: ``Preference.userId``, ``POST update-preference 404``."""
    steps: list[str] = []
    for number, step in enumerate(at):
        if isinstance(step, str):
            steps.append(step)
            continue
        # Of the items of a list, those are told apart that have a name.
        item = find_node(document, at[: number + 1])
        steps += [str(item["name"])] if isinstance(item, dict) and "name" in item else []
    if steps[:1] == ["paths"] and len(steps) > 2:
        _, path, method, *rest = steps
        *_, group, last = path.split("/")
        steps = [method.upper(), f"{group}/{last}" if last.startswith("{") else last, *rest]
    named = [step for step in steps if step not in _NOISE] or ["the root"]
    return ".".join(named) if steps[:2] == ["components", "schemas"] else " ".join(named)

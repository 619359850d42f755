"""References inside a document, and the steps of the JSON pointers in them (RFC 6901)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


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

"""How long it may take to find what is wrong with a value: some schemas are tried again at each level of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openapi
from openapi import Spec

# A few hundredths of a second.
_MOST_TRIES = 20_000
# Levels of most values, of which nobody need count branches.
_FLAT = 3
_NULL = {"type": "null"}
_CHOICES = ("oneOf", "anyOf")


class RecursiveChoice:
    """Whether a schema of the contract *spec* refers to itself and has a choice of several schemas.

    At each level of a value every branch of such a choice may be tried again, which doubles the time, or more.
    """

    def __init__(self, spec: Spec, source: Any) -> None:
        self._spec = spec
        self._source = source
        # How many branches the largest choice has, 1 where nothing recurs; None before anybody asked.
        self._branches: int | None = None

    def takes_too_long(self, value: Any) -> bool:
        """Tell whether nobody can wait for what is wrong with *value*."""
        depth = _measure_depth(value)
        if depth <= _FLAT:
            return False
        if self._branches is None:
            self._branches = self._count_branches()
        return bool(self._branches**depth > _MOST_TRIES)

    def _count_branches(self) -> int:
        """Count the branches of the largest choice below a schema that refers to itself; 1 without one."""
        largest, is_recursive = 1, False
        # Which references are being followed, and which were; the schema itself is none.
        followed: set[str | None] = set()
        done: set[str | None] = set()
        waiting: list[tuple[str | None, bool]] = [(None, False)]
        while waiting:
            reference, is_end = waiting.pop()
            if is_end:
                followed.discard(reference)
                done.add(reference)
            elif reference in followed:
                is_recursive = True
            elif reference not in done:
                followed.add(reference)
                waiting.append((reference, True))
                for part in _walk_schema(self._resolve(reference)):
                    for key in _CHOICES:
                        branches = part.get(key)
                        if isinstance(branches, list):
                            largest = max(largest, sum(one != _NULL for one in branches))
                    is_recursive |= "$dynamicRef" in part
                    if isinstance(part.get("$ref"), str):
                        waiting.append((part["$ref"], False))
        return largest if is_recursive else 1

    def _resolve(self, reference: str | None) -> Any:
        if reference is None:
            return self._source
        try:
            return openapi.resolve_reference(self._spec, {"$ref": reference})
        except (LookupError, TypeError, ValueError):
            return None


def _walk_schema(node: Any) -> Iterator[dict[str, Any]]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _measure_depth(value: Any) -> int:
    """Count the levels of objects and arrays of *value*."""
    depth, level = 0, [value]
    while level:
        level = [
            part
            for one in level
            if isinstance(one, dict | list)
            for part in (one.values() if isinstance(one, dict) else one)
        ]
        depth += bool(level)
    return depth

"""How long it may take to find what is wrong with a value: some schemas are tried again at each level of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import openapi
from openapi import Spec

# A tenth of a second.
_MOST_TRIES = 128
# Levels of most values, of which nobody need look for choices.
_FLAT = 3
_CHOICES = ("oneOf", "anyOf")

# The references in each schema that is referred to, by its reference; None for the schema itself.
_Graph = dict[str | None, list[str]]


class RecursiveChoice:
    """The choice in a schema of the contract *spec* of which most branches lead back to the choice.

    At each level of a value each of these branches is tried again, so that one level more takes twice as long, or more.
    """

    def __init__(self, spec: Spec, source: Any) -> None:
        self._spec = spec
        self._source = source
        # None before anybody asked.
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
        """Count the branches that lead back, of the choice that has most; at least 1."""
        graph = self._draw_graph()
        circles = _find_circles(graph)
        largest = 1
        for reference in graph:
            for part in _walk_schema(self._resolve(reference)):
                for branches in (part[key] for key in _CHOICES if isinstance(part.get(key), list)):
                    back = sum(
                        any(circles[one] == circles[reference] for one in _list_references(branch))
                        for branch in branches
                    )
                    largest = max(largest, back)
        return largest

    def _draw_graph(self) -> _Graph:
        graph: _Graph = {}
        waiting: list[str | None] = [None]
        while waiting:
            reference = waiting.pop()
            if reference not in graph:
                graph[reference] = _list_references(self._resolve(reference))
                waiting += graph[reference]
        return graph

    def _resolve(self, reference: str | None) -> Any:
        if reference is None:
            return self._source
        try:
            return openapi.resolve_reference(self._spec, {"$ref": reference})
        except (LookupError, TypeError, ValueError):
            return None


def _list_references(node: Any) -> list[str]:
    return [part["$ref"] for part in _walk_schema(node) if isinstance(part.get("$ref"), str)]


def _walk_schema(node: Any) -> Iterator[dict[str, Any]]:
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _find_circles(graph: _Graph) -> Mapping[str | None, int]:
    """Give the schemas numbers, the same to those that lead to one another (Kosaraju's algorithm)."""
    backwards: dict[str | None, list[str | None]] = {reference: [] for reference in graph}
    for reference, led_to in graph.items():
        for other in led_to:
            backwards[other].append(reference)
    numbers: dict[str | None, int] = {}
    for number, start in enumerate(reversed(_order_by_end(graph))):
        waiting = [start]
        while waiting:
            reference = waiting.pop()
            if reference not in numbers:
                numbers[reference] = number
                waiting += backwards[reference]
    return numbers


def _order_by_end(graph: _Graph) -> list[str | None]:
    """Order the schemas by when all that they lead to has been visited."""
    ended: list[str | None] = []
    seen: set[str | None] = set()
    waiting: list[tuple[str | None, bool]] = [(reference, False) for reference in graph]
    while waiting:
        reference, is_end = waiting.pop()
        if is_end:
            ended.append(reference)
        elif reference not in seen:
            seen.add(reference)
            waiting.append((reference, True))
            waiting += [(other, False) for other in graph[reference]]
    return ended


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

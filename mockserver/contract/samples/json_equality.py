"""Whether two values are the same in JSON, where 1 is 1.0 and no boolean is a number."""

from __future__ import annotations

from typing import Any


def is_same(first: Any, second: Any) -> bool:
    """Compare two values as JSON Schema does."""
    if isinstance(first, bool) or isinstance(second, bool):
        return first is second
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(is_same(first[name], second[name]) for name in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(is_same, first, second))
    return bool(first == second)

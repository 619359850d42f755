"""Which categories a caller wants, by their tags: one tag, or a condition in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

from mockserver.http.problems import Invalid, Violation

Wanted = Callable[[Collection[str]], bool]
_OPERATORS = "and, or, not, exists"


def wanted(text: str | None) -> Wanted:
    """Read the query's ``tags``; the answer tells whether a category with such tags is wanted.

    Raises Invalid for JSON that is no condition.
    """
    if not text:
        return lambda _: True
    if not text.lstrip().startswith(("{", "[", '"')):
        return lambda tags: text in tags
    try:
        return _condition(json.loads(text))
    except (ValueError, RecursionError):
        raise Invalid(
            [Violation("tags", f"must be a tag, or a JSON object with one of {_OPERATORS}")]
        ) from None


def _condition(node: Any) -> Wanted:
    if isinstance(node, str):
        return lambda tags: node in tags
    match node:
        case {"exists": bool(there), **more} if not more:
            return lambda tags: bool(tags) is there
        case {"not": str(tag), **more} if not more:
            return lambda tags: tag not in tags
        case {"or": list(nodes), **more} if not more:
            any_of = [_condition(one) for one in nodes]
            return lambda tags: any(one(tags) for one in any_of)
        case {"and": list(nodes), **more} if not more:
            all_of = [_condition(one) for one in nodes]
            return lambda tags: all(one(tags) for one in all_of)
    raise ValueError("no condition")

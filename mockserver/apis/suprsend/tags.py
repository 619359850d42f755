"""The ``tags`` filter of a query: one tag, or a condition in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

from mockserver.http.problems import Invalid, Violation

TagFilter = Callable[[Collection[str]], bool]
_OPERATORS = "and, or, not, exists"


def parse_tag_filter(text: str | None) -> TagFilter:
    """Parse the query's ``tags`` into a function that decides whether a category with some tags is listed.

    Raises Invalid for JSON that is not a condition.
    """
    if not text:
        return lambda _: True
    if not text.lstrip().startswith(("{", "[", '"')):
        return lambda tags: text in tags
    try:
        return _parse_condition(json.loads(text))
    # Deep nesting exhausts the JSON parser's recursion; that is the caller's error too.
    except (ValueError, RecursionError):
        raise Invalid(
            [Violation("tags", f"must be a tag, or a JSON object with one of {_OPERATORS}")]
        ) from None


def _parse_condition(node: Any) -> TagFilter:
    if isinstance(node, str):
        return lambda tags: node in tags
    match node:
        case {"exists": bool(has_tags), **more} if not more:
            return lambda tags: bool(tags) is has_tags
        case {"not": str(tag), **more} if not more:
            return lambda tags: tag not in tags
        case {"or": list(nodes), **more} if not more:
            any_of = [_parse_condition(one) for one in nodes]
            return lambda tags: any(one(tags) for one in any_of)
        case {"and": list(nodes), **more} if not more:
            all_of = [_parse_condition(one) for one in nodes]
            return lambda tags: all(one(tags) for one in all_of)
    raise ValueError("not a condition")

"""When two JSON values are equal."""

from __future__ import annotations

from typing import Any


def is_same_json(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal.

    True is not 1; 1 is 1.0, and numbers are equal if they are the same IEEE double, which is all that
    RFC 8259 lets two parties rely on. Order counts in arrays and not in objects.
    """
    pairs = [(one, other)]  # a list of what is left, since a target may nest deeper than Python recurses
    while pairs:
        left, right = pairs.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            pairs += [(left[key], right[key]) for key in left]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pairs += zip(left, right, strict=True)
        elif not _is_same_scalar(left, right):
            return False
    return True


def _is_same_scalar(one: Any, other: Any) -> bool:
    if _is_number(one) and _is_number(other):
        try:
            return bool(one == other) or float(one) == float(other)
        except OverflowError:
            return False
    return type(one) is type(other) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

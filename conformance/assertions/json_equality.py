"""When two JSON values are equal."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from conformance.assertions.member import Member

MISSING = object()  # what one of two values lacks


@dataclass(frozen=True)
class Difference:
    """Where two JSON values differ, and what each has there; MISSING if it has nothing."""

    member: Member
    one: Any
    other: Any


def is_same_json(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal.

    True is not 1; 1 is 1.0, and numbers are equal if they are the same IEEE double, which is all that
    RFC 8259 lets two parties rely on. Order counts in arrays and not in objects.
    """
    if type(one) is type(other) is str:
        return bool(one == other)  # as most are that are compared
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


def find_difference(one: Any, other: Any) -> Difference | None:
    """Return the first place in which two JSON values differ, None if they are equal."""
    pairs: list[tuple[Member, Any, Any]] = [((), one, other)]
    while pairs:
        way, left, right = pairs.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            names: list[str | int] = list(dict.fromkeys([*left, *right]))
            pairs += [((*way, it), left.get(it, MISSING), right.get(it, MISSING)) for it in reversed(names)]
        elif isinstance(left, list) and isinstance(right, list):
            both = zip_longest(left, right, fillvalue=MISSING)
            pairs += reversed([((*way, index), *items) for index, items in enumerate(both)])
        elif not _is_same_scalar(left, right):
            return Difference(way, left, right)
    return None


def _is_same_scalar(one: Any, other: Any) -> bool:
    if _is_number(one) and _is_number(other):
        try:
            return bool(one == other) or float(one) == float(other)
        except OverflowError:
            return False
    return type(one) is type(other) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

"""Sample numbers: within bounds, and multiples."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

Node = dict[str, Any]

_ONE, _HALF = Fraction(1), Fraction(1, 2)


def list_numbers(node: Node, kind: str, variant: int) -> Iterator[float]:
    """Yield numbers that the merged schema *node* may allow, the simplest first.

    kind: integer or number. variant: of several numbers, which one.
    """
    lower = _find_bound([node.get("minimum"), node.get("exclusiveMinimum")], max)
    upper = _find_bound([node.get("maximum"), node.get("exclusiveMaximum")], min)
    is_open_below = lower is not None and lower == _find_bound([node.get("exclusiveMinimum")], max)
    is_open_above = upper is not None and upper == _find_bound([node.get("exclusiveMaximum")], min)
    is_whole = kind == "integer"
    step: Fraction = node.get("multipleOf", _ONE)
    if is_whole:
        # The least multiple that is whole.
        step = Fraction(step.numerator)
    elif "multipleOf" not in node and variant:
        step = _HALF
    if lower is not None:
        first = math.ceil(lower / step)
        first += is_open_below and first * step == lower
    elif upper is not None and upper <= 0:
        first = math.floor(upper / step)
        first -= is_open_above and first * step == upper
    else:
        first = 0
    downwards = lower is None and upper is not None and upper <= 0
    yield _as_number((first - variant if downwards else first + variant) * step)
    if not is_whole and "multipleOf" not in node and lower is not None and upper is not None:
        # Where no whole number and no half lies between the bounds.
        yield float(lower + (upper - lower) * Fraction(variant + 1, variant + 2))


def _find_bound(bounds: list[float | None], choose: Any) -> Fraction | None:
    known = [Fraction(str(bound)) for bound in bounds if bound is not None and math.isfinite(bound)]
    return choose(known) if known else None


def _as_number(value: Fraction) -> float:
    return int(value) if value.denominator == 1 else float(value)

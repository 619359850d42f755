"""Sequences of writes to a few places, drawn before the first is sent, the same for every target.

Many are drawn, and the most telling one is run. Nothing is made smaller, since a sequence is as short as it is meant to
be; so Python's own random numbers are enough, and are the same in every version.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

DRAWN = 200  # of which the most telling one is run

Step = TypeVar("Step")


def draw_operation_sequence(
    steps: Sequence[Step], length: int, seed: int, worth: Callable[[Iterable[Step]], Any]
) -> tuple[Step, ...]:
    """Draw sequences of *length* out of *steps* and return the first of those that are worth most.

    worth: anything that compares; what makes one sequence more telling than another.
    """
    # Of all that it offers, Python promises only of random() that it will be the same in later versions.
    numbers = random.Random(seed)  # noqa: S311  nobody has to guess what is sent
    sequences = [[steps[int(numbers.random() * len(steps))] for _ in range(length)] for _ in range(DRAWN)]
    return tuple(max(sequences, key=worth))

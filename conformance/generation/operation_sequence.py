"""Sequences of writes to a few places, drawn before the first is sent, the same for every target.

Hypothesis draws many, as it draws generated requests: seeded, without a database, and without shrinking, since a
sequence is as short as it is meant to be. The most telling one is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from conformance.generation.hypothesis import draw_values, reproducible

DRAWN = 200  # of which the most telling one is run

Step = TypeVar("Step")


def draw_operation_sequence(
    steps: Sequence[Step], length: int, seed: int, worth: Callable[[Iterable[Step]], Any]
) -> tuple[Step, ...]:
    """Draw sequences of *length* out of *steps* and return the first of those that are worth most.

    worth: anything that compares; what makes one sequence more telling than another.
    """
    from hypothesis import strategies

    strategy = strategies.lists(strategies.sampled_from(steps), min_size=length, max_size=length)
    with reproducible():
        sequences: list[Sequence[Step]] = draw_values(strategy, seed, DRAWN)
    return tuple(max(sequences, key=worth))

"""Programs: sequences of writes to a few places, drawn before the first is sent, the same for every target.

Hypothesis draws many, as it draws the exam: seeded, without a database, and without shrinking, since a
program is as short as it is meant to be. The most telling one is run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from conformance.generation import cases as exam

DRAWN = 200

Step = TypeVar("Step")


def draw(
    steps: Sequence[Step], length: int, seed: int, worth: Callable[[Iterable[Step]], Any]
) -> tuple[Step, ...]:
    """Draw programs of *length* out of *steps* and return the first of those that are worth most.

    worth: anything that compares; what makes one program more telling than another.
    """
    from hypothesis import strategies

    strategy = strategies.lists(strategies.sampled_from(steps), min_size=length, max_size=length)
    with exam.traceless():
        programs: list[Sequence[Step]] = exam.drawn(strategy, seed, DRAWN)
    return tuple(max(programs, key=worth))

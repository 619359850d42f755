"""One run of the judge: its seed, its own names, and its generated requests."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from conformance.generation.case import CaseSet
from conformance.suite.mode import Mode


@dataclass
class Run:
    """What a requirement may know of the run it is part of.

    draw: makes the generated cases of a seed. mode: how much the run may do to the target. prefix: begins every
    name the run writes, and no other run's; letters, digits and underscores. drawn: the cases, once they were asked
    for.
    """

    draw: Callable[[int], CaseSet]
    seed: int = 0
    mode: Mode = Mode.FULL
    prefix: str = field(default_factory=lambda: f"conformance_{secrets.token_hex(4)}")
    drawn: CaseSet | None = field(default=None, init=False)

    @property
    def case_set(self) -> CaseSet:
        """The generated cases, the same for every target; drawn when they are first asked for, which takes a while."""
        if self.drawn is None:
            self.drawn = self.draw(self.seed)
        return self.drawn

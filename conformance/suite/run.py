"""One run of the judge: its seed, its own names, and the exam it sits."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from conformance.suite.mode import Mode

if TYPE_CHECKING:
    from conformance.generation.cases import Exam


@dataclass
class Run:
    """What a requirement may know of the run it is part of.

    draw: makes the exam of a seed; the API's own if it is left out. prefix: begins every name the run writes,
    and no other run's; letters, digits and underscores. mode: how much it may do to the target.
    """

    api: str
    seed: int = 0
    draw: Callable[[int], Exam] | None = None
    prefix: str = field(default_factory=lambda: f"conformance_{secrets.token_hex(4)}")
    mode: Mode = Mode.FULL

    @cached_property
    def exam(self) -> Exam:
        """The generated cases, the same for every target."""
        from conformance.generation import cases as exam

        return self.draw(self.seed) if self.draw else exam.draw(self.api, self.seed)

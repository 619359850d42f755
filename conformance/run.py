"""One run of the judge: its seed, its own names, and the exam it sits."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from conformance.mode import Mode

if TYPE_CHECKING:
    from conformance.exam import Exam


@dataclass
class Run:
    """What a requirement may know of the run it is part of.

    prefix: begins every name the run writes, and no other run's; letters, digits and underscores.
    mode: how much it may do to the target.
    """

    api: str
    seed: int = 0
    prefix: str = field(default_factory=lambda: f"conformance_{secrets.token_hex(4)}")
    mode: Mode = Mode.FULL

    @cached_property
    def exam(self) -> Exam:
        """The generated cases, the same for every target."""
        from conformance import exam

        return exam.draw(self.api, self.seed)

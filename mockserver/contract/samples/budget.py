"""How much may be tried for one sample: in steps and not in time, so that it is the same every time."""

from __future__ import annotations


class BudgetSpent(Exception):
    """More was tried than one sample is worth."""


class Budget:
    """Counts the steps that are left."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int = 1) -> None:
        """Take *steps*; raises BudgetSpent if there are not as many."""
        self.left -= steps
        if self.left < 0:
            raise BudgetSpent

"""What a sample is made of, and where one of its values stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Plan:
    """What a sample is made of.

    shows_examples: of the schema's own examples where they fit. has_optional: of members that may be left out.
    is_strict: whether there is no value where none fits; else one that comes near. variant: of several, which one.
    """

    shows_examples: bool = True
    has_optional: bool = True
    is_strict: bool = True
    variant: int = 0


@dataclass(frozen=True)
class Place:
    """Where a value stands: within the schemas of these ids, with so many values left for optional ones."""

    within: frozenset[int]
    allowance: int
    variant: int

    def enter(self, schema: Any) -> Place:
        """Go into *schema*."""
        return Place(self.within | {id(schema)}, self.allowance, self.variant)

    def share(self, count: int) -> Place:
        """Divide what is left among *count* values."""
        return Place(self.within, max(0, self.allowance - count) // max(1, count), self.variant)

    def vary(self, steps: int) -> Place:
        """Ask for another value."""
        return Place(self.within, self.allowance, self.variant + steps)

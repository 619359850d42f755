"""New identifiers, the same ones in the same order for the same seed."""

from __future__ import annotations

import uuid
from hashlib import blake2b


class Ids:
    """Draws identifiers from a seed."""

    __slots__ = ("_drawn", "_seed", "_taken")

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawn = 0
        self._taken: frozenset[str] = frozenset()

    def uuid(self) -> str:
        """Draw a random-looking UUID (version 4)."""
        while True:
            self._drawn += 1
            drawn = blake2b(b"%d %d" % (self._seed, self._drawn), digest_size=16)
            found = str(uuid.UUID(bytes=drawn.digest(), version=4))
            if found not in self._taken:
                return found

    @property
    def drawn(self) -> int:
        """How many were drawn."""
        return self._drawn

    @property
    def taken(self) -> frozenset[str]:
        """Those that are not drawn."""
        return self._taken

    def go_on(self, drawn: int, taken: frozenset[str]) -> None:
        """Go on after so many drawn ones, and draw none of *taken*."""
        self._drawn, self._taken = drawn, taken

    def avoid(self, taken: frozenset[str]) -> None:
        """Draw none of *taken*, which were given before: to records that come back."""
        self._taken = taken

    def reset(self) -> None:
        """Begin again with the first one."""
        self._drawn = 0
        self._taken = frozenset()

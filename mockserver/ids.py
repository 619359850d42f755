"""New identifiers, the same ones in the same order for the same seed."""

from __future__ import annotations

import uuid
from hashlib import blake2b


class Ids:
    """Draws identifiers from a seed."""

    __slots__ = ("_drawn", "_seed")

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawn = 0

    def uuid(self) -> str:
        """Draw a random-looking UUID (version 4)."""
        self._drawn += 1
        drawn = blake2b(b"%d %d" % (self._seed, self._drawn), digest_size=16)
        return str(uuid.UUID(bytes=drawn.digest(), version=4))

    def reset(self) -> None:
        """Begin again with the first one."""
        self._drawn = 0

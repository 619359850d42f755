"""New identifiers, the same ones in the same order for the same seed."""

from __future__ import annotations

import random
import uuid


class Ids:
    """Draws identifiers from a seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._dice: random.Random | None = None

    def uuid(self) -> str:
        """Draw a random-looking UUID (version 4)."""
        if self._dice is None:  # seeding is dear, and many a session never asks
            self._dice = random.Random(self._seed)  # noqa: S311 - reproducible on purpose, nothing secret
        return str(uuid.UUID(int=self._dice.getrandbits(128), version=4))

    def reset(self) -> None:
        """Begin again with the first one."""
        self._dice = None

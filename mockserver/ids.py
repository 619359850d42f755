"""New identifiers, the same ones in the same order for the same seed."""

from __future__ import annotations

import random
import uuid


class Ids:
    """Draws identifiers from a seed."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311 - reproducible on purpose, nothing secret

    def uuid(self) -> str:
        """Draw a random-looking UUID (version 4)."""
        return str(uuid.UUID(int=self._dice.getrandbits(128), version=4))

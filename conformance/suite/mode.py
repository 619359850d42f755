"""How much a run may do to its target.

- ``full`` asks everything.
- ``safe`` sends one request at a time, in the main credential's name and for the main fixtures, only documented
  operations, written by hand and no longer than LONGEST_BODY, and sets off no trigger.
- ``read-only`` sends only what the document says is refused, and what HTTP calls safe.

Whoever is about to send something says what it is, and what the mode leaves out is not tested.
"""

from __future__ import annotations

from enum import StrEnum

from conformance.assertions.outcome import LeftOut

LONGEST_BODY = 2048
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Mode(StrEnum):
    """One of the three."""

    FULL = "full"
    SAFE = "safe"
    READ_ONLY = "read-only"

    @property
    def may_write(self) -> bool:
        """Whether a correct server may be told to change something."""
        return self is not Mode.READ_ONLY

    def require_full_mode(self, what: str) -> None:
        """Raise LeftOut unless the mode allows *what*, which others who use the target may notice."""
        if self is not Mode.FULL:
            raise LeftOut(f"{what} is left out by --mode {self}")

    def require_write(self) -> None:
        """Raise LeftOut if nothing may be written."""
        if not self.may_write:
            raise LeftOut(f"a write is left out by --mode {self}")

    def require_short_body(self, size_bytes: int) -> None:
        """Raise LeftOut if a body is too long for the mode."""
        if size_bytes > LONGEST_BODY:
            self.require_full_mode(f"a body of {size_bytes} bytes")


def parse_mode(text: str) -> Mode:
    """Read a mode; raises ValueError, saying which there are, if it is none."""
    try:
        return Mode(text)
    except ValueError:
        raise ValueError(f"is not a mode; there are {', '.join(Mode)}") from None

"""What a body of one media type is read with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from mockserver.contract.media_type import MediaType
from mockserver.http.problems import Violation

# Takes the bytes, and the list to which it adds what is wrong with them; returns the value.
Reader = Callable[[bytes, list[Violation]], Any]


class Content(Protocol):
    """Reads the bodies of one media type of an operation."""

    def compile(self) -> None:
        """Compile the schemas that it needs; raises InvalidContract for one that cannot be compiled."""
        ...

    def is_absent(self, raw: bytes) -> bool:
        """Tell whether *raw* is no body at all."""
        ...

    def make_reader(self, sent: MediaType) -> Reader:
        """Make what reads a body that was *sent* as this media type; it raises Invalid for one that cannot be read."""
        ...

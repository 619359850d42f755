"""What is read of a contract, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from openapi import Spec
from openapi.pointer import Steps

# In the place of a parameter that cannot be had, of which a flaw tells.
UNKNOWN_PARAMETER = {"name": "unknown", "in": "query"}


class Flaw(NamedTuple):
    """Something wrong in a contract that is read all the same.

    place: the keys and indexes that lead to it in the file. message: what is wrong, what becomes of it, and what to do.
    file: where it stands; None for the contract's main file.
    """

    place: Steps
    message: str
    file: Path | None = None

    def __str__(self) -> str:
        """Write place and message in one line."""
        return f"{'.'.join(map(str, self.place)) or 'the document'}: {self.message}"


FindOrigin = Callable[[Steps], tuple[Path | None, Steps]]


def _keep_place(place: Steps) -> tuple[Path | None, Steps]:
    return None, place


@dataclass
class Document:
    """A contract that was read.

    version: the one that the file names: "2.0", "3.0.1", "3.1.0". spec: the contract in OpenAPI 3, in the types of
    JSON, with references that all lead to somewhere in it; Swagger 2.0 is lifted to 3.0.3. flaws: what is wrong with
    the file, as far as that is known without compiling a schema. unusable: the operations that a flaw makes useless,
    by path and method as they are written in *spec*, and why. files: all that were looked for, so that an edit of
    each may count. unread: why some of these could not be read. find_origin: finds the file, None for the main one,
    and the place in it, of something in *spec*.
    """

    file: Path
    version: str
    spec: Spec
    flaws: list[Flaw] = field(default_factory=list)
    unusable: dict[tuple[str, str], str] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    unread: dict[Path, str] = field(default_factory=dict)
    find_origin: FindOrigin = _keep_place

    def locate_flaw(self, flaw: Flaw) -> Flaw:
        """Tell where what is wrong in *spec* was written."""
        file, place = self.find_origin(flaw.place)
        return Flaw(place, flaw.message, file)

"""The document that is lifted: what its references lead to, and what is found wrong in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import unquote

from openapi import Spec
from openapi.document.document import Flaw
from openapi.pointer import Steps, unescape_step


class Part(NamedTuple):
    """A part of the document, and the steps that lead to it."""

    place: Steps
    node: Any


class Source:
    """A Swagger 2.0 document, which is not changed."""

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self._flaws: dict[Flaw, None] = {}  # each once, however often a shared part is lifted

    @property
    def flaws(self) -> list[Flaw]:
        """List what was found, in the order in which it was found."""
        return list(self._flaws)

    def add_flaw(self, place: Steps, message: str) -> None:
        """Remember what is wrong at *place*."""
        self._flaws[Flaw(place, message)] = None

    def find_part(self, reference: str) -> Part | None:
        """Find what *reference* leads to in the document, if it leads anywhere."""
        steps = read_pointer(reference)
        if steps is None:
            return None
        place: list[str | int] = []
        node: Any = self.spec
        for step in steps:
            place.append(int(step) if isinstance(node, list) and step.isdecimal() else step)
            try:
                node = node[place[-1]]
            except (LookupError, TypeError):
                return None
        return Part(tuple(place), node)

    def follow_references(self, part: Part) -> Part | None:
        """Follow the references from *part* to what is none; None if they lead nowhere, or in a circle."""
        seen = set()
        while isinstance(part.node, dict) and isinstance(reference := part.node.get("$ref"), str):
            found = None if reference in seen else self.find_part(reference)
            if found is None:
                return None
            seen.add(reference)
            part = found
        return part


def read_pointer(reference: str) -> list[str] | None:
    """Read the steps of a reference into the same file; None if it is none, or means the whole file."""
    pointer = unquote(reference)
    if not pointer.startswith("#/"):
        return None
    return [unescape_step(step) for step in pointer[2:].split("/")]


def is_extension(name: str) -> bool:
    """Tell whether a member is nobody's but the vendor's."""
    return name.startswith("x-")


def copy_members(node: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Copy the members *names* that *node* has, and those of the vendor."""
    known = {*names}
    return {name: value for name, value in node.items() if name in known or is_extension(name)}

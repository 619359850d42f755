"""One walk through a contract: where it stands, what it found wrong, and which references it came by."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

import openapi
from openapi import Spec
from openapi.document.document import Flaw
from openapi.pointer import Steps

_LONGEST_SHOWN = 60
_MOST_REFERRED = 1000
DEEPEST_COPY = 40
# What becomes of what a reference to nowhere stands for, by whether an operation cannot do without it.
OUTCOMES = {True: "what needs it answers 501", False: "it is left out"}


class Absent:
    """What becomes of a value that cannot be used: it is taken out of the contract."""


ABSENT = Absent()


class Kind(Protocol):
    """A kind of value that OpenAPI has: a text, a list of parameters, a schema."""

    @property
    def description(self) -> str:
        """What it is, in the words of a complaint: "a text"."""

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return *value* as it can be used, mended where its meaning is plain; ABSENT if it cannot.

        Whatever had to be changed is reported. An object is changed in place, and stays the same one.
        """


class Referable(Kind, Protocol):
    """A kind in whose place a reference may stand; the members are described at kinds.Object."""

    name: str
    is_vital: bool
    stub: Mapping[str, Any]


class Owner(NamedTuple):
    """What a reference stands in: ``("components", "schemas", "Pet")`` or ``("paths", "/pets", "get")``."""

    room: str
    name: str
    part: str = ""


class Reference(NamedTuple):
    """A reference where OpenAPI has one.

    holder: the object with the member $ref. kind: what it has to lead to. place: where it stands, in owner.
    """

    holder: dict[str, Any]
    kind: Referable
    place: Steps
    owner: Owner


class Inspection:
    """The state of a walk through *spec*.

    is_modern: whether schemas are those of JSON Schema 2020-12, as since OpenAPI 3.1. has_old_items: whether an older
    draft of it is in force there, in which items may be a list. missing: why a reference to another file leads nowhere,
    by its text. steps: where the walk stands. owner: the component or the operation that it is in. broken: of those
    that lack what they cannot do without, why.
    """

    def __init__(
        self,
        spec: Spec,
        *,
        is_modern: bool,
        has_old_items: bool = False,
        missing: Mapping[str, str] | None = None,
    ) -> None:
        self._spec = spec
        self._referred = 0
        self.missing = missing or {}
        self.broken: dict[Owner, str] = {}
        self.is_modern = is_modern
        self.has_old_items = has_old_items
        self.steps: list[str | int] = []
        self.owner = Owner("", "")
        self.flaws: list[Flaw] = []
        self.references: list[Reference] = []
        # What is called with each schema, parameter, header and media type, at its place.
        self.note: Callable[[Kind, dict[str, Any]], None] | None = None
        # The same few patterns come again and again.
        self.known_patterns: dict[str, bool] = {}
        # Where schemas have names of their own, which references may use since OpenAPI 3.1.
        self.named_schemas: dict[str, Steps] = {}
        self.anchors: dict[str, list[Steps]] = {}
        self.has_dynamic_references = False
        self.identified_schemas: list[dict[str, Any]] = []

    def report(self, message: str, *steps: str | int) -> None:
        """Report a flaw of what lies *steps* below the place where the walk stands."""
        self.flaws.append(Flaw((*self.steps, *steps), message))

    def report_at(self, place: Steps, message: str) -> None:
        """Report a flaw of another place."""
        self.flaws.append(Flaw(place, message))

    def reject(self, value: Any, kind: Kind, outcome: str = "it is left out") -> Absent:
        """Report that *value* is not of *kind*."""
        self.report(f"is {show_value(value)} and must be {kind.description}; {outcome}")
        return ABSENT

    def check_member(self, holder: Any, key: str | int, kind: Kind) -> Any:
        """Check one member of *holder*, and return what has to stand there."""
        self.steps.append(key)
        try:
            return kind.check(self, holder[key])
        finally:
            self.steps.pop()

    def find_referred(self, value: dict[str, Any]) -> Any:
        """Find what *value*, a reference, leads to where OpenAPI has none, but files that were split have; or None.

        Not more often than any such file needs: what it leads to is copied, and may have the same reference in it.
        """
        self._referred += 1
        if self._referred > _MOST_REFERRED:
            return None
        try:
            return openapi.resolve_reference(self._spec, value)
        except (LookupError, TypeError, ValueError):
            return None

    def take_over(self, value: dict[str, Any], kind: Kind, *, is_vital: bool) -> None:
        """Give *value*, a reference where OpenAPI has none, the members of what it leads to."""
        target = self.find_referred(value)
        text = value.pop("$ref")
        # A map may be a part of itself.
        if not isinstance(target, dict) or len(self.steps) > DEEPEST_COPY:
            reason = self.missing.get(text, f"does not lead to {kind.description}")
            self.report(f"{text} {reason}; {OUTCOMES[is_vital]}", "$ref")
            if is_vital:
                self.broken.setdefault(self.owner, f"{text} {reason}")
            return
        self.report(
            f"{text} stands where OpenAPI has no reference; it is followed, so bundle the file", "$ref"
        )
        for name, member in target.items():
            value.setdefault(name, copy.deepcopy(member))

    def add_reference(self, holder: dict[str, Any], kind: Referable) -> None:
        """Remember a reference, which can be followed when the whole contract is known."""
        self.references.append(Reference(holder, kind, tuple(self.steps), self.owner))


def show_value(value: Any) -> str:
    """Write *value* for a message."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 3]}..."

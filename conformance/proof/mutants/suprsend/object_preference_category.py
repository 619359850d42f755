"""SuprSend servers that break a requirement of "Object Preference Category - Opt Out Channel"."""

from __future__ import annotations

from typing import Any

from conformance.proof.messages import Request
from conformance.proof.reference.suprsend import (
    Choice,
    Place,
    Reference,
    Refused,
)


class RepeatingResets(Reference):
    """The same opt-out a second time lets the channel in again."""

    breaks = frozenset({"same-request-twice"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        choice = super()._make_choice(place, before, preference, body)
        return Choice(preference) if len(choice.opted_out) == 1 and choice == before else choice


class Toggles(Reference):
    """A plain opt_out a second time opts in again."""

    breaks = frozenset({"same-request-twice"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        choice = super()._make_choice(place, before, preference, body)
        is_repeated = body == {"preference": "opt_out"} and choice == before
        return Choice("opt_in") if is_repeated else choice


class NothingToDo(Reference):
    """An opt_out of what is opted out already is refused."""

    breaks = frozenset({"same-request-twice"})

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        if before.preference == "opt_out":
            raise Refused(409, "the object has opted out already")
        return super()._opt_out(place, before)


class OneSlashForm(Reference):
    """The path with a trailing slash is unknown."""

    breaks = frozenset({"other-slash-form"})

    def _find_place(self, request: Request) -> Place:
        if request.path.endswith("/"):
            raise Refused(404, f"nothing at {request.path}")
        return super()._find_place(request)

"""SuprSend servers that break a requirement of "Response"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.messages import Response
from conformance.proof.reference.suprsend import (
    Choice,
    Place,
    Reference,
)


class AnyBodyOptsIn(Reference):
    """Whatever the body says, the object is opted in."""

    breaks = frozenset(
        {
            "preference-follows-opt-out",
            "generated-preference-is-followed",
            "preference-beside-hostile-members",
            "chunked-body-is-followed",
        }
    )

    def _read_preference(self, body: dict[str, Any]) -> str:
        super()._read_preference(body)
        return "opt_in"


class LoneOptOutIsIgnored(Reference):
    """An opt-out is believed only beside other members."""

    breaks = frozenset({"preference-follows-opt-out"})

    def _read_preference(self, body: dict[str, Any]) -> str:
        preference = super()._read_preference(body)
        return "opt_in" if len(body) == 1 else preference


class RefusesOptOut(Reference):
    """Nobody can opt out."""

    breaks = frozenset({"preference-follows-opt-out"})

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        locked = replace(place.category, is_editable=False)
        return super()._opt_out(replace(place, category=locked), before)


class OptOutSticks(Reference):
    """Once out, a plain opt_in does not lead back."""

    breaks = frozenset({"preference-follows-opt-in"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        if before.preference == "opt_out" and body == {"preference": "opt_in"}:
            return before
        return super()._make_choice(place, before, preference, body)


class LocksAfterOptOuts(Reference):
    """A category is no longer editable once a channel is opted out in it."""

    breaks = frozenset({"is-editable-stays"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {
            **super()._render_preference(place, choice),
            "is_editable": place.category.is_editable and not choice.opted_out,
        }


class LocksAfterOptOut(Reference):
    """A category is no longer editable once it was opted out."""

    breaks = frozenset({"is-editable-stays", "opted-out-category-is-editable"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        is_editable = place.category.is_editable and choice.preference == "opt_in"
        return {**super()._render_preference(place, choice), "is_editable": is_editable}


class NothingIsEditable(Reference):
    """No category says that it is editable."""

    breaks = frozenset({"opted-out-category-is-editable"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "is_editable": False}


class EverythingIsEditable(Reference):
    """A locked category says that it is editable."""

    breaks = frozenset({"locked-category-is-not-editable"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "is_editable": True}


class OpensLockedCategory(Reference):
    """A locked category is opted out like any other."""

    breaks = frozenset({"locked-category-stays-in"})

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        editable = replace(place.category, is_editable=True)
        return super()._opt_out(replace(place, category=editable), before)


class OpensLockedCategorySilently(Reference):
    """A locked category refuses the opt-out, and keeps it all the same."""

    breaks = frozenset({"locked-category-stays-in"})

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        self._choices[place] = Choice("opt_out")
        return super()._opt_out(place, before)


class CutsAnswersOfLockedCategories(Reference):
    """The answer to a write in a locked category is shorter than its length says."""

    breaks = frozenset(
        {"locked-category-is-not-editable", "locked-category-stays-in", "read-describes-the-category"}
    )
    needs_connection = True

    def _response_to_write(self, place: Place, choice: Choice) -> Response:
        response = super()._response_to_write(place, choice)
        if not place.category.is_editable:
            response.headers.update({"content-length": "10000", "connection": "close"})
        return response

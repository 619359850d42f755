"""SuprSend servers that break a requirement of "Response"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.messages import Request, Response
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


class OptOutSticksBesideLists(Reference):
    """Once out, an opt_in beside channels that are let in does not lead back."""

    breaks = frozenset({"preference-follows-opt-in"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        choice = super()._make_choice(place, before, preference, body)
        is_alone = len(body.get("opt_in_channels") or ()) == 1 and body.get("preference") == "opt_in"
        return replace(choice, preference=before.preference) if is_alone else choice


class LocksAfterOptOuts(Reference):
    """A category that is in is no longer editable once a channel is opted out in it."""

    breaks = frozenset({"is-editable-stays"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        is_in_part = choice.preference == "opt_in" and choice.opted_out
        is_editable = place.category.is_editable and not is_in_part
        return {**super()._render_preference(place, choice), "is_editable": is_editable}


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
    """A locked category is opted out like any other, for a tenant as well."""

    breaks = frozenset({"locked-category-stays-in", "opted-out-category-is-editable"})

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
        {
            "is-editable-ignores-the-body",
            "locked-category-is-not-editable",
            "locked-category-stays-in",
            "read-describes-the-category",
        }
    )
    needs_connection = True

    def _response_to_write(self, place: Place, choice: Choice) -> Response:
        response = super()._response_to_write(place, choice)
        if not place.category.is_editable:
            response.headers.update({"content-length": "10000", "connection": "close"})
        return response


class _BelievesTheBody(Reference):
    """What a body says of the category is answered, and what it says of nothing else."""

    member: str

    def _read_body(self, request: Request) -> dict[str, Any]:
        self._said = super()._read_body(request)
        return self._said

    def _response_to_write(self, place: Place, choice: Choice) -> Response:
        shown = self._render_preference(place, choice)
        return Response(202, {**shown, self.member: self._said.get(self.member, shown[self.member])})


class NameFromBody(_BelievesTheBody):
    """A name in the body is answered instead of the category's."""

    breaks = frozenset({"name-ignores-the-body"})
    member = "name"


class DescriptionFromBody(_BelievesTheBody):
    """A description in the body is answered instead of the category's."""

    breaks = frozenset({"description-ignores-the-body"})
    member = "description"


class OriginalPreferenceFromBody(_BelievesTheBody):
    """An original_preference in the body is answered instead of the default."""

    breaks = frozenset({"original-preference-ignores-the-body"})
    member = "original_preference"


class EditableFromBody(_BelievesTheBody):
    """An is_editable in the body is answered instead of the category's."""

    breaks = frozenset({"is-editable-ignores-the-body"})
    member = "is_editable"


class NameFromBodyIsKept(Reference):
    """A name in the body is the category's from then on."""

    breaks = frozenset({"name-ignores-the-body", "name-stays"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        self._name = body.get("name", getattr(self, "_name", None))
        return super()._update_choice(place, body)

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        name = getattr(self, "_name", None) or place.category.name
        return {**super()._render_preference(place, choice), "name": name}


class BodyUnlocks(Reference):
    """A category that cannot be left can be, if the body says so."""

    breaks = frozenset({"is-editable-ignores-the-body"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        unlocked = replace(place.category, is_editable=True) if body.get("is_editable") else place.category
        return super()._update_choice(replace(place, category=unlocked), body)

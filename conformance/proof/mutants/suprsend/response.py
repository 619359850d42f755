"""SuprSend servers that break a requirement of "Response"."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from conformance.proof.messages import Response
from conformance.proof.reference.suprsend import (
    Category,
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


class Answers200(Reference):
    """Success is 200."""

    breaks = frozenset({"answers-202"})

    def _response_to_write(self, place: Place, choice: Choice) -> Response:
        return Response(200, self._render_preference(place, choice))


class AnswersNothing(Reference):
    """Success has no body."""

    breaks = frozenset({"answers-the-category", "media-type"})

    def _response_to_write(self, place: Place, choice: Choice) -> Response:
        return replace(super()._response_to_write(place, choice), body=b"")


class AnswersAList(Reference):
    """Success is an array with the category in it."""

    breaks = frozenset({"answers-the-category"})

    def _response_to_write(self, place: Place, choice: Choice) -> Response:
        return Response(202, [self._render_preference(place, choice)])


class AnswersText(Reference):
    """Success is labelled as text."""

    breaks = frozenset({"media-type"})

    def _response_to_write(self, place: Place, choice: Choice) -> Response:
        body = json.dumps(self._render_preference(place, choice)).encode()
        return Response(202, body, {"content-type": "text/plain"})


class NameIsNull(Reference):
    """The name is null."""

    breaks = frozenset({"name"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "name": None}


class CategoryIsAnObject(Reference):
    """The category is an object."""

    breaks = frozenset({"category"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "category": {"slug": place.category.slug}}


class NoDescription(Reference):
    """The description is missing."""

    breaks = frozenset({"description-is-there"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        category = super()._render_preference(place, choice)
        del category["description"]
        return category


class DescriptionIsAList(Reference):
    """The description is a list of lines."""

    breaks = frozenset({"description"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        category = super()._render_preference(place, choice)
        return {**category, "description": [category["description"]]}


class OriginalPreferenceIsABoolean(Reference):
    """The default preference is a boolean."""

    breaks = frozenset({"original-preference"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "original_preference": True}


class PreferenceIsABoolean(Reference):
    """The preference is a boolean."""

    breaks = frozenset({"preference"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "preference": choice.preference == "opt_in"}


class PreferenceIsAnotherWord(Reference):
    """The preference is a word of the server's own."""

    breaks = frozenset({"preference"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "preference": "subscribed"}


class IsEditableIsAWord(Reference):
    """is_editable is a string."""

    breaks = frozenset({"is-editable"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "is_editable": "true"}


class ChannelsAreAnObject(Reference):
    """The channels are an object by name."""

    breaks = frozenset({"channels"})

    def _render_channels(self, category: Category, choice: Choice) -> Any:
        return {channel["channel"]: channel for channel in super()._render_channels(category, choice)}


class ChannelsAreNames(Reference):
    """The channels are bare names."""

    breaks = frozenset({"channels-are-objects"})

    def _render_channels(self, category: Category, choice: Choice) -> Any:
        return [channel["channel"] for channel in super()._render_channels(category, choice)]


class ChannelIsANumber(Reference):
    """A channel is named by a number."""

    breaks = frozenset({"channel-names"})

    def _render_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        return {**super()._render_channel(channel, category, choice), "channel": 7}


class ChannelPreferenceIsABoolean(Reference):
    """A channel's preference is a boolean."""

    breaks = frozenset({"channel-preferences"})

    def _render_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        return {**super()._render_channel(channel, category, choice), "preference": True}


class ChannelIsEditableIsANumber(Reference):
    """A channel's is_editable is 1."""

    breaks = frozenset({"channel-is-editable"})

    def _render_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        return {**super()._render_channel(channel, category, choice), "is_editable": 1}


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

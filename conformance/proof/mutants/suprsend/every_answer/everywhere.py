"""SuprSend servers whose answers to writes are always wrong, or wherever a word of the request makes them so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.proof.messages import Response
from conformance.proof.reference.suprsend import Category, Choice, Place, Reference


class _RemembersTheBody(Reference):
    _body: Mapping[str, Any] = {}

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        self._body = body
        return super()._update_choice(place, body)


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


class NullCategoryIsLeftOut(_RemembersTheBody):
    """The category is missing where the body says that it is null."""

    breaks = frozenset({"category"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        category = super()._render_preference(place, choice)
        if self._body.get("category", "") is None:
            del category["category"]
        return category


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


class NullIsEchoed(_RemembersTheBody):
    """A preference that is null is taken for opt_in, and answered as null."""

    breaks = frozenset({"preference"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        category = super()._render_preference(place, choice)
        return category if self._body.get("preference", "") is not None else {**category, "preference": None}


class CantUnsubscribeIsKept(_RemembersTheBody):
    """cant_unsubscribe is taken for opt_in, and answered as it was sent."""

    breaks = frozenset({"preference"})

    def _check_preference(self, preference: Any) -> str:
        return "opt_in" if preference == "cant_unsubscribe" else super()._check_preference(preference)

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        category, asked = super()._render_preference(place, choice), self._body.get("preference")
        return {**category, "preference": asked} if asked == "cant_unsubscribe" else category


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

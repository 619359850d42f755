"""SuprSend servers that take a liberty with channels that are restricted everywhere."""

from __future__ import annotations

from typing import Any

from conformance.proof.reference.suprsend import Category, Choice, Reader, Reference


class RestrictedChannelsAreNotListed(Reference):
    """A category does not list a channel that is restricted."""

    def _render_channels(self, category: Category, choice: Choice) -> Any:
        listed = super()._render_channels(category, choice)
        return [one for one in listed if one["channel"] not in choice.shut - category.mandatory]


class RestrictionsNameChannels(Reference):
    """The channel preferences list only channels that the object has, and one is restricted already."""

    def __init__(self) -> None:
        super().__init__()
        for holder in self.objects:
            self._restricted[holder, ""] = frozenset({"inbox"})

    def _render_channel_preferences(self, reader: Reader) -> dict[str, Any]:
        listed = super()._render_channel_preferences(reader)["channel_preferences"]
        own = ("email", "slack", "ms_teams", "inbox")
        return {"channel_preferences": [one for one in listed if one["channel"] in own]}


class EmptyListsAreNull(Reference):
    """The channel preferences list only what is restricted, and an empty list is null."""

    def _render_channel_preferences(self, reader: Reader) -> dict[str, Any]:
        listed = super()._render_channel_preferences(reader)["channel_preferences"]
        return {"channel_preferences": [one for one in listed if one["is_restricted"]] or None}

    def _render_full_preference(self, reader: Reader) -> dict[str, Any]:
        full = super()._render_full_preference(reader)
        return {**full, "sections": [*full["sections"], {"name": "Empty", "subcategories": None}]}

"""SuprSend servers that break a requirement on the operations around the category."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.reference.suprsend import (
    Reader,
    Reference,
)


class PageWithoutOffset(Reference):
    """A page does not say where it begins."""

    breaks = frozenset({"list-is-a-page"})

    def _render_page(self, reader: Reader) -> dict[str, Any]:
        page = super()._render_page(reader)
        del page["meta"]["offset"]
        return page


class ListShowsDefaults(Reference):
    """A list shows the defaults of categories, whatever was chosen."""

    breaks = frozenset({"list-holds-the-category"})

    def _render_page(self, reader: Reader) -> dict[str, Any]:
        page = super()._render_page(reader)
        shown = [{**one, "preference": one["original_preference"]} for one in page["results"]]
        return {**page, "results": shown}


class ListIsCached(Reference):
    """A list shows its categories as they were when it was read for the first time."""

    breaks = frozenset({"list-holds-the-category"})

    def _render_page(self, reader: Reader) -> dict[str, Any]:
        key = (reader.holder, reader.tenant, *reader.query.items())
        page: dict[str, Any] = (
            vars(self).setdefault("pages", {}).setdefault(key, super()._render_page(reader))
        )
        return page


class ListIsBare(Reference):
    """A list has a category's slug and preference, and nothing else."""

    breaks = frozenset({"list-agrees-with-read"})

    def _render_page(self, reader: Reader) -> dict[str, Any]:
        page = super()._render_page(reader)
        bare = [{name: one[name] for name in ("category", "preference")} for one in page["results"]]
        return {**page, "results": bare}


class ListShowsEveryChannelIn(Reference):
    """A list shows each channel that it lists as opted in."""

    breaks = frozenset({"list-agrees-with-read", "list-for-a-tenant"})

    def _render_page(self, reader: Reader) -> dict[str, Any]:
        page = super()._render_page(reader)
        for one in page["results"]:
            one["channels"] = [{**channel, "preference": "opt_in"} for channel in one["channels"]]
        return page


class ListsIgnoreTenants(Reference):
    """What is listed for a tenant is what was chosen without one."""

    breaks = frozenset({"list-for-a-tenant"})

    def _render_page(self, reader: Reader) -> dict[str, Any]:
        return super()._render_page(replace(reader, tenant=""))


class LimitIsIgnored(Reference):
    """A page is as long as ever."""

    breaks = frozenset({"list-is-limited"})

    def _read_bounds(self, reader: Reader) -> tuple[int, int]:
        return 10, super()._read_bounds(reader)[1]


class OffsetIsIgnored(Reference):
    """Every page begins at the beginning."""

    breaks = frozenset({"list-goes-on"})

    def _read_bounds(self, reader: Reader) -> tuple[int, int]:
        return super()._read_bounds(reader)[0], 0


class CountsThePage(Reference):
    """A page counts its own categories."""

    breaks = frozenset({"list-counts-all"})

    def _render_page(self, reader: Reader) -> dict[str, Any]:
        page = super()._render_page(reader)
        return {**page, "meta": {**page["meta"], "count": len(page["results"])}}


class FullWithoutChannels(Reference):
    """The full preference has no channels."""

    breaks = frozenset({"full-preference"})

    def _render_full_preference(self, reader: Reader) -> dict[str, Any]:
        return {"sections": super()._render_full_preference(reader)["sections"]}


class SectionsAreCategories(Reference):
    """The full preference has categories where sections should be."""

    breaks = frozenset({"full-preference", "full-preference-holds-the-category"})

    def _render_full_preference(self, reader: Reader) -> dict[str, Any]:
        return {**super()._render_full_preference(reader), "sections": self._render_all(reader)}


class FullLeavesOutASection(Reference):
    """The full preference lacks the first section."""

    breaks = frozenset({"full-preference-holds-the-category"})

    def _render_full_preference(self, reader: Reader) -> dict[str, Any]:
        full = super()._render_full_preference(reader)
        return {**full, "sections": full["sections"][1:]}


class FullPreferenceIsCached(Reference):
    """The full preference shows categories as they were when it was read for the first time."""

    breaks = frozenset({"full-preference-holds-the-category"})

    def _render_full_preference(self, reader: Reader) -> dict[str, Any]:
        key, full = (reader.holder, *reader.query.items()), super()._render_full_preference(reader)
        sections = vars(self).setdefault("sections", {}).setdefault(key, full["sections"])
        return {**full, "sections": sections}


class FullPreferenceLeavesOutWhatIsOut(Reference):
    """The full preference lacks categories that are opted out."""

    breaks = frozenset({"full-preference-holds-the-category"})

    def _render_full_preference(self, reader: Reader) -> dict[str, Any]:
        shown = [one for one in self._render_all(reader) if one["preference"] == "opt_in"]
        return {**super()._render_full_preference(reader), "sections": [{"subcategories": shown}]}


class FullPreferenceIsOpen(Reference):
    """The full preference shows every category as opted in."""

    breaks = frozenset({"full-preference-holds-the-category"})

    def _render_full_preference(self, reader: Reader) -> dict[str, Any]:
        shown = [{**one, "preference": "opt_in"} for one in self._render_all(reader)]
        return {**super()._render_full_preference(reader), "sections": [{"subcategories": shown}]}


class FullPreferenceIsBare(Reference):
    """The full preference has a category's slug and preference, and nothing else."""

    breaks = frozenset({"full-preference-agrees-with-read"})

    def _render_full_preference(self, reader: Reader) -> dict[str, Any]:
        bare = [{name: one[name] for name in ("category", "preference")} for one in self._render_all(reader)]
        return {**super()._render_full_preference(reader), "sections": [{"subcategories": bare}]}


class ChannelWithoutAName(Reference):
    """One of the channel preferences is of no channel."""

    breaks = frozenset({"channel-preferences-are-read"})

    def _render_channel_preferences(self, reader: Reader) -> dict[str, Any]:
        listed = super()._render_channel_preferences(reader)["channel_preferences"]
        return {"channel_preferences": [*listed, {"channel": 7, "is_restricted": False}]}

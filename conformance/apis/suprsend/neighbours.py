"""How requirements read what stands around a category: lists of categories, full and channel preferences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conformance.apis.suprsend.category import OUT, channels_of, require_success
from conformance.assertions.member import Member, find_member
from conformance.assertions.outcome import DoesNotConform, Inconclusive
from conformance.http.response import Response

CATEGORY_LIST = "the list of categories"
FULL_PREFERENCE = "the full preference"
CHANNEL_PREFERENCES = "the channel preferences"
NEIGHBOUR_PATHS: Mapping[str, Sequence[str]] = {  # under the object's preferences
    CATEGORY_LIST: ("category",),
    FULL_PREFERENCE: (),
    CHANNEL_PREFERENCES: ("channel_preference",),
}


def is_shown_restricted(answer: Response, named: str) -> bool:
    """Tell whether a category lists a channel as opt_out and not editable, or not at all."""
    listed = [one for one in channels_of(answer) if one.get("channel") == named]
    return all(one.get("preference") == OUT and one.get("is_editable") is False for one in listed)


def count_on_all_pages(answer: Response) -> int | None:
    """Return how many categories a page says there are on all pages; None if it does not."""
    meta = members_of(answer).get("meta")
    count = meta.get("count") if isinstance(meta, dict) else None
    # type() and not isinstance(), for which True is an int.
    return count if type(count) is int else None


def has_two_categories(answer: Response) -> bool:
    """Tell whether there is more than one category, as a page of them says or shows."""
    return max(count_on_all_pages(answer) or 0, len(categories_of_page(answer))) > 1


def members_of(answer: Response) -> dict[str, Any]:
    """Return the object that a success carries; nothing if it carries none."""
    try:
        body = require_success(answer).json
    except (DoesNotConform, Inconclusive):
        return {}
    return body if isinstance(body, dict) else {}


def categories_of_page(answer: Response) -> list[dict[str, Any]]:
    """Return the categories of a page."""
    return objects_in(members_of(answer).get("results"))


def categories_of_sections(answer: Response) -> list[dict[str, Any]]:
    """Return the categories of all sections."""
    sections = objects_in(members_of(answer).get("sections"))
    return [one for section in sections for one in objects_in(section.get("subcategories"))]


def restrictions_of(answer: Response) -> dict[str, bool]:
    """Map every channel of the channel preferences to whether it is restricted."""
    return {
        one["channel"]: one["is_restricted"]
        for one in objects_in(members_of(answer).get("channel_preferences"))
        if isinstance(one.get("channel"), str) and isinstance(one.get("is_restricted"), bool)
    }


def member_of_lists(answer: Response) -> Member:
    """Return the way to what holds the categories of a page, or of all sections."""
    return ("results",) if "results" in members_of(answer) else ("sections",)


def member_of_restriction(answer: Response, channel: str) -> Member:
    """Return the way to whether a channel is restricted; to the list of channels if it is not there."""
    listed = objects_in(members_of(answer).get("channel_preferences"))
    named = [one for one in listed if one.get("channel") == channel]
    return find_member(answer.json, named[0], "is_restricted") if named else ("channel_preferences",)


def objects_in(listed: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, none if it is no list."""
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def find_category(categories: Sequence[Mapping[str, Any]], slug: str) -> Mapping[str, Any] | None:
    """Return the category of that name; None if there is none."""
    return next((one for one in categories if one.get("category") == slug), None)

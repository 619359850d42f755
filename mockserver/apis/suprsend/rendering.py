"""How a category, a section and channels are shown, whoever asks.

What is kept here is written, and never changed. Most objects differ in few categories, and a list has all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from mockserver.apis.suprsend.catalogue import Catalogue
from mockserver.apis.suprsend.effective_category import EffectiveCategory
from mockserver.apis.suprsend.workspace import CHANNELS
from mockserver.session.store import Record


class Style(NamedTuple):
    """How the alternatives in force show a category in one kind of answer, each that of the choice of its name.

    locked_category: None where a category that nobody can unsubscribe from is shown as any other one.
    """

    opted_out_channels: str
    original_preference: str
    no_description: str
    locked_category: str | None = None


class View(NamedTuple):
    """All that the answer about a category depends on besides the category and what the object chose in it.

    restricted: the channels that the object restricts. own: those that it has; None for all. shows_opt_outs: whether an
    opted-out category lists its channels in any case.
    """

    style: Style
    restricted: tuple[str, ...]
    own: tuple[str, ...] | None
    shows_opt_outs: bool
    locale: str | None


@lru_cache(1000)
def render_category(
    effective: EffectiveCategory, view: View, choice: str | None = None, opt_outs: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Render a category as CategoryPreference has it; the same object for the same arguments, not to be changed.

    choice, opt_outs: the object's own; choice is None if it made none.
    """
    style, words = view.style, translate_words(effective.category, view.locale)
    stored = None if choice is None else {"preference": choice, "opt_outs": opt_outs}
    preference = effective.effective_preference(stored)
    is_as_chosen = style.opted_out_channels == "as-chosen"
    lists_channels = (
        preference == "opt_in"
        or view.shows_opt_outs
        or is_as_chosen
        or style.opted_out_channels == "opted-out"
    )
    nothing: list[Any] | None = None if style.opted_out_channels == "told-as-null" else []
    is_named = style.locked_category == "cant-unsubscribe" and effective.is_locked
    return {
        "name": words["name"],
        "category": effective.category["slug"],
        **_render_description(words["description"], style.no_description),
        "original_preference": None if style.original_preference == "always-null" else effective.default,
        "preference": "cant_unsubscribe" if is_named else preference,
        "is_editable": effective.is_editable,
        "channels": effective.list_channels(stored, view.restricted, view.own, is_as_chosen=is_as_chosen)
        if lists_channels
        else nothing,
        **_drop_empty(tags=effective.category["tags"], effective_tags=effective.tags),
    }


@lru_cache(100)
def render_untouched_categories(catalogue: Catalogue, view: View) -> Mapping[str, dict[str, Any]]:
    """Render each category of *catalogue*, by its slug, as it is for an object that made no choice in it."""
    return {one.category["slug"]: render_category(one, view) for one in catalogue.categories}


@lru_cache(100)
def render_section_headings(catalogue: Catalogue, locale: str | None) -> list[dict[str, Any]]:
    """Render what the full preference says of each section of *catalogue* beside its categories."""
    return [_render_section_heading(section, locale) if section else {} for section, _ in catalogue.sections]


@lru_cache(1000)
def render_channels(restricted: tuple[str, ...], own: tuple[str, ...] | None) -> list[dict[str, Any]]:
    """Render each channel that an object has, with whether it restricts it."""
    return [
        {"channel": channel, "is_restricted": channel in restricted}
        for channel in (CHANNELS if own is None else own)
    ]


def _render_section_heading(section: Record, locale: str | None) -> dict[str, Any]:
    words = translate_words(section, locale)
    return {
        "name": words["name"],
        "slug": section["slug"],
        **_drop_empty(description=words["description"], tags=section["tags"]),
    }


def _render_description(description: str | None, without: str) -> dict[str, Any]:
    """Render the member; *without* is the alternative that says what there is where nobody described anything."""
    if not description and without == "left-out":
        return {}
    return {"description": "" if not description and without == "empty-text" else description}


def _drop_empty(**members: Any) -> dict[str, Any]:
    """Leave out the members that are empty."""
    return {name: value for name, value in members.items() if value}


def translate_words(named: Record, locale: str | None) -> Mapping[str, Any]:
    """Return name and description in the language of *locale*, in a wider one (es for es-AR), or untranslated."""
    if not locale or not named["translations"]:
        return named
    words = {"name": named["name"], "description": named["description"]}
    known = {language.lower(): own for language, own in named["translations"].items()}
    wanted_language = locale.replace("_", "-").lower()
    # The wider language first, so that the narrower one overrides it.
    for language in (wanted_language.partition("-")[0], wanted_language):
        words |= {name: word for name, word in known.get(language, {}).items() if word is not None}
    return words

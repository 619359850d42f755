"""How a category and a section are shown, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mockserver.apis.suprsend.effective_category import EffectiveCategory
from mockserver.session.store import Record


# Most objects differ in few categories, and a list has all of them. What is kept is written, and never changed.
@lru_cache(1000)
def render_category(
    effective: EffectiveCategory,
    name: str,
    description: str,
    choice: str | None,
    opt_outs: tuple[str, ...],
    restricted: tuple[str, ...],
    own: tuple[str, ...] | None,
    shows_opt_outs: bool,
    listing: str,
) -> dict[str, Any]:
    """Render a category as CategoryPreference has it; the same object for the same arguments, not to be changed.

    name, description: in the language that was asked for. choice, opt_outs: the object's own; choice is None if it made
    none. restricted, own: as list_channels takes them. shows_opt_outs: whether an opted-out category lists its channels
    in any case. listing: how it does by itself, the alternative of a choice of the contract.
    """
    stored = None if choice is None else {"preference": choice, "opt_outs": opt_outs}
    preference = effective.effective_preference(stored)
    lists_channels = preference == "opt_in" or shows_opt_outs or listing in ("opted-out", "as-chosen")
    is_as_chosen = listing == "as-chosen"
    nothing: list[Any] | None = None if listing == "told-as-null" else []
    return {
        "name": name,
        "category": effective.category["slug"],
        "description": description,
        "original_preference": effective.default,
        "preference": preference,
        "is_editable": effective.is_editable,
        "channels": effective.list_channels(stored, restricted, own, is_as_chosen=is_as_chosen)
        if lists_channels
        else nothing,
        **_drop_empty(tags=effective.category["tags"], effective_tags=effective.tags),
    }


def render_section_heading(section: Record, locale: str | None) -> dict[str, Any]:
    """Render what the full preference says of a section beside its categories."""
    words = translate_words(section, locale)
    return {
        "name": words["name"],
        "slug": section["slug"],
        **_drop_empty(description=words["description"], tags=section["tags"]),
    }


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

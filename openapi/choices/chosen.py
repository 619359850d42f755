"""Which alternatives somebody chooses, checked against those that there are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from openapi.choices.choice import Choice

# The alternative in force of each choice, by its id; what is not named is the default.
Chosen = Mapping[str, str]
_MOST_LISTED = 10


class UnknownChoice(ValueError):
    """There is no such choice, or no such alternative of it; the message names the nearest."""


def check_chosen(choices: Mapping[str, Choice], chosen: Mapping[str, Any], where: str = "") -> dict[str, str]:
    """Name the alternatives in *chosen* if every id and every alternative in it is known.

    None, as YAML reads the bare word, is the alternative that is called null.

    where: what a message begins with, such as the name of the API.
    Raises UnknownChoice.
    """
    found = {}
    for id_, told in chosen.items():
        if id_ not in choices:
            raise UnknownChoice(f"{where}{id_} is not a choice; {_suggest_word(id_, choices)}")
        known = choices[id_].alternatives
        name = "null" if told is None else told
        if not isinstance(name, str) or name not in known:
            shown = name if isinstance(name, str) else repr(name)
            raise UnknownChoice(f"{where}{id_}: {shown} is not an alternative; {_suggest_word(name, known)}")
        found[id_] = name
    return found


def complete_chosen(choices: Mapping[str, Choice], chosen: Chosen) -> dict[str, str]:
    """Name the alternative in force of every choice: the one in *chosen*, or else the default."""
    return {id_: chosen.get(id_, choice.default) for id_, choice in choices.items()}


def _suggest_word(word: Any, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(str(word), names, n=1)
    if near:
        return f"did you mean {near[0]!r}?"
    if len(names) > _MOST_LISTED:
        return "`mockserver choices` lists them all"
    return f"known are {', '.join(names) or 'none'}"

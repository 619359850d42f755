"""A JSON value in lines, as people read it, each with the way to what stands there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from openapi.pointer import escape_step

_DEEPEST = 200  # levels; each is indented more than the one before, so a deep value takes its depth squared
_ENCODER = json.JSONEncoder(ensure_ascii=False)  # json.dumps would make one for every line


class TooDeep(ValueError):
    """A value is too deep to be written in lines."""


class _Closing(NamedTuple):
    """Stands for the end of an object or an array that was begun."""

    bracket: str


def list_lines(value: Any) -> Iterator[tuple[str, str]]:
    """Yield each line of a JSON value, with the JSON Pointer to what stands there.

    Raises TooDeep beyond 200 levels.
    """
    # Without recursion, since a body may be as deep as it is long, and each level would hand on all lines below it.
    waiting: list[tuple[str, Any, str, str, str]] = [("", value, "", "", "")]
    while waiting:
        pointer, value, indent, name, comma = waiting.pop()
        if isinstance(value, _Closing):
            yield pointer, f"{indent}{value.bracket}{comma}"
        elif not isinstance(value, dict | list) or not value:
            yield pointer, f"{indent}{name}{_ENCODER.encode(value)}{comma}"
        else:
            if len(indent) >= 2 * _DEEPEST:
                raise TooDeep
            opening, closing = "{}" if isinstance(value, dict) else "[]"
            yield pointer, f"{indent}{name}{opening}"
            items = list(value.items() if isinstance(value, dict) else enumerate(value))
            waiting.append((pointer, _Closing(closing), indent, "", comma))
            for number, (step, item) in reversed(list(enumerate(items, 1))):
                label = f"{_ENCODER.encode(step)}: " if isinstance(value, dict) else ""
                place = f"{pointer}/{escape_step(str(step))}"
                waiting.append((place, item, f"{indent}  ", label, "," if number < len(items) else ""))


def mark_lines(value: Any, pointer: str) -> list[tuple[str, bool]]:
    """Return each line of a JSON value, and whether it belongs to the member that a JSON Pointer leads to.

    Where there is no such member, it is what was to hold it; nothing if that is all. Raises TooDeep beyond 200 levels.
    """
    lines = list(list_lines(value))
    places = {at for at, _ in lines}
    while pointer and pointer not in places:
        pointer = pointer.rpartition("/")[0]
    return [(text, pointer != "" and f"{at}/".startswith(f"{pointer}/")) for at, text in lines]

"""The lines of a JSON text on which its parts stand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from json import decoder
from typing import Any

_SPACE = re.compile(r"[ \t\n\r]*")
# Both are written in C: what is not looked for is passed over at the speed at which it is read.
_scan_value: Callable[[str, int], tuple[Any, int]] = json.JSONDecoder().scan_once  # type: ignore[attr-defined]
_scan_text: Callable[[str, int], tuple[str, int]] = decoder.scanstring  # type: ignore[attr-defined]


class NotJson(ValueError):
    """The text is no JSON."""


def find_json_lines(text: str, places: Sequence[Sequence[str | int]]) -> list[int | None]:
    """Find the line of each of *places*, keys and indexes that lead from the whole of *text* to a part.

    Where they lead nowhere it is the line of the last part that is there; None if none is.
    Raises NotJson.
    """
    finder = _Finder(text, places)
    try:
        finder.note_parts(_skip_space(text, 0), range(len(places)), 0)
    except (ValueError, IndexError, StopIteration, RecursionError):
        raise NotJson from None
    lines, line, counted = {}, 1, 0
    for begin in sorted({begin for begin in finder.begins if begin is not None}):
        line += text.count("\n", counted, begin)
        lines[begin], counted = line, begin
    return [None if begin is None else lines[begin] for begin in finder.begins]


class _Finder:
    """Finds where parts begin. begins: the index in *text* of the last part of each place that was found."""

    def __init__(self, text: str, places: Sequence[Sequence[str | int]]) -> None:
        self._text = text
        self._places = places
        self.begins: list[int | None] = [None] * len(places)

    def note_parts(self, at: int, wanted: Iterable[int], depth: int) -> int:
        """Note where the parts begin that the places numbered *wanted* mean in the value at *at*; return its end.

        depth: how many steps of these places lead to the value.
        """
        text = self._text
        is_object = text[at] == "{"
        steps: dict[Hashable, list[int]] = {}
        for number in wanted:
            if len(self._places[number]) > depth:
                step = self._places[number][depth]
                steps.setdefault(str(step) if is_object else step, []).append(number)
        if not steps or text[at] not in "{[":
            return _scan_value(text, at)[1]
        closing, index = "}" if is_object else "]", 0
        at = _skip_space(text, at + 1)
        while text[at] != closing:
            begin = at
            key: Hashable = index
            index += 1
            if is_object:
                key, at = _scan_text(text, at + 1)
                at = _skip_space(text, _expect_mark(text, _skip_space(text, at), ":"))
            found = steps.pop(key, [])
            for number in found:
                self.begins[number] = begin
            at = self.note_parts(at, found, depth + 1) if found else _scan_value(text, at)[1]
            at = _skip_space(text, at)
            if text[at] != closing:
                at = _skip_space(text, _expect_mark(text, at, ","))
        return at + 1


def _skip_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _expect_mark(text: str, at: int, mark: str) -> int:
    if text[at] != mark:
        raise NotJson
    return at + 1

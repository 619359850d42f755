"""The operation that a request without one probably meant, and what is different in its method and path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from heapq import nlargest
from itertools import groupby
from typing import NamedTuple

from mockserver.contract.operation import Operation
from mockserver.contract.parameters.path_template import split_path

# A path may have a megabyte, and a contract a thousand operations.
LONGEST_COMPARED = 200
_MOST_SEGMENTS = 24
_MOST_COMPARED = 24
_MOST_KEPT = 4096
_LONGEST_SHOWN = 80

# What an edit costs: whole numbers, so that equal ways are equal. Another segment costs less than one of each kind.
_MISSING, _EXTRA, _EXTRA_SLASH = 70, 80, 20
_OTHER, _OTHER_CASE, _VALUE, _NO_VALUE, _OTHER_METHOD = 140, 10, 10, 100, 30
# A path of another service differs everywhere.
_MOST_REASONS = 3


class NearMiss(NamedTuple):
    """The operation that a request came nearest to, and why it did not match."""

    operation: Operation
    reason: str


class _Edit(NamedTuple):
    """A segment of a template, and the part of a path that stands for it; None where one of them has none."""

    segment: str | None
    part: str | None
    cost: int

    @property
    def kind(self) -> str:
        if self.segment is None:
            return "extra"
        if self.part is None:
            return "missing"
        return "same" if self.cost <= (_VALUE if "{" in self.segment else 0) else "other"


class _Way(NamedTuple):
    """The cheapest edits up to a place, the last one first."""

    cost: int
    edit: _Edit | None = None
    before: _Way | None = None

    def extend(self, edit: _Edit) -> _Way:
        return _Way(self.cost + edit.cost, edit, self)


def find_near_miss(operations: Sequence[Operation], method: str, path: str) -> NearMiss:
    """Find the operation whose method and path take the fewest edits to become *method* and *path*.

    Only the beginning of a long path is compared, and of many operations those that have most letters in common.
    """
    beginning = path[:LONGEST_COMPARED]
    parts = split_path(beginning)[:_MOST_SEGMENTS]
    candidates = operations
    if len(operations) > _MOST_COMPARED:
        letters = _list_trigrams(beginning)
        candidates = nlargest(
            _MOST_COMPARED,
            operations,
            key=lambda one: _count_shared(letters, _template_trigrams(one.template)),
        )
    ways = [(one, _align_path(split_path(one.template), parts)) for one in candidates]
    best, way = min(ways, key=lambda pair: pair[1].cost + _compare_method(pair[0].method, method))
    reasons = [*_describe_edits(_list_edits(way))][:_MOST_REASONS]
    if _compare_method(best.method, method):
        taken = [one.method for one in operations if one.template == best.template]
        reasons.append(f"it takes {', '.join(taken)}, not {method}")
    return NearMiss(best, "; ".join(reasons))


def _list_trigrams(text: str) -> frozenset[str]:
    text = text.lower()
    return frozenset(text[at : at + 3] for at in range(len(text) - 2))


# Of templates only: those of all that is called would fill the memory.
_template_trigrams = lru_cache(_MOST_KEPT)(_list_trigrams)


def _count_shared(path: frozenset[str], template: frozenset[str]) -> float:
    """Count the trigrams that both have; of templates that share as many, the shorter counts more."""
    return len(path & template) - len(template) / 1000


def _compare_method(known: str, method: str) -> int:
    return 0 if method == known or (method, known) == ("HEAD", "GET") else _OTHER_METHOD


def _align_path(template: Sequence[str], parts: Sequence[str]) -> _Way:
    """Find the cheapest way to make *parts* of *template*, as an edit distance is computed."""
    above = [_Way(0)]
    for part in parts:
        above.append(above[-1].extend(_Edit(None, part, _EXTRA if part else _EXTRA_SLASH)))
    for segment in template:
        row = [above[0].extend(_Edit(segment, None, _MISSING))]
        for column, part in enumerate(parts):
            # Of equal ways the one that changes the end.
            ways = (
                row[-1].extend(_Edit(None, part, _EXTRA if part else _EXTRA_SLASH)),
                above[column + 1].extend(_Edit(segment, None, _MISSING)),
                above[column].extend(_Edit(segment, part, _compare_segment(segment, part))),
            )
            row.append(min(ways, key=lambda way: way.cost))
        above = row
    return above[-1]


@lru_cache(_MOST_KEPT)
def _compare_segment(segment: str, part: str) -> int:
    if "{" in segment:
        return _VALUE if part else _NO_VALUE
    if segment == part:
        return 0
    if segment.lower() == part.lower():
        return _OTHER_CASE
    difference = 1 - SequenceMatcher(None, segment, part, autojunk=False).ratio()
    return min(_OTHER, round(3 * 100 * difference))


def _list_edits(way: _Way) -> list[_Edit]:
    edits: list[_Edit] = []
    node: _Way | None = way
    while node is not None and node.edit is not None:
        edits.append(node.edit)
        node = node.before
    return edits[::-1]


def _describe_edits(edits: Sequence[_Edit]) -> Iterator[str]:
    """Say what is different, a sentence for each run of edits of one kind."""
    number = 0
    before = ""
    for kind, group in groupby(edits, key=lambda edit: edit.kind):
        run = list(group)
        if kind == "other":
            yield from (
                f"segment {number + index} is '{_shorten_part(one.part)}', not '{one.segment}'"
                for index, one in enumerate(run, 1)
            )
        elif kind != "same":
            text = "".join(f"/{_shorten_part(one.segment if one.part is None else one.part)}" for one in run)
            where = _name_place(before, is_last=run[-1] is edits[-1])
            if kind == "missing":
                yield f"the path lacks {text}{where}"
            elif text.strip("/"):
                yield f"the path should not have {text}{where}"
            else:
                yield f"the path has a slash too many{where}"
        number += sum(one.part is not None for one in run)
        before = next(
            (f"/{_shorten_part(one.part)}" for one in reversed(run) if one.part is not None), before
        )


def _name_place(before: str, *, is_last: bool) -> str:
    if not before:
        return " at its beginning"
    return " at its end" if is_last else f" after {before}"


def _shorten_part(text: str | None) -> str:
    return (text or "")[:_LONGEST_SHOWN]

"""Texts that a regular expression matches."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from re import _constants as codes
from re import _parser
from typing import Any

from mockserver.contract.samples.pattern_dialect import translate_pattern

# More of them nobody reads, and a few brackets ask for millions.
_LONGEST_TEXT = 2000
_MOST_STEPS = 4000
_LONGEST_PATTERN = 2000
_UNBOUNDED = 1 << 30
# From the most readable on.
_CHARACTERS = (
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_. /:@+,;!#$%&'()*<=>?[]^`{|}~\"\\\t\n"
)
_CATEGORIES = {
    codes.CATEGORY_DIGIT: str.isdigit,
    codes.CATEGORY_NOT_DIGIT: lambda char: not char.isdigit(),
    codes.CATEGORY_SPACE: str.isspace,
    codes.CATEGORY_NOT_SPACE: lambda char: not char.isspace(),
    codes.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
    codes.CATEGORY_NOT_WORD: lambda char: not (char.isalnum() or char == "_"),
}
_REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


def list_matching_texts(pattern: str, least: int, variant: int) -> Iterator[str]:
    """Yield texts that *pattern* probably matches, of *least* characters or more if that is possible.

    Nothing for a pattern that is not understood, or too large. variant: of several texts, which one.
    """
    tree = _parse_pattern(pattern)
    if tree is None or least > _LONGEST_TEXT:
        return
    for fewest in (1, 0):
        try:
            text = _Writer(fewest, 0, variant).write_text(tree)
            if len(text) < least:
                text = _Writer(fewest, least - len(text), variant).write_text(tree)
        except _GivenUp:
            continue
        yield text
        if variant:
            # Where nothing in it can be chosen.
            yield f"{text}{variant}"
        if len(text) < least:
            # What has no anchor there may go on.
            padding = "x" * min(least - len(text), _LONGEST_TEXT)
            yield text + padding
            yield padding + text


class _GivenUp(Exception):
    """A text would be too long, or no character fits."""


@lru_cache(maxsize=256)
def _parse_pattern(pattern: str) -> Any:
    if len(pattern) > _LONGEST_PATTERN:
        return None
    try:
        with warnings.catch_warnings():
            # Of brackets that Python may read otherwise one day.
            warnings.simplefilter("ignore")
            tree = _parser.parse(translate_pattern(pattern))
            shortest, _ = tree.getwidth()
            return tree if shortest <= _LONGEST_TEXT else None
    except (re.error, RecursionError, OverflowError, ValueError):
        return None


class _Writer:
    """Writes one text.

    fewest: how often to repeat what may be left out and has no end. missing: how many characters more than that are
    wanted. variant: which of the possible choices is taken.
    """

    def __init__(self, fewest: int, missing: int, variant: int) -> None:
        self._fewest = fewest
        self._missing = missing
        self._variant = variant
        self._steps = 0
        self._written: list[str] = []
        self._length = 0
        self._groups: dict[int, str] = {}
        # Characters that a lookahead asks for, which are taken where they fit.
        self._wanted: list[str] = []

    def write_text(self, tree: Any) -> str:
        """Write a text for *tree*; raises _GivenUp where there is none."""
        try:
            self._write_items(tree)
        except RecursionError:
            raise _GivenUp from None
        return "".join(self._written)

    def _write_items(self, items: Any) -> None:
        for code, argument in items:
            self._steps += 1
            if self._steps > _MOST_STEPS or self._length > _LONGEST_TEXT:
                raise _GivenUp
            self._write_item(code, argument)

    def _write_item(self, code: Any, argument: Any) -> None:
        if code is codes.LITERAL:
            self._add(chr(argument))
        elif code is codes.NOT_LITERAL:
            self._add_any(lambda char: ord(char) != argument)
        elif code is codes.ANY:
            self._add_any(lambda char: char != "\n")
        elif code is codes.IN:
            self._add_any(_compile_set(argument), _first_of_set(argument))
        elif code is codes.BRANCH:
            branches = argument[1]
            self._write_items(branches[self._choose(len(branches))])
        elif code is codes.SUBPATTERN:
            begin = len(self._written)
            self._write_items(argument[3])
            self._groups[argument[0]] = "".join(self._written[begin:])
        elif code in _REPEATS:
            self._repeat(*argument)
        elif code is codes.GROUPREF:
            self._add(self._groups.get(argument, ""))
        elif code is codes.ATOMIC_GROUP:
            self._write_items(argument)
        elif code is codes.ASSERT and argument[0] == 1:
            self._wanted += _Writer(0, 0, self._variant).write_text(argument[1])
        # The rest is no text: anchors, and what must not follow. Whether they are kept is seen in the end.

    def _repeat(self, least: int, most: Any, items: Any) -> None:
        most = min(int(most), _UNBOUNDED)
        fewest = max(least, min(self._fewest, most)) if most > 1 else least
        count = 0
        while count < fewest or (count < most and (self._missing > 0 or self._wanted)):
            before = self._length, len(self._wanted)
            self._write_items(items)
            count += 1
            if count > fewest:
                self._missing -= self._length - before[0]
            if (self._length, len(self._wanted)) == before:
                # Nothing more comes of it, however often it is asked for.
                break

    def _add(self, text: str) -> None:
        self._written.append(text)
        self._length += len(text)

    def _add_any(self, fits: Any, first: str | None = None) -> None:
        """Add a character that *fits*: one that is wanted, or a readable one."""
        for index, char in enumerate(self._wanted):
            if fits(char):
                self._add(self._wanted.pop(index))
                return
        known = [char for char in _CHARACTERS if fits(char)]
        if not known and first is not None and fits(first):
            known = [first]
        if not known:
            raise _GivenUp
        self._add(known[self._choose(len(known))])

    def _choose(self, count: int) -> int:
        """Choose one of *count*, another one for each variant."""
        self._variant, chosen = divmod(self._variant, count)
        return chosen


def _compile_set(items: Any) -> Any:
    """Compile what stands in brackets to a test of one character."""
    is_negated = bool(items) and items[0][0] is codes.NEGATE
    tests = [_compile_set_item(code, argument) for code, argument in items if code is not codes.NEGATE]
    return lambda char: any(test(char) for test in tests) != is_negated


def _compile_set_item(code: Any, argument: Any) -> Any:
    if code is codes.LITERAL:
        return lambda char: ord(char) == argument
    if code is codes.RANGE:
        return lambda char: argument[0] <= ord(char) <= argument[1]
    return _CATEGORIES.get(argument, lambda _: False)


def _first_of_set(items: Any) -> str | None:
    """Give a character that brackets name, for those of which no common one is in them."""
    code, argument = items[0]
    return (
        chr(argument if code is codes.LITERAL else argument[0])
        if code in (codes.LITERAL, codes.RANGE)
        else None
    )

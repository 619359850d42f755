"""Reading YAML files fast: the JSON that a file without tags stands for, and without aliases unless they are taken."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from openapi.pointer import Steps

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(
    r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9]+(?:[eE][-+]?[0-9]+)?"
)
_WORDS = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}
# What has another meaning than the text that it is, or is written in a way that the slow reader knows.
_ODD = ("<<", ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN")
_MOST_DIGITS = 4000
_MOST_ALIASED_CHARACTERS = 100_000
_NO_KEY = object()


class NotPlain(ValueError):
    """A file is no YAML, or has something in it that is not read here; yaml_text reads it, or says what is wrong."""


def parse_plain_yaml(text: str, deepest: int, repeated: list[Steps], *, takes_aliases: bool = False) -> Any:
    """Make of a YAML document the JSON that it stands for, as yaml_text reads it, in a fifth of the time.

    Of members with the same name the last is taken, and the steps to it are added to *repeated*. takes_aliases: an
    alias is the very value that it stands for, and no copy. Raises NotPlain, also for more than *deepest* levels, and
    where aliases stand for much.
    """
    try:
        # PyYAML has it on most systems.
        from yaml._yaml import CParser
    except ImportError:
        raise NotPlain from None
    parser = CParser(text)
    try:
        return _build_value(parser.get_event, deepest, repeated, _Anchors(takes_aliases))
    except yaml.YAMLError:
        raise NotPlain from None
    finally:
        parser.dispose()


class _Anchors:
    """The mappings and sequences that aliases stand for, by the names of their anchors."""

    def __init__(self, takes_aliases: bool) -> None:
        self._takes_aliases = takes_aliases
        self._parts: dict[str, tuple[Any, int]] = {}
        # Of each part that is being read: its anchor, where it begins, and what aliases stood for by then.
        self._begun: list[tuple[str | None, int, int]] = []
        self._aliased = 0

    def begin_part(self, event: Any) -> None:
        """Take note of a mapping or a sequence, which *event* begins."""
        if event.anchor is not None and (not self._takes_aliases or event.anchor in self._parts):
            raise NotPlain
        self._begun.append((event.anchor, event.start_mark.index, self._aliased))

    def end_part(self, event: Any, part: Any) -> None:
        """Keep the *part* that *event* ends, with the characters that it would take without aliases."""
        anchor, begin, aliased = self._begun.pop()
        if anchor is not None:
            self._parts[anchor] = (part, event.end_mark.index - begin + self._aliased - aliased)

    def find(self, anchor: str) -> Any:
        """Find what an alias stands for, unless that is much, or the part that the alias is in."""
        if anchor not in self._parts:
            raise NotPlain
        part, size = self._parts[anchor]
        self._aliased += size
        if self._aliased > _MOST_ALIASED_CHARACTERS:
            raise NotPlain
        return part


def _build_value(get_event: Any, deepest: int, repeated: list[Steps], anchors: _Anchors) -> Any:
    """Build the value of the only document from the parser's events, which costs less than to build its tree first."""
    known: dict[str, Any] = {}
    # What is around the mapping or sequence that is being filled, and the steps to it.
    holders: list[Any] = []
    steps: list[str | int] = []
    root: Any = None
    holder: Any = None
    key: Any = _NO_KEY
    documents = 0
    while True:
        event = get_event()
        kind = type(event)
        if kind is yaml.ScalarEvent:
            if event.anchor is not None or event.tag is not None:
                raise NotPlain
            value = event.value
            if event.implicit[0]:
                value = known[value] if value in known else known.setdefault(value, _read_word(value))
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            if event.tag is not None or len(holders) >= deepest:
                raise NotPlain
            anchors.begin_part(event)
            value = {} if kind is yaml.MappingStartEvent else []
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            anchors.end_part(event, holder)
            holder, key = holders.pop(), _NO_KEY
            if steps:
                steps.pop()
            continue
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise NotPlain
            continue
        elif kind is yaml.StreamEndEvent:
            return root
        elif kind is yaml.AliasEvent:
            value = anchors.find(event.anchor)
        else:
            continue
        is_whole = kind is yaml.ScalarEvent or kind is yaml.AliasEvent
        step: Any = None
        if holder is None:
            root = value
        elif type(holder) is list:
            step = len(holder)
            holder.append(value)
        elif key is _NO_KEY:
            if kind is not yaml.ScalarEvent:
                raise NotPlain
            key = value if type(value) is str else json.dumps(value)
            continue
        else:
            if key in holder:
                repeated.append((*steps, key))
            step = key
            holder[key] = value
            key = _NO_KEY
        if not is_whole:
            if holder is not None:
                steps.append(step)
            holders.append(holder)
            holder = value


def _read_word(word: str) -> Any:
    """Read a word without quotes as YAML 1.2's schema for JSON does."""
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in "-+.0123456789<":
        return word
    if len(word) > _MOST_DIGITS or word.lstrip("-+") in _ODD:
        raise NotPlain
    if _INT.fullmatch(word):
        return int(word)
    return float(word) if _FLOAT.fullmatch(word) else word

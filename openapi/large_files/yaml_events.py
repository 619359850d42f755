"""Reading large YAML files fast: the JSON that a file without aliases and tags stands for."""

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
_NO_KEY = object()


class NotPlain(ValueError):
    """A file is no YAML, or has something in it that is not read here; yaml_text reads it, or says what is wrong."""


def parse_plain_yaml(text: str, deepest: int, repeated: list[Steps]) -> Any:
    """Make of a YAML document the JSON that it stands for, as yaml_text reads it, in a fifth of the time.

    Of members with the same name the last is taken, and the steps to it are added to *repeated*. Raises NotPlain, also
    for more than *deepest* levels.
    """
    try:
        # PyYAML has it on most systems.
        from yaml._yaml import CParser
    except ImportError:
        raise NotPlain from None
    parser = CParser(text)
    try:
        return _build_value(parser.get_event, deepest, repeated)
    except yaml.YAMLError:
        raise NotPlain from None
    finally:
        parser.dispose()


def _build_value(get_event: Any, deepest: int, repeated: list[Steps]) -> Any:
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
            if event.anchor is not None or event.tag is not None or len(holders) >= deepest:
                raise NotPlain
            value = {} if kind is yaml.MappingStartEvent else []
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
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
            raise NotPlain
        else:
            continue
        is_scalar = kind is yaml.ScalarEvent
        step: Any = None
        if holder is None:
            root = value
        elif type(holder) is list:
            step = len(holder)
            holder.append(value)
        elif key is _NO_KEY:
            if not is_scalar:
                raise NotPlain
            key = value if type(value) is str else json.dumps(value)
            continue
        else:
            if key in holder:
                repeated.append((*steps, key))
            step = key
            holder[key] = value
            key = _NO_KEY
        if not is_scalar:
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

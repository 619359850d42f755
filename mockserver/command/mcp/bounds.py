"""How much of what a stub holds an agent is shown: an agent reads every character, and has room for few."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

MOST_CHARACTERS = 40_000
_LONGEST_TEXT = 2_000
_MOST_MEMBERS = 100


def shorten_calls(calls: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the newest of *calls* for which there is room; long bodies and texts are cut."""
    kept: list[dict[str, Any]] = []
    left = MOST_CHARACTERS
    for call in reversed(calls):
        short = _shorten_texts({name: _shorten_body(member) for name, member in call.items()})
        left -= count_characters(short)
        if left < 0 and kept:
            break
        kept.insert(0, short)
    return kept


def _shorten_body(member: Any) -> Any:
    if not isinstance(member, dict) or not isinstance(member.get("body"), dict | list):
        return member
    text = json.dumps(member["body"], ensure_ascii=False)
    return member if len(text) <= _LONGEST_TEXT else {**member, "body": text}


def _shorten_texts(value: Any) -> Any:
    if isinstance(value, str):
        size = len(value)
        cut = f"{value[:_LONGEST_TEXT]}… (the first {_LONGEST_TEXT} of {size} characters)"
        return value if size <= _LONGEST_TEXT else cut
    if isinstance(value, dict):
        return {name: _shorten_texts(member) for name, member in value.items()}
    return [_shorten_texts(item) for item in value] if isinstance(value, list) else value


def describe_size(value: Any) -> str:
    """Say how much a value is that is not shown."""
    members = f"{len(value)} members, " if isinstance(value, dict | list) else ""
    return f"{members}{count_characters(value)} characters"


def outline_members(value: Any) -> dict[str, str]:
    """Map the first members of a value that is too large to their sizes, each under the step that leads to it."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else [])
    )
    return {str(step): describe_size(member) for step, member in list(members)[:_MOST_MEMBERS]}


def count_characters(value: Any) -> int:
    """Count the characters of *value* as JSON."""
    return len(json.dumps(value, ensure_ascii=False))

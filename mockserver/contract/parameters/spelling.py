"""A value spread over the text of a request, as the style of its parameter says: what ``reading`` undoes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.contract.parameters.style import Style
from openapi.media_type import is_json

_Pair = tuple[str, str]


def spell_value(definition: Mapping[str, Any], value: Any) -> list[_Pair]:
    """Spell the *value* of a parameter as names and texts, none of them encoded: of a path or a header it is one."""
    name = definition["name"]
    for media_type in definition.get("content") or ():
        return [(name, json.dumps(value, ensure_ascii=False) if is_json(media_type) else write_text(value))]
    style = Style.from_definition(definition)
    if style.name == "deepObject":
        return list(_list_leaves(name, value))
    stands_alone = style.is_exploded and definition["in"] in ("query", "cookie")
    if stands_alone and isinstance(value, list):
        return [(name, write_text(one)) for one in value]
    if stands_alone and isinstance(value, dict):
        return [(key, write_text(one)) for key, one in value.items()]
    separator = style.separators[0]
    text = separator.join(_list_parts(value, style))
    if style.name == "label":
        text = f".{text}"
    if style.name == "matrix":
        text = _spell_matrix(name, text, value, style)
    return [(name, text)]


def write_text(value: Any) -> str:
    """Write one value as a text, a list or an object within another as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _list_leaves(name: str, value: Any) -> Iterator[_Pair]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _list_leaves(f"{name}[{key}]", one)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _list_leaves(f"{name}[{index}]", one)
    else:
        yield name, write_text(value)


def _list_parts(value: Any, style: Style) -> list[str]:
    if isinstance(value, list):
        return list(map(write_text, value))
    if not isinstance(value, dict):
        return [write_text(value)]
    pairs = [(key, write_text(one)) for key, one in value.items()]
    return (
        [f"{key}={one}" for key, one in pairs]
        if style.is_exploded
        else [part for pair in pairs for part in pair]
    )


def _spell_matrix(name: str, text: str, value: Any, style: Style) -> str:
    if style.is_exploded and isinstance(value, list):
        return "".join(f";{name}={write_text(one)}" for one in value)
    return f";{text}" if style.is_exploded and isinstance(value, dict) else f";{name}={text}"

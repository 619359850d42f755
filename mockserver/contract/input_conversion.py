"""What becomes of a value before it is validated, by the names that ``input`` has in the choices of a contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mockserver.http import exact_json

# In the place of a value: the item of a list is dropped, a member or a parameter counts as absent.
LEFT_OUT = object()
# Of the choice about media types: a body counts as JSON, whatever its Content-Type says.
READ_AS_JSON = "read-as-json"

# Takes the value and its schema.
Convert = Callable[[Any, Mapping[str, Any]], Any]


def _write_as_text(value: Any, _: Mapping[str, Any]) -> Any:
    return value if isinstance(value, str) else exact_json.dumps(value).decode()


def _keep_within_bounds(value: Any, schema: Mapping[str, Any]) -> Any:
    if not isinstance(value, int | float):
        return value
    return min(max(value, schema.get("minimum", value)), schema.get("maximum", value))


def _make_lists_of_texts(value: Any, schema: Mapping[str, Any]) -> Any:
    return _convert_texts_for_lists(value, schema, lambda text: [text])


def _leave_out_texts(value: Any, schema: Mapping[str, Any]) -> Any:
    return _convert_texts_for_lists(value, schema, lambda _: LEFT_OUT)


def _convert_texts_for_lists(value: Any, schema: Mapping[str, Any], convert: Callable[[str], Any]) -> Any:
    """Convert the members of an object that are a text and should be a list."""
    if not isinstance(value, dict):
        return value
    members = schema.get("properties", {})
    lists = {name for name, member in members.items() if member.get("type") == "array"}
    converted = {
        name: convert(member) if name in lists and isinstance(member, str) else member
        for name, member in value.items()
    }
    return {name: member for name, member in converted.items() if member is not LEFT_OUT}


CONVERSIONS: Mapping[str, Convert] = {
    "drop": lambda *_: LEFT_OUT,
    "absent": lambda *_: LEFT_OUT,
    "null": lambda *_: None,
    "default": lambda _, schema: schema.get("default"),
    "empty-object": lambda *_: {},
    "empty-list": lambda *_: [],
    "list": lambda value, _: [value],
    "texts-as-lists": _make_lists_of_texts,
    "texts-left-out": _leave_out_texts,
    "text": _write_as_text,
    "lower": lambda value, _: value.lower() if isinstance(value, str) else value,
    "upper": lambda value, _: value.upper() if isinstance(value, str) else value,
    "strip": lambda value, _: value.strip() if isinstance(value, str) else value,
    "bounded": _keep_within_bounds,
    READ_AS_JSON: lambda value, _: value,
}

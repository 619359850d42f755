"""The keywords of a schema, and which of their values can be used."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

_TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object", "null"})

# What holds one schema, a list of schemas, or schemas by name.
ONE_SCHEMA = (
    "additionalItems", "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then",
    "unevaluatedItems", "unevaluatedProperties",
)  # fmt: skip
LISTED_SCHEMAS = ("allOf", "anyOf", "oneOf", "prefixItems")
NAMED_SCHEMAS = ("dependentSchemas", "patternProperties", "properties")
DEFINITIONS = ("$defs", "definitions")


def _read_types(value: Any) -> Any:
    names = [value] if isinstance(value, str) else value
    known = isinstance(names, list) and names and all(isinstance(one, str) and one in _TYPES for one in names)
    return _drop_repeated(value) if known and isinstance(value, list) else value if known else None


def _read_names(value: Any) -> list[str] | None:
    if not isinstance(value, list):
        return None
    # An empty list is no JSON Schema in draft 4.
    return _drop_repeated([name for name in value if isinstance(name, str)]) or None


def _drop_repeated(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _read_number(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number and math.isfinite(value) else None


def _read_count(value: Any) -> int | None:
    number = _read_number(value)
    return int(number) if number is not None and number >= 0 and number == int(number) else None


def _read_names_by_name(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    return {name: _read_names(names) or [] for name, names in value.items()}


# Gives the value of a keyword as the library takes it; None for one that says nothing.
READERS: dict[str, Callable[[Any], Any]] = {
    "type": _read_types,
    "enum": lambda value: value if isinstance(value, list) and value else None,
    "required": _read_names,
    "dependentRequired": _read_names_by_name,
    "minimum": _read_number,
    "maximum": _read_number,
    "exclusiveMinimum": _read_number,
    "exclusiveMaximum": _read_number,
    "multipleOf": lambda value: value if (_read_number(value) or 0) > 0 else None,
    "pattern": lambda value: value if isinstance(value, str) else None,
    "format": lambda value: value if isinstance(value, str) else None,
    "uniqueItems": lambda value: value if isinstance(value, bool) else None,
    **{
        f"{bound}{what}": _read_count
        for bound in ("min", "max")
        for what in ("Length", "Items", "Properties", "Contains")
    },
}

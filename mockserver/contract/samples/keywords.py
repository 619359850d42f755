"""The keywords of one schema object, in the words of JSON Schema 2020-12; what is malformed is left out."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

Node = dict[str, Any]

_TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
_BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
_SCHEMA = (dict, bool)
_NUMBER = (int, float)
_FORMS: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(
        ("properties", "patternProperties", "dependentSchemas", "dependentRequired", "dependencies"), dict
    ),
    **dict.fromkeys(("required", "enum", "prefixItems", "oneOf", "anyOf", "examples"), list),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
                     "minContains", "maxContains", "multipleOf"), _NUMBER),
    # 3.0 has exclusive bounds that are true.
    **dict.fromkeys(_BOUNDS, (int, float, bool)),
    **dict.fromkeys(("additionalProperties", "unevaluatedProperties", "propertyNames", "contains", "not", "if",
                     "then", "else"), _SCHEMA),
    "items": (dict, bool, list),
    "pattern": str,
    "format": str,
}  # fmt: skip
# Of lengths and numbers of things, whose fractions mean nothing.
_COUNTS = [keyword for keyword in _FORMS if keyword.startswith(("min", "max")) and keyword not in _BOUNDS]


def normalise_keywords(schema: Node) -> Node:
    """Copy *schema* without ``allOf``, in one dialect."""
    node = {
        keyword: value
        for keyword, value in schema.items()
        if keyword != "allOf" and (keyword not in _FORMS or _has_form(value, _FORMS[keyword]))
    }
    _normalise_type(node)
    _normalise_numbers(node)
    _normalise_items(node)
    if "const" in node:
        node["enum"] = [node.pop("const")]
    if "required" in node:
        node["required"] = [name for name in node["required"] if isinstance(name, str)]
    for name, needed in node.pop("dependencies", {}).items():
        keyword = "dependentRequired" if isinstance(needed, list) else "dependentSchemas"
        node[keyword] = {**node.get(keyword, {}), name: needed}
    if "dependentRequired" in node:
        lists = node["dependentRequired"].items()
        node["dependentRequired"] = {
            name: [one for one in needed if isinstance(one, str)]
            for name, needed in lists
            if isinstance(needed, list)
        }
    return node


def _has_form(value: Any, form: type | tuple[type, ...]) -> bool:
    if isinstance(value, bool) and form == _NUMBER:
        return False
    return isinstance(value, form) and not (isinstance(value, float) and not math.isfinite(value))


def _normalise_type(node: Node) -> None:
    kinds = node.pop("type", None)
    named = [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind in _TYPES]
    if named:
        is_nullable = node.get("nullable") is True and "null" not in named
        node["type"] = [*named, "null"] if is_nullable else named


def _normalise_numbers(node: Node) -> None:
    for exclusive, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        # As 3.0 writes it: beside the bound.
        if node.get(exclusive) is True and inclusive in node:
            node[exclusive] = node.pop(inclusive)
        elif isinstance(node.get(exclusive), bool):
            del node[exclusive]
    for keyword in _BOUNDS:
        if isinstance(node.get(keyword), bool):
            del node[keyword]
    for keyword in _COUNTS:
        if keyword in node:
            node[keyword] = int(node[keyword])
    if "multipleOf" in node:
        # 0.1 is meant, and not what is nearest to it in binary.
        node["multipleOf"] = Fraction(str(node["multipleOf"]))
        if node["multipleOf"] <= 0:
            del node["multipleOf"]


def _normalise_items(node: Node) -> None:
    # As JSON Schema wrote it before 2020-12.
    if isinstance(node.get("items"), list):
        node["prefixItems"] = node.pop("items")
        if isinstance(node.get("additionalItems"), _SCHEMA):
            node["items"] = node.pop("additionalItems")

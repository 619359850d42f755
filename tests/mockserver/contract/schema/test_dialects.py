"""Schemas of each dialect, held against an independent validator in both directions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from mockserver.contract.schema import Schema

VALUES: list[Any] = [
    None, True, False, 0, 1, 2, 3, 5, 2.5, -1, 1e300, "", "a", "ab", "abc", "a-b", "é", "2030-01-02", [], [1], [1, 1],
    [1, 2], ["a", 2], ["a", "b"], [1, "a", True], [None], [[1]], {}, {"a": 1}, {"a": "x"}, {"b": 1}, {"a": 1, "b": 2},
    {"a": None}, {"ab": 1, "c": [1]}, {"a": {"a": {"a": 1}}}, {"kind": "a"}, {"kind": "b", "b": 1}, {"x-y": 1},
]  # fmt: skip
STRING, INTEGER = {"type": "string"}, {"type": "integer"}

# Of every dialect: keyword, and schemas with it.
EVERYWHERE: dict[str, list[Any]] = {
    "type": [{"type": one} for one in ("string", "number", "integer", "boolean", "array", "object")],
    "enum": [{"enum": [1, "a", None]}, {"enum": [[1], {"a": 1}]}, {"type": "string", "enum": ["a", 1]}],
    "minimum": [{"minimum": 2}, {"minimum": 2.5, "maximum": 3}],
    "maximum": [{"maximum": 2}],
    "multipleOf": [{"multipleOf": 2}, {"multipleOf": 0.5}],
    "minLength": [{"minLength": 2}, {"minLength": 1, "maxLength": 2}],
    "maxLength": [{"maxLength": 1}],
    "pattern": [{"pattern": "^a"}, {"pattern": "b$"}, {"pattern": "^(?!a)"}, {"pattern": "^[a-z-]+$"}],
    "format": [{"format": "ipv4"}, {"format": "never-heard-of"}],
    "minItems": [{"minItems": 1}, {"minItems": 2, "maxItems": 2}],
    "maxItems": [{"maxItems": 1}],
    "uniqueItems": [{"uniqueItems": True}, {"uniqueItems": False}],
    "items": [{"items": STRING}, {"items": {"items": INTEGER}}, {"type": "array", "items": {}}],
    "required": [{"required": ["a"]}, {"required": ["a", "b"]}],
    "properties": [{"properties": {"a": STRING}}, {"properties": {"a": {"properties": {"a": STRING}}}}],
    "additionalProperties": [
        {"properties": {"a": {}}, "additionalProperties": False},
        {"properties": {"a": {}}, "additionalProperties": STRING},
        {"additionalProperties": True},
    ],
    "minProperties": [{"minProperties": 1}, {"minProperties": 1, "maxProperties": 1}],
    "allOf": [{"allOf": [{"required": ["a"]}, {"minProperties": 2}]}],
    "anyOf": [{"anyOf": [STRING, {"minimum": 2}]}],
    "oneOf": [{"oneOf": [{"minimum": 2}, {"multipleOf": 2}]}],
    "not": [{"not": STRING}, {"not": {"required": ["a"]}}],
}
# Only of OpenAPI 3.0, with the same in JSON Schema.
ONLY_3_0: dict[str, list[tuple[Any, Any]]] = {
    "nullable": [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, STRING),
        ({"enum": ["a", "ab"], "nullable": True}, {"enum": ["a", "ab", None]}),
        ({"allOf": [INTEGER], "nullable": True}, {"type": ["integer", "null"]}),
        ({"type": "object", "allOf": [{"required": ["a"]}], "nullable": True},
         {"anyOf": [{"type": "null"}, {"type": "object", "required": ["a"]}]}),
    ],
    "exclusiveMinimum": [
        ({"minimum": 2, "exclusiveMinimum": True}, {"minimum": 2, "exclusiveMinimum": True}),
        ({"minimum": 2, "exclusiveMinimum": False}, {"minimum": 2}),
        ({"exclusiveMinimum": True}, {}),
        ({"exclusiveMaximum": 2}, {"maximum": 2, "exclusiveMaximum": True}),
    ],
    "keyword of a later draft": [({"const": 1, "contains": STRING, "if": {}, "then": {"not": {}}}, {})],
}  # fmt: skip
# Only of JSON Schema 2020-12.
ONLY_2020_12: dict[str, list[Any]] = {
    "type": [{"type": ["string", "null"]}, {"type": "null"}, {"type": ["integer", "array"], "minimum": 2}],
    "const": [{"const": 1}, {"const": None}, {"const": {"a": 1}}],
    "exclusiveMinimum": [{"exclusiveMinimum": 2}, {"exclusiveMaximum": 2, "minimum": 1}],
    "prefixItems": [{"prefixItems": [STRING]}, {"prefixItems": [STRING, INTEGER], "items": False}],
    "contains": [
        {"contains": STRING},
        {"contains": INTEGER, "minContains": 2},
        {"contains": INTEGER, "maxContains": 1},
        {"contains": INTEGER, "minContains": 0},
    ],
    "propertyNames": [{"propertyNames": {"pattern": "^a"}}, {"propertyNames": False}],
    "patternProperties": [{"patternProperties": {"^a": STRING}, "additionalProperties": False}],
    "if": [
        {"if": {"properties": {"a": INTEGER}, "required": ["a"]}, "then": {"required": ["b"]}},
        {"if": STRING, "else": {"minimum": 2}},
    ],
    "dependentRequired": [{"dependentRequired": {"a": ["b"]}}, {"dependentRequired": {"a": []}}],
    "dependentSchemas": [
        {"dependentSchemas": {"a": {"maxProperties": 1}}},
        {"dependentSchemas": {"b": False}},
    ],
    "unevaluatedProperties": [
        {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False},
        {
            "anyOf": [{"properties": {"a": INTEGER}}, {"properties": {"b": {}}}],
            "unevaluatedProperties": STRING,
        },
    ],
    "unevaluatedItems": [{"allOf": [{"prefixItems": [{}]}], "unevaluatedItems": False}],
    "boolean": [True, False, {"properties": {"a": False, "b": True}}, {"items": False}],
    "annotation": [{"examples": [1], "default": "x", "contentEncoding": "base64", "contentMediaType": "a/b"}],
    "$ref": [{"$ref": "#/components/schemas/Inner", "maxProperties": 1}],
    "$defs": [{"$defs": {"x": INTEGER}, "$ref": "#/components/schemas/Case/$defs/x"}],
}


def list_places(schema: Any) -> Iterator[tuple[str, Any]]:
    """Yield *schema* in each place that a schema may have in another one."""
    yield "alone", schema
    yield "referred to", {"$ref": "#/components/schemas/Case"}
    yield "in an allOf", {"allOf": [{"$ref": "#/components/schemas/Case"}, {}]}
    yield "in a member", {"properties": {"a": schema}}
    yield "in items", {"type": "array", "items": {"$ref": "#/components/schemas/Case"}}


def find_differences(version: str, schema: Any, equal: Any, validator: type[Any]) -> list[str]:
    """Name the values on which Schema and the independent *validator*, which is given *equal*, disagree."""
    inner = {"type": "object", "required": ["a"]}
    spec = {"openapi": version, "components": {"schemas": {"Case": schema, "Inner": inner}}}
    other = {"components": {"schemas": {"Case": equal, "Inner": inner}}}
    differences = []
    for (place, ours), (_, theirs) in zip(list_places(schema), list_places(equal), strict=True):
        compiled = Schema(ours, spec)
        root = {**other, "allOf": [theirs]}
        independent = validator(root, format_checker=validator.FORMAT_CHECKER)
        for value in VALUES:
            violations = compiled.find_violations(value)
            if (not violations) != independent.is_valid(value):
                differences.append(f"{schema} {place}: {value} has {list(map(str, violations))}")
    return differences


@pytest.mark.parametrize("keyword", EVERYWHERE)
def test_keywords_of_every_dialect(keyword: str) -> None:
    """MUST accept and refuse what an independent validator does, in OpenAPI 3.0 and later."""
    for schema in EVERYWHERE[keyword]:
        assert find_differences("3.0.3", schema, schema, jsonschema.Draft4Validator) == []
        assert find_differences("3.1.0", schema, schema, jsonschema.Draft202012Validator) == []


@pytest.mark.parametrize("keyword", ONLY_3_0)
def test_keywords_of_openapi_3_0(keyword: str) -> None:
    """MUST read what only OpenAPI 3.0 has as JSON Schema says the same."""
    for schema, equal in ONLY_3_0[keyword]:
        assert find_differences("3.0.3", schema, equal, jsonschema.Draft4Validator) == []


@pytest.mark.parametrize("keyword", ONLY_2020_12)
def test_keywords_of_2020_12(keyword: str) -> None:
    """MUST read the schemas of OpenAPI 3.1 and 3.2 as JSON Schema 2020-12."""
    for version in ("3.1.0", "3.2.0"):
        for schema in ONLY_2020_12[keyword]:
            assert find_differences(version, schema, schema, jsonschema.Draft202012Validator) == []


def draw_schema(dice: random.Random, kinds: dict[str, list[Any]], depth: int = 2) -> Any:
    """Draw a schema with keywords of several kinds, some of them in one another."""
    found: dict[str, Any] = {}
    for keyword in dice.sample(sorted(kinds), dice.randint(1, 3)):
        drawn = dice.choice(kinds[keyword])
        found.update(drawn if isinstance(drawn, dict) else {})
    if depth and dice.random() < 0.5:
        inner = [draw_schema(dice, kinds, depth - 1) for _ in range(2)]
        found.update(
            dice.choice(
                [{"anyOf": inner}, {"oneOf": inner}, {"properties": {"a": inner[0]}}, {"items": inner[1]}]
            )
        )
    return found


@pytest.mark.parametrize(
    ("version", "validator", "kinds"),
    [
        ("3.0.3", jsonschema.Draft4Validator, EVERYWHERE),
        ("3.1.0", jsonschema.Draft202012Validator, EVERYWHERE | ONLY_2020_12 | {"$defs": [{}]}),
    ],
)
def test_keywords_together(version: str, validator: type[Any], kinds: dict[str, list[Any]]) -> None:
    """MUST accept and refuse what an independent validator does where keywords meet."""
    dice = random.Random(1)  # noqa: S311 - reproducible, and no secret
    for _ in range(15):
        schema = draw_schema(dice, kinds)
        assert find_differences(version, schema, schema, validator) == []

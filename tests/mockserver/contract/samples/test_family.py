"""What is made up for each keyword, in each dialect, is valid for another validator than the stub's own."""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Iterator
from functools import reduce
from typing import Any

import jsonschema
import pytest

from mockserver.contract.samples.merged_schema import SchemaMerger
from mockserver.contract.samples.sample import build_sample, list_samples

INTEGER, TEXT = {"type": "integer"}, {"type": "string"}
ONE, TWO = {"properties": {"a": INTEGER}}, {"properties": {"b": TEXT}}
CLOSED = {"additionalProperties": False}

# Schemas that both dialects read alike.
BOTH: list[dict[str, Any]] = [
    *({"type": kind} for kind in ("object", "array", "string", "integer", "number", "boolean")),
    *({"type": "string", "format": name, "minLength": 12} for name in ("email", "uri", "password", "unknown")),
    *({"type": "string", "format": name, "maxLength": 8} for name in ("email", "uri", "hostname", "byte")),
    {"type": "string", "minLength": 40, "maxLength": 40},
    {"type": "string", "pattern": "^[A-Z]{2}[0-9]+$", "minLength": 9, "maxLength": 9},
    {"type": "string", "pattern": "^https", "format": "uri"},
    {"type": "string", "pattern": "[0-9]{3}", "maxLength": 3},
    {"pattern": "^a+$"},
    {"type": "integer", "minimum": 3}, {"type": "integer", "maximum": -3}, {"minimum": 0.5, "type": "integer"},
    {"type": "integer", "minimum": 11, "multipleOf": 5}, {"type": "number", "multipleOf": 0.01, "minimum": 0.005},
    {"type": "number", "minimum": 0.2, "maximum": 0.3}, {"type": "integer", "multipleOf": 2.5, "minimum": 1},
    {"maximum": -0.6, "multipleOf": 0.25},
    {"enum": [None, 1]}, {"type": "integer", "enum": ["a", 2]}, {"type": "string", "minLength": 2, "enum": ["a", "bc"]},
    {"type": "array", "items": INTEGER, "minItems": 3, "maxItems": 3},
    {"type": "array", "items": INTEGER, "minItems": 150, "uniqueItems": True},
    {"type": "array", "maxItems": 0}, {"items": TEXT, "minItems": 2},
    *({"type": "array", "uniqueItems": True, "minItems": 4, "items": items} for items in (
        INTEGER, TEXT, {}, {"type": "number", "minimum": 0, "maximum": 1}, {"enum": [1, 2, 3, 4]},
        {"type": "string", "format": "date-time"}, {"type": "string", "format": "uuid"},
        {"type": "string", "maxLength": 1},
        {"type": "string", "pattern": "^[ab]{2}$"}, {"type": "object", "required": ["a"], "properties": {"a": INTEGER}},
        {"type": "integer", "multipleOf": 3}, {"type": "array", "items": INTEGER, "minItems": 1},
    )),
    {"type": "object", "required": ["a", "z"], "properties": {"a": INTEGER}},
    {"required": ["a"], "additionalProperties": INTEGER, "type": "object"},
    {"type": "object", "additionalProperties": {"type": "string", "minLength": 5}},
    {"type": "object", "minProperties": 3, "properties": {"a": INTEGER}},
    {"type": "object", "maxProperties": 1, "properties": {"a": INTEGER, "b": TEXT, "c": TEXT}, "required": ["c"]},
    {"type": "object", "minProperties": 2, "maxProperties": 2, "additionalProperties": INTEGER},
    {"allOf": [ONE, TWO]}, {"allOf": [ONE, {"required": ["a"]}], "required": ["b"], **TWO},
    {"allOf": [{"type": "integer", "minimum": 3}, {"maximum": 3}]}, {"allOf": [{"type": "number"}, INTEGER]},
    {"allOf": [{"type": "integer", "multipleOf": 4, "minimum": 1}, {"multipleOf": 6}]},
    {"type": "object", "allOf": [{**ONE, **CLOSED}, TWO]},
    {"allOf": [{"enum": [1, 2, 3]}, {"enum": [3, 4]}]},
    {"type": "object", **ONE, "properties": {"d": TEXT}, "anyOf": [{"required": ["d"]}]},
    {"type": "object", "properties": {"a": {}, "b": {}}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
    {"oneOf": [INTEGER, {"type": "number"}]}, {"oneOf": [{"minimum": 5, **INTEGER}, {"minimum": 0, **INTEGER}]},
    {"oneOf": [{"type": "object", **ONE, **CLOSED}, {"type": "object", **TWO, **CLOSED, "required": ["b"]}]},
    {"oneOf": [{"not": {}}, TEXT]}, {"anyOf": [{"type": "string", "minLength": 9, "maxLength": 8}, INTEGER]},
    {"anyOf": [ONE, TWO], "allOf": [{"anyOf": [{"required": ["b"]}]}], "type": "object"},
    {"not": {"type": "object"}}, {"type": "string", "not": {"enum": ["text"]}},
    {"type": "integer", "not": {"minimum": 0}},
    {"type": "object", **TWO, "not": {"required": ["b"]}}, {"type": "integer", "not": {"multipleOf": 2}},
    {"type": "object", "properties": {"a": {"type": "string", "default": 5}, "b": {"enum": [1], "default": 2}}},
    {"type": "object", "properties": {"a": {"oneOf": [{"type": "integer"}, {"type": "integer"}]}, "b": TEXT}},
]  # fmt: skip

ONLY_2020: list[Any] = [
    True, {}, {"const": 5}, {"const": {"a": [1]}}, {"const": None}, {"type": ["null", "integer"]},
    {"type": ["integer", "string"], "minLength": 3},
    *({"type": "string", "format": name} for name in (
        "date-time", "date", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6",
        "uri", "uri-reference", "iri", "iri-reference", "uuid",
        "uri-template", "json-pointer", "relative-json-pointer", "regex",
    )),
    {"exclusiveMinimum": 3, "type": "integer"}, {"exclusiveMaximum": 0, "type": "number"},
    {"exclusiveMinimum": 0, "exclusiveMaximum": 1, "type": "number"},
    {"type": "array", "prefixItems": [INTEGER, TEXT], "items": False}, {"prefixItems": [{"const": 1}], "minItems": 3},
    {"type": "array", "items": INTEGER, "contains": {"const": 7}},
    {"contains": {"minimum": 5}, "minContains": 2, "type": "array"},
    {"type": "array", "contains": TEXT, "maxContains": 1, "items": {"type": ["string", "integer"]}, "minItems": 3},
    {"type": "object", "patternProperties": {"^x-": INTEGER}, "minProperties": 3, **CLOSED},
    {"type": "object", "propertyNames": {"pattern": "^[A-Z]{2}$"}, "minProperties": 3},
    {"type": "object", "propertyNames": {"enum": ["a", "b"]}, "minProperties": 2},
    {"type": "object", **ONE, "dependentRequired": {"a": ["c"]}, "required": ["a"]},
    {"type": "object", **ONE, "dependentSchemas": {"a": {"required": ["d"], "properties": {"d": {"const": 4}}}}},
    {"type": "object", "properties": {"a": INTEGER}, "dependentSchemas": {"a": False}},
    {"type": "object", "required": ["k"], "properties": {"k": {"enum": ["x", "y"]}},
     "if": {"properties": {"k": {"const": "x"}}}, "then": {"required": ["v"]}, "else": {"required": ["w"]}},
    {"type": "integer", "if": {"maximum": 5}, "then": False}, {"if": {"type": "object"}, "then": {"required": ["a"]}},
    {"type": "object", **ONE, "unevaluatedProperties": False},
    {"allOf": [ONE], **TWO, "unevaluatedProperties": False, "type": "object"},
    {"type": "string", "pattern": "^(?=.*[A-Z])(?=.*[0-9]).{8,}$"},
    {"type": "string", "examples": [5, "shown"]},
    {"type": "array", "uniqueItems": True, "minItems": 2, "items": {"type": "boolean"}},
    {"required": ["b"], "properties": {"b": {"$ref": "#/components/schemas/Named", "minimum": 8}}, "type": "object"},
    {"$ref": "#/components/schemas/Tree"}, {"$ref": "#/components/schemas/Tree", "required": ["more"]},
]  # fmt: skip

# As 3.0 writes it, and the same in the words of draft 4.
ONLY_3_0: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"type": "integer", "minimum": 3, "exclusiveMinimum": True}, {"minimum": 3, "exclusiveMinimum": True, **INTEGER}),
    ({"type": "number", "minimum": 0, "maximum": 1, "exclusiveMinimum": True, "exclusiveMaximum": True},
     {"minimum": 0, "maximum": 1, "exclusiveMinimum": True, "exclusiveMaximum": True}),
    ({"type": "integer", "nullable": True}, {"type": ["integer", "null"]}),
    ({"type": "string", "nullable": True, "enum": ["a", None]}, {"enum": ["a", None]}),
    ({"nullable": True, "allOf": [{"type": "object", "required": ["a"], "properties": {"a": {"not": {}}}}]},
     {"type": "null"}),
    ({"$ref": "#/components/schemas/Named", "minimum": 8}, INTEGER),
]  # fmt: skip

SCHEMAS = {
    "Named": INTEGER,
    "Tree": {
        "type": "object",
        "required": ["children"],
        "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}},
    },
}


def document(version: str) -> dict[str, Any]:
    return {"openapi": version, "components": {"schemas": SCHEMAS}}


def resolved(schema: Any) -> Any:
    """The schema with the components in it, where its references lead to."""
    return {**schema, "components": {"schemas": SCHEMAS}} if isinstance(schema, dict) else schema


def assert_valid(value: Any, schema: Any, draft: Any = jsonschema.Draft202012Validator) -> None:
    errors = draft(resolved(schema), format_checker=draft.FORMAT_CHECKER).iter_errors(value)
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("schema", [*BOTH, *ONLY_2020], ids=str)
def test_sample_of_2020_is_valid_elsewhere(schema):
    assert_valid(build_sample(document("3.1.0"), schema), schema)


@pytest.mark.parametrize("schema", BOTH, ids=str)
def test_sample_of_3_0_is_valid_elsewhere(schema):
    assert_valid(build_sample(document("3.0.3"), schema), schema, jsonschema.Draft4Validator)


@pytest.mark.parametrize(("schema", "same"), ONLY_3_0, ids=str)
def test_sample_of_what_only_3_0_writes_is_valid_elsewhere(schema, same):
    assert_valid(build_sample(document("3.0.3"), schema), same, jsonschema.Draft4Validator)


# Each with the same as Python writes it, where that is another.
PATTERNS = [
    (r"^\d{3}-\d{4}$", None),
    (r"^(?<year>\d{4})-\k<year>$", r"^(\d{4})-\1$"),
    (r"^\p{Lu}\p{L}+$", "^[A-Z][a-zA-Z]+$"),
    (r"^\/v[0-9]+\/.*$", None),
    (r"^[^a-z]+$", None),
    (r"^(\+|00)[1-9]\d{1,14}$", None),
    (r"^(a|b)\1$", None),
    (r"[A-F]{2}:[A-F]{2}", None),
    (r"^$|^[a-f0-9]{24}$", None),
    (r"^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[@$!%*?&])[A-Za-z\d@$!%*?&]{8,}$", None),
    (r"^(?!0)\d+$", None),
    (r"^[^\x00-\x1F]+$", None),
    ("^[\u4e00-\u9fa5]+$", None),
    (r"^[[\]]+$", r"^[\[\]]+$"),
    (r"^[\-_.]\@$", None),
    (r"^[a-z]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", None),
]


@pytest.mark.parametrize(("pattern", "same"), PATTERNS)
def test_sample_matches_its_pattern(pattern, same):
    text = build_sample(document("3.1.0"), {"type": "string", "pattern": pattern})

    assert re.search(same or pattern, text)


HOPELESS = {
    "a pattern that is none": {"type": "string", "pattern": "("},
    "a pattern of a million": {"type": "string", "pattern": "(a{1000}){1000}"},
    "a pattern that is empty and repeated": {"type": "string", "pattern": "^(((a{0}){1000}){1000}){1000}b$"},
    "a million items": {"type": "array", "minItems": 1_000_000},
    "a long text": {"type": "string", "minLength": 1_000_000_000},
    "a million members": {"type": "object", "minProperties": 1_000_000},
    "nothing": False,
    "no type": {"type": ["text"]},
    "itself": {"$ref": "#/components/schemas/Loop"},
    "nowhere": {"$ref": "#/components/schemas/Lost"},
    "an anchor": {"$dynamicRef": "#node"},
    "everything wrong": {"type": 5, "properties": [], "required": "a", "minLength": "x", "enum": 3, "oneOf": {},
                         "items": 7, "multipleOf": 0, "minimum": "0", "pattern": 4, "allOf": 8, "discriminator": 3},
    "all by all": {"$ref": "#/components/schemas/S0"},
    "all by all, if wanted": {"$ref": "#/components/schemas/O0"},
    "many members": {"type": "object", "properties": {f"p{index}": TEXT for index in range(1000)}},
    "branches in branches": {"$ref": "#/components/schemas/Branch0"},
}  # fmt: skip


def refer(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def graph() -> dict[str, Any]:
    found: dict[str, Any] = {"Loop": {"allOf": [{"$ref": "#/components/schemas/Loop"}]}}
    for index in range(150):
        names = [f"p{other}" for other in range(12)]
        properties = {name: refer(f"S{(index * 7 + other) % 150}") for other, name in enumerate(names)}
        found[f"S{index}"] = {"type": "object", "required": names, "properties": properties}
        properties = {name: refer(f"O{(index * 7 + other) % 150}") for other, name in enumerate(names)}
        found[f"O{index}"] = {"type": "object", "properties": properties}
    for index in range(40):
        below = refer(f"Branch{index + 1}")
        branch = {"type": "object", "required": ["a"], "properties": {"a": below}}
        found[f"Branch{index}"] = {"oneOf": [branch, {**branch, "required": ["a", "b"]}]}
    return {"openapi": "3.1.0", "components": {"schemas": found}}


@pytest.mark.parametrize("name", HOPELESS)
def test_sample_of_what_has_none_ends_soon(name, count_steps):
    """In steps, since a clock tells of other programs as well."""
    values = list(list_samples(SchemaMerger(graph()), HOPELESS[name]))

    assert values
    assert count_steps() < 6000


JUNK = [
    None,
    [],
    {},
    -1,
    1e300,
    "x",
    True,
    ["a", 1],
    {"a": None},
    "(",
    10**20,
    {"$ref": "#/nowhere"},
    {"$ref": 5},
]


def list_places(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the steps to everything in *node*."""
    if at:
        yield at
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for step, one in inner:
        yield from list_places(one, (*at, step))


def test_damaged_schema_has_a_sample_all_the_same():
    chance = random.Random(7)  # noqa: S311 - the same every time is what is wanted
    for _ in range(150):
        damaged = copy.deepcopy({"schema": chance.choice([*BOTH, *ONLY_2020])})
        for _ in range(2):
            *steps, last = chance.choice(list(list_places(damaged)))
            reduce(lambda node, step: node[step], steps, damaged)[last] = copy.deepcopy(chance.choice(JUNK))
        build_sample(document(chance.choice(["3.0.3", "3.1.0"])), damaged["schema"])


def test_sample_is_the_same_every_time():
    schema = BOTH[-1]

    assert [build_sample(document("3.1.0"), schema) for _ in range(2)] == [{"b": "text"}] * 2

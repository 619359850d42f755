"""What type a text is read as, by a schema that says so directly or in parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest

from tests.mockserver.contract.parameters.conftest import Client, make_contract

INTEGER = {"type": "integer"}
SCHEMAS = {
    "Page": {"type": "integer", "minimum": 1, "maximum": 99},
    "Flag": {"type": "boolean"},
    "Again": {"allOf": [{"$ref": "#/components/schemas/Page"}]},
    "Endless": {"anyOf": [{"$ref": "#/components/schemas/Endless"}, INTEGER]},
}
PAGE = {"$ref": "#/components/schemas/Page"}
FLAG = {"$ref": "#/components/schemas/Flag"}

# By what it shows: the schema, and what becomes of texts; None is refused.
CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "reference": (PAGE, {"2": 2, "x": None, "0": None}),
    "allOf": ({"allOf": [PAGE], "description": "Which"}, {"2": 2, "x": None, "100": None}),
    "allOf-of-allOf": ({"allOf": [{"$ref": "#/components/schemas/Again"}]}, {"2": 2, "x": None}),
    "allOf-that-narrows": ({"allOf": [{"type": "number"}, {"type": "integer"}]}, {"2": 2, "2.5": None}),
    "allOf-of-flag": ({"allOf": [FLAG]}, {"true": True, "1": None}),
    "anyOf-number-or-word": (
        {"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "enum": ["all", "quorum"]}]},
        {"5": 5, "all": "all", "-1": None, "x": None},
    ),
    "oneOf-flag-or-word": (
        {"oneOf": [FLAG, {"type": "string", "enum": ["auto"]}]},
        {"true": True, "auto": "auto", "x": None},
    ),
    "anyOf-number-or-text": ({"anyOf": [INTEGER, {"type": "string"}]}, {"5": 5, "x": "x", "007": "007", "1.5": "1.5"}),
    "anyOf-number-or-flag": ({"anyOf": [{"type": "number"}, FLAG]}, {"1.5": 1.5, "true": True, "x": None}),
    "anyOf-of-itself": ({"$ref": "#/components/schemas/Endless"}, {"5": 5}),
    "enum-of-numbers": ({"enum": [1, 2, 3]}, {"2": 2, "4": None, "x": None}),
    "enum-of-flags": ({"enum": [True]}, {"true": True, "false": None}),
    "enum-of-texts": ({"type": "string", "enum": ["1", "true"]}, {"1": "1", "true": "true", "2": None}),
    "nothing": ({}, {"5": "5", "true": "true", "": "", "null": "null"}),
    "no-type": ({"maxLength": 2}, {"5": "5", "abc": None}),
    "nullable-number": ({"type": "integer", "nullable": True}, {"5": 5, "null": ..., "": ..., "x": None}),
    "nullable-reference": ({"nullable": True, "allOf": [PAGE]}, {"5": 5, "x": None}),
    "nullable-text": ({"type": "string", "nullable": True}, {"null": "null", "": "", "x": "x"}),
    "properties-without-a-type": ({"properties": {"a": INTEGER}}, {'{"a": 1}': {"a": 1}, '{"a": "x"}': None}),
    "integer": (
        INTEGER,
        {"5": 5, "-5": -5, "+5": None, " 5": None, "5 ": None, "1_0": None, "1e5": None, "0x10": None, "5.0": None,
         "": None, "\u0665": None, "5\n": None, "9223372036854775807": 9223372036854775807,
         "1" * 30: int("1" * 30), "04": None, "-0": 0, "1" * 4300: None},
    ),
    "number": (
        {"type": "number"},
        {"5": 5, "1.5": 1.5, "-1e5": -1e5, "1E+2": 100.0, "1_0": None, " 1": None, "0x10": None, "NaN": None,
         "+1": None, "nan": None, "inf": None, "-Infinity": None, "1e999": None, ".5": None, "5.": None, "": None,
         "04": None, "-01.5": None, "1" * 30: int("1" * 30)},
    ),
    "boolean": (FLAG, {"true": True, "false": False, "True": None, "1": None, "": None}),
    "list-or-number": (
        {"anyOf": [{"type": "array", "items": INTEGER}, INTEGER]},
        {"5": 5, "5&p=6": [5, 6], "x": None, "5&p=x": None},
    ),
    "list-or-word": (
        {"anyOf": [{"type": "string", "enum": ["all"]}, {"type": "array", "items": INTEGER}]},
        {"all": "all", "5": [5], "5&p=6": [5, 6]},
    ),
    "list-of-references": ({"type": "array", "items": {"allOf": [PAGE]}}, {"1&p=2": [1, 2], "1&p=x": None}),
    "list-of-choices": (
        {"type": "array", "items": {"anyOf": [INTEGER, {"type": "string", "enum": ["all"]}]}},
        {"1&p=all": [1, "all"], "1&p=x": None},
    ),
    "list-of-nothing": ({"type": "array", "items": {}}, {"1&p=x": ["1", "x"]}),
    "list-of-lists": ({"type": "array", "items": {"type": "array", "items": INTEGER}}, {"1,2&p=3": [[1, 2], [3]]}),
    "list-of-objects": ({"type": "array", "items": {"type": "object"}}, {'{"a":1}&p={}': [{"a": 1}, {}], "x": None}),
    "misfit-enum": ({"type": "integer", "enum": ["1"]}, {"x": None}),
}  # fmt: skip

# In OpenAPI 3.1 and later only.
NEWER: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "whole-fraction": (
        INTEGER,
        {"4.0": 4, "1e1": 10, "-1E+2": -100, "4.5": None, "1e-1": None, "04": None, "1e999": None},
    ),
    "whole-fraction-or-text": ({"type": ["integer", "string"]}, {"4.0": "4.0", "4": 4}),
    "number-or-null": ({"type": ["integer", "null"]}, {"5": 5, "null": ..., "x": None}),
    "anyOf-null": ({"anyOf": [INTEGER, {"type": "null"}]}, {"5": 5, "null": ..., "x": None}),
    "text-or-null": ({"anyOf": [{"type": "string"}, {"type": "null"}]}, {"5": "5", "null": "null", "": ""}),
    "words-or-null": ({"anyOf": [{"enum": ["a"]}, {"type": "null"}]}, {"a": "a", "null": ..., "x": None}),
    "number-or-text": ({"type": ["integer", "string"]}, {"5": 5, "x": "x"}),
    "list-or-null": ({"type": ["array", "null"], "items": INTEGER}, {"5": [5], "5&p=6": [5, 6]}),
    "const": ({"const": 5}, {"5": 5, "6": None}),
    "sibling-of-a-reference": ({**PAGE, "maximum": 5}, {"5": 5, "6": None}),
    "pair": (
        {"type": "array", "prefixItems": [INTEGER, {"type": "string"}], "items": FLAG},
        {"5&p=6&p=true": [5, "6", True], "x&p=6": None},
    ),
    "anything": (True, {"5": "5"}),
}


@pytest.fixture(scope="module")
def client(serve) -> Client:
    return serve(write_cases(CASES, "3.0.3"))


@pytest.fixture(scope="module")
def newer_client(serve) -> Client:
    return serve(write_cases(NEWER, "3.1.0"))


def write_cases(cases: Mapping[str, Any], dialect: str) -> dict[str, Any]:
    operations = {
        f"/{name}": [{"name": "p", "in": "query", "schema": schema}] for name, (schema, _) in cases.items()
    }
    return make_contract(operations, dialect, components={"schemas": SCHEMAS})


def check_texts(client: Client, name: str, texts: Mapping[str, Any]) -> None:
    for text, value in texts.items():
        target = f"/{name}?p={text if '&p=' in text else quote(text)}"
        status, body = client.get(target)
        given = (body or {}).get("p") if status == 200 else None
        expected = (400, None) if value is None else (200, None if value is ... else value)
        assert (status, given) == expected, (target, body)
        assert type(given) is type(expected[1]), target


@pytest.mark.parametrize("name", CASES)
def test_text_is_read_as_its_schema_allows(client, name):
    check_texts(client, name, CASES[name][1])


@pytest.mark.parametrize("name", NEWER)
def test_text_is_read_as_a_newer_schema_allows(newer_client, name):
    check_texts(newer_client, name, NEWER[name][1])


@pytest.mark.parametrize("dialect", ["3.0.3", "3.1.0"])
def test_default_that_its_schema_does_not_allow_is_not_used(serve, dialect):
    schemas = {
        "misfit": {**INTEGER, "default": "many"},
        "fitting": {"allOf": [{**INTEGER, "default": 5}]},
        "of-a-branch": {"anyOf": [{**INTEGER, "default": 5}, {"type": "boolean"}]},
    }
    parameters = [{"name": name, "in": "query", "schema": schema} for name, schema in schemas.items()]

    client = serve(make_contract({"/x": parameters}, dialect))

    assert client.read("/x") == {"misfit": None, "fitting": 5, "of-a-branch": None}
    assert client.read("/x?misfit=1")["misfit"] == 1

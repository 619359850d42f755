"""A flaw costs what it touches, and is told with its place and advice; all of them at once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.openapi.document.contracts import OK, contract, list_flaws, one, read, with_schema


def parameter(**members: Any) -> dict[str, Any]:
    return one(parameters=[{"name": "q", "in": "query", "schema": {}, **members}])


def response(**members: Any) -> dict[str, Any]:
    return one(responses={"200": {"description": "", **members}})


A, QUERY, ANSWER = "components.schemas.A", "paths./a.get.parameters.0", "paths./a.get.responses.200"
JSON = f"{ANSWER}.content.application/json"
FLAWS: dict[str, tuple[Any, list[str]]] = {
    "unknown member": (
        one(operatonId="x"),
        [
            "paths./a.get.operatonId: is not known in an operation and has no effect; did you mean operationId?"
        ],
    ),
    "member of nothing": (
        {**contract(), "author": "me"},
        ["author: is not known in an OpenAPI document and has no effect; leave it out, or call it x-author"],
    ),
    "number for a text": (
        {**contract(), "info": {"title": "A", "version": 1.5}},
        ['info.version: is 1.5 and must be a text; it is read as "1.5", so put it in quotes'],
    ),
    "no text": (one(summary=None), ["paths./a.get.summary: is null and must be a text; it is left out"]),
    "flag in quotes": (
        parameter(required="True"),
        [f'{QUERY}.required: is the text "True"; it is read as true, so take the quotes away'],
    ),
    "one item for a list": (
        one(parameters={"name": "q", "in": "query"}),
        ["paths./a.get.parameters: is an object and must be a list; it is read as a list with this one item"],
    ),
    "unknown place of a parameter": (
        parameter(**{"in": "body"}),
        [
            f'{QUERY}.in: is "body" and must be one of query, header, path, cookie, querystring; it is left out',
            f"{QUERY}: has no in, which a parameter needs; it is left out",
        ],
    ),
    "place in capitals": (
        parameter(**{"in": "Query"}),
        [f'{QUERY}.in: is "Query"; it is read as query, so write that'],
    ),
    "type beside the name": (
        one(parameters=[{"name": "q", "in": "query", "type": "integer"}]),
        [f"{QUERY}.type: belongs into the member schema; it is read as if it stood there"],
    ),
    "list of examples": (
        response(content={"application/json": {"examples": [1]}}),
        [f"{JSON}.examples: is a list and must be an object of named examples; its items are numbered"],
    ),
    "bare example": (
        response(content={"application/json": {"examples": {"a": {"name": "Rex"}}}}),
        [f"{JSON}.examples.a: is the value itself; write it as the member value of an object"],
    ),
    "schema of a response": (
        response(schema={"type": "string"}),
        [f"{ANSWER}.schema: belongs under content and a media type; it is read as one of application/json"],
    ),
    "status in small letters": (
        one(responses={"2xx": OK["200"]}),
        ["paths./a.get.responses.2xx: is read as 2XX, so write that"],
    ),
    "no status": (
        one(responses={**OK, "ok": {}}),
        ["paths./a.get.responses.ok: is no status such as 200, 4XX or default; it is left out"],
    ),
    "no responses": (
        contract({"/a": {"get": {}}}),
        ["paths./a.get.responses: is missing; 200 without a body is answered, so document the answers"],
    ),
    "method in capitals": (
        contract({"/a": {"GET": {"responses": OK}}}),
        ["paths./a.GET: is read as get, so write that"],
    ),
    "path without operations": (
        contract({"/a": {"get": {"responses": OK}}, "/b": None}),
        ["paths./b: is null; the path has no operations"],
    ),
    "path without a slash": (
        contract({"a": {"get": {"responses": OK}}}),
        ["paths.a: begins without a slash; it is served as /a"],
    ),
    "word for a security": (
        {
            **one(security=["key"]),
            "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "K"}}},
        },
        [
            "paths./a.get.security.0: is a name alone; write it as an object with an empty list behind the name"
        ],
    ),
    "scheme without its place": (
        contract(components={"securitySchemes": {"key": {"type": "apiKey", "name": "K"}}}),
        ["components.securitySchemes.key.in: does not say where the key stands; it is read as header"],
    ),
    "basic as a type": (
        contract(components={"securitySchemes": {"key": {"type": "basic"}}}),
        ["components.securitySchemes.key.type: is basic; it is read as type http with scheme basic"],
    ),
    "type in capitals": (
        with_schema({"type": "String"}),
        [f'{A}.type: is "String"; it is read as string, so write that'],
    ),
    "unknown type": (
        with_schema({"type": "date"}),
        [
            f'{A}.type: is "date" and must be one of string, number, integer, boolean, object, array, null; '
            "it is left out",
        ],
    ),
    "required as a flag": (
        with_schema({"type": "string", "required": True}),
        [
            f"{A}.required: is true and must be a list of names; it is left out, "
            "since what is required is named in the object around it"
        ],
    ),
    "empty enum": (
        with_schema({"enum": []}),
        [
            f"{A}.enum: is empty, which allows no value at all; it is left out, so name the values or remove it"
        ],
    ),
    "impossible pattern": (
        with_schema({"pattern": "^(["}),
        [f'{A}.pattern: "^([" is no regular expression, or too large a one; nothing is compared with it'],
    ),
    "number in quotes": (
        with_schema({"maxLength": "10"}),
        [f'{A}.maxLength: is the text "10"; it is read as a number, so take the quotes away'],
    ),
    "negative length": (
        with_schema({"maxLength": -1}),
        [f"{A}.maxLength: is -1 and must be a whole number from 0 on; it is left out"],
    ),
    "keyword of 3.1": (
        with_schema({"const": 1}),
        [f"{A}.const: came with OpenAPI 3.1; it is read as an enum of this one value"],
    ),
    "limit of 3.1": (
        with_schema({"exclusiveMinimum": 5}),
        [
            f"{A}.exclusiveMinimum: is a number, as since OpenAPI 3.1; "
            "it is read as minimum with exclusiveMinimum: true",
        ],
    ),
    "limit of 3.0": (
        with_schema({"minimum": 5, "exclusiveMinimum": True}, "3.1.0"),
        [
            f"{A}.exclusiveMinimum: is true or false, as in OpenAPI 3.0; write the limit itself instead of minimum"
        ],
    ),
    "nullable of 3.0": (
        with_schema({"type": "string", "nullable": True}, "3.1.0"),
        [f'{A}.nullable: has no effect since OpenAPI 3.1; add "null" to the list of types'],
    ),
    "text for a discriminator": (
        with_schema({"discriminator": "kind"}),
        [f"{A}.discriminator: is a text, as in Swagger 2.0; it is read as its propertyName"],
    ),
    "numbers among texts": (
        with_schema({"type": "string", "enum": ["a", 1]}),
        [f'{A}.enum.1: is 1 in a list of texts; it is read as "1"'],
    ),
    "no schema": (
        with_schema({"properties": {"a": None}}),
        [f"{A}.properties.a: is null and must be a schema; any value is allowed there"],
    ),
    "unknown keyword": (
        with_schema({"optional": True}),
        [
            f"{A}.optional: is not known in a schema of OpenAPI 3.0 and has no effect; "
            "leave it out, or call it x-optional",
        ],
    ),
}


@pytest.mark.parametrize("name", FLAWS)
def test_flaw_is_told_and_costs_no_operation(name):
    spec, told = FLAWS[name]
    document = read(spec)

    assert list(map(str, document.flaws)) == told
    assert document.unusable == {}
    assert "/a" in document.spec["paths"]


def test_all_flaws_are_told_at_once():
    spec = with_schema({"type": "String", "enum": []})
    spec["paths"]["/a"]["get"]["x"] = 1

    assert len(list_flaws(spec)) == 3


HARMLESS = {
    "extensions": {
        **one(**{"x-code": [{"source": {"$ref": "./a.ts"}}]}),
        "x-topics": [{"$ref": "./start.md"}],
    },
    "reference in an example": response(content={"application/json": {"example": {"$ref": "./a.json"}}}),
    "reference as a default": with_schema({"default": {"$ref": "#/nowhere"}}),
    "reference in a description": one(description="see {$ref: a.md}"),
    "property called $ref": with_schema({"properties": {"$ref": {"type": "string"}}}),
    "annotations of any name in 3.1": with_schema({"anything": 1, "examples": [1], "const": 1}, "3.1.0"),
    "empty list of what is required": with_schema({"required": [], "type": "object"}),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_flaw_is_not_told(name):
    assert list_flaws(HARMLESS[name]) == []


def test_mended_values_are_used():
    spec = read(with_schema({"type": "String", "maxLength": "10", "enum": ["a", "a", 1]})).spec

    assert spec["components"]["schemas"]["A"] == {"type": "string", "maxLength": 10, "enum": ["a", "1"]}


def test_limits_are_written_in_the_dialect_of_the_contract():
    def schema_of(spec: Any) -> Any:
        return read(spec).spec["components"]["schemas"]["A"]

    assert schema_of(with_schema({"exclusiveMinimum": 5})) == {"minimum": 5, "exclusiveMinimum": True}
    assert schema_of(with_schema({"minimum": 5, "exclusiveMinimum": True}, "3.1.0")) == {
        "exclusiveMinimum": 5
    }
    assert schema_of(with_schema({"minimum": 5, "exclusiveMinimum": False}, "3.1.0")) == {"minimum": 5}

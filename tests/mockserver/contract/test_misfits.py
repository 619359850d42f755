"""Defaults and examples that do not fit their schemas are found, wherever they stand."""

from __future__ import annotations

from typing import Any

from mockserver.command.check import check_contract
from mockserver.services.misfits import find_misfits
from openapi.document.reading import make_document
from tests.mockserver.services.contracts import INTEGER, answers, contract, one, written

THING = {
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {**INTEGER, "readOnly": True, "example": "x"},
        "default": {"type": "string", "default": "a"},
        "next": {"allOf": [{"$ref": "#/components/schemas/Thing"}], "example": {"id": 1}},
    },
    "example": {"default": "b"},
}


def list_misfits(tmp_path, spec: Any) -> list[str]:
    return list(map(str, find_misfits(make_document(spec, tmp_path / "library.yaml").spec)))


def test_default_and_example_of_a_parameter_are_compared(tmp_path):
    parameters = [
        {"name": "force", "in": "query", "schema": {"type": "boolean", "default": "true"}},
        {"name": "size", "in": "query", "schema": INTEGER, "example": 1.5},
        {"name": "sort", "in": "query", "schema": {"enum": ["a"]}, "examples": {"b": {"value": "b"}}},
        {"name": "page", "in": "query", "schema": {**INTEGER, "default": 1}, "example": 2},
    ]

    outcome = "it is not used, so correct the"
    assert list_misfits(tmp_path, one(parameters=parameters)) == [
        "paths./x.get.parameters.0.schema.default: does not fit its schema: "
        f"must be a boolean, not a string; {outcome} default",
        "paths./x.get.parameters.1.example: does not fit its schema: "
        f"must be an integer, not a number; {outcome} example",
        "paths./x.get.parameters.2.examples.b.value: does not fit its schema: "
        f'must be one of "a", not "b"; {outcome} example',
    ]


def test_values_of_schemas_and_bodies_are_compared_and_those_of_answers_are_not(tmp_path):
    content = {"schema": {"$ref": "#/components/schemas/Thing"}, "example": {"default": 5}}
    body = {"content": {"application/json": content, "text/plain": {"schema": INTEGER, "example": "1"}}}
    operation = {"requestBody": body, "responses": answers(INTEGER, example="x")}
    spec = contract({"/a/b": {"post": operation}}, components={"schemas": {"Thing": THING}})

    assert [line.partition(": does")[0] for line in list_misfits(tmp_path, spec)] == [
        "paths./a/b.post.requestBody.content.application/json.example",
        "components.schemas.Thing.properties.id.example",
    ]


def test_examples_of_json_schema_2020_12_are_compared(tmp_path):
    schema = {"type": ["string", "null"], "examples": ["a", None, 1]}
    spec = {**contract({}, components={"schemas": {"A": schema}}), "openapi": "3.1.0"}

    assert [line.partition(": does")[0] for line in list_misfits(tmp_path, spec)] == [
        "components.schemas.A.examples.2"
    ]


def test_check_tells_of_them(tmp_path):
    parameter = {"name": "force", "in": "query", "schema": {"type": "boolean", "default": "true"}}
    checked = check_contract(written(tmp_path, one(parameters=[parameter])))

    assert checked.flaws == 1
    assert "parameters.0.schema.default: does not fit its schema: must be a boolean" in checked.lines[0]

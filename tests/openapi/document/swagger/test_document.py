"""Swagger 2.0 is read as the OpenAPI 3.0 that says the same."""

from __future__ import annotations

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from openapi.document.swagger import lift_swagger
from tests.openapi.document.swagger.library import lift, lift_operation


def test_result_is_valid_openapi(rich_lifted):
    assert list(OpenAPIV30SpecValidator(rich_lifted.spec).iter_errors()) == []
    assert rich_lifted.flaws == []


def test_servers_are_the_schemes_of_the_host(rich):
    assert rich["servers"] == [
        {"url": "https://books.example.com/v1"},
        {"url": "http://books.example.com/v1"},
    ]


def test_base_path_alone_is_a_server():
    assert lift(basePath="/v2")[0]["servers"] == [{"url": "/v2"}]
    assert "servers" not in lift(basePath="/")[0]


def test_address_for_a_host_is_mended():
    lifted, flaws = lift(host="http://books.example.com/api", basePath="v1")

    assert lifted["servers"] == [{"url": "https://books.example.com/v1"}]
    assert flaws == [
        "basePath: must begin with a slash; it is read as /v1",
        "host: must be the name of a host alone; it is read as books.example.com",
    ]


def test_security_schemes(rich):
    schemes = rich["components"]["securitySchemes"]

    assert schemes["key"] == {"type": "apiKey", "in": "header", "name": "X-Key"}
    assert schemes["login"] == {"type": "http", "scheme": "basic", "description": "A name and a password"}
    assert {name: list(scheme["flows"]) for name, scheme in schemes.items() if "flows" in scheme} == {
        "implicit": ["implicit"],
        "password": ["password"],
        "machine": ["clientCredentials"],
        "code": ["authorizationCode"],
    }
    assert schemes["implicit"]["flows"]["implicit"]["scopes"] == {"read": "Read"}


def test_answer_is_of_what_its_operation_produces(rich):
    responses = rich["paths"]["/books"]["get"]["responses"]

    assert {media_type: one.get("example") for media_type, one in responses["200"]["content"].items()} == {
        "application/json": [],
        "application/xml": None,
        "text/csv": "a,b",
    }
    assert responses["404"] == {"$ref": "#/components/responses/Missing"}
    assert responses["default"] == {"description": "gone"}
    assert list(rich["paths"]["/books"]["post"]["responses"]["404"]["content"]) == ["text/plain"]
    assert rich["components"]["responses"]["Missing"]["headers"] == {
        "X-Ids": {"description": "Ids", "schema": {"type": "array", "items": {"type": "integer"}}}
    }


def test_media_types_are_json_where_nothing_is_said():
    schema = {"type": "string"}
    operation, flaws = lift_operation(
        parameters=[{"name": "b", "in": "body", "schema": schema}],
        responses={"200": {"description": "ok", "schema": schema}},
    )

    assert operation["requestBody"]["content"] == {"application/json": {"schema": schema}}
    assert operation["responses"]["200"]["content"] == {"application/json": {"schema": schema}}
    assert flaws == []


def test_method_in_capitals_is_lifted():
    body = {"name": "b", "in": "body", "schema": {}}
    lifted, _ = lift(paths={"/x": {"POST": {"parameters": [body], "responses": {}}}})

    assert "requestBody" in lifted["paths"]["/x"]["POST"]


def test_file_as_an_answer_is_binary(rich):
    content = rich["paths"]["/books/{id}/cover"]["post"]["responses"]["200"]["content"]

    assert content == {"application/xml": {"schema": {"type": "string", "format": "binary"}}}
    operation, _ = lift_operation(responses={"200": {"description": "ok", "schema": {"type": "file"}}})
    assert list(operation["responses"]["200"]["content"]) == ["application/octet-stream"]


def test_members_of_openapi_3_are_told():
    _, flaws = lift_operation(requestBody={})

    assert flaws == [
        "paths./x.post.requestBody: is not known to Swagger 2.0, and left out; write a parameter in: body"
    ]


@pytest.mark.parametrize(
    ("place", "origin"),
    [
        ("components schemas Book properties title", "definitions Book properties title"),
        ("components parameters limit schema default", "parameters limit default"),
        (
            "components responses Missing content application/json schema type",
            "responses Missing schema type",
        ),
        ("components securitySchemes login scheme", "securityDefinitions login scheme"),
        ("paths /books get parameters 1 schema items", "paths /books get parameters 1 items"),
        (
            "paths /books get responses 200 content text/csv example",
            "paths /books get responses 200 examples text/csv",
        ),
        (
            "paths /books/{id}/cover put requestBody content f schema properties note type",
            "paths /books/{id}/cover put parameters 0 type",
        ),
        ("paths /books post operationId", "paths /books post operationId"),
        ("servers 0 url", "basePath"),
    ],
)
def test_place_leads_to_what_was_written(rich_lifted, place, origin):
    def steps(text):
        return tuple(int(step) if step.isdecimal() and step != "200" else step for step in text.split())

    assert rich_lifted.origins.find_origin(steps(place)) == steps(origin)


def test_parameter_is_found_where_a_body_stands_before_it():
    body = {"name": "b", "in": "body", "schema": {}}
    query = {"name": "q", "in": "query", "type": "string"}
    origins = lift_swagger(
        {"swagger": "2.0", "paths": {"/x": {"post": {"parameters": [body, query]}}}}
    ).origins
    at = ("paths", "/x", "post")

    assert origins.find_origin((*at, "parameters", 0, "schema", "type")) == (*at, "parameters", 1, "type")
    assert origins.find_origin((*at, "requestBody", "content", "application/json", "schema", "x")) == (
        *at, "parameters", 0, "schema", "x",
    )  # fmt: skip

"""Swagger 2.0 is read as the OpenAPI 3.0 that says the same."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV30SpecValidator

from openapi.document.swagger import Lifted, lift_swagger

RICH = """
swagger: "2.0"
info: {title: Library, version: "1"}
host: books.example.com
basePath: /v1/
schemes: [https, http]
consumes: [application/json]
produces: [application/json, application/xml]
tags: [{name: books}]
security: [{key: []}]
securityDefinitions:
  key: {type: apiKey, in: header, name: X-Key}
  login: {type: basic, description: A name and a password}
  implicit: {type: oauth2, flow: implicit, authorizationUrl: https://example.com/a, scopes: {read: Read, x-more: {}}}
  password: {type: oauth2, flow: password, tokenUrl: https://example.com/t, scopes: {}}
  machine: {type: oauth2, flow: application, tokenUrl: https://example.com/t, scopes: {}}
  code:
    {type: oauth2, flow: accessCode, authorizationUrl: "https://a.example", tokenUrl: "https://t.example", scopes: {}}
definitions:
  Book:
    type: object
    required: [title]
    discriminator: title
    properties:
      title: {type: string, x-nullable: true, enum: [A, B]}
      id: {type: integer, readOnly: true, minimum: 0, exclusiveMinimum: true}
      author: {$ref: "#/definitions/Author", x-nullable: true}
      cover: {type: string, format: byte, x-example: Zm9v}
  Author: {type: object, additionalProperties: {$ref: "#/definitions/Book"}}
  Novel: {allOf: [{$ref: "#/definitions/Book"}, {type: object}]}
  List«Book»: {type: array, items: {$ref: "#/definitions/Book"}}
parameters:
  limit: {name: limit, in: query, type: integer, default: 5}
  book: {name: book, in: body, required: true, schema: {$ref: "#/definitions/Book"}}
  file: {name: file, in: formData, type: file, required: true}
responses:
  Missing:
    description: none
    schema: {$ref: "#/definitions/Author"}
    headers: {X-Ids: {type: array, items: {type: integer}, description: Ids}}
paths:
  /books:
    parameters: [{$ref: "#/parameters/limit"}]
    get:
      operationId: listBooks
      parameters:
        - {name: csv, in: query, type: array, items: {type: string}}
        - {name: ssv, in: query, type: array, items: {type: string}, collectionFormat: ssv}
        - {name: pipes, in: query, type: array, items: {type: string}, collectionFormat: pipes}
        - {name: multi, in: query, type: array, items: {type: string}, collectionFormat: multi, allowEmptyValue: true}
        - {name: X-Ids, in: header, type: array, items: {type: integer}, x-example: [1]}
        - {name: word, in: query, type: string, pattern: "^a", x-nullable: true, x-examples: {one: ab}}
      responses:
        200:
          description: ok
          schema: {$ref: "#/definitions/List«Book»"}
          examples: {application/json: [], text/csv: "a,b"}
        404: {$ref: "#/responses/Missing"}
        default: {description: gone}
    post:
      parameters: [{$ref: "#/parameters/book"}]
      produces: [text/plain]
      responses: {"201": {description: made}, "404": {$ref: "#/responses/Missing"}}
    put:
      consumes: [application/xml]
      parameters: [{$ref: "#/parameters/book"}]
      responses: {"200": {description: ok, schema: {type: string}}}
  /books/{id}/cover:
    parameters: [{name: id, in: path, required: true, type: array, items: {type: string}}]
    post:
      parameters:
        - {$ref: "#/parameters/file"}
        - {name: words, in: formData, type: array, items: {type: string}, collectionFormat: pipes}
      consumes: [multipart/form-data, application/x-www-form-urlencoded]
      responses: {"200": {description: ok, schema: {type: file}}}
    put:
      parameters: [{name: note, in: formData, type: string}]
      security: []
      responses:
        200: {description: ok, schema: {$ref: "#/paths/~1books/get/responses/200/schema"}}
"""


@pytest.fixture(scope="module")
def rich_lifted() -> Lifted:
    """The rich document, lifted."""
    return lift_swagger(read_yaml(RICH))


@pytest.fixture(scope="module")
def rich(rich_lifted: Lifted) -> dict[str, Any]:
    """The rich document in OpenAPI 3.0."""
    return rich_lifted.spec


def read_yaml(text: str) -> Any:
    """Read YAML with names of text only."""
    return keys_to_text(yaml.safe_load(text))


def keys_to_text(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(name): keys_to_text(value) for name, value in node.items()}
    return [keys_to_text(item) for item in node] if isinstance(node, list) else node


def lift(**members: Any) -> tuple[dict[str, Any], list[str]]:
    """Lift a document of a few members."""
    info = {"title": "t", "version": "1"}
    lifted, flaws, _ = lift_swagger({"swagger": "2.0", "info": info, "paths": {}, **members})
    return lifted, [str(flaw) for flaw in flaws]


def lift_operation(**members: Any) -> tuple[dict[str, Any], list[str]]:
    """Lift a document with one operation."""
    responses = {"200": {"description": "ok"}}
    lifted, flaws = lift(paths={"/x": {"post": {"responses": responses, **members}}})
    return lifted["paths"]["/x"]["post"], flaws


def lift_parameter(**members: Any) -> tuple[dict[str, Any], list[str]]:
    """Lift a document with one parameter."""
    operation, flaws = lift_operation(parameters=[{"name": "p", "in": "query", **members}])
    return operation["parameters"][0], flaws


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


def test_schemas_are_components(rich):
    assert rich["components"]["schemas"]["Book"] == {
        "type": "object",
        "required": ["title"],
        "discriminator": {"propertyName": "title"},
        "properties": {
            "title": {"type": "string", "nullable": True, "enum": ["A", "B", None]},
            "id": {"type": "integer", "readOnly": True, "minimum": 0, "exclusiveMinimum": True},
            "author": {"nullable": True, "allOf": [{"$ref": "#/components/schemas/Author"}]},
            "cover": {"type": "string", "format": "byte", "example": "Zm9v"},
        },
    }


def test_reference_into_a_path_leads_to_a_copy(rich):
    content = rich["paths"]["/books/{id}/cover"]["put"]["responses"]["200"]["content"]
    name = "paths.books.get.responses.200.schema"

    assert content["application/json"]["schema"] == {"$ref": f"#/components/schemas/{name}"}
    assert rich["components"]["schemas"][name] == {"$ref": "#/components/schemas/List«Book»"}


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("csv", ("form", False)),
        ("ssv", ("spaceDelimited", False)),
        ("pipes", ("pipeDelimited", False)),
        ("multi", ("form", True)),
        ("X-Ids", ("simple", False)),
    ],
)
def test_collection_format_is_a_style(rich, name, style):
    [parameter] = [one for one in rich["paths"]["/books"]["get"]["parameters"] if one["name"] == name]

    assert (parameter["style"], parameter["explode"]) == style
    assert "collectionFormat" not in parameter["schema"]


def test_array_in_a_path_is_simple(rich):
    [parameter] = rich["paths"]["/books/{id}/cover"]["parameters"]

    assert (parameter["style"], parameter["explode"]) == ("simple", False)


def test_what_is_said_of_values_is_a_schema(rich):
    *_, parameter = rich["paths"]["/books"]["get"]["parameters"]

    assert parameter == {
        "name": "word",
        "in": "query",
        "schema": {"type": "string", "pattern": "^a", "nullable": True},
        "examples": {"one": {"value": "ab"}},
    }


def test_examples_of_parameters_and_empty_values_are_kept(rich):
    parameters = {one.get("name"): one for one in rich["paths"]["/books"]["get"]["parameters"]}

    assert parameters["X-Ids"]["example"] == [1]
    assert parameters["multi"]["allowEmptyValue"] is True
    assert rich["paths"]["/books"]["parameters"] == [{"$ref": "#/components/parameters/limit"}]


def test_shared_body_is_of_what_its_operation_consumes(rich):
    book = {"schema": {"$ref": "#/components/schemas/Book"}}

    assert rich["paths"]["/books"]["post"]["requestBody"] == {
        "required": True,
        "content": {"application/json": book},
    }
    assert rich["paths"]["/books"]["put"]["requestBody"]["content"] == {"application/xml": book}
    assert list(rich["components"]["parameters"]) == ["limit"]


def test_form_with_a_file_may_be_sent_in_both_ways(rich):
    content = rich["paths"]["/books/{id}/cover"]["post"]["requestBody"]["content"]
    form = {
        "schema": {
            "type": "object",
            "properties": {
                "file": {"type": "string", "format": "binary"},
                "words": {"type": "array", "items": {"type": "string"}},
            },
            "required": ["file"],
        },
        "encoding": {"words": {"style": "pipeDelimited", "explode": False}},
    }

    assert content == {"multipart/form-data": form, "application/x-www-form-urlencoded": form}


@pytest.mark.parametrize(
    ("kind", "media_type"), [("file", "multipart/form-data"), ("string", "application/x-www-form-urlencoded")]
)
def test_form_is_sent_as_its_fields_need(kind, media_type):
    field = {"name": "f", "in": "formData", "type": kind}
    operation, flaws = lift_operation(parameters=[field], consumes=["application/json"])

    assert list(operation["requestBody"]["content"]) == [media_type]
    assert flaws == []


def test_file_cannot_be_urlencoded():
    field = {"name": "f", "in": "formData", "type": "file"}
    operation, flaws = lift_operation(parameters=[field], consumes=["application/x-www-form-urlencoded"])

    assert list(operation["requestBody"]["content"]) == ["multipart/form-data"]
    assert flaws == ["paths./x.post: has a file, and must consume multipart/form-data; it is read so"]


def test_body_of_a_path_is_that_of_its_operations():
    def field(name, kind):
        return {"name": name, "in": "formData", "type": kind}

    operation = {"responses": {}, "parameters": [field("b", "integer")]}
    lifted, _ = lift(
        paths={"/x": {"parameters": [field("a", "string"), field("b", "string")], "post": operation}}
    )
    form = lifted["paths"]["/x"]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]

    assert form["schema"]["properties"] == {"a": {"type": "string"}, "b": {"type": "integer"}}
    assert lifted["paths"]["/x"]["parameters"] == []


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


def test_content_type_that_is_a_parameter_is_consumed():
    body = {"name": "b", "in": "body", "schema": {}}
    header = {"name": "Content-type", "in": "header", "type": "string", "enum": ["application/x-tar"]}
    operation, _ = lift_operation(parameters=[header, body], consumes=["application/octet-stream"])

    assert list(operation["requestBody"]["content"]) == ["application/octet-stream", "application/x-tar"]


def test_method_in_capitals_is_lifted():
    body = {"name": "b", "in": "body", "schema": {}}
    lifted, _ = lift(paths={"/x": {"POST": {"parameters": [body], "responses": {}}}})

    assert "requestBody" in lifted["paths"]["/x"]["POST"]


def test_file_as_an_answer_is_binary(rich):
    content = rich["paths"]["/books/{id}/cover"]["post"]["responses"]["200"]["content"]

    assert content == {"application/xml": {"schema": {"type": "string", "format": "binary"}}}
    operation, _ = lift_operation(responses={"200": {"description": "ok", "schema": {"type": "file"}}})
    assert list(operation["responses"]["200"]["content"]) == ["application/octet-stream"]


@pytest.mark.parametrize(
    ("members", "flaw"),
    [
        (
            {"in": "query", "collectionFormat": "tsv"},
            "tsv cannot be told of this parameter in OpenAPI 3; its values",
        ),
        (
            {"in": "header", "collectionFormat": "pipes"},
            "pipes cannot be told of this parameter in OpenAPI 3; its",
        ),
        (
            {"in": "header", "collectionFormat": "multi"},
            "may be multi only in: query and formData; csv is read",
        ),
        (
            {"in": "query", "collectionFormat": "tab"},
            "must be one of csv, ssv, tsv, pipes, multi; csv is read",
        ),
    ],
)
def test_collection_format_that_cannot_be_lifted_is_told(members, flaw):
    _, [told] = lift_parameter(type="array", items={"type": "integer"}, **members)

    assert told.startswith(f"paths./x.post.parameters.0.collectionFormat: {flaw}")


def test_array_in_an_array_is_one_text():
    items = {"type": "array", "items": {"type": "integer"}, "collectionFormat": "pipes"}
    parameter, [told] = lift_parameter(type="array", items=items)

    assert parameter["schema"] == {"type": "array", "items": {"type": "string"}}
    assert told.startswith("paths./x.post.parameters.0.items: is an array in an array")


def test_empty_value_of_a_field_is_allowed():
    field = {"name": "f", "in": "formData", "type": "integer", "allowEmptyValue": True, "description": "d"}
    operation, _ = lift_operation(parameters=[field])
    [form] = operation["requestBody"]["content"].values()

    assert form["schema"]["properties"]["f"] == {
        "anyOf": [{"type": "integer"}, {"type": "string", "enum": [""]}],
        "description": "d",
    }


def test_examples_of_a_body_are_by_media_type_or_name():
    body = {"name": "b", "in": "body", "schema": {}}
    by_type, _ = lift_operation(parameters=[{**body, "x-examples": {"application/json": 1}}])
    by_name, _ = lift_operation(parameters=[{**body, "x-examples": {"one": 1}}])

    assert by_type["requestBody"]["content"]["application/json"] == {"schema": {}, "example": 1}
    assert by_name["requestBody"]["content"]["application/json"]["examples"] == {"one": {"value": 1}}


def test_lists_of_types_and_items_are_read():
    schemas, flaws = lift(
        definitions={
            "A": {"type": ["string", "null"]},
            "B": {"type": ["string", "integer"], "minimum": 1},
            "C": {"items": [{"type": "string"}]},
        }
    )

    assert schemas["components"]["schemas"] == {
        "A": {"type": "string", "nullable": True},
        "B": {"minimum": 1, "anyOf": [{"type": "string"}, {"type": "integer"}]},
        "C": {"items": {"anyOf": [{"type": "string"}]}},
    }
    assert flaws == []


@pytest.mark.parametrize(
    ("reference", "lifted"),
    [
        ("#/definitions/A", "#/components/schemas/A"),
        ("#/definitions/A/properties/b/items", "#/components/schemas/A/properties/b/items"),
        ("#/definitions/a~1b", "#/components/schemas/a~1b"),
        ("#/definitions/c%20d", "#/components/schemas/c d"),
        ("#/parameters/body/schema", "#/components/schemas/parameters.body.schema"),
        ("#/x-more/A", "#/components/schemas/x-more.A"),
        ("#/definitions/Gone", "#/definitions/Gone"),
        ("gone.yaml", "gone.yaml"),
    ],
)
def test_reference_to_a_schema_leads_to_where_it_is(reference, lifted):
    spec, flaws = lift(
        definitions={
            "A": {"properties": {"b": {"items": {}}}},
            "a/b": {},
            "c d": {},
            "Own": {"$ref": reference},
        },
        parameters={"body": {"in": "body", "name": "b", "schema": {}}},
        **{"x-more": {"A": {}}},
    )

    assert spec["components"]["schemas"]["Own"] == {"$ref": lifted}
    assert flaws == []


def test_definitions_in_a_circle_outside_of_the_definitions_are_lifted():
    node = {"type": "object", "properties": {"next": {"$ref": "#/x-parts/Node"}}}
    spec, _ = lift(definitions={"Start": {"$ref": "#/x-parts/Node"}}, **{"x-parts": {"Node": node}})
    reference = {"$ref": "#/components/schemas/x-parts.Node"}

    assert spec["components"]["schemas"]["Start"] == reference
    assert spec["components"]["schemas"]["x-parts.Node"]["properties"]["next"] == reference


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

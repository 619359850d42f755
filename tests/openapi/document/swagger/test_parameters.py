"""Parameters and bodies of Swagger 2.0 as OpenAPI 3.0 describes them."""

from __future__ import annotations

import pytest

from tests.openapi.document.swagger.library import lift, lift_operation, lift_parameter


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


def test_content_type_that_is_a_parameter_is_consumed():
    body = {"name": "b", "in": "body", "schema": {}}
    header = {"name": "Content-type", "in": "header", "type": "string", "enum": ["application/x-tar"]}
    operation, _ = lift_operation(parameters=[header, body], consumes=["application/octet-stream"])

    assert list(operation["requestBody"]["content"]) == ["application/octet-stream", "application/x-tar"]


@pytest.mark.parametrize(
    ("members", "flaw"),
    [
        (
            {"in": "query", "collectionFormat": "tsv"},
            "tsv cannot be written here in OpenAPI 3; the values",
        ),
        (
            {"in": "header", "collectionFormat": "pipes"},
            "pipes cannot be written here in OpenAPI 3; the",
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

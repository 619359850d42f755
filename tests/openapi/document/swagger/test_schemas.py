"""Schemas of Swagger 2.0, and references to them, as OpenAPI 3.0 writes them."""

from __future__ import annotations

import pytest

from tests.openapi.document.swagger.library import lift


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

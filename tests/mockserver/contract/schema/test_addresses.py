"""Schemas of a contract with an ``$id``: what their references lead to, held against an independent validator."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import referencing
from referencing.jsonschema import DRAFT202012

from mockserver.contract.schema import Schema
from tests.openapi.document.contracts import OK, contract, read

INTEGER, STRING = {"type": "integer"}, {"type": "string"}
SAME_INTEGER, SAME_STRING = {"$anchor": "same", **INTEGER}, {"$anchor": "same", **STRING}
SCHEMAS: dict[str, dict[str, Any]] = {
    "page": {"$defs": {"T": {"$dynamicAnchor": "T"}}, "properties": {"items": {"items": {"$dynamicRef": "#T"}}}},
    "users": {"$ref": "page", "$defs": {"T": {"$dynamicAnchor": "T", "required": ["name"]}}},
    "pets": {"$ref": "page", "$defs": {"T": {"$dynamicAnchor": "T", **INTEGER}}},
    "tree": {"$dynamicAnchor": "node", "properties": {"v": True, "below": {"items": {"$dynamicRef": "#node"}}}},
    "strict": {"$dynamicAnchor": "node", "$ref": "tree", "unevaluatedProperties": False},
    "a": {"properties": {"v": {"$ref": "#same"}}, "$defs": {"S": SAME_STRING}},
    "b": {"properties": {"v": {"$ref": "#same"}, "w": {"$ref": "a#same"}}, "$defs": {"S": SAME_INTEGER}},
    "deep/nest": {
        "properties": {"v": {"$ref": "in"}, "w": {"$ref": "#/$defs/I"}}, "$defs": {"I": {"$id": "in", **STRING}}
    },
    "point": {"properties": {"v": {"$dynamicRef": "#/$defs/I"}}, "$defs": {"I": INTEGER}},
}  # fmt: skip
VALUES: list[Any] = [
    {"items": [1]}, {"items": ["a"]}, {"items": [{"name": 1}]}, {"items": [{}]}, {"v": 1}, {"v": "a"},
    {"w": 1}, {"w": "a"}, {"below": [{"v": 1}]}, {"below": [{"x": 1}]}, {"x": 1, "below": []},
]  # fmt: skip


@pytest.fixture(scope="module")
def spec() -> Any:
    schemas = {
        name.replace("/", "-"): {"$id": f"https://example.com/{name}", **one} for name, one in SCHEMAS.items()
    }
    references = [{"$ref": f"#/components/schemas/{name}"} for name in schemas]
    body = {"content": {"application/json": {"schema": {"anyOf": references}}}}
    paths = {"/a": {"post": {"requestBody": body, "responses": OK}}}
    document = read(contract(paths, "3.1.0", components={"schemas": schemas}))
    assert document.flaws == []
    return document.spec


@pytest.mark.parametrize("name", SCHEMAS)
def test_references_lead_to_the_schema_of_the_right_address(spec, name):
    resources = [
        (
            f"https://example.com/{one}",
            DRAFT202012.create_resource({"$id": f"https://example.com/{one}", **schema}),
        )
        for one, schema in SCHEMAS.items()
    ]
    oracle = jsonschema.Draft202012Validator(
        {"$ref": f"https://example.com/{name}"}, registry=referencing.Registry().with_resources(resources)
    )
    schema = Schema({"$ref": f"#/components/schemas/{name.replace('/', '-')}"}, spec)

    valid = [value for value in VALUES if not schema.find_violations(value, "it")]
    assert valid == [value for value in VALUES if oracle.is_valid(value)]
    assert valid != VALUES or name in ("page", "tree")

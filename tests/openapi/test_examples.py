"""Each spec is OpenAPI, and what it shows is what it says."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

import openapi
from tests.openapi import walk


def in_json_schema(node: Any, is_names: bool = False) -> Any:
    """Rewrite OpenAPI 3.0's own keyword for JSON Schema draft 4: nullable widens the type beside it."""
    if isinstance(node, list):
        return [in_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {
        key: value if key in walk.DATA and not is_names else in_json_schema(value, key == "properties")
        for key, value in node.items()
    }
    if schema.get("nullable") is True and isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    return schema


def list_samples(spec: dict[str, Any]) -> Iterator[tuple[walk.At, dict[str, Any]]]:
    """Yield where each sample stands and the schema it must fit."""
    for at, node in walk.list_objects(spec):
        if at[-1:] == ("properties",):
            continue
        # A media type, parameter or header has its schema beside its samples; a schema is its own.
        schema = node["schema"] if isinstance(node.get("schema"), dict) else node
        yield from (((*at, word), schema) for word in ("example", "default") if word in node)
        if isinstance(node.get("examples"), dict) and schema is not node:
            yield from (((*at, "examples", name, "value"), schema) for name in node["examples"])


def find_misfits(spec: dict[str, Any]) -> dict[walk.At, str]:
    """Name every sample that does not fit its schema, and why."""
    found = {}
    components = in_json_schema(spec.get("components", {}))
    for at, schema in list_samples(spec):
        root = {"allOf": [in_json_schema(schema)], "components": components}
        validator = jsonschema_rs.Draft4Validator(root, validate_formats=True)
        for error in validator.iter_errors(walk.get_node(spec, at)):
            found[at] = error.message
    return found


@pytest.mark.parametrize("api", openapi.api_names())
def test_spec_is_openapi_3_0(api):
    from openapi_spec_validator import OpenAPIV30SpecValidator

    assert openapi.load_contract(api)["openapi"].startswith("3.0.")
    assert [
        error.message for error in OpenAPIV30SpecValidator(openapi.load_contract(api)).iter_errors()
    ] == []


@pytest.mark.parametrize("api", openapi.api_names())
def test_every_sample_fits_its_schema(api):
    assert find_misfits(openapi.load_contract(api)) == {}


@pytest.mark.parametrize("api", openapi.api_names())
def test_every_json_message_has_an_example(api):
    spec = openapi.load_contract(api)
    messages = {
        f"{operation} {status}": response for operation, status, response in walk.list_responses(spec)
    }
    messages |= {
        operation["operationId"]: openapi.resolve_reference(spec, operation["requestBody"])
        for *_, operation in walk.list_operations(spec)
        if "requestBody" in operation
    }

    assert [
        name for name, message in messages.items() if not walk.json_media_type(message).get("examples")
    ] == []


@pytest.mark.parametrize("api", openapi.api_names())
def test_every_broken_sample_is_found(api):
    """Each sample in turn becomes a list that only a schema without a type takes."""
    spec = openapi.load_contract(api)
    for at, schema in list_samples(spec):
        if "type" not in schema and "$ref" not in schema:
            continue
        broken = copy.deepcopy(spec)
        *parent, name = at
        walk.get_node(broken, tuple(parent))[name] = [["no", "such", "thing"]]

        assert list(find_misfits(broken)) == [at]


def test_sample_must_fit_through_references_nullability_and_formats():
    schema = {
        "type": "object",
        "properties": {
            "default": {"type": "string", "nullable": True, "enum": ["a", None], "default": None},
            "word": {"type": "string", "nullable": True},
            "at": {"$ref": "#/components/schemas/Instant"},
        },
    }
    instant = {"type": "string", "format": "date-time"}

    def has_misfit(sample: Any) -> bool:
        message = {"content": {"application/json": {"schema": schema, "examples": {"it": {"value": sample}}}}}
        return bool(
            find_misfits({"components": {"schemas": {"Instant": instant}, "responses": {"R": message}}})
        )

    assert not has_misfit({"default": None, "word": None, "at": "2030-01-02T03:04:05Z"})
    assert has_misfit({"default": "b"})
    assert has_misfit({"word": 1})
    assert has_misfit({"at": None})
    assert has_misfit({"at": "yesterday"})

"""Keywords of a schema with values of each type of JSON that they cannot have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

VALUES = {"text": "x", "number": 7, "boolean": True, "list": [], "mapping": {}, "null": None}

TYPES = {
    "text": "$ref $id $anchor $dynamicRef $dynamicAnchor $recursiveRef $comment pattern format title description",
    "list": "required enum allOf anyOf oneOf prefixItems",
    "mapping": "properties patternProperties $defs dependentSchemas dependentRequired",
    "mapping boolean": "items additionalProperties propertyNames contains not if then else unevaluatedProperties "
    "unevaluatedItems",
    "number": "minLength maxLength minimum maximum multipleOf minItems maxItems minProperties maxProperties",
    "number boolean": "exclusiveMinimum exclusiveMaximum",
    "boolean": "uniqueItems readOnly writeOnly deprecated",
    "text list": "type",
}


def list_wrong_schemas() -> Iterator[tuple[str, Any]]:
    """Yield each keyword with each value of a wrong type."""
    for fitting, keywords in TYPES.items():
        for keyword in keywords.split():
            for kind, value in VALUES.items():
                if kind not in fitting.split():
                    yield keyword, value


def make_contract(schema: Any, version: str = "3.0.3") -> dict[str, Any]:
    """Make a contract in which *schema* is what a request and its answer have in their member *a*."""
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
    operation = {
        "requestBody": {"content": content},
        "responses": {"200": {"description": "-", "content": content}},
    }
    return {
        "openapi": version,
        "info": {"title": "Things", "version": "1"},
        "paths": {"/things": {"post": operation}},
        "components": {"schemas": {"Thing": {"type": "object", "properties": {"a": schema}}}},
    }

"""Whether the keywords of a contract's schemas have values of the type that JSON Schema gives them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openapi
from conformance.http.foreign_text import shorten_text

_LONGEST_SHOWN = 60
_TYPES: dict[str, tuple[type, ...]] = {
    "a text": (str,),
    "a list": (list,),
    "a mapping": (dict,),
    "a number": (int, float),
    "true or false": (bool,),
    "a text or a list": (str, list),
    # A number since draft 6; before, as in OpenAPI 3.0, it made the limit beside it an exclusive one.
    "a number, or true or false": (int, float, bool),
}
_TYPE_OF = {
    keyword: kind
    for kind, keywords in {
        "a text": "$ref $id $anchor $dynamicRef $dynamicAnchor $recursiveRef $schema $comment pattern format title "
        "description contentMediaType contentEncoding",
        "a list": "required enum examples",
        "a number": "minLength maxLength minimum maximum multipleOf minItems maxItems minProperties maxProperties "
        "minContains maxContains",
        "a mapping": "dependentRequired",
        "true or false": "uniqueItems deprecated readOnly writeOnly",
        "a text or a list": "type",
        "a number, or true or false": "exclusiveMinimum exclusiveMaximum",
    }.items()
    for keyword in keywords.split()
}
_SCHEMA = {
    "additionalProperties", "propertyNames", "items", "contains", "not", "if", "then", "else",
    "unevaluatedProperties", "unevaluatedItems", "contentSchema",
}  # fmt: skip
_LISTS_OF_SCHEMAS = {"prefixItems", "allOf", "anyOf", "oneOf"}
_MAPS_OF_SCHEMAS = {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
# The maps outside of schemas whose keys are names that the contract gives: a header may be called "schema".
_MAPS = {
    "paths", "webhooks", "callbacks", "content", "encoding", "headers", "responses", "parameters", "requestBodies",
    "securitySchemes", "securityDefinitions", "links", "pathItems", "variables",
}  # fmt: skip
_LITERALS = {"example", "examples", "default", "mapping", "scopes"}


def check_keyword_types(spec: openapi.Spec) -> None:
    """Raise ValueError for the first keyword of a schema in *spec* whose value has a wrong type, with its place."""
    for complaint in _walk_document(spec, (), is_map=False):
        raise ValueError(complaint)


def _walk_document(node: Any, at: tuple[str, ...], *, is_map: bool) -> Iterator[str]:
    """Yield what is wrong with the schemas below *node*, which is in none. is_map: whether its keys are names."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _walk_document(item, (*at, str(index)), is_map=False)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        place = (*at, str(key))
        if is_map:
            yield from _walk_document(value, place, is_map=False)
        elif key == "schema":
            yield from _walk_schema(value, place)
        elif (key == "schemas" and at == ("components",)) or (key == "definitions" and not at):
            yield from _walk_map(value, place)
        elif key not in _LITERALS and not str(key).startswith("x-"):
            yield from _walk_document(value, place, is_map=key in _MAPS)


def _walk_schema(schema: Any, at: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(schema, dict):
        if not isinstance(schema, bool):
            yield _describe_misfit(at, schema, "a schema")
        return
    for key, value in schema.items():
        place = (*at, str(key))
        if key in _TYPE_OF:
            if not _is_of(value, _TYPE_OF[key]):
                yield _describe_misfit(place, value, _TYPE_OF[key])
        elif key in _SCHEMA:
            yield from _walk_schema(value, place)
        elif key in _LISTS_OF_SCHEMAS:
            if isinstance(value, list):
                for index, item in enumerate(value):
                    yield from _walk_schema(item, (*place, str(index)))
            else:
                yield _describe_misfit(place, value, "a list of schemas")
        elif key in _MAPS_OF_SCHEMAS:
            yield from _walk_map(value, place)


def _walk_map(schemas: Any, at: tuple[str, ...]) -> Iterator[str]:
    if isinstance(schemas, dict):
        for name, schema in schemas.items():
            yield from _walk_schema(schema, (*at, str(name)))
    else:
        yield _describe_misfit(at, schemas, "a mapping of names to schemas")


def _is_of(value: Any, kind: str) -> bool:
    types = _TYPES[kind]
    # In Python true is a number, too.
    return isinstance(value, types) and (bool in types or not isinstance(value, bool))


def _describe_misfit(at: tuple[str, ...], value: Any, kind: str) -> str:
    shown = shorten_text(json.dumps(value, ensure_ascii=False), _LONGEST_SHOWN)
    return f"{'.'.join(at)} is {shown}; it must be {kind}"

"""Which kind of thing stands where in a contract of any version, so that a reference is known by what it stands for."""

from __future__ import annotations

from openapi import METHODS

# For each kind the members that may hold references, each with the kind of what it holds; * stands for any name.
# What a list holds has the kind of the list.
_MAPS = {
    "schemas": "schema",
    "responses": "response",
    "parameters": "parameter",
    "examples": "example",
    "requestBodies": "requestBody",
    "headers": "header",
    "securitySchemes": "securityScheme",
    "links": "link",
    "callbacks": "callback",
    "pathItems": "pathItem",
    "mediaTypes": "mediaType",
}
# Where a reference to nowhere is found by whoever checks references.
REFERABLE_KINDS = frozenset({*_MAPS.values()} - {"link", "callback"})
# What is none of these, and yet an operation cannot do without it.
VITAL_KINDS = frozenset({"operation", "responses", "mediaTypes", "schemas"})
_MEMBERS: dict[str, dict[str, str]] = {
    **{name: {"*": kind} for name, kind in _MAPS.items()},
    "document": {
        "paths": "pathItems",
        "webhooks": "pathItems",
        "components": "components",
        "definitions": "schemas",
        "parameters": "parameters",
        "responses": "responses",
        "securityDefinitions": "securitySchemes",
        "*": "other",
    },
    "components": {name: name for name in _MAPS},
    "pathItem": {
        **dict.fromkeys((*METHODS, "query"), "operation"),
        "additionalOperations": "operations",
        "parameters": "parameter",
    },
    "operations": {"*": "operation"},
    "operation": {
        "parameters": "parameter",
        "requestBody": "requestBody",
        "responses": "responses",
        "callbacks": "callbacks",
        "description": "other",
    },
    "parameter": {"schema": "schema", "items": "schema", "content": "mediaTypes", "examples": "examples"},
    "header": {"schema": "schema", "items": "schema", "content": "mediaTypes", "examples": "examples"},
    "requestBody": {"content": "mediaTypes"},
    "response": {"schema": "schema", "headers": "headers", "content": "mediaTypes", "links": "links"},
    "mediaType": {
        "schema": "schema",
        "itemSchema": "schema",
        "examples": "examples",
        "encoding": "encodings",
    },
    "encodings": {"*": "encoding"},
    "encoding": {"headers": "headers"},
    "callback": {"*": "pathItem"},
    "schema": {
        **dict.fromkeys(
            ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"), "schemas"
        ),
        **dict.fromkeys(
            ("allOf", "anyOf", "oneOf", "prefixItems", "items", "not", "if", "then", "else"), "schema"
        ),
        **dict.fromkeys(("additionalProperties", "unevaluatedProperties", "unevaluatedItems"), "schema"),
        **dict.fromkeys(("contains", "propertyNames", "contentSchema"), "schema"),
        "discriminator": "discriminator",
    },
    "other": {"*": "other"},
}
# Where a name that begins with x- is no header, no property and no other name of somebody's.
_EXTENSIBLE = ("document", "pathItems", "responses", "callback", "other")


def find_kind(kind: str, name: str) -> str | None:
    """Tell the kind of the member *name* of something of *kind*; None where a reference would be none."""
    members = _MEMBERS.get(kind, {})
    if name in members:
        return members[name]
    return None if name.startswith("x-") and kind in _EXTENSIBLE else members.get("*")


def list_groups(version: str) -> dict[str, tuple[str, ...]]:
    """List where a contract of *version* keeps what is referred to: the kind, and the steps to all of that kind."""
    if version.startswith("2"):
        return {
            "schema": ("definitions",),
            "parameter": ("parameters",),
            "response": ("responses",),
        }
    unknown = {
        "pathItem": version.startswith("3.0"),
        "mediaType": version.startswith(("3.0", "3.1")),
    }
    return {kind: ("components", group) for group, kind in _MAPS.items() if not unknown.get(kind)}

"""Ways through an OpenAPI 3.0 document that several tests need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openapi

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

# Under these keys lies sample data, not more of the document.
# What a choice changes is a part of the contract only where that is chosen.
DATA = frozenset({"example", "examples", "default", "enum", "x-choice"})

At = tuple[Any, ...]


def get_node(spec: dict[str, Any], at: At) -> Any:
    """Return what stands at *at*."""
    node: Any = spec
    for step in at:
        node = node[step]
    return node


def list_operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield path, method and operation."""
    for path, item in spec["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def list_responses(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield operationId, status and response of every operation, references followed."""
    for _, _, operation in list_operations(spec):
        for status, response in operation["responses"].items():
            yield operation["operationId"], status, openapi.resolve_reference(spec, response)


def list_objects(node: Any, at: At = ()) -> Iterator[tuple[At, dict[str, Any]]]:
    """Yield every object of the document with the keys that lead to it, sample data left out."""
    if isinstance(node, dict):
        yield at, node
        is_names = at[-1:] == ("properties",)  # here "default" is a member's name
        for key, value in node.items():
            if is_names or key not in DATA:
                yield from list_objects(value, (*at, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from list_objects(value, (*at, index))


def json_media_type(message: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON media type of a request body or a response; empty where there is none."""
    media: dict[str, Any] = message.get("content", {}).get("application/json", {})
    return media

"""The schemas of the control plane's contract, for the tools that take and answer what it does."""

from __future__ import annotations

from typing import Any

import openapi
from mockserver.control.contracts import load_own_contract

# What JSON Schema has not, or an agent need not read.
_LEFT_OUT = {"nullable", "example"}


def read_schema(name: str) -> dict[str, Any]:
    """Return one of the schemas that the contract names, as JSON Schema that refers to nothing."""
    schema: dict[str, Any] = _to_json_schema({"$ref": f"#/components/schemas/{name}"})
    return schema


def read_body_schema(path: str, method: str, member: str) -> dict[str, Any]:
    """Return the schema of a member of the body that an operation takes."""
    operation = load_own_contract()["paths"][path][method]
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    schema: dict[str, Any] = _to_json_schema(body["properties"][member])
    return schema


def _to_json_schema(node: Any) -> Any:
    if isinstance(node, list):
        return [_to_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _to_json_schema(openapi.resolve_reference(load_own_contract(), node))
    converted = {key: _to_json_schema(value) for key, value in node.items() if key not in _LEFT_OUT}
    if node.get("nullable") is True and "type" in node:
        converted["type"] = [node["type"], "null"]
    return converted

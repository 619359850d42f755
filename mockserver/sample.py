"""A value that a schema allows, for an answer whose contract shows no example."""

from __future__ import annotations

from typing import Any

import openapi
from openapi import Spec

_TEXTS = {
    "date-time": "2030-01-02T03:04:05Z",
    "date": "2030-01-02",
    "time": "03:04:05Z",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "email": "user@example.com",
    "uri": "https://example.com/",
    "hostname": "example.com",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
}
# A schema within itself ends here.
_DEEPEST = 12


def sample(spec: Spec, schema: Any, depth: int = 0) -> Any:
    """Build the plainest value that *schema* allows: its example, default or first choice where it has one."""
    schema = openapi.resolved(spec, schema)
    for key in ("example", "default"):
        if key in schema:
            return schema[key]
    if schema.get("enum"):
        return schema["enum"][0]
    if "allOf" in schema:
        return sample(spec, _together(spec, schema), depth)
    for key in ("oneOf", "anyOf"):
        if schema.get(key):
            return sample(spec, schema[key][0], depth + 1)
    kind = schema.get("type") or (
        "object" if "properties" in schema else "array" if "items" in schema else None
    )
    if kind == "object":
        return _object(spec, schema, depth)
    if kind == "array":
        count = schema.get("minItems", 1 if depth < _DEEPEST else 0)
        return [sample(spec, schema.get("items", {}), depth + 1) for _ in range(count)]
    return _scalar(kind, schema)


def _object(spec: Spec, schema: dict[str, Any], depth: int) -> dict[str, Any]:
    wanted = schema.get("properties", {})
    if depth >= _DEEPEST:
        wanted = {name: wanted[name] for name in schema.get("required", []) if name in wanted}
    shown = {
        name: member for name, member in wanted.items() if not openapi.resolved(spec, member).get("writeOnly")
    }
    return {name: sample(spec, member, depth + 1) for name, member in shown.items()}


def _scalar(kind: str | None, schema: dict[str, Any]) -> Any:
    if kind == "string":
        text = _TEXTS.get(schema.get("format", ""), "text")
        return text.ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", len(text) + 10_000)]
    if kind in ("integer", "number"):
        least = schema.get("minimum", min(0, schema.get("maximum", 0)))
        return least + 1 if schema.get("exclusiveMinimum") is True else least
    return True if kind == "boolean" else None if schema.get("nullable") else {}


def _together(spec: Spec, schema: dict[str, Any]) -> dict[str, Any]:
    """Merge the parts of an allOf into one schema."""
    merged = {key: value for key, value in schema.items() if key != "allOf"}
    for part in schema["allOf"]:
        one = openapi.resolved(spec, part)
        one = _together(spec, one) if "allOf" in one else one
        properties = {**merged.get("properties", {}), **one.get("properties", {})}
        merged = {**one, **merged}
        if properties:
            merged["properties"] = properties
    return merged

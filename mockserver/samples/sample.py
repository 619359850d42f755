"""Sample values of a schema, for a response whose contract has no example."""

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
# From this many values on optional ones are left out, so that a sample stays readable.
_OPTIONAL_VALUES = 1000
# A schema that requires more than this many gets no sample: it may never end.
_MAXIMUM_VALUES = 20_000
_LONGEST_TEXT = 10_000


def build_sample(spec: Spec, schema: Any) -> Any:
    """Build a simple value that *schema* allows: its example, default or first choice where it has one.

    A schema within itself is left out where it is optional; ``{}`` where that is never so, or the value too large.
    """
    try:
        return _Sampler(spec).build(schema, frozenset())
    except (_EndlessSchema, RecursionError):
        return {}


class _EndlessSchema(Exception):
    """A schema requires itself within itself, or too many values."""


class _Sampler:
    """Builds values; *within* holds the ids of the schemas whose values are being built."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._count = 0

    def build(self, schema: Any, within: frozenset[int]) -> Any:
        """Build a value of *schema*; raises _EndlessSchema where there is none."""
        schema = openapi.resolve_reference(self._spec, schema)
        self._count += 1
        for key in ("example", "default"):
            if key in schema:
                return schema[key]
        if schema.get("enum"):
            return schema["enum"][0]
        try:
            if id(schema) in within or self._count > _MAXIMUM_VALUES:
                raise _EndlessSchema
            return self._build_by_type(schema, within | {id(schema)})
        except _EndlessSchema:
            if schema.get("nullable") is True:
                return None
            raise

    def _build_by_type(self, schema: dict[str, Any], within: frozenset[int]) -> Any:
        if "allOf" in schema:
            return self.build(self._merge_all_of(schema, within), within)
        for key in ("oneOf", "anyOf"):
            if schema.get(key):
                return self._build_first_possible(schema[key], within)
        kind = schema.get("type") or (
            "object" if "properties" in schema else "array" if "items" in schema else None
        )
        if kind == "object":
            return self._build_object(schema, within)
        if kind == "array":
            return self._build_array(schema, within)
        return _build_scalar(kind, schema)

    def _build_first_possible(self, branches: list[Any], within: frozenset[int]) -> Any:
        for branch in branches:
            try:
                return self.build(branch, within)
            except _EndlessSchema:
                continue
        raise _EndlessSchema

    def _build_object(self, schema: dict[str, Any], within: frozenset[int]) -> dict[str, Any]:
        value = {}
        for name, member in schema.get("properties", {}).items():
            if openapi.resolve_reference(self._spec, member).get("writeOnly"):
                continue
            is_required = name in schema.get("required", [])
            try:
                if is_required or self._count < _OPTIONAL_VALUES:
                    value[name] = self.build(member, within)
            except _EndlessSchema:
                if is_required:
                    raise
        return value

    def _build_array(self, schema: dict[str, Any], within: frozenset[int]) -> list[Any]:
        least = schema.get("minItems", 0)
        wanted = schema.get("items", {})
        if least:
            return [self.build(wanted, within) for _ in range(least)]
        try:
            is_shown = self._count < _OPTIONAL_VALUES and schema.get("maxItems") != 0
            return [self.build(wanted, within)] if is_shown else []
        except _EndlessSchema:
            return []

    def _merge_all_of(self, schema: dict[str, Any], within: frozenset[int]) -> dict[str, Any]:
        """Merge the parts of an allOf into one schema."""
        merged = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"]:
            one = openapi.resolve_reference(self._spec, part)
            self._count += 1
            if id(one) in within or self._count > _MAXIMUM_VALUES:
                raise _EndlessSchema
            one = self._merge_all_of(one, within | {id(one)}) if "allOf" in one else one
            properties = {**merged.get("properties", {}), **one.get("properties", {})}
            required = [*merged.get("required", []), *one.get("required", [])]
            merged = {**one, **merged}
            if properties:
                merged["properties"] = properties
            if required:
                merged["required"] = required
        return merged


def _build_scalar(kind: str | None, schema: dict[str, Any]) -> Any:
    if kind == "string":
        text = _TEXTS.get(schema.get("format", ""), "text")
        text = text.ljust(min(schema.get("minLength", 0), _LONGEST_TEXT), "x")
        return text[: schema.get("maxLength", len(text))]
    if kind in ("integer", "number"):
        least = schema.get("minimum", min(0, schema.get("maximum", 0)))
        return least + 1 if schema.get("exclusiveMinimum") is True else least
    return True if kind == "boolean" else None if schema.get("nullable") else {}

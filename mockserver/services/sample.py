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
# So many values are enough to show what may be left out, and so many to give up what may not.
_ENOUGH = 1000
_MOST = 20_000
_LONGEST_TEXT = 10_000


def sample(spec: Spec, schema: Any) -> Any:
    """Build the plainest value that *schema* allows: its example, default or first choice where it has one.

    What would hold itself is left out where the schema allows that; ``{}`` if it never does, or asks for too much.
    """
    try:
        return _Sampler(spec).of(schema, frozenset())
    except (_Endless, RecursionError):
        return {}


class _Endless(Exception):
    """A schema asks for itself within itself, or for more than anybody reads."""


class _Sampler:
    """Builds values; *within* holds the schemas that are being built, by identity."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        self._count = 0

    def of(self, schema: Any, within: frozenset[int]) -> Any:
        """Build a value of *schema*; raises _Endless where there is none."""
        schema = openapi.resolve_reference(self._spec, schema)
        self._count += 1
        for key in ("example", "default"):
            if key in schema:
                return schema[key]
        if schema.get("enum"):
            return schema["enum"][0]
        try:
            if id(schema) in within or self._count > _MOST:
                raise _Endless
            return self._built(schema, within | {id(schema)})
        except _Endless:
            if schema.get("nullable") is True:
                return None
            raise

    def _built(self, schema: dict[str, Any], within: frozenset[int]) -> Any:
        if "allOf" in schema:
            return self.of(self._together(schema, within), within)
        for key in ("oneOf", "anyOf"):
            if schema.get(key):
                return self._first(schema[key], within)
        kind = schema.get("type") or (
            "object" if "properties" in schema else "array" if "items" in schema else None
        )
        if kind == "object":
            return self._object(schema, within)
        if kind == "array":
            return self._array(schema, within)
        return _scalar(kind, schema)

    def _first(self, branches: list[Any], within: frozenset[int]) -> Any:
        for branch in branches:
            try:
                return self.of(branch, within)
            except _Endless:
                continue
        raise _Endless

    def _object(self, schema: dict[str, Any], within: frozenset[int]) -> dict[str, Any]:
        value = {}
        for name, member in schema.get("properties", {}).items():
            if openapi.resolve_reference(self._spec, member).get("writeOnly"):
                continue
            is_required = name in schema.get("required", [])
            try:
                if is_required or self._count < _ENOUGH:
                    value[name] = self.of(member, within)
            except _Endless:
                if is_required:
                    raise
        return value

    def _array(self, schema: dict[str, Any], within: frozenset[int]) -> list[Any]:
        least = schema.get("minItems", 0)
        wanted = schema.get("items", {})
        if least:
            return [self.of(wanted, within) for _ in range(least)]
        try:
            is_shown = self._count < _ENOUGH and schema.get("maxItems") != 0
            return [self.of(wanted, within)] if is_shown else []
        except _Endless:
            return []

    def _together(self, schema: dict[str, Any], within: frozenset[int]) -> dict[str, Any]:
        """Merge the parts of an allOf into one schema."""
        merged = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"]:
            one = openapi.resolve_reference(self._spec, part)
            self._count += 1
            if id(one) in within or self._count > _MOST:
                raise _Endless
            one = self._together(one, within | {id(one)}) if "allOf" in one else one
            properties = {**merged.get("properties", {}), **one.get("properties", {})}
            required = [*merged.get("required", []), *one.get("required", [])]
            merged = {**one, **merged}
            if properties:
                merged["properties"] = properties
            if required:
                merged["required"] = required
        return merged


def _scalar(kind: str | None, schema: dict[str, Any]) -> Any:
    if kind == "string":
        text = _TEXTS.get(schema.get("format", ""), "text")
        text = text.ljust(min(schema.get("minLength", 0), _LONGEST_TEXT), "x")
        return text[: schema.get("maxLength", len(text))]
    if kind in ("integer", "number"):
        least = schema.get("minimum", min(0, schema.get("maximum", 0)))
        return least + 1 if schema.get("exclusiveMinimum") is True else least
    return True if kind == "boolean" else None if schema.get("nullable") else {}

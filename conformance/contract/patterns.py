"""The patterns of a contract that the judge cannot read: nothing is compared with them, and the run says so once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import openapi
from conformance.http.foreign_text import shorten_text

_LONGEST_SHOWN = 100
_LITERALS = {"example", "examples", "default", "enum", "const"}  # in which nothing is a schema
_NAMED_SCHEMAS = {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
_LOOSE_VERSIONS = ("3.1", "3.2")  # which have no opinion on how a pattern is written


def list_unread_patterns(spec: openapi.Spec) -> list[str]:
    """List the patterns of *spec* that cannot be read, each once, in their order."""
    is_strict = not str(spec.get("openapi", "")).startswith(_LOOSE_VERSIONS)
    return [one for one in dict.fromkeys(_walk_patterns(spec)) if not _can_be_read(one, is_strict)]


def remove_patterns(node: Any, patterns: Sequence[str]) -> Any:
    """Copy a contract without *patterns*, wherever one stands."""
    if isinstance(node, list):
        return [remove_patterns(item, patterns) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: remove_patterns(one, patterns) for name, one in value.items() if name not in patterns}
        if key == "patternProperties" and isinstance(value, dict)
        else remove_patterns(value, patterns)
        for key, value in node.items()
        if key != "pattern" or value not in patterns
    }


def describe_unread_patterns(patterns: Sequence[str]) -> list[str]:
    """Say that nothing is compared with *patterns*."""
    return [
        f"the pattern {shorten_text(json.dumps(one), _LONGEST_SHOWN)} of the contract cannot be read, so nothing is "
        "compared with it; write it as a regular expression of ECMA-262"
        for one in patterns
    ]


def _walk_patterns(node: Any, is_map: bool = False) -> Iterator[str]:
    """Yield every pattern in *node*, at any depth. is_map: whether its keys are names that the contract gives."""
    if isinstance(node, list):
        for item in node:
            yield from _walk_patterns(item)
    if isinstance(node, dict):
        if not is_map and isinstance(node.get("pattern"), str):
            yield node["pattern"]
        if not is_map and isinstance(node.get("patternProperties"), dict):
            yield from map(str, node["patternProperties"])
        for key, value in node.items():
            if is_map or key not in _LITERALS:
                yield from _walk_patterns(value, not is_map and key in _NAMED_SCHEMAS)


def _can_be_read(pattern: str, is_strict: bool) -> bool:
    import jsonschema_rs
    from schemathesis.core.jsonschema.patterns import enforced_pattern

    # OpenAPI 3.0 and Swagger say that a pattern is one of ECMA-262, and whoever loads a contract of theirs checks it.
    is_regular = not is_strict or jsonschema_rs.is_valid({"format": "regex"}, pattern, validate_formats=True)
    return is_regular and enforced_pattern(pattern) is not None

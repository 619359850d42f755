"""The parameters of an operation, as far as the judge has to know them itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import openapi

# OpenAPI says that a parameter of such a name is ignored: media types and credentials say it themselves.
IGNORED_HEADERS = {"accept", "content-type", "authorization"}
_BRANCHES = ("anyOf", "oneOf", "allOf")


@dataclass(frozen=True)
class Parameter:
    """A parameter. place: path, query, header or cookie. schema: without references at its top; empty if unknown."""

    name: str
    place: str
    is_required: bool
    schema: Mapping[str, Any]


def list_parameters(
    spec: openapi.Spec, path_item: Mapping[str, Any], operation: Mapping[str, Any]
) -> list[Parameter]:
    """List the parameters of *operation*, which replace those of the same name that all of its path have."""
    found: dict[tuple[str, str], Parameter] = {}
    for owner in (path_item, operation):
        written = owner.get("parameters")
        for reference in written if isinstance(written, list) else ():
            with suppress(
                LookupError, ValueError, TypeError
            ):  # what cannot be had is said by who reads the file
                raw = openapi.resolve_reference(spec, reference)
                one = _make_parameter(spec, raw)
                found[one.place, one.name] = one
    return list(found.values())


def _make_parameter(spec: openapi.Spec, raw: Mapping[str, Any]) -> Parameter:
    place = str(raw["in"])
    schema = find_plain_schema(spec, raw.get("schema", {}))
    return Parameter(str(raw["name"]), place, place == "path" or raw.get("required") is True, schema)


def find_plain_schema(spec: openapi.Spec, schema: Any, depth: int = 0) -> Mapping[str, Any]:
    """Return the schema that tells the type where it is sure: behind references, or the only one beside null."""
    found = openapi.resolve_reference(spec, schema)
    if not isinstance(found, dict) or depth > _DEEPEST:
        return {}
    if "type" in found or "enum" in found:
        return found
    branches = [one for keyword in _BRANCHES for one in _list_branches(spec, found.get(keyword))]
    return find_plain_schema(spec, branches[0], depth + 1) if len(branches) == 1 else {}


def _list_branches(spec: openapi.Spec, branches: Any) -> Iterator[Any]:
    for branch in branches if isinstance(branches, list) else ():
        found = openapi.resolve_reference(spec, branch)
        if not isinstance(found, dict) or found.get("type") != "null":
            yield branch


_DEEPEST = 20


def find_type(schema: Mapping[str, Any]) -> str | None:
    """Return the one type that a value of *schema* has, if it is not null; None if there are several or none."""
    kind = schema.get("type")
    kinds = [one for one in kind if one != "null"] if isinstance(kind, list) else [kind]
    return str(kinds[0]) if len(kinds) == 1 and kinds[0] is not None else None

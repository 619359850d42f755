"""What breaks a contract beyond doubt: values of parameters, and bodies, that no reader of it could accept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from conformance.contract.parameters import find_plain_schema, find_type
from conformance.contract.reading import Operation
from conformance.generation.hypothesis import has_body
from openapi.media_type import is_json

if TYPE_CHECKING:
    from schemathesis import Case as GeneratedCase

    Generated = GeneratedCase[Any]

_NO_VALUE = "no-such-value"
_PARTS = {"path": "path_parameters", "query": "query"}
_LONGEST_SENT = 1000  # in an address: servers refuse longer ones whatever the contract says
# The keywords that every reader of JSON Schema understands alike.
_BOUNDS = {
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum", "const", "required"),
}
_BOUNDS_OF_FORMATS = {2**31 - 1, -(2**31), 2**63 - 1, -(2**63)}


def list_broken_parameters(operation: Operation) -> list[tuple[str, str, str]]:
    """List values that clearly break the contract: the part of the request, the parameter, the value."""
    return [
        (_PARTS[one.place], one.name, value)
        for one in operation.parameters
        if one.place in _PARTS
        for value in _list_broken_values(one.schema)
    ]


def _list_broken_values(schema: Mapping[str, Any]) -> Iterator[str]:
    kind, longest = find_type(schema), schema.get("maxLength")
    values = schema.get("enum")
    if kind == "boolean" or (kind == "string" and isinstance(values, list) and _NO_VALUE not in values):
        yield _NO_VALUE
    elif kind == "string" and type(longest) is int and longest < _LONGEST_SENT:
        yield "x" * (longest + 1)
    elif kind in ("integer", "number"):
        yield _NO_VALUE
        for bound, beyond in (("maximum", 1), ("minimum", -1)):
            if type(schema.get(bound)) in (int, float):
                yield str(schema[bound] + beyond)


def list_required_fields(operation: Operation) -> list[str]:
    """List the fields that every form of an operation has to have."""
    found: list[set[str]] = []
    for described in operation.sent_content.values():
        schema = find_plain_schema(operation.text.spec, described.get("schema", {}))
        found.append({str(name) for name in schema.get("required", ())})
    return sorted(set.intersection(*found)) if found else []


def is_clearly_broken(operation: Operation, generated: Generated) -> bool:
    """Tell whether no reader of the contract could take the body: no JSON, or JSON of another make.

    Unknown members, formats, and one scalar in the place of another do not count: servers may be lenient.
    """
    if not has_body(generated) or not is_json(generated.media_type or ""):
        return False
    if isinstance(generated.body, bytes):
        return not _is_json_text(generated.body)
    for body in operation.generator.body:
        if body.media_type == generated.media_type:
            return any(
                _is_clear_violation(error) for error in body.get_validator().iter_errors(generated.body)
            )
    return False


def _is_json_text(content: bytes) -> bool:
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


def _is_clear_violation(error: Any) -> bool:
    kind = error.kind
    if kind.name in ("anyOf", "oneOf"):
        # Broken for sure only if each alternative is: the one that was meant cannot be known.
        branches = getattr(kind, "context", None) or [[]]
        return all(any(map(_is_clear_violation, branch)) for branch in branches)
    if kind.name == "type":
        # A number in the place of a text may be converted; nothing converts to or from an object.
        expected = _list_expected_types(error)
        return isinstance(error.instance, dict | list) or not {"object", "array"}.isdisjoint(expected)
    # The generator writes the formats int32 and int64 as bounds, and formats are left open.
    return kind.name in _BOUNDS and getattr(kind, "limit", None) not in _BOUNDS_OF_FORMATS


def _list_expected_types(error: Any) -> set[str]:
    types: Any = getattr(error.kind, "types", ())
    return {types} if isinstance(types, str) else set(types)

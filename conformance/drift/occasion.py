"""Whether a request is one that a choice is about: what ``when`` says of the value at the place of the choice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openapi
from conformance.http.evidence import Exchange
from openapi.choices import ABSENT, MALFORMED, Choice

_MISSING = object()


class Occasions:
    """Tells which requests to the operations of a contract its choices are about."""

    def __init__(self, spec: openapi.Spec) -> None:
        self._spec = spec
        # The schemas of whole bodies; all others are of something within one.
        self._of_bodies = {str(one).rpartition("/")[2] for one in _list_body_references(spec)}

    def is_occasion(self, choice: Choice, exchange: Exchange) -> bool | None:
        """Tell whether *choice* is about the body of a request; None if the contract leaves that open."""
        at = choice.at
        is_of_body = at[-1:] == ("requestBody",) or at[:2] == ("components", "schemas")
        if choice.when is None or not is_of_body:
            return None
        try:
            body = json.loads(exchange.content) if exchange.content.strip() else _MISSING
        except (ValueError, RecursionError):
            return choice.when == MALFORMED
        values = list(self._find_values(choice, body))
        if choice.when in (ABSENT, MALFORMED):
            return choice.when == ABSENT and _MISSING in values
        return any(self._matches(one, choice.when) for one in values if one is not _MISSING)

    def _find_values(self, choice: Choice, body: Any) -> Iterator[Any]:
        """Yield what stands at the place of *choice*: the body, a member of it, or the items of its lists."""
        members = body if isinstance(body, dict) else {}
        if choice.at[-2:-1] == ("properties",):
            yield members.get(choice.at[-1], _MISSING)
        elif choice.at[-1] == "requestBody" or choice.at[-1] in self._of_bodies:
            yield body
        else:
            yield from (item for one in members.values() if isinstance(one, list) for item in one)

    def _matches(self, value: Any, schema: Any) -> bool:
        import jsonschema_rs

        # With the rest of the contract beside it, to which its references lead.
        whole = {**schema, "components": self._spec.get("components", {})}
        return jsonschema_rs.is_valid(whole, value)


def _list_body_references(spec: openapi.Spec) -> Iterator[Any]:
    for item in spec.get("paths", {}).values():
        for operation in item.values():
            body = operation.get("requestBody", {}) if isinstance(operation, dict) else {}
            for content in openapi.resolve_reference(spec, body).get("content", {}).values():
                yield content.get("schema", {}).get("$ref")

"""What a contract says of the members of an answer, as far as it names them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openapi
from openapi.media_type import is_json

_BRANCHES = ("allOf", "oneOf", "anyOf")


class AnswerSchema:
    """A schema of a contract, or nothing where the contract says nothing.

    nodes: all that holds of the value, without references.
    """

    def __init__(self, spec: openapi.Spec, *nodes: Any) -> None:
        self._spec = spec
        self._nodes = [one for node in nodes for one in self._flatten(node)]

    def _flatten(self, node: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
        found = openapi.resolve_reference(self._spec, node)
        if isinstance(found, dict) and depth < 50:  # a schema may be part of itself
            yield found
            for branch in (one for keyword in _BRANCHES for one in found.get(keyword, ())):
                yield from self._flatten(branch, depth + 1)

    @property
    def is_free(self) -> bool:
        """Whether the contract has a place for the value, and lets it be anything, or an object of any members."""
        return bool(self._nodes) and not any({"properties", "items"} & node.keys() for node in self._nodes)

    @property
    def may_be_anything(self) -> bool:
        """Whether not even the type of the value is told."""
        return self.is_free and not any({"type", "enum", "const"} & node.keys() for node in self._nodes)

    def find_member(self, name: str) -> AnswerSchema:
        """Return what is said of a member of an object."""
        named = [node["properties"][name] for node in self._nodes if name in node.get("properties", {})]
        return AnswerSchema(self._spec, *named)

    def find_items(self) -> AnswerSchema:
        """Return what is said of each item of an array."""
        return AnswerSchema(self._spec, *(node["items"] for node in self._nodes if "items" in node))


def find_answer_schema(spec: openapi.Spec, operation: Any, status: int) -> AnswerSchema:
    """Return the schema of the JSON that *operation* answers with *status*."""
    responses = openapi.resolve_reference(spec, operation).get("responses", {}) if operation else {}
    response = openapi.resolve_reference(spec, responses.get(str(status), {}))
    content = response.get("content", {})
    nodes = [one["schema"] for name, one in content.items() if is_json(name) and "schema" in one]
    # Swagger 2 has it beside the description.
    return AnswerSchema(spec, *nodes, *([response["schema"]] if "schema" in response else []))

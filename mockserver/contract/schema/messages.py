"""The schemas of the messages in a contract: what its requests and answers have as their content."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openapi import Spec

_NO_MESSAGES = frozenset({"schema", "example", "examples", "callbacks", "headers", "links"})


def list_message_schemas(spec: Spec, *, of_answers: bool) -> Iterator[Any]:
    """Yield the schemas of all requests, or of all answers, as the contract has them."""
    components = spec.get("components")
    found: dict[str, Any] = components if isinstance(components, dict) else {}
    waiting: list[tuple[Any, bool]] = [
        (spec.get("paths"), False),
        (found.get("pathItems"), False),
        (found.get("requestBodies"), False),
        (found.get("responses"), True),
    ]
    while waiting:
        node, is_answer = waiting.pop()
        if isinstance(node, dict):
            if "schema" in node and is_answer == of_answers:
                yield node["schema"]
            waiting += [
                (value, is_answer or name == "responses")
                for name, value in node.items()
                if name not in _NO_MESSAGES and isinstance(value, dict | list)
            ]
        elif isinstance(node, list):
            waiting += [(one, is_answer) for one in node]

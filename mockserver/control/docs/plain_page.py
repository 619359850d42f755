"""What the plain page of a contract shows; it needs nothing but HTML."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import openapi
from mockserver.control.docs.choice_notes import ChoiceNotes
from mockserver.control.docs.reference import list_magic_fields
from openapi import Spec
from openapi.choices.choice import MARK
from openapi.document.operations import walk_operations
from openapi.pointer import Steps, walk_marks


def describe_contract(spec: Spec) -> dict[str, Any]:
    """Describe the operations of a contract, and its choices that are about all of them."""
    # Once, since a large contract has a thousand operations.
    marks = dict(walk_marks(spec, MARK))
    return {
        "choices": ChoiceNotes(spec, marks).list_above_operations(),
        "operations": list(_describe_operations(spec, marks)),
    }


def _strip_choices(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _strip_choices(one) for name, one in node.items() if name != MARK}
    return [_strip_choices(one) for one in node] if isinstance(node, list) else node


def _describe_operations(spec: Spec, marks: Mapping[Steps, Any]) -> Iterator[dict[str, Any]]:
    for found in walk_operations(spec):
        operation, at = found.document, found.steps
        choices = ChoiceNotes(spec, marks)
        body = openapi.resolve_reference(spec, operation.get("requestBody", {})).get("content", {})
        content: dict[str, Any] = next(iter(body.values()), {})
        # In the order of the page, since each choice is listed once.
        yield {
            "id": operation.get("operationId", f"{found.method} {found.path}"),
            "method": found.http_method,
            "path": found.path,
            "summary": operation.get("summary", ""),
            "description": operation.get("description", ""),
            "magic": _list_magic_ids(spec, operation.get("parameters", []), content.get("schema", {})),
            "choices": choices.list_of(at, reaches=False),
            "parameters": [
                _describe_parameter(spec, one, choices.list_of((*at, "parameters", number)))
                for number, one in enumerate(operation.get("parameters", []))
            ],
            "schema": _format_json(_strip_choices(openapi.resolve_reference(spec, content["schema"])))
            if "schema" in content
            else "",
            "examples": _list_examples(spec, content),
            "choices_of_body": choices.list_of((*at, "requestBody")),
            "answers": [
                _describe_answer(spec, status, one, choices.list_of((*at, "responses", status)))
                for status, one in operation.get("responses", {}).items()
            ],
        }


def _describe_parameter(spec: Spec, parameter: Any, choices: list[dict[str, Any]]) -> dict[str, Any]:
    parameter = openapi.resolve_reference(spec, parameter)
    schema = openapi.resolve_reference(spec, parameter.get("schema", {}))
    schema = schema if isinstance(schema, dict) else {}
    words = [str(schema.get("type", ""))]
    words += [
        f"{name} {json.dumps(schema[name])}" for name in ("minimum", "maximum", "default") if name in schema
    ]
    return {
        **parameter,
        "choices": choices,
        "kind": ", ".join(word for word in words if word),
    }


def _list_magic_ids(spec: Spec, parameters: Any, schema: Any) -> dict[str, str]:
    fields = list_magic_fields(spec, parameters, schema).values()
    return {name: text for ids in fields for name, text in ids.items()}


def _describe_answer(spec: Spec, status: str, response: Any, choices: list[dict[str, Any]]) -> dict[str, Any]:
    response = openapi.resolve_reference(spec, response)
    content: dict[str, Any] = next(iter(response.get("content", {}).values()), {})
    return {
        "status": status,
        "description": response.get("description", ""),
        "choices": choices,
        "examples": _list_examples(spec, content),
    }


def _list_examples(spec: Spec, content: Any) -> list[tuple[str, str]]:
    examples = content.get("examples", {}).items()
    return [
        (name, _format_json(openapi.resolve_reference(spec, example).get("value")))
        for name, example in examples
    ]


def _format_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)

"""The control plane's pages: one to see and control a session, one to read a contract."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openapi
from openapi.choices import list_reasons

if TYPE_CHECKING:
    from jinja2 import Environment

    from mockserver.contract.operation import Operation
    from openapi import Spec


def render_control_page(operations: Sequence[Operation], session: str, defects: Sequence[str]) -> str:
    """Render the page that shows and controls the session of that name."""
    page = _template_environment().get_template("page.html")
    return page.render(operations=operations, session=session, defects=defects, admin="/__admin")


def render_docs_page(api: str, spec: Spec, names: Sequence[str]) -> str:
    """Render a contract as a page that needs no network."""
    page = _template_environment().get_template("docs.html")
    return page.render(api=api, spec=spec, names=names, operations=list(_describe_operations(spec)))


@cache
def _template_environment() -> Environment:
    # Few runs need it, and the import would slow every start.
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)


def _describe_operations(spec: Spec) -> Iterator[dict[str, Any]]:
    for path, item in spec["paths"].items():
        for method in (method for method in item if method in openapi.METHODS):
            operation = item[method]
            body = openapi.resolve_reference(spec, operation.get("requestBody", {})).get("content", {})
            content: dict[str, Any] = next(iter(body.values()), {})
            yield {
                "id": operation.get("operationId", f"{method} {path}"),
                "method": method.upper(),
                "path": path,
                "summary": operation.get("summary", ""),
                "description": operation.get("description", ""),
                "magic": _list_magic_ids(spec, operation.get("parameters", []), content.get("schema", {})),
                "choices": list_reasons(operation),
                "parameters": [_describe_parameter(spec, one) for one in operation.get("parameters", [])],
                "schema": _format_json(openapi.resolve_reference(spec, content["schema"]))
                if "schema" in content
                else "",
                "examples": _list_examples(spec, content),
                "answers": [
                    _describe_answer(spec, status, one)
                    for status, one in operation.get("responses", {}).items()
                ],
            }


def _describe_parameter(spec: Spec, parameter: Any) -> dict[str, Any]:
    parameter = openapi.resolve_reference(spec, parameter)
    schema = openapi.resolve_reference(spec, parameter.get("schema", {}))
    words = [str(schema.get("type", ""))]
    words += [
        f"{name} {json.dumps(schema[name])}" for name in ("minimum", "maximum", "default") if name in schema
    ]
    return {
        **parameter,
        "choices": list_reasons(parameter),
        "kind": ", ".join(word for word in words if word),
    }


def _list_magic_ids(spec: Spec, parameters: Any, schema: Any) -> dict[str, str]:
    members = openapi.resolve_reference(spec, schema).get("properties", {}).values()
    found: dict[str, str] = {}
    for one in [*(openapi.resolve_reference(spec, parameter) for parameter in parameters), *members]:
        found |= one.get("x-magic", {})
    return found


def _describe_answer(spec: Spec, status: str, response: Any) -> dict[str, Any]:
    response = openapi.resolve_reference(spec, response)
    content: dict[str, Any] = next(iter(response.get("content", {}).values()), {})
    return {
        "status": status,
        "description": response.get("description", ""),
        "choices": list_reasons(response),
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

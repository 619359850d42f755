"""The control plane's pages: one to see and control a session, one to read a contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import openapi
from mockserver.auth.issuer import DEFECTS
from mockserver.auth.schemes import SIGNATURE, authorization_word, credential_kind
from mockserver.http.session_name import PREFIX
from openapi.choices import list_marks
from openapi.choices.choice import MARK
from openapi.choices.reach import list_reached
from openapi.document.operations import walk_operations
from openapi.pointer import Steps, walk_marks

if TYPE_CHECKING:
    from jinja2 import Environment

    from mockserver.contract.operation import Operation
    from openapi import Spec


class ControlPage(NamedTuple):
    """The page that shows and controls a session.

    specs: the contracts by the names of their APIs. flaws: how much is wrong with them.
    """

    operations: Sequence[Operation]
    specs: Mapping[str, Spec]
    flaws: int

    def render(self, session: str, url: str, render_curl: Callable[[Operation, str], str]) -> str:
        """Render it for the session of that name, which the server at *url* has."""
        # One that needs no id of another call, if there is one.
        called = min(self.operations, key=lambda one: "{" in one.template, default=None)
        rows = [
            {
                "api": one.api,
                "operation": one.name,
                "method": one.method,
                "template": one.template,
                "summary": one.summary,
            }
            for one in self.operations
        ]
        data = {
            "session": session,
            "operations": rows,
            "schemes": {api: list(_list_schemes(spec)) for api, spec in self.specs.items()},
            "defects": list(DEFECTS),
            "flaws": self.flaws,
            "curl": "" if called is None else render_curl(called, f"{url}{PREFIX}{session}"),
        }
        return _template_environment().get_template("page.html").render(data=data)


def _list_schemes(spec: Spec) -> Iterator[dict[str, str]]:
    """Say where each credential goes that the stub can issue, and what stands before it."""
    for scheme in spec.get("components", {}).get("securitySchemes", {}).values():
        kind = credential_kind(scheme)
        if kind == SIGNATURE:
            continue
        if scheme["type"] == "apiKey":
            yield {"kind": kind, "place": scheme["in"], "name": scheme["name"], "word": ""}
        else:
            word = f"{authorization_word(scheme)} "
            yield {"kind": kind, "place": "header", "name": "Authorization", "word": word}


def render_docs_page(api: str, spec: Spec, names: Sequence[str]) -> str:
    """Render a contract as a page that needs no network."""
    page = _template_environment().get_template("docs.html")
    # Once, since a large contract has a thousand operations.
    marks = dict(walk_marks(spec, MARK))
    choices = _Choices(spec, marks).list_above_operations()
    operations = list(_describe_operations(spec, marks))
    return page.render(api=api, spec=spec, names=names, choices=choices, operations=operations)


@cache
def _template_environment() -> Environment:
    # Few runs need it, and the import would slow every start.
    from jinja2 import Environment, FileSystemLoader

    return Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)


class _Choices:
    """The choices of a contract, of which each is listed once, where it is met first."""

    def __init__(self, spec: Spec, marks: Mapping[Steps, Any]) -> None:
        self._spec = spec
        self._marks = dict(marks)

    def list_above_operations(self) -> list[dict[str, Any]]:
        """List those that are about all operations."""
        return [*self.list_of((), reaches=False), *self.list_of(("components", "securitySchemes"))]

    def list_of(self, part: Steps, *, reaches: bool = True) -> list[dict[str, Any]]:
        """List those at *part*, and, if it *reaches* further, in it and in what it refers to."""
        if not self._marks:
            return []
        reached = list_reached(self._spec, [part]) if reaches else []
        found = [at for at in self._marks if at == part or any(at[: len(one)] == one for one in reached)]
        return [_describe_choice(one) for at in found for one in list_marks({MARK: self._marks.pop(at)})]


def _describe_choice(mark: Any) -> dict[str, Any]:
    if isinstance(mark, str):
        return {"reason": mark}
    name = mark.get("taken", mark["default"])
    alternative = mark["alternatives"][name]
    return {
        "id": mark["id"],
        # It argues for the default.
        "reason": mark["reason"] if name == mark["default"] else "",
        "name": name,
        "text": alternative if isinstance(alternative, str) else alternative["text"],
        "default": mark["default"],
        "others": [other for other in mark["alternatives"] if other != name],
    }


def _strip_choices(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _strip_choices(one) for name, one in node.items() if name != MARK}
    return [_strip_choices(one) for one in node] if isinstance(node, list) else node


def _describe_operations(spec: Spec, marks: Mapping[Steps, Any]) -> Iterator[dict[str, Any]]:
    for found in walk_operations(spec):
        operation, at = found.document, found.steps
        choices = _Choices(spec, marks)
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
    described = openapi.resolve_reference(spec, schema)
    # A schema may be true or false.
    members = described.get("properties", {}).values() if isinstance(described, dict) else ()
    found: dict[str, str] = {}
    for one in [*(openapi.resolve_reference(spec, parameter) for parameter in parameters), *members]:
        ids = one.get("x-magic", {}) if isinstance(one, dict) else {}
        found |= ids if isinstance(ids, dict) else {}
    return found


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

"""What the contracts show, read without the code under test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import openapi

LIBRARY = Path(__file__).parent / "library.yaml"
SPECS = {
    **{name: openapi.load_contract(name) for name in openapi.api_names()},
    "library": openapi.read_contract(LIBRARY),
}


class AnswerExample(NamedTuple):
    """One example that a contract has for an answer; *name* is None where it has but the one."""

    api: str
    operation: str
    method: str
    path: str
    status: int
    example: str | None
    body: Any


def list_operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in spec["paths"].items():
        for method in openapi.METHODS:
            if method in item:
                yield path, method, item[method]


def name_examples(spec: dict[str, Any], content: dict[str, Any]) -> dict[str | None, Any]:
    examples = content.get("examples", {})
    many = {name: openapi.resolve_reference(spec, one)["value"] for name, one in examples.items()}
    return many or ({None: content["example"]} if "example" in content else {})


def list_answer_examples(api: str) -> Iterator[AnswerExample]:
    """Yield every example of every answer."""
    spec = SPECS[api]
    for path, method, operation in list_operations(spec):
        name = operation.get("operationId", f"{method.upper()} {path}")
        for status, response in operation["responses"].items():
            code = 500 if status == "default" else int(status.replace("X", "0"))
            for content in openapi.resolve_reference(spec, response).get("content", {}).values():
                for example, body in name_examples(spec, content).items():
                    yield AnswerExample(api, name, method.upper(), path, code, example, body)


def list_request_examples(api: str) -> Iterator[tuple[str, str, Any]]:
    """Yield every example of every request: the operation's place in a collection, its name and the body."""
    spec = SPECS[api]
    for path, method, operation in list_operations(spec):
        title = operation.get("summary") or operation.get("operationId", f"{method.upper()} {path}")
        request = openapi.resolve_reference(spec, operation.get("requestBody", {}))
        for content in request.get("content", {}).values():
            for example, body in name_examples(spec, content).items():
                yield title, example or "request", body

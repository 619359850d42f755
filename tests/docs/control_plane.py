"""The reference of the control plane: a page that is made from its contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mockserver.control.contracts import CONTRACT
from openapi import read_contract, resolve_reference

_METHODS = ("get", "put", "post", "patch", "delete")
_BOUNDS = (
    ("minimum", "maximum", ""),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minProperties", "maxProperties", " members"),
)
_BEGINNING = """
[Sessions](stub/sessions.md#the-control-plane-of-a-session) begins with an example. A call that is refused is answered
with a status from 400 on and an [Error](#error), whose `message` says why.
"""


def describe_control_plane() -> str:
    """Write the page: all calls in a table, each call, and the shapes that several of them share."""
    contract = read_contract(CONTRACT)
    calls = [
        (method, path, operation)
        for path, operations in contract["paths"].items()
        for method, operation in operations.items()
        if method in _METHODS
    ]
    lines = ["# The control plane, all calls", "", contract["info"]["description"], ""]
    lines += [_BEGINNING, ""]
    lines += ["| call | what for |", "|---|---|"]
    lines += [
        f"| [`{method.upper()} /__admin{path}`](#{operation['operationId']}) | {operation['summary']} |"
        for method, path, operation in calls
    ]
    for method, path, operation in calls:
        lines += ["", *describe_call(contract, method, path, operation)]
    lines += ["", "## Shapes"]
    for name, schema in contract["components"]["schemas"].items():
        lines += ["", f"### {name}", "", *describe_schema(schema)]
    return "\n".join(lines) + "\n"


def describe_call(contract: Any, method: str, path: str, operation: Any) -> Iterator[str]:
    """Describe a call: what it does, what it takes, a command to try it, and what it answers."""
    yield from (f"## {operation['operationId']}", "", f"`{method.upper()} /__admin{path}`", "")
    yield from (f"{operation['summary']}. {operation.get('description', '')}".rstrip(), "")
    parameters = [resolve_reference(contract, one) for one in operation.get("parameters", [])]
    if parameters:
        yield from ("| parameter | where | what it is |", "|---|---|---|")
        for one in parameters:
            what = " ".join(filter(None, [describe_type(one["schema"]) + ".", one.get("description")]))
            yield f"| `{one['name']}` | {one['in']} | {what} |"
        yield ""
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body:
        yield from ("The body:", "", *describe_schema(body["schema"]), "")
    examples = [one["value"] for one in (body or {}).get("examples", {}).values()]
    yield from ("```sh", write_command(method, path, parameters, examples), "```", "")
    yield from ("| answer | what it is |", "|---|---|")
    for status, answer in operation["responses"].items():
        if status == "default":  # the same everywhere, and said once
            continue
        yield describe_answer(status, resolve_reference(contract, answer))


def describe_answer(status: str, answer: Any) -> str:
    """Describe an answer in a row of a table: its status, what it means, and its media types."""
    types = [
        f"`{media_type}` ({describe_type(content['schema'])})"
        for media_type, content in answer.get("content", {}).items()
    ]
    return f"| {status} | {answer['description']}{': ' if types else ''}{', '.join(types)} |"


def write_command(method: str, path: str, parameters: Any, examples: list[Any]) -> str:
    """Write a curl command of a call, with the examples of the contract filled in."""
    for one in parameters:
        path = path.replace(f"{{{one['name']}}}", str(one.get("example", "…")))
    command = f"curl -sS http://127.0.0.1:4010/__admin{path}"
    if method != "get" and not (method == "post" and examples):
        command = command.replace("-sS", f"-sS -X {method.upper()}")
    if examples:
        command += f" -H 'Content-Type: application/json' \\\n  -d '{json.dumps(examples[0])}'"
    return command


def describe_schema(schema: Any) -> Iterator[str]:
    """Describe a schema: its members in a table, or its type in a line where it names none."""
    if schema.get("description"):
        yield from (schema["description"], "")
    members = [*list_members(schema)]
    if not members:
        yield describe_type(schema).capitalize() + "."
        return
    yield from ("| member | what it is |", "|---|---|")
    for name, needed, member in members:
        text = ". ".join(filter(None, [describe_type(member), member.get("description", "").rstrip(".")]))
        yield f"| `{name}`{' (needed)' if needed else ''} | {text}. |"


def list_members(schema: Any, before: str = "") -> Iterator[tuple[str, bool, Any]]:
    """Yield each member that a schema names, and those of the members inside it, with what leads there."""
    for name, member in schema.get("properties", {}).items():
        yield before + name, name in schema.get("required", ()), member
        yield from list_members(member, f"{before}{name}.")


def describe_type(schema: Any) -> str:
    """Describe in words which values a schema takes."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return " or ".join(f"`{json.dumps(one).strip(chr(34))}`" for one in schema["enum"]) + (
            f", by default `{schema['default']}`" if "default" in schema else ""
        )
    words = [schema.get("type", "any value")]
    if "properties" in schema:
        words = ["object with " + ", ".join(f"`{name}`" for name in schema["properties"])]
    if "items" in schema:
        words = [f"list of {describe_type(schema['items'])}"]
    elif isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]:
        words = [f"object of {describe_type(schema['additionalProperties'])}"]
    if "format" in schema:
        words.append(schema["format"])
    words += describe_bounds(schema)
    if "default" in schema:
        words.append(f"by default `{schema['default']}`")
    return ", ".join(words + ["or null"] * bool(schema.get("nullable")))


def describe_bounds(schema: Any) -> Iterator[str]:
    """Yield from where to where a number may go, and how much there may be of a text, a list or an object."""
    for least, most, unit in _BOUNDS:
        low, high = schema.get(least), schema.get(most)
        if low is not None and high is not None:
            yield f"{low}{unit}" if low == high else f"{low} to {high}{unit}"
        elif low is not None or high is not None:
            yield f"at least {low}{unit}" if high is None else f"at most {high}{unit}"

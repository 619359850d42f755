"""A contract as the interactive reference takes it: without our marks, and with what this stub adds to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import openapi
from mockserver.control.docs.choice_notes import ChoiceNotes
from mockserver.simulation.faults import ConnectionFault
from openapi import Spec
from openapi.choices.choice import MARK
from openapi.document.operations import (
    VARIABLE,
    FoundOperation,
    find_server,
    list_parameters,
    read_base_path,
    walk_operations,
)
from openapi.pointer import find_node, walk_marks
from openapi.wording import count_things

# The members of these have names of the contract's own, which may look like a mark.
_NAMED = frozenset(
    {
        "$defs",
        "callbacks",
        "content",
        "definitions",
        "dependentSchemas",
        "examples",
        "headers",
        "links",
        "mapping",
        "parameters",
        "paths",
        "patternProperties",
        "properties",
        "requestBodies",
        "responses",
        "schemas",
        "securitySchemes",
        "variables",
    }
)
_VALUES = frozenset({"const", "default", "enum", "example", "value"})
# A list that nobody reads to its end.
_MOST_EXAMPLES = 40


def build_reference(api: str, spec: Spec, prefix: str, *, takes_prefer: bool) -> dict[str, Any]:
    """Build the contract of *api* for the reference; *spec* stays as it is.

    prefix: the path that names the session, before that of each operation. takes_prefer: whether the operations take
    the header Prefer.
    """
    found: dict[str, Any] = _strip_marks(spec)
    choices = ChoiceNotes(spec, dict(walk_marks(spec, MARK)))
    # First, since each choice is listed where it is met first.
    above = _write_choices(choices.list_above_operations())
    found["info"]["description"] = _join_paragraphs(spec["info"].get("description"), above)
    found["servers"] = [_make_server(prefix, find_server(spec))]
    for path, item in spec.get("paths", {}).items():
        if isinstance(item, dict) and item.get("servers"):
            found["paths"][path]["servers"] = [_make_server(prefix, item["servers"][0])]
    for one in walk_operations(spec):
        operation = find_node(found, one.steps)
        operation["tags"] = operation.get("tags") or [api]
        operation["description"] = _join_paragraphs(
            one.document.get("description"),
            *_write_magic_ids(spec, one),
            _write_choices([*choices.list_of(one.steps)]),
        )
        if one.document.get("servers"):
            operation["servers"] = [_make_server(prefix, one.document["servers"][0])]
        if takes_prefer:
            operation["parameters"] = [*operation.get("parameters", []), _describe_prefer(spec, one)]
    return found


def list_magic_fields(spec: Spec, parameters: Sequence[Any], schema: Any) -> dict[str, dict[str, str]]:
    """Map the name of each parameter and member of the body with magic identifiers to them and what they ask for."""
    described = openapi.resolve_reference(spec, schema)
    # A schema may be true or false.
    members = described.get("properties", {}) if isinstance(described, dict) else {}
    resolved = (openapi.resolve_reference(spec, one) for one in parameters)
    fields = [*((one["name"], one) for one in resolved if isinstance(one, dict)), *members.items()]
    return {
        name: field["x-magic"]
        for name, field in fields
        if isinstance(field, dict) and isinstance(field.get("x-magic"), dict)
    }


def _strip_marks(node: Any, *, has_names: bool = False) -> Any:
    if isinstance(node, list):
        return [_strip_marks(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        name: value
        if not has_names and name in _VALUES
        else _strip_marks(value, has_names=not has_names and name in _NAMED)
        for name, value in node.items()
        if has_names or not str(name).startswith("x-")
    }


def _make_server(prefix: str, server: dict[str, Any] | None) -> dict[str, Any]:
    # What a variable stands for may be anything, so its name will do.
    path = VARIABLE.sub(lambda found: found[1], read_base_path(server))
    return {"url": prefix + path or "/", "description": "This stub"}


def _write_magic_ids(spec: Spec, operation: FoundOperation) -> Iterator[str]:
    body = openapi.resolve_reference(spec, operation.document.get("requestBody", {})).get("content", {})
    content: dict[str, Any] = next(iter(body.values()), {})
    fields = list_magic_fields(spec, list_parameters(spec, operation), content.get("schema", {}))
    for name, ids in fields.items():
        listed = ", ".join(f"{_write_code(one)} for {_write_code(text)}" for one, text in ids.items())
        yield f"**Magic identifiers.** A valid request may name its answer in {_write_code(name)}: {listed}."


def _write_choices(choices: Sequence[dict[str, Any]]) -> str:
    """Write the notes on *choices* as Markdown, folded."""
    if not choices:
        return ""
    count = count_things(len(choices), "choice")
    notes = "\n".join(f"- {_write_choice(one)}" for one in choices)
    return (
        f"<details>\n<summary>The document is silent: {count} of this stub</summary>\n\n{notes}\n\n</details>"
    )


def _write_choice(choice: dict[str, Any]) -> str:
    if "id" not in choice:
        return f"**The document is silent; this stub:** {choice['reason']}"
    words = [
        f"**The document is silent; this stub takes** {_write_code(choice['name'])}**:** {choice['text']}."
    ]
    words += [choice["reason"]] if choice["reason"] else []
    others = ", ".join(map(_write_code, choice["others"]))
    default = (
        "" if choice["name"] == choice["default"] else f"; the default is {_write_code(choice['default'])}"
    )
    return " ".join([*words, f"(Choice {_write_code(choice['id'])}; others: {others}{default}.)"])


def _write_code(text: Any) -> str:
    shown = str(text).replace("`", "'").replace("\n", " ")
    return f"`{shown}`"


def _join_paragraphs(*paragraphs: Any) -> str:
    return "\n\n".join(str(one) for one in paragraphs if one)


def _describe_prefer(spec: Spec, operation: FoundOperation) -> dict[str, Any]:
    return {
        "name": "Prefer",
        "in": "header",
        "description": "Ask this stub for an answer, for a delay in milliseconds, for a broken connection, or for an "
        "invalid request to be taken for a valid one. Several may stand together, as in `code=503, delay=1500`.",
        "schema": {"type": "string", "enum": list(_list_preferences(spec, operation))},
    }


def _list_preferences(spec: Spec, operation: FoundOperation) -> Iterator[str]:
    left = _MOST_EXAMPLES
    for status, response in operation.document.get("responses", {}).items():
        # A range such as 4XX has no status of its own, and the default has none at all.
        if not status.isdecimal():
            continue
        yield f"code={status}"
        resolved = openapi.resolve_reference(spec, response)
        contents: dict[str, Any] = resolved.get("content", {}) if isinstance(resolved, dict) else {}
        content: dict[str, Any] = next(iter(contents.values()), {})
        for name in content.get("examples", {}):
            if left and name.isascii() and name.isprintable() and not {*name} & {'"', "\\"}:
                left -= 1
                yield f'code={status}, example="{name}"'
    yield from ("delay=1500", "handling=lenient")
    yield from (f"fault={fault}" for fault in ConnectionFault)

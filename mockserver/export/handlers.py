"""Request handlers for MSW, generated from the contract's examples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mockserver.contract.definitions import base_path
from mockserver.contract.operation import Operation
from mockserver.export.answers import Answer, list_answers
from mockserver.export.text import join_lines, render_template
from mockserver.services.service import Service
from openapi.document.operations import VARIABLE, strip_query

# Characters with a meaning in a path of MSW.
_SPECIAL = re.compile(r"[:*?+(){}\\]")
_BARE = (204, 205, 304)  # a browser refuses to construct a response of these with a body
_NOT_IN_A_NAME = re.compile(r"\W", re.ASCII)


def render_module(service: Service, operations: Sequence[Operation], release: str) -> str:
    """Render the JavaScript module of one API."""
    return render_template("handlers.js", **_template_values(service, operations, release))


def render_declarations(service: Service, operations: Sequence[Operation], release: str) -> str:
    """Render the TypeScript declarations of that module."""
    return render_template("handlers.d.ts", **_template_values(service, operations, release))


def _template_values(service: Service, operations: Sequence[Operation], release: str) -> dict[str, Any]:
    info, base = service.spec["info"], base_path(service.spec)
    rows = []
    for operation in sorted(operations, key=_specificity_key):
        if operation.method != "TRACE":  # a browser cannot send it
            shown = list_answers(operation)
            rows.append(
                {
                    "name": operation.name,
                    "summary": join_lines(operation.summary),
                    "method": operation.method.lower(),
                    "path": _msw_path(strip_query(operation.template).removeprefix(base)),
                    "answers": [_describe_answer(answer) for answer in shown],
                    "names": _example_names(shown),
                }
            )
    return {
        "api": service.name,
        "file": f"{service.name}{Path(service.file).suffix}",
        "title": join_lines(f"{info['title']} {info['version']}"),
        "release": release,
        "operations": rows,
    }


def _specificity_key(operation: Operation) -> tuple[int, list[bool]]:
    """Sort long paths before short ones, and literal before variable ones: MSW takes the first handler that matches."""
    segments = operation.template.rstrip("/").split("/")
    return -len(segments), ["{" in segment for segment in segments]


def _msw_path(template: str) -> str:
    """Convert a path template to MSW's notation: ``/books/:id``."""
    parts = VARIABLE.split(template)  # literal text and names by turns
    written = _escape_path(parts[0])
    for name, after in zip(parts[1::2], parts[2::2], strict=True):
        variable = ":" + _NOT_IN_A_NAME.sub("_", name)
        written += f"{{{variable}}}" if re.match(r"\w", after) else variable
        written += _escape_path(after)
    return written


def _escape_path(text: str) -> str:
    """Escape characters with a meaning; a star becomes any one character, since MSW ignores its escape."""
    return _SPECIAL.sub(lambda found: "(.)" if found[0] == "*" else f"\\{found[0]}", text)


def _describe_answer(answer: Answer) -> dict[str, Any]:
    """Describe an answer as the module's ``response`` function reads it."""
    reply = answer.reply
    entry: dict[str, Any] = {"status": reply.status}
    if answer.example is not None:
        entry["example"] = answer.example
    if reply.headers:
        entry["headers"] = dict(reply.headers)
    if reply.status in _BARE:
        return entry
    if isinstance(reply.body, bytes):
        entry["text"] = answer.text
    elif answer.example is not None:
        entry["body"] = reply.body
    return entry


def _example_names(shown: Sequence[Answer]) -> dict[int, list[str]]:
    """List the names of the examples of each status."""
    names: dict[int, list[str]] = {}
    for answer in shown:
        names.setdefault(answer.reply.status, []).extend([answer.example] if answer.example else [])
    return names

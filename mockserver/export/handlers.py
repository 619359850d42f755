"""Request handlers for MSW, made from the contract's examples."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mockserver.contract.operation import Operation
from mockserver.contract.routes import VARIABLE
from mockserver.export.answers import Answer, answers
from mockserver.export.text import rendered, sentence
from mockserver.services.service import Service
from openapi import Spec

# What means something in a path of MSW's, and what its variables may be called.
_SPECIAL = re.compile(r"[:*?+(){}\\]")
_BARE = (204, 205, 304)  # what a page makes no answer of with a body
_NOT_IN_A_NAME = re.compile(r"\W", re.ASCII)


def module(service: Service, operations: Sequence[Operation], release: str) -> str:
    """Write the JavaScript module of one API."""
    return rendered("handlers.js", **_values(service, operations, release))


def declarations(service: Service, operations: Sequence[Operation], release: str) -> str:
    """Write the TypeScript declarations of that module."""
    return rendered("handlers.d.ts", **_values(service, operations, release))


def base_path(spec: Spec) -> str:
    """Give the path of the contract's first server, with which each of its operations begins."""
    for server in spec.get("servers", [])[:1]:
        variables = {name: one["default"] for name, one in server.get("variables", {}).items()}
        url: str = server["url"].format(**variables)
        return urlsplit(url).path.rstrip("/")
    return ""


def _values(service: Service, operations: Sequence[Operation], release: str) -> dict[str, Any]:
    info, base = service.spec["info"], base_path(service.spec)
    rows = []
    for operation in sorted(operations, key=_openness):
        if operation.method != "TRACE":  # which no page can send
            shown = answers(operation)
            rows.append(
                {
                    "name": operation.name,
                    "summary": sentence(operation.summary),
                    "method": operation.method.lower(),
                    "path": _path(operation.template.removeprefix(base)),
                    "answers": [_entry(answer) for answer in shown],
                    "names": _names(shown),
                }
            )
    return {
        "api": service.name,
        "file": f"{service.name}{Path(service.file).suffix}",
        "title": sentence(f"{info['title']} {info['version']}"),
        "release": release,
        "operations": rows,
    }


def _openness(operation: Operation) -> tuple[int, list[bool]]:
    """Sort long paths before short ones, literal ones before variable ones: the first handler that fits answers."""
    segments = operation.template.rstrip("/").split("/")
    return -len(segments), ["{" in segment for segment in segments]


def _path(template: str) -> str:
    """Write a path as MSW does: ``/books/:id``."""
    parts = VARIABLE.split(template)  # literal text and names by turns
    written = _escaped(parts[0])
    for name, after in zip(parts[1::2], parts[2::2], strict=True):
        variable = ":" + _NOT_IN_A_NAME.sub("_", name)
        written += f"{{{variable}}}" if re.match(r"\w", after) else variable
        written += _escaped(after)
    return written


def _escaped(text: str) -> str:
    """Escape what means something in a path; a star is any one character, since MSW takes it even then."""
    return _SPECIAL.sub(lambda found: "(.)" if found[0] == "*" else f"\\{found[0]}", text)


def _entry(answer: Answer) -> dict[str, Any]:
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


def _names(shown: Sequence[Answer]) -> dict[int, list[str]]:
    """List the examples of each status."""
    names: dict[int, list[str]] = {}
    for answer in shown:
        names.setdefault(answer.reply.status, []).extend([answer.example] if answer.example else [])
    return names

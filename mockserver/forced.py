"""Answers a caller asks for: ``Prefer: code=503`` (RFC 7240)."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from mockserver.exchange import Exchange, Reply
from mockserver.operation import JSON, Operation
from mockserver.problems import Problem

_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PREFERENCE = re.compile(rf'([^\s=;,"]+)(?:\s*=\s*({_QUOTED}|[^\s;,"]+))?|{_QUOTED}')
_LONGEST_PREFER = 1000


def forced(exchange: Exchange, operation: Operation) -> Reply | None:
    """Answer as the request prefers, or None if it prefers nothing that the contract documents.

    An error is the API's documented envelope, a success its first documented example. Nothing is
    authenticated, validated or stored.
    """
    code = _preferred_code(", ".join(exchange.header_lines(b"prefer")))
    response = operation.responses.get(code) if code.isdigit() else None
    if response is None:
        return None
    examples = response.get("content", {}).get(JSON, {}).get("examples", {})
    body = next((example["value"] for example in examples.values()), None)
    if int(code) >= 400:
        reply = operation.voice.reply(_Preferred(int(code), _message(body) or response["description"]))
    else:
        reply = Reply(int(code), body)
    applied = {"Preference-Applied": f"code={code}", "Vary": "Prefer"}
    return Reply(reply.status, reply.body, {**reply.headers, **applied})


def _preferred_code(preferences: str) -> str:
    """Read the first preference named code; empty if there is none."""
    for match in _PREFERENCE.finditer(preferences, 0, _LONGEST_PREFER):
        name, value = match.groups(default="")
        if name.lower() == "code":
            return value.strip('"')
    return ""


class _Preferred(Problem):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.kind = HTTPStatus(status)


def _message(body: Any) -> str | None:
    """Find the message of a documented error example, however deep it lies."""
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("message"), str):
        return str(body["message"])
    return next((found for value in body.values() if (found := _message(value))), None)

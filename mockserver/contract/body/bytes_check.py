"""Bytes, checked by the schema of a text: as long as they are many."""

from __future__ import annotations

import re
from typing import Any

from mockserver.contract.schema import Schema
from mockserver.http.problems import Violation

_LENGTH = re.compile(r"is (longer|shorter) than (\d+) characters?$")


def find_violations_with_bytes(schema: Schema, value: Any) -> list[Violation]:
    """List what is wrong with *value*, in which bytes may stand for text; no message quotes these."""
    found = schema.find_violations(_write_as_text(value))
    if not found:
        return []
    places = set(_list_places(value, ""))
    return [_describe_in_bytes(one) if one.where in places else one for one in found]


def _write_as_text(value: Any) -> Any:
    """Write bytes as a character each, so that a schema counts them."""
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, list):
        return [_write_as_text(item) for item in value]
    if isinstance(value, dict):
        return {name: _write_as_text(member) for name, member in value.items()}
    return value


def _list_places(value: Any, where: str) -> list[str]:
    """List where bytes are in *value*."""
    if isinstance(value, bytes):
        return [where]
    if isinstance(value, list):
        return [place for index, one in enumerate(value) for place in _list_places(one, f"{where}[{index}]")]
    if isinstance(value, dict):
        pairs = value.items()
        return [
            place for name, one in pairs for place in _list_places(one, f"{where}.{name}" if where else name)
        ]
    return []


def _describe_in_bytes(violation: Violation) -> Violation:
    length = _LENGTH.search(violation.message)
    said = f"is {length[1]} than {length[2]} bytes" if length else "is not what its schema asks for"
    return violation._replace(message=said if violation.where else f"the body {said}")

"""Bodies that are a sequence of values, of which OpenAPI 3.2 describes each by ``itemSchema``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_LINES = {"application/jsonl", "application/x-ndjson", "application/ndjson", "application/x-jsonlines"}
_SEQUENCE = "application/json-seq"
_EVENTS = "text/event-stream"
_END_OF_LINE = re.compile(r"\r\n|\n|\r")


class NotReadable(ValueError):
    """An item is not what its media type says; the message says why."""


def read_items(content: bytes, media_type: str) -> list[Any] | None:
    """Return the items of a body; None if nobody can tell them apart.

    Raises NotReadable for an item that is none.
    """
    text = content.decode("utf-8", "replace")
    if media_type == _EVENTS:
        return list(_read_events(text))
    if media_type in _LINES:
        return [_read_json(line) for line in text.splitlines() if line.strip()]
    if media_type == _SEQUENCE:
        return [_read_json(part) for part in text.split("\x1e") if part.strip()]
    return None


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise NotReadable(f"an item is no JSON: {error}") from None


def _read_events(text: str) -> Iterator[dict[str, Any]]:
    """Yield the events that an empty line ends, each with the fields that it has; a comment is none."""
    event: dict[str, Any] = {}
    for line in _END_OF_LINE.split(text.removeprefix("\ufeff")):
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if event:
                yield event
            event = {}
        elif name == "data":
            event["data"] = f"{event['data']}\n{value}" if "data" in event else value
        elif name == "retry":
            event["retry"] = int(value) if value.isascii() and value.isdigit() else value
        elif name in ("event", "id"):
            event[name] = value

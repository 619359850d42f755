"""Answers that go on for ever, of which only the first moments are read."""

from __future__ import annotations

import re

from openapi.media_type import bare_media_type

LISTEN_S = 0.5
_EVENTS = "text/event-stream"
_MEDIA_TYPES = (_EVENTS, "multipart/x-mixed-replace")
_END_OF_EVENT = re.compile(rb"\r\n\r\n|\n\n|\r\r")


def is_endless(content_type: str) -> bool:
    """Tell whether a body of this type need not have an end."""
    return bare_media_type(content_type) in _MEDIA_TYPES


def keep_whole_events(content: bytes, content_type: str) -> bytes:
    """Return *content*, which was left in the middle, without an event that was not over."""
    if bare_media_type(content_type) != _EVENTS:
        return content
    ends = [match.end() for match in _END_OF_EVENT.finditer(content)]
    return content[: ends[-1]] if ends else b""

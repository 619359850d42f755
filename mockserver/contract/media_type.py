"""Media types: which of those in a contract a message is in, and where JSON stands in one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from openapi.media_type import JSON, bare_media_type, is_json

_LONGEST = 500
_PARAMETER = re.compile(r";\s*([^\s=;\"]+)\s*(?:=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;]*)))?")
# A contract that names them means no other body than one without.
_SAY_NOTHING = ("charset", "boundary", "q")


class MediaType(NamedTuple):
    """A media type in lower case, ``text/plain``, and its parameters."""

    name: str
    parameters: Mapping[str, str]


def parse_media_type(text: str) -> MediaType:
    """Parse a media type, of which the beginning is enough."""
    text = text[:_LONGEST]
    pairs = _PARAMETER.findall(text)
    parameters = {key.lower(): quoted or plain.strip() for key, quoted, plain in pairs}
    return MediaType(bare_media_type(text), parameters)


def choose_range(ranges: Iterable[str], sent: MediaType) -> str | None:
    """Choose the media type of a contract that says most about what was *sent*; None if it takes no such thing.

    ranges: media types, in which ``*`` stands for anything, and whose parameters are not contradicted.
    """
    ranked = ((_rank_range(parse_media_type(text), sent), text) for text in ranges)
    found = [(rank, text) for rank, text in ranked if rank is not None]
    # The first of several that say as much.
    return max(found, key=lambda one: one[0])[1] if found else None


def _rank_range(taken: MediaType, sent: MediaType) -> tuple[bool, int, int, int] | None:
    said = {key: value for key, value in taken.parameters.items() if key not in _SAY_NOTHING}
    if not covers_media_type(taken.name, sent.name):
        return None
    if any(sent.parameters.get(key, value).lower() != value.lower() for key, value in said.items()):
        return None
    met = sum(key in sent.parameters for key in said)
    return "*" not in taken.name, len(taken.name), met, met - len(said)


def covers_media_type(name: str, sent: str) -> bool:
    """Tell whether *name*, such as ``text/*`` or ``application/*+json``, covers the media type *sent*."""
    before, star, after = name.partition("*")
    if not star or name in ("*", "*/*"):
        return bool(star) or name == sent
    return len(sent) >= len(before + after) and sent.startswith(before) and sent.endswith(after)


def json_content(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the JSON content of a request body or response, ``application/json`` first; empty if there is none."""
    content: Mapping[str, Any] = message.get("content", {})
    names = sorted((name for name in content if is_json(name)), key=lambda name: name != JSON)
    found: Mapping[str, Any] = content[names[0]] if names else {}
    return found

"""Media types: which an operation accepts, and where JSON stands in a message."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from openapi.media_type import JSON, bare_media_type, is_json

_CHARSETS = ("utf-8", "utf8", "us-ascii")


# The same few values come with every request.
@lru_cache(maxsize=256)
def is_accepted(media_type: str, accepted: frozenset[str]) -> bool:
    """Tell whether a Content-Type is among the *accepted* media types; JSON only in UTF-8."""
    name = bare_media_type(media_type)
    if name not in accepted and f"{name.partition('/')[0]}/*" not in accepted and "*/*" not in accepted:
        return False
    parameters = media_type.partition(";")[2]
    return not is_json(name) or not parameters or _is_utf_8(parameters)


def json_content(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the JSON content of a request body or response, ``application/json`` first; empty if there is none."""
    content: Mapping[str, Any] = message.get("content", {})
    names = sorted((name for name in content if is_json(name)), key=lambda name: name != JSON)
    found: Mapping[str, Any] = content[names[0]] if names else {}
    return found


def _is_utf_8(parameters: str) -> bool:
    for parameter in parameters.split(";"):
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset" and value.strip().strip('"').lower() not in _CHARSETS:
            return False
    return True

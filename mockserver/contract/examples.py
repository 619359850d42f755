"""The examples of a response, as replies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import openapi
from mockserver.http import exact_json
from mockserver.http.headers import HEADER_NAME, WRITTEN_BY_SERVER
from mockserver.http.reply import Reply
from openapi import Spec
from openapi.media_type import JSON, is_json

_ABSENT = object()


def named_examples(spec: Spec, response: Mapping[str, Any]) -> dict[str, Reply]:
    """Map the names of a response's examples to replies of status 0, those in JSON first."""
    found: dict[str, Reply] = {}
    contents: Mapping[str, Any] = response.get("content", {})
    for media_type in sorted(contents, key=lambda name: (name != JSON, not is_json(name))):
        content = contents[media_type]
        named = {
            name: openapi.resolve_reference(spec, example).get("value", _ABSENT)
            for name, example in content.get("examples", {}).items()
        }
        for name, value in (named or {"example": content.get("example", _ABSENT)}).items():
            if value is not _ABSENT and name not in found:
                found[name] = _example_reply(media_type, value)
    return found


def example_headers(response: Mapping[str, Any]) -> dict[str, str]:
    """Give the headers of a response that have an example, but for those that the server writes itself."""
    headers: Mapping[str, Any] = response.get("headers", {})
    return {
        name: _format_header(header["example"])
        for name, header in headers.items()
        if "example" in header and _may_be_given(name)
    }


def _example_reply(media_type: str, value: Any) -> Reply:
    """Write *value* as *media_type*; an empty body for XML whose example is not text, since it cannot be written."""
    is_text = isinstance(value, str)
    if "*" in media_type:
        media_type = "text/plain" if is_text else JSON
    headers = {} if media_type == JSON and value is not None else {"Content-Type": media_type}
    if is_json(media_type) and value is not None:
        return Reply(0, value, headers)
    content = (
        value.encode(errors="replace") if is_text else b"" if "xml" in media_type else exact_json.dumps(value)
    )
    return Reply(0, content, headers)


def _may_be_given(name: str) -> bool:
    """Tell whether *name* names a header that the server does not write itself."""
    lowered = name.lower()
    is_written = lowered in WRITTEN_BY_SERVER or lowered == "content-type"
    return not is_written and not lowered.startswith("access-control-") and bool(HEADER_NAME.fullmatch(name))


def _format_header(value: Any) -> str:
    """Write *value* in the style "simple", the only one that headers have."""
    if isinstance(value, list):
        return ",".join(map(_format_header, value))
    if isinstance(value, dict):
        return ",".join(f"{name},{_format_header(item)}" for name, item in value.items())
    return value if isinstance(value, str) else exact_json.dumps(value).decode()

"""The template of an error body: ``{status}``, ``{code}``, ``{message}`` and ``{detail}`` stand for values."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

from openapi.media_type import bare_media_type

_PLACEHOLDER = re.compile(r"\{(status|code|message|detail)\}")


def fill_template(template: Any, values: Mapping[str, Any]) -> Any:
    """Fill *values* in; a member whose placeholder has no value is left out."""
    if isinstance(template, dict):
        filled = {name: fill_template(member, values) for name, member in template.items()}
        return {name: value for name, value in filled.items() if value is not None}
    if isinstance(template, list):
        return [fill_template(item, values) for item in template]
    if not isinstance(template, str):
        return template
    whole = _PLACEHOLDER.fullmatch(template)
    return values.get(whole[1]) if whole else fill_text(template, values)


def fill_text(template: str, values: Mapping[str, Any]) -> str:
    """Fill *values* in where a text has more than one placeholder; nothing for those without a value."""
    return _PLACEHOLDER.sub(
        lambda found: "" if values.get(found[1]) is None else str(values[found[1]]), template
    )


def escape_values(values: Mapping[str, Any], media_type: str | None) -> Mapping[str, Any]:
    """Escape *values* for a page, where a part of them would otherwise count as a tag; as they are for all else."""
    if media_type is None or bare_media_type(media_type) != "text/html":
        return values
    return {name: html.escape(one) if isinstance(one, str) else one for name, one in values.items()}


def extract_values(template: Any, body: Any) -> dict[str, Any]:
    """Find the values that *template* was filled with to make *body*."""
    if isinstance(template, dict) and isinstance(body, dict):
        found: dict[str, Any] = {}
        for name, member in template.items():
            if name in body:
                found |= extract_values(member, body[name])
        return found
    whole = _PLACEHOLDER.fullmatch(template) if isinstance(template, str) else None
    return {whole[1]: body} if whole and body is not None else {}

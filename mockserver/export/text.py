"""Templates, and values in JavaScript notation."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_WIDTH = 100
_PLAIN_NAME = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)


def render_template(template: str, **values: Any) -> str:
    """Render one of the templates of this package."""
    environment = Environment(  # noqa: S701 - the output is not HTML
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["literal"] = format_literal
    environment.filters["key"] = format_key
    environment.filters["access"] = lambda name: (
        f".{name}" if format_key(name) == name else f"[{json.dumps(name)}]"
    )
    return environment.get_template(f"{template}.jinja").render(**values)


def format_literal(value: Any, margin: int = 0) -> str:
    """Format JSON as a JavaScript literal, on one line if it fits; further lines are indented by *margin*."""
    line = _format_line(value)
    if len(line) + margin <= _WIDTH or not isinstance(value, (dict, list)) or not value:
        return line
    inner = " " * (margin + 2)
    if isinstance(value, list):
        members = [format_literal(item, margin + 2) for item in value]
    else:
        members = [f"{format_key(name)}: {format_literal(item, margin + 2)}" for name, item in value.items()]
    opening, closing = "[]" if isinstance(value, list) else "{}"
    return f"{opening}\n{''.join(f'{inner}{member},{chr(10)}' for member in members)}{' ' * margin}{closing}"


def _format_line(value: Any) -> str:
    if isinstance(value, dict):
        members = ", ".join(f"{format_key(name)}: {_format_line(item)}" for name, item in value.items())
        return f"{{ {members} }}" if members else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_format_line, value))}]"
    return json.dumps(value, ensure_ascii=False)


def format_key(name: str) -> str:
    """Format the name of a member; a plain ``__proto__`` would set the prototype instead."""
    if name == "__proto__":
        return '["__proto__"]'
    return name if _PLAIN_NAME.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def join_lines(text: str) -> str:
    """Join *text* into one line that cannot end a comment."""
    return " ".join(text.split()).replace("*/", "* /")

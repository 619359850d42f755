"""Text from templates, and values as JavaScript writes them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_WIDTH = 100
_PLAIN_NAME = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)


def rendered(template: str, **values: Any) -> str:
    """Fill one of the templates of this package."""
    environment = Environment(  # noqa: S701 - what comes out is no HTML
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["literal"] = literal
    environment.filters["key"] = key
    environment.filters["access"] = lambda name: f".{name}" if key(name) == name else f"[{json.dumps(name)}]"
    return environment.get_template(f"{template}.jinja").render(**values)


def literal(value: Any, margin: int = 0) -> str:
    """Write JSON as a JavaScript literal, on one line where it fits; further lines begin at *margin*."""
    line = _line(value)
    if len(line) + margin <= _WIDTH or not isinstance(value, (dict, list)) or not value:
        return line
    inner = " " * (margin + 2)
    if isinstance(value, list):
        members = [literal(item, margin + 2) for item in value]
    else:
        members = [f"{key(name)}: {literal(item, margin + 2)}" for name, item in value.items()]
    opening, closing = "[]" if isinstance(value, list) else "{}"
    return f"{opening}\n{''.join(f'{inner}{member},{chr(10)}' for member in members)}{' ' * margin}{closing}"


def _line(value: Any) -> str:
    if isinstance(value, dict):
        members = ", ".join(f"{key(name)}: {_line(item)}" for name, item in value.items())
        return f"{{ {members} }}" if members else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_line, value))}]"
    return json.dumps(value, ensure_ascii=False)


def key(name: str) -> str:
    """Write the name of a member; ``__proto__`` would otherwise be no member."""
    if name == "__proto__":
        return '["__proto__"]'
    return name if _PLAIN_NAME.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def sentence(text: str) -> str:
    """Make one line of *text* that ends no comment."""
    return " ".join(text.split()).replace("*/", "* /")

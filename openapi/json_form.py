"""YAML as the JSON that it stands for."""

from __future__ import annotations

import json
from typing import Any


def to_json_form(node: Any, deepest: int) -> Any:
    """Convert a value read from YAML to the JSON it stands for: a status becomes a name.

    Raises ValueError for more than *deepest* levels.
    """
    return _convert(node, deepest, 0)


def _convert(node: Any, deepest: int, depth: int) -> Any:
    if depth > deepest:
        raise ValueError(f"nested deeper than {deepest} levels")
    if isinstance(node, dict):
        return {_convert_key(key): _convert(value, deepest, depth + 1) for key, value in node.items()}
    if isinstance(node, list):
        return [_convert(item, deepest, depth + 1) for item in node]
    return node


def _convert_key(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key, default=str).strip('"')

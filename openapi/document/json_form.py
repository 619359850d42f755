"""The text of a contract's file, in YAML 1.2 or JSON, as the values of JSON that it stands for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openapi.pointer import Steps
from openapi.text_file import read_utf_8

# Whatever walks a contract recurses, a few frames for each level.
_DEEPEST = 200


def read_json_form(file: Path, repeated: list[Steps] | None = None) -> Any:
    """Read *file*, by what stands in it; its name counts only where that is neither YAML nor JSON.

    repeated: gets the places of members that are there twice.

    Text in Markdown stays text. Raises OSError, RecursionError or ValueError.
    """
    text = read_utf_8(file)
    if file.suffix == ".md":
        return text
    return _parse_text(text, [] if repeated is None else repeated, is_json=file.suffix == ".json")


def _parse_text(text: str, repeated: list[Steps], *, is_json: bool) -> Any:
    """Read JSON or YAML, whichever *text* is, as the JSON that it stands for.

    is_json: what the file's name says, which counts only where it is neither.
    """
    from openapi.yaml_text import BadYaml

    if not text.lstrip().startswith(("{", "[")):
        return _parse_yaml(text, repeated)
    try:
        # Much faster, and most of what begins so is JSON.
        content = json.loads(text)
    except ValueError as error:
        try:
            return _parse_yaml(text, repeated)
        except BadYaml:
            if is_json:
                raise error from None
            raise
    _check_depth(content)
    return content


def _check_depth(content: Any) -> None:
    """Raise ValueError for more levels than those who walk a contract can take."""
    level = [content] if isinstance(content, (dict, list)) else []
    # A contract may have a million values, of which most are in no other's place.
    for _ in range(_DEEPEST + 1):
        parts = [part for node in level for part in (node.values() if type(node) is dict else node)]
        level = [part for part in parts if type(part) is dict or type(part) is list]
    if level:
        raise ValueError(f"nested deeper than {_DEEPEST} levels")


def _parse_yaml(text: str, repeated: list[Steps]) -> Any:
    from openapi.yaml_events import NotPlain, parse_plain_yaml
    from openapi.yaml_text import parse_yaml, to_json_form

    try:
        return parse_plain_yaml(text, _DEEPEST, repeated)
    except NotPlain:
        return to_json_form(parse_yaml(text, may_repeat_keys=True), _DEEPEST)

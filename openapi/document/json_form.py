"""The text of a contract's file, in YAML 1.2 or JSON, as the values of JSON that it stands for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openapi.text_file import read_utf_8

# Whatever walks a contract recurses, a few frames for each level.
_DEEPEST = 200


def read_json_form(file: Path) -> Any:
    """Read *file*, by what stands in it; its name counts only where that is neither YAML nor JSON.

    Text in Markdown stays text. Raises OSError, RecursionError or ValueError.
    """
    from openapi.yaml_text import to_json_form

    text = read_utf_8(file)
    if file.suffix == ".md":
        return text
    return to_json_form(_parse_text(text, is_json=file.suffix == ".json"), _DEEPEST)


def _parse_text(text: str, *, is_json: bool) -> Any:
    """Read JSON or YAML, whichever *text* is.

    is_json: what the file's name says, which counts only where it is neither.
    """
    from openapi.yaml_text import BadYaml, parse_yaml

    if not text.lstrip().startswith(("{", "[")):
        return parse_yaml(text, may_repeat_keys=True)
    try:
        # Much faster, and most of what begins so is JSON.
        return json.loads(text)
    except ValueError as error:
        try:
            return parse_yaml(text, may_repeat_keys=True)
        except BadYaml:
            if is_json:
                raise error from None
            raise

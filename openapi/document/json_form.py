"""The text of a contract's file, in YAML 1.2 or JSON, as the values of JSON that it stands for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
        content = _parse_json(text, repeated)
    except ValueError as error:
        try:
            return _parse_yaml(text, repeated)
        except BadYaml:
            if is_json:
                raise error from None
            raise
    _check_depth(content)
    return content


def _parse_json(text: str, repeated: list[Steps]) -> Any:
    names: dict[int, list[str]] = {}

    def make_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            names[id(made)] = [
                name for name, count in Counter(name for name, _ in pairs).items() if count > 1
            ]
        return made

    content = json.loads(text, object_pairs_hook=make_object)
    # What was replaced by the last of its name is in no place any more.
    repeated += _find_members(content, names) if names else ()
    return content


def _find_members(content: Any, names: Mapping[int, Sequence[str]]) -> Iterator[Steps]:
    """Yield the places of the members *names* of objects, by their identity."""
    waiting: list[tuple[Steps, Any]] = [((), content)]
    while waiting:
        at, node = waiting.pop()
        if isinstance(node, dict):
            yield from ((*at, name) for name in names.get(id(node), ()))
            waiting += [((*at, name), one) for name, one in node.items() if isinstance(one, (dict, list))]
        elif isinstance(node, list):
            waiting += [
                ((*at, index), one) for index, one in enumerate(node) if isinstance(one, (dict, list))
            ]


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
    from openapi.large_files.yaml_events import NotPlain, parse_plain_yaml
    from openapi.yaml_text import parse_yaml, to_json_form

    try:
        return parse_plain_yaml(text, _DEEPEST, repeated)
    except NotPlain:
        return to_json_form(parse_yaml(text, may_repeat_keys=True), _DEEPEST)

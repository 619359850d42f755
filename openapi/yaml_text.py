"""Reading YAML that a person wrote, as YAML 1.2 and JSON mean it, however much its aliases would make of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

from openapi.large_files.json_lines import NotJson, find_json_lines

# The parser written in C is ten times as fast; PyYAML has it on most systems.
_BASE: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# A document of a person's needs a few hundred; nine lines can stand for a billion.
_MOST_ALIASED_VALUES = 100_000
# The parser in C recurses, and ends the whole process some twenty thousand levels down.
DEEPEST = 500
_MAY_BE_ALIAS = re.compile(r"(?:^|[\s\[{,:])\*[^\s*]", re.MULTILINE)
# How JSON escapes a character beyond U+FFFF, which YAML does not know; an even number of backslashes may precede.
_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE)

# YAML 1.1, which PyYAML reads, also takes NO and on for booleans, 10:30 and 01234 for other numbers and 2024-05-01 for
# a date. In YAML 1.2's schema for JSON, which OpenAPI names, all of these are text.
_SCALARS = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|[-+]?\.[0-9]+(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
    ("merge", r"<<", "<"),
)


class BadYaml(ValueError):
    """A text is not YAML, or not such as a person writes; the message says what and where."""


def parse_yaml(text: str, *, may_repeat_keys: bool = False) -> Any:
    """Make JSON's values of a YAML document; None for an empty one.

    may_repeat_keys: take the last of members with the same name, instead of refusing them.

    Raises BadYaml.
    """
    kind, text = _LastKeyLoader if may_repeat_keys else _Loader, text.removeprefix("\ufeff")
    try:
        return _load_document(text, kind)
    except BadYaml:
        joined = _SURROGATES.sub(_join_surrogates, text) if text.lstrip()[:1] in ("{", "[") else text
        if joined == text:
            raise
    return _load_document(joined, kind)


def _join_surrogates(escapes: re.Match[str]) -> str:
    high, low = int(escapes[2], 16), int(escapes[3], 16)
    return escapes[1] + chr(0x10000 + ((high & 0x3FF) << 10 | low & 0x3FF))


def _load_document(text: str, kind: type[Any]) -> Any:
    loader = kind(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None
        if _MAY_BE_ALIAS.search(text):
            _check_aliases(root)
        return loader.construct_document(root)
    except (yaml.constructor.ConstructorError, yaml.composer.ComposerError) as error:
        raise BadYaml(_describe_error(error)) from None
    except yaml.YAMLError as error:
        raise BadYaml(f"is not YAML: {_describe_error(error)}") from None
    finally:
        loader.dispose()


def to_json_form(node: Any, deepest: int) -> Any:
    """Convert a value read from YAML to the JSON it stands for: a status becomes a name.

    Raises ValueError for more than *deepest* levels.
    """
    return _convert_node(node, deepest, 0)


def _convert_node(node: Any, deepest: int, depth: int) -> Any:
    if depth > deepest:
        raise ValueError(f"nested deeper than {deepest} levels")
    if isinstance(node, dict):
        return {_convert_key(key): _convert_node(value, deepest, depth + 1) for key, value in node.items()}
    if isinstance(node, list):
        return [_convert_node(item, deepest, depth + 1) for item in node]
    return node


def _convert_key(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key, default=str).strip('"')


def find_line(text: str, steps: Sequence[str | int]) -> int | None:
    """Find the line of *text*, a YAML document that can be read, to which the keys and indexes *steps* lead.

    Where they lead nowhere it is the line of the last part that is there; None if none is.
    """
    return find_lines(text, [steps])[0]


def find_lines(text: str, places: Sequence[Sequence[str | int]]) -> list[int | None]:
    """Find the line of each of *places*, as find_line() does, in one reading."""
    text = text.removeprefix("\ufeff")
    if text.lstrip()[:1] in ("{", "["):
        try:
            return find_json_lines(text, places)  # in a tenth of the time and of the memory
        except NotJson:
            pass
    try:
        root: yaml.Node | None = yaml.compose(text, _Loader)
    except yaml.YAMLError:
        return [None] * len(places)
    return [_find_line_below(root, steps) for steps in places]


def _find_line_below(node: yaml.Node | None, steps: Sequence[str | int]) -> int | None:
    line = None
    for step in steps:
        begin, node = _find_part(node, step)
        if begin is None:
            break
        line = begin.start_mark.line + 1
    return line


def _find_part(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
    """Find where the part of *node* under *step* begins, and the part."""
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == str(step)), (None, None))
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None, None


class _LastKeyLoader(_BASE):  # type: ignore[misc]
    """Reads plain words as YAML 1.2 does."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}
    _depth = 0

    def descend_resolver(self, *_place: Any) -> None:
        """Go one level down, which PyYAML tells of each node before it reads what is in it."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise yaml.composer.ComposerError(problem=f"nested deeper than {DEEPEST} levels")

    def ascend_resolver(self) -> None:
        """Go one level up."""
        self._depth -= 1

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        """Make a whole number, of fewer digits than would take Python long to read."""
        try:
            return super().construct_yaml_int(node)  # type: ignore[no-any-return]
        except ValueError:
            if not node.value.lstrip("+-").isdecimal():
                raise
            raise yaml.constructor.ConstructorError(
                problem=f"a number of {len(node.value)} digits; write it as text",
                problem_mark=node.start_mark,
            ) from None

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """Make the value of *node*, which a tag may call what it is not."""
        try:
            return super().construct_object(node, deep)
        # What PyYAML's own constructors do then, each in its way.
        except (ValueError, KeyError, IndexError):
            kind = node.tag.rpartition(":")[2]
            raise yaml.constructor.ConstructorError(
                problem=f"the tag !!{kind} stands before what is no {kind}", problem_mark=node.start_mark
            ) from None

    def refuse_tag(self, node: yaml.Node) -> None:
        """Refuse a tag of what JSON does not have."""
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        raise yaml.constructor.ConstructorError(
            problem=f"the tag {tag} names no value of JSON; leave it out", problem_mark=node.start_mark
        )


class _Loader(_LastKeyLoader):
    """Refuses a key that is given twice, of which otherwise the last would win without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Make a mapping of *node*, each key once."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    problem=f"duplicate key {key.value!r}", problem_mark=key.start_mark
                )
            seen.add(str(key.value))
        return super().construct_mapping(node, deep)  # type: ignore[no-any-return]


for _name, _pattern, _first in _SCALARS:
    _LastKeyLoader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_name}", re.compile(f"(?:{_pattern})\\Z"), list(_first)
    )
_LastKeyLoader.add_constructor("tag:yaml.org,2002:int", _LastKeyLoader.construct_yaml_int)
_LastKeyLoader.add_constructor(None, _LastKeyLoader.refuse_tag)
for _name in ("binary", "timestamp", "set", "omap", "pairs"):
    _LastKeyLoader.add_constructor(f"tag:yaml.org,2002:{_name}", _LastKeyLoader.refuse_tag)


def _check_aliases(root: yaml.Node) -> None:
    """Refuse a document whose aliases stand for far more than is written, or that is a part of itself."""
    sizes: dict[int, int] = {}  # of what each node stands for, by the node's identity
    begun: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting[-1]
        if id(node) in sizes:
            waiting.pop()
        elif id(node) in begun:
            sizes[id(node)] = 1 + sum(sizes[id(part)] for part in _list_parts(node))
            waiting.pop()
        else:
            begun.add(id(node))
            for part in _list_parts(node):
                if id(part) in begun and id(part) not in sizes:
                    _refuse_node("a value contains an alias of itself", part)
                waiting.append(part)
    if sizes[id(root)] - len(sizes) > _MOST_ALIASED_VALUES:
        _refuse_node(
            f"its aliases stand for more than {_MOST_ALIASED_VALUES:,} values; write out what is needed", root
        )


def _list_parts(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _refuse_node(problem: str, node: yaml.Node) -> None:
    raise yaml.constructor.ConstructorError(problem=problem, problem_mark=node.start_mark)


def _describe_error(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
    return f"{getattr(error, 'problem', None) or ' '.join(str(error).split())}{place}"

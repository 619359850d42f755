"""What is wrong with a value, in sentences, from the errors that the library finds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema_rs import ValidationError, ValidationErrorKind

from mockserver.contract.schema.discriminator import KEYWORD, Discriminator
from mockserver.http.problems import Violation, suggest_nearest
from mockserver.http.redaction import holds_secret_member, is_secret_member

Steps = Sequence[str | int]
_NULL = {"type": "null"}


def expand_error(error: ValidationError, document: Mapping[str, Any]) -> Iterator[ValidationError]:
    """Yield what is wrong in the one branch that is meant, where *error* says only that none of several fits."""
    branches = getattr(error.kind, "context", None)
    if not branches:
        yield error
        return
    node = find_schema(error, document)
    discriminator = _find_discriminator(error, node)
    if discriminator is not None:
        chosen = discriminator.find_branch(_read_member(error.instance, discriminator.name))
    else:
        # Null beside one schema is how newer dialects, and this translation, say that it may be left empty.
        schemas = node.get(str(error.schema_path[-1]))
        told = [index for index, one in enumerate(schemas or branches) if one != _NULL]
        chosen = told[0] if len(told) == 1 else None
    if chosen is None or not branches[chosen]:
        yield error
        return
    for one in branches[chosen]:
        yield from expand_error(one, document)


def find_schema(error: ValidationError, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Find the translated schema that *error* is about; an empty one if it is not in *document*."""
    node: Any = document
    for step in error.schema_path[:-1]:
        try:
            # The library writes a name of digits as a number.
            node = node[int(step)] if isinstance(node, list) else node[str(step)]
        except (LookupError, TypeError, ValueError):
            return {}
    return node if isinstance(node, dict) else {}


def find_steps(error: ValidationError, value: Any) -> list[str | int]:
    """Find the steps to what is wrong in *value*; the library writes a name of digits as a number."""
    steps: list[str | int] = []
    for step in error.instance_path:
        if isinstance(value, dict):
            name = str(step)
            if name not in value:  # 007, which it writes as 7
                name = next((one for one in value if one.removeprefix("+").lstrip("0") == name), name)
            steps.append(name)
            value = value.get(name)
        else:
            steps.append(step)
            # It leaves out a name without a letter, and then what follows fits nowhere.
            value = (
                value[step]
                if isinstance(value, list) and isinstance(step, int) and step < len(value)
                else None
            )
    return steps


_MAXIMUM_ITEMS = 100


_NESTED = {dict, list}


def is_flat(value: Any) -> bool:
    """Tell whether *value* is an object without another one, and without an array."""
    return isinstance(value, dict) and _NESTED.isdisjoint(map(type, value.values()))


def cut_arrays(value: Any) -> Any:
    """Copy *value* with its arrays cut to their first items."""
    if isinstance(value, list):
        return [cut_arrays(item) for item in value[:_MAXIMUM_ITEMS]]
    if isinstance(value, dict):
        return {
            name: cut_arrays(item) if isinstance(item, (list, dict)) else item for name, item in value.items()
        }
    return value


def describe_error(
    error: ValidationError, steps: Steps, where: str, document: Mapping[str, Any], choice: str | None
) -> Violation:
    """Say in a sentence what *error* found at *steps*, below the place *where*, by which *choice* it is refused."""
    path, message = _describe_kind(error, [*steps], where, document)
    place = _format_place(where, path)
    return Violation(place, message if place else f"the body {message}", choice)


def _describe_kind(
    error: ValidationError, path: list[str | int], where: str, document: Mapping[str, Any]
) -> tuple[list[str | int], str]:
    kind: Any = error.kind
    name = kind.name
    if name == "required":
        return [*path, kind.property], f"is required{_name_trigger(error, document)}"
    if name == "type":
        return path, f"must be {_name_types(kind.types)}, not {_name_type(error.instance)}"
    if name in ("additionalProperties", "unevaluatedProperties"):
        known = list(find_schema(error, document).get("properties", {}))
        return [*path, kind.unexpected[0]], f"is not known; {suggest_nearest(kind.unexpected[0], known)}"
    if name in ("anyOf", "oneOf"):
        discriminator = _find_discriminator(error, find_schema(error, document))
        if discriminator is not None:
            return _describe_branches(error, path, discriminator)
        types, values = _list_wanted(error)
        if values:
            shown = "what was sent" if _is_secret(error, path, where) else _shorten_json(error.instance)
            wanted = [_name_types(types), *values] if types else values
            return path, f"must be {' or '.join(wanted)}, not {shown}"
        if types:
            return path, f"must be {_name_types(types)}, not {_name_type(error.instance)}"
    if name == "propertyNames":
        return [*path, kind.error.instance], "has a name that is not allowed here"
    return path, _describe_value(error, kind, document, is_secret=_is_secret(error, path, where))


def _describe_value(
    error: ValidationError, kind: Any, document: Mapping[str, Any], *, is_secret: bool
) -> str:
    name = kind.name
    if name in ("enum", "const", "not"):
        shown = "what was sent" if is_secret else _shorten_json(error.instance)
        if name == "not":
            return f"must not be {shown}"
        wanted = (
            _shorten_json(kind.expected_value) if name == "const" else f"one of {_list_words(kind.options)}"
        )
        return f"must be {wanted}, not {shown}"
    if name == "format":
        return f"must be in the format {kind.format}{'' if is_secret else f', not {_shorten_json(error.instance)}'}"
    if isinstance(kind, ValidationErrorKind.BacktrackLimitExceeded):
        return "is too long for the pattern that it must match, which would take too many tries"
    if name == "minLength" and kind.limit == 1:
        return "must not be empty"
    if name == "contains":
        return _describe_contains(error, document)
    if name in _PLAIN:
        return _PLAIN[name]
    return f"does not keep {name} of its schema" if is_secret else _shorten_message(error.message)


_PLAIN = {
    "falseSchema": "is not allowed here",
    "additionalItems": "has more items than its schema describes",
    "unevaluatedItems": "has more items than its schema describes",
}


def _describe_branches(
    error: ValidationError, path: list[str | int], discriminator: Discriminator
) -> tuple[list[str | int], str]:
    if not isinstance(error.instance, dict):
        return path, f"must be an object, not {_name_type(error.instance)}"
    path = [*path, discriminator.name]
    words = _list_words(discriminator.list_values())
    if discriminator.name not in error.instance:
        return path, f"is required; it must be one of {words}"
    is_secret = is_secret_member(discriminator.name)
    shown = "what was sent" if is_secret else _shorten_json(error.instance[discriminator.name])
    return path, f"must be one of {words}, not {shown}"


def _list_wanted(error: ValidationError) -> tuple[list[str], list[str]]:
    """List the types and the values that are allowed, if no branch of several asks for anything else; else none."""
    types: dict[str, None] = {}
    values: dict[str, None] = {}
    for errors in getattr(error.kind, "context", []):
        kinds: dict[str, Any] = {one.kind.name: one.kind for one in errors}
        is_here = all(one.instance_path == error.instance_path for one in errors)
        if not is_here or not kinds.keys() <= {"type", "enum", "const"}:
            return [], []
        if "enum" in kinds:
            values[f"one of {_list_words(kinds['enum'].options)}"] = None
        elif "const" in kinds:
            values[_shorten_json(kinds["const"].expected_value)] = None
        elif kinds:
            types.update(dict.fromkeys(kinds["type"].types))
    return [one for one in types if one != "null" or not values], list(values)


def _find_discriminator(error: ValidationError, schema: Mapping[str, Any]) -> Discriminator | None:
    """Find what chooses among the branches of which none fits; None if nothing does, or *error* is another."""
    found = schema.get(KEYWORD, {}).get(error.schema_path[-1]) if error.schema_path else None
    return None if found is None else Discriminator(*found)


def _describe_contains(error: ValidationError, document: Mapping[str, Any]) -> str:
    keyword = error.schema_path[-1]
    count = find_schema(error, document).get(str(keyword), 1) if keyword != "contains" else 1
    bound = "at most" if keyword == "maxContains" else "at least"
    items = "1 item" if count == 1 else f"{count} items"
    return f"must have {bound} {items} of the kind that its schema asks for"


def _name_trigger(error: ValidationError, document: Mapping[str, Any]) -> str:
    """Name the member that another one is required beside; empty where that is always required."""
    keyword = error.schema_path[-1]
    if keyword not in ("dependentRequired", "dependencies"):
        return ""
    kind: Any = error.kind
    instance: Any = error.instance
    needed = find_schema(error, document).get(keyword, {})
    names = [name for name, others in needed.items() if name in instance and kind.property in others]
    return f" beside {names[0]}" if names else ""


def _list_words(options: Sequence[Any]) -> str:
    return ", ".join(json.dumps(option) for option in options if option is not None)


def _is_secret(error: ValidationError, steps: Steps, where: str) -> bool:
    """Tell whether what is wrong may be a secret: a complaint is read in answers and logs, and quotes none."""
    is_named = any(isinstance(step, str) and is_secret_member(step) for step in (where, *steps))
    return is_named or holds_secret_member(error.instance)


def _read_member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _format_place(where: str, path: list[str | int]) -> str:
    for step in path:
        where += f"[{step}]" if isinstance(step, int) else f".{step}" if where else step
    return where


def _name_types(types: list[str]) -> str:
    names = [f"{'an' if name[0] in 'aio' else 'a'} {name}" for name in types if name != "null"]
    return " or ".join(names) or "null"


def _name_type(value: Any) -> str:
    for cls, name in _TYPE_NAMES.items():
        if isinstance(value, cls):
            return name
    return "null"


_TYPE_NAMES = {
    str: "a string",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    list: "an array",
    dict: "an object",
}


def _shorten_message(text: str) -> str:
    """Cut the middle out of a message that begins with the value it is about, and ends with what is wrong with it."""
    return text if len(text) <= 300 else f"{text[:90]}…{text[-200:]}"


def _shorten_json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."

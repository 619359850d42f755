"""The contract's schemas, compiled; every violation of one is named in a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, Protocol

from jsonschema_rs import (
    Draft4Validator,
    FancyRegexOptions,
    ReferencingError,
    RegexOptions,
    ValidationError,
    ValidationErrorKind,
)

import openapi
from mockserver.http.problems import InvalidContract, Violation, suggest_nearest
from mockserver.http.redaction import holds_secret_member, is_secret_member
from openapi import Spec
from openapi.pointer import unescape_step, walk_references

FindChoice = Callable[[Any, Sequence[str | int], str | None], str | None]


class Schema:
    """One schema of an OpenAPI 3.0 file, compiled with the first value unless compile() was called before.

    schema: the schema object; its references are resolved in the contract *spec*.
    needless: readOnly in a request, writeOnly in an answer; members marked so are not required.
    find_choice: finds the choice of the contract that a violation belongs to, from the value, the steps to what is
    wrong in it, and the member that is missing there.
    """

    def __init__(
        self,
        schema: dict[str, Any],
        spec: Spec,
        needless: Literal["readOnly", "writeOnly"] = "readOnly",
        find_choice: FindChoice | None = None,
    ) -> None:
        self._find_choice = find_choice
        self._source = (schema, spec, needless)
        self._document: dict[str, Any] = {}
        # Stands in the place of the validator, so that no value asks whether there is one.
        self._validator: _Validator = _NotCompiled(self.compile)

    def compile(self) -> _Validator:
        """Compile the schema, unless it is compiled.

        Raises InvalidContract for a schema that cannot be compiled.
        """
        if isinstance(self._validator, _NotCompiled):
            schema, spec, needless = self._source
            self._document = _Translation(spec, needless).translate_schema(schema)
            self._validator = _compile_schema(self._document)
        return self._validator

    def find_violations(self, value: Any, where: str = "") -> list[Violation]:
        """List everything wrong with *value*, one thing a place below *where*; empty if it is valid.

        Raises InvalidContract for a schema that cannot be compiled.

        Of a long array only the beginning is searched, so that no request can ask for a megabyte of complaints.
        """
        # Much faster than to look for errors, and most values are valid.
        if self._validator.is_valid(value):
            return []
        found: dict[str, Violation] = {}
        for error in list(self._validator.iter_errors(_cut_arrays(value))) or self._find_first_error(value):
            violation = _describe_error(error, where, self._list_known_members(error))
            if self._find_choice is not None:
                absent = getattr(error.kind, "property", None)
                violation = violation._replace(choice=self._find_choice(value, error.instance_path, absent))
            # Of several errors at one place the wrong type explains the others.
            if error.kind.name == "type" or violation.where not in found:
                found[violation.where] = violation
        return list(found.values())

    def _list_known_members(self, error: ValidationError) -> list[str]:
        """List the members that are known where one is not."""
        node: Any = self._document
        for step in error.schema_path[:-1]:
            node = node[step]
        return list(node.get("properties", {})) if isinstance(node, dict) else []

    def _find_first_error(self, value: Any) -> list[ValidationError]:
        try:
            self._validator.validate(value)
        except ValidationError as error:
            return [error]
        return []


class _Validator(Protocol):
    """What the library and its stand-ins do for a schema."""

    def is_valid(self, instance: Any) -> bool: ...
    def validate(self, instance: Any) -> None: ...
    def iter_errors(self, instance: Any) -> Iterator[ValidationError]: ...


class _NotCompiled:
    """Stands for the validator of a schema until the first value is validated, which compiles it."""

    def __init__(self, compile_schema: Callable[[], _Validator]) -> None:
        self._compile = compile_schema

    def is_valid(self, instance: Any) -> bool:
        return self._compile().is_valid(instance)

    def validate(self, instance: Any) -> None:
        self._compile().validate(instance)

    def iter_errors(self, instance: Any) -> Iterator[ValidationError]:
        return self._compile().iter_errors(instance)


# A fifth of a second for a bad pattern on 40 KB; a good one seldom needs a thousand.
_MOST_STEPS_BACK = 10_000


def _compile_schema(document: dict[str, Any]) -> Draft4Validator:
    """Compile a JSON schema, its patterns in such a way that no text can keep the stub busy."""
    try:
        try:
            return Draft4Validator(document, validate_formats=True, pattern_options=RegexOptions())
        except ValidationError:
            # That engine's time grows with the text alone, but it knows neither lookaround nor back references.
            options = FancyRegexOptions(backtrack_limit=_MOST_STEPS_BACK)
            return Draft4Validator(document, validate_formats=True, pattern_options=options)
    except (ValidationError, ReferencingError) as error:
        reason = str(getattr(error, "message", error)).splitlines()[0][:300]
        reason = reason.replace(' is not a "regex"', " is no regular expression, or too large a one")
        raise InvalidContract(f"a schema cannot be used: {reason}") from None


_MAXIMUM_ITEMS = 100


def _cut_arrays(value: Any) -> Any:
    """Copy *value* with its arrays cut to their first items."""
    if isinstance(value, list):
        return [_cut_arrays(item) for item in value[:_MAXIMUM_ITEMS]]
    if isinstance(value, dict):
        return {
            name: _cut_arrays(item) if isinstance(item, (list, dict)) else item
            for name, item in value.items()
        }
    return value


def _describe_error(error: ValidationError, where: str, known: list[str]) -> Violation:
    path = error.instance_path
    kind: Any = error.kind
    if kind.name == "required":
        path, message = [*path, kind.property], "is required"
    elif kind.name == "type":
        message = f"must be {_name_types(kind.types)}, not {_name_type(error.instance)}"
    elif kind.name == "enum":
        words = ", ".join(json.dumps(option) for option in kind.options if option is not None)
        value = "what was sent" if _is_secret(error, where) else _shorten_json(error.instance)
        message = f"must be one of {words}, not {value}"
    elif kind.name == "additionalProperties":
        name = kind.unexpected[0]
        path, message = [*path, name], f"is not known; {suggest_nearest(name, known)}"
    elif isinstance(kind, ValidationErrorKind.BacktrackLimitExceeded):
        message = "is too long for the pattern that it must match, which would take too many tries"
    elif kind.name == "not":
        message = (
            f"must not be {'what was sent' if _is_secret(error, where) else _shorten_json(error.instance)}"
        )
    elif kind.name == "minLength" and kind.limit == 1:
        message = "must not be empty"
    elif _is_secret(error, where):
        message = f"does not keep {kind.name} of its schema"
    else:
        message = _shorten_message(error.message)
    place = _format_place(where, path)
    return Violation(place, message if place else f"the body {message}")


def _is_secret(error: ValidationError, where: str) -> bool:
    """Tell whether what is wrong may be a secret: a complaint is read in answers and logs, and quotes none."""
    steps = (where, *error.instance_path)
    is_named = any(isinstance(step, str) and is_secret_member(step) for step in steps)
    return is_named or holds_secret_member(error.instance)


def _format_place(where: str, path: list[str | int]) -> str:
    for step in path:
        where += f"[{step}]" if isinstance(step, int) else f".{step}" if where else step
    return where


def _name_types(types: list[str]) -> str:
    names = [f"{'an' if name[0] in 'aio' else 'a'} {name}" for name in types if name != "null"]
    return " or ".join(names)


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


class _Translation:
    """Translates an OpenAPI 3.0 contract's schemas to JSON Schema."""

    def __init__(self, spec: Spec, needless: str) -> None:
        self._spec = spec
        self._needless = needless

    def translate_schema(self, schema: Any) -> dict[str, Any]:
        """Translate *schema* and all that it refers to, each put where the references point to."""
        document: dict[str, Any] = {}
        waiting, seen = [schema], set()
        while waiting:
            for reference in walk_references(waiting.pop()):
                if reference in seen:
                    continue
                seen.add(reference)
                target = openapi.resolve_reference(self._spec, {"$ref": reference})
                *parents, name = reference.removeprefix("#/").split("/")
                place = document
                for step in parents:
                    place = place.setdefault(unescape_step(step), {})
                place[unescape_step(name)] = self._translate_node(target)
                waiting.append(target)
        return {**self._translate_node(schema), **document}

    def _translate_node(self, node: Any) -> Any:
        """Translate ``nullable``, and members required in one direction only, at every depth."""
        if isinstance(node, list):
            return [self._translate_node(item) for item in node]
        if not isinstance(node, dict):
            return node
        schema = {key: self._translate_node(value) for key, value in node.items()}
        if isinstance(schema.get("required"), list) and isinstance(node.get("properties"), dict):
            schema["required"] = [name for name in schema["required"] if not self._is_needless(node, name)]
            if not schema["required"]:  # an empty list is no JSON Schema
                del schema["required"]
        if schema.get("nullable") is True:
            if isinstance(schema.get("type"), str):
                schema["type"] = [schema["type"], "null"]
            elif "type" not in schema:
                return {"anyOf": [schema, {"type": "null"}]}
        return schema

    def _is_needless(self, node: Any, name: Any) -> bool:
        member = node["properties"].get(name)
        return (
            isinstance(member, dict)
            and openapi.resolve_reference(self._spec, member).get(self._needless) is True
        )

"""Parameters of an operation, read from a request as their schemas say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import openapi
from mockserver.contract.choices_in_force import ChoicePlaces, ChoicesInForce
from mockserver.contract.input_conversion import LEFT_OUT
from mockserver.contract.parameters.path_template import VARIABLE
from mockserver.contract.schema import Schema
from mockserver.http.problems import InvalidContract, Violation
from mockserver.http.redaction import is_secret_member
from mockserver.http.request import Request
from openapi import Spec

_ReadRaw = Callable[[Request, tuple[str, ...]], Any]


class Parameter:
    """One path, query, header or cookie parameter of an operation, read as its schema says.

    choices: the alternatives in force in the contract, whose spec this is.
    default: its value where it is left out. is_needless: whether it is left out where a request has no query.
    """

    def __init__(self, definition: Mapping[str, Any], choices: ChoicesInForce, template: str) -> None:
        spec = choices.spec
        schema = openapi.resolve_reference(spec, definition.get("schema", {}))
        self.name: str = definition["name"]
        self._required: bool = definition.get("required", False)
        # OpenAPI has many ways to spread an object over a parameter; its text is passed on as it is.
        self._places = ChoicePlaces(choices, [definition, schema])
        self._schema = Schema(
            {} if schema.get("type") == "object" else schema, spec, find_choice=self._places.find_choice
        )
        self.default = schema.get("default")
        self.is_needless = definition["in"] == "query" and not self._required
        self._parse = _make_parser(spec, schema)
        self._type_name = _TYPE_NAMES.get(schema.get("type"))
        is_list = schema.get("type") == "array" and definition["in"] == "query"
        self._read_raw = (
            _make_list_reader(definition) if is_list else _make_reader(definition["in"], self.name, template)
        )

    def compile(self) -> None:
        """Compile the schema now, instead of with the first value; raises InvalidContract if that cannot be."""
        self._schema.compile()

    def read(self, request: Request, path_values: tuple[str, ...], violations: list[Violation]) -> Any:
        """Read the value, or the schema's default; what is wrong with it is added to *violations*.

        path_values: the values of the variables in the path.
        """
        raw = self._read_raw(request, path_values)
        if raw is None:
            if self._required:
                violations.append(Violation(self.name, "is required", self._places.find_absent()))
            return self.default
        value = self._parse(raw)
        if self._places.converts:
            value = self._places.convert(value)
            if value is LEFT_OUT:
                return self.default
        if self._type_name and isinstance(value, str):
            is_too_long = self._parse is _parse_integer and _ANY_INTEGER.fullmatch(value)
            quoted = "" if is_secret_member(self.name) else f", not {value[:40]!r}"
            message = (
                f"has more than {_DIGITS} digits" if is_too_long else f"must be {self._type_name}{quoted}"
            )
            violations.append(Violation(self.name, message, self._places.find_choice(value, ())))
            return value
        violations.extend(self._schema.find_violations(value, self.name))
        return value


def _make_list_reader(definition: Mapping[str, Any]) -> _ReadRaw:
    """Read a list from the query: a value each where it is exploded, as it is by default, or one with separators."""
    name, style = definition["name"], definition.get("style", "form")
    if definition.get("explode", style == "form"):
        return lambda request, _: request.query_lists().get(name)
    separator = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style, ",")

    def read_separated(request: Request, _: tuple[str, ...]) -> list[str] | None:
        text = request.query_values().get(name)
        return None if text is None else text.split(separator)

    return read_separated


def _make_reader(place: str, name: str, template: str) -> _ReadRaw:
    if place == "path":
        names = VARIABLE.findall(template)
        if name not in names:
            raise InvalidContract(f"there is no {{{name}}} in the path {template}")
        index = names.index(name)
        return lambda _, path_values: path_values[index]
    if place == "query":
        return lambda request, _: request.query_values().get(name)
    if place == "cookie":
        return lambda request, _: request.cookie(name)
    header = name.lower()
    return lambda request, _: request.header(header)


_DIGITS = 19
_ANY_INTEGER = re.compile(r"-?[0-9]+")
_INTEGER = re.compile(rf"-?[0-9]{{1,{_DIGITS}}}")


def _make_parser(spec: Spec, schema: Mapping[str, Any]) -> Callable[[Any], Any]:
    if schema.get("type") != "array":
        return _PARSERS.get(schema.get("type", "string"), str)
    item = _make_parser(spec, openapi.resolve_reference(spec, schema.get("items", {})))
    return lambda values: [item(one) for one in (values.split(",") if isinstance(values, str) else values)]


def _parse_integer(text: str) -> Any:
    return int(text) if _INTEGER.fullmatch(text) else text


def _parse_number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _parse_boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


_PARSERS: Mapping[str, Callable[[str], Any]] = {
    "integer": _parse_integer,
    "number": _parse_number,
    "boolean": _parse_boolean,
}
_TYPE_NAMES = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}

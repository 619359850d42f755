"""Parameters of an operation, read from a request as their schemas say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import openapi
from mockserver.contract.routes import VARIABLE
from mockserver.contract.schema import Schema
from mockserver.dispatch.exchange import Exchange
from mockserver.http.problems import BadContract, Violation
from openapi import Spec


class Parameter:
    """One path, query, header or cookie parameter of an operation, read as its schema says."""

    def __init__(self, definition: Mapping[str, Any], spec: Spec, template: str) -> None:
        schema = openapi.resolve_reference(spec, definition.get("schema", {}))
        self.name: str = definition["name"]
        self._required: bool = definition.get("required", False)
        # How an object is spread over a parameter is told in many ways; its text is taken as it is.
        self._schema = Schema({} if schema.get("type") == "object" else schema, spec)
        self._default = schema.get("default")
        self._typed = _typed(spec, schema)
        self._meant = _MEANT.get(schema.get("type"))
        is_list = schema.get("type") == "array" and definition["in"] == "query"
        self._raw: Callable[[Exchange], Any] = (
            _raw_list(definition) if is_list else _raw(definition["in"], self.name, template)
        )

    def read(self, exchange: Exchange, violations: list[Violation]) -> Any:
        """Read the value, or the schema's default; what is wrong with it joins *violations*."""
        raw = self._raw(exchange)
        if raw is None:
            if self._required:
                violations.append(Violation(self.name, "is required"))
            return self._default
        value = self._typed(raw)
        if self._meant and isinstance(value, str):
            is_long = self._typed is _integer and _ANY_INTEGER.fullmatch(value)
            told = (
                f"has more than {_DIGITS} digits" if is_long else f"must be {self._meant}, not {value[:40]!r}"
            )
            violations.append(Violation(self.name, told))
            return value
        violations.extend(self._schema.violations(value, self.name))
        return value


def _raw_list(definition: Mapping[str, Any]) -> Callable[[Exchange], list[str] | None]:
    """Read a list from the query: a value each where it is exploded, as it is by default, or one with commas."""
    name, style = definition["name"], definition.get("style", "form")
    if definition.get("explode", style == "form"):
        return lambda exchange: exchange.query_lists().get(name)
    comma = {"spaceDelimited": " ", "pipeDelimited": "|"}.get(style, ",")

    def split(exchange: Exchange) -> list[str] | None:
        text = exchange.query_values().get(name)
        return None if text is None else text.split(comma)

    return split


def _raw(place: str, name: str, template: str) -> Callable[[Exchange], str | None]:
    if place == "path":
        names = VARIABLE.findall(template)
        if name not in names:
            raise BadContract(f"there is no {{{name}}} in the path {template}")
        index = names.index(name)
        return lambda exchange: exchange.path_values[index]
    if place == "query":
        return lambda exchange: exchange.query_values().get(name)
    if place == "cookie":
        return lambda exchange: exchange.cookie(name)
    return lambda exchange: exchange.header(name.lower())


_DIGITS = 19
_ANY_INTEGER = re.compile(r"-?[0-9]+")
_INTEGER = re.compile(rf"-?[0-9]{{1,{_DIGITS}}}")


def _typed(spec: Spec, schema: Mapping[str, Any]) -> Callable[[Any], Any]:
    if schema.get("type") != "array":
        return _TYPES.get(schema.get("type", "string"), str)
    item = _typed(spec, openapi.resolve_reference(spec, schema.get("items", {})))
    return lambda values: [item(one) for one in (values.split(",") if isinstance(values, str) else values)]


def _integer(text: str) -> Any:
    return int(text) if _INTEGER.fullmatch(text) else text


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text, text)


_TYPES: Mapping[str, Callable[[str], Any]] = {"integer": _integer, "number": _number, "boolean": _boolean}
_MEANT = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}

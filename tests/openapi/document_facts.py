"""Where a spec says what its document says: one method per kind of line, each answering with the place."""

from __future__ import annotations

import re
from typing import Any

import jsonschema_rs

import openapi
from tests.openapi import walk
from tests.openapi.test_examples import in_json_schema

A_VALUE = {"boolean": True, "string": "text", "number": 18.5, "object": {"a": [None]}, "array": [1, "b"]}

Place = tuple[Any, Any]  # an object or list of the spec, and the key or index in it


class NotSaid(LookupError):
    """The spec does not say this."""


class Contract:
    """A spec, read for one operation.

    A *message* is "request" or a status; a *member* is a dotted path such as data.id or channels[].channel.
    Every method raises a LookupError where the spec lacks what is asked for.
    """

    def __init__(self, spec: dict[str, Any], method: str, path: str) -> None:
        self._spec = spec
        self._method = method
        self._path = path

    def heading(self, text: str) -> Place:
        return _find_index(self._spec["info"]["x-document"]["headings"], text)

    def host(self, url: str) -> Place:
        return self._spec["servers"], _find_index([server["url"] for server in self._spec["servers"]], url)[1]

    def operation(self) -> Place:
        return _find_key(self._spec["paths"][self._path], self._method)

    def media_type(self, name: str) -> Place:
        return _find_key(self._operation["requestBody"]["content"], name)

    def credential(self, facts: dict[str, str]) -> Place:
        """Find a security scheme with all *facts* among those that the operation asks for."""
        schemes = self._spec["components"]["securitySchemes"]
        for name in (name for alternative in self._operation["security"] for name in alternative):
            if facts.items() <= schemes[name].items():
                return schemes, name
        raise NotSaid(facts)

    def parameter(self, where: str, name: str) -> Place:
        parameters = self._operation["parameters"]
        named = [(item["in"], item["name"]) for item in map(self._resolve, parameters)]
        return parameters, _find_index(named, (where, name))[1]

    def parameter_fact(self, where: str, name: str, fact: str, value: Any) -> Place:
        parameters, position = self.parameter(where, name)
        parameter = self._resolve(parameters[position])
        return _find_fact(parameter["schema"] if fact == "type" else parameter, fact, value)

    def status(self, status: str) -> Place:
        return _find_key(self._operation["responses"], status)

    def error_code(self, status: str, code: str) -> Place:
        return _find_fact(self._spec["x-error-codes"], status, code)

    def member(self, message: str, name: str) -> Place:
        place: Place = (None, None)
        node = self._find_media_type(message)["schema"]
        for step in _split_path(name):
            node = openapi.resolve_reference(self._spec, node)
            place = _find_key(node, "items") if step == "[]" else _find_key(node["properties"], step)
            node = place[0][place[1]]
        return place

    def member_fact(self, message: str, name: str, fact: str, value: Any) -> Place:
        return _find_fact(self._find_schema(message, name), fact, value)

    def required(self, message: str, name: str) -> Place:
        outer = name.rpartition(".")[0]
        schema = self._find_schema(message, outer) if outer else self._find_media_type(message)["schema"]
        return _find_index(openapi.resolve_reference(self._spec, schema)["required"], name.rpartition(".")[2])

    def word(self, message: str, name: str, word: str) -> Place:
        """Find a word in a member's enum; an open member names it in what it says about itself."""
        schema = self._find_schema(message, name)
        if "enum" in schema:
            return _find_index(schema["enum"], word)
        for key in ("description", "example"):
            if re.search(rf"\b{re.escape(word)}\b", str(schema.get(key, ""))):
                return schema, key
        raise NotSaid(word)

    def example(self, message: str, name: str, value: Any) -> Place:
        """Find a sample value: the member's own example, or that member in an example of the message."""
        schema = self._find_schema(message, name)
        if _is_same(schema.get("example"), value):
            return schema, "example"
        examples = self._find_media_type(message)["examples"]
        for key, example in examples.items():
            if any(_is_same(found, value) for found in _list_values(example["value"], _split_path(name))):
                return examples, key
        raise NotSaid(value)

    def takes(self, message: str, name: str, kind: str) -> Place:
        """Find that a member may be of a JSON type, because nothing at its *type* forbids it."""
        schema = self._find_schema(message, name)
        root = {"allOf": [in_json_schema(schema)], "components": in_json_schema(self._spec["components"])}
        if not jsonschema_rs.Draft4Validator(root).is_valid(A_VALUE[kind]):
            raise NotSaid(kind)
        return schema, "type"

    def _resolve(self, node: Any) -> Any:
        return openapi.resolve_reference(self._spec, node)

    @property
    def _operation(self) -> dict[str, Any]:
        operation: dict[str, Any] = self._spec["paths"][self._path][self._method]
        return operation

    def _find_media_type(self, message: str) -> dict[str, Any]:
        holder = (
            self._operation["requestBody"] if message == "request" else self._operation["responses"][message]
        )
        return walk.json_media_type(openapi.resolve_reference(self._spec, holder))

    def _find_schema(self, message: str, name: str) -> dict[str, Any]:
        container, key = self.member(message, name)
        schema: dict[str, Any] = openapi.resolve_reference(self._spec, container[key])
        return schema


def _split_path(name: str) -> list[str]:
    return re.findall(r"[^.\[\]]+|\[\]", name)


def _list_values(node: Any, steps: list[str]) -> list[Any]:
    """Return every value that *steps* lead to."""
    if not steps:
        return [node]
    if steps[0] == "[]":
        return [found for item in node for found in _list_values(item, steps[1:])]
    return _list_values(node[steps[0]], steps[1:]) if steps[0] in node else []


def _is_same(value: Any, other: Any) -> bool:
    return type(value) is type(other) and value == other  # 1 is not true


def _find_index(items: list[Any], item: Any) -> Place:
    if item not in items:
        raise NotSaid(item)
    return items, items.index(item)


def _find_key(node: dict[str, Any], key: str) -> Place:
    if key not in node:
        raise NotSaid(key)
    return node, key


def _find_fact(node: dict[str, Any], key: str, value: Any) -> Place:
    if not _is_same(node.get(key), value):
        raise NotSaid(key)
    return node, key

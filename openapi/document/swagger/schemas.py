"""Schemas of Swagger 2.0 in the terms of OpenAPI 3.0."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from typing import Any

from openapi.document.swagger.source import Source, read_pointer
from openapi.pointer import Steps, escape_step

# What holds schemas: under names of its own, in a list, alone. Some are not in Swagger 2.0, and used all the same.
_MAPS = ("properties", "patternProperties", "definitions")
_LISTS = ("allOf", "anyOf", "oneOf")
_ALONE = ("items", "additionalProperties", "not")


class SchemaLifter:
    """Lifts schemas, and points their references to where they then are.

    What a reference finds outside of the definitions is put beside them.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        definitions = source.spec.get("definitions")
        self._taken = {*definitions} if isinstance(definitions, dict) else set()
        self._names: dict[Steps, str] = {}  # of what was not among the definitions
        self._waiting: deque[tuple[str, Steps, Any]] = deque()

    def lift_definitions(self) -> Any:
        """Lift the definitions; call it last, since it adds what the schemas lifted before it refer to."""
        definitions = self._source.spec.get("definitions", {})
        if not isinstance(definitions, dict):
            return definitions
        schemas = {
            name: self.lift_schema(schema, ("definitions", name)) for name, schema in definitions.items()
        }
        while self._waiting:
            name, place, node = self._waiting.popleft()
            schemas[name] = self.lift_schema(node, place)
        return schemas

    def lift_schema(self, node: Any, place: Steps) -> Any:
        """Lift the schema *node*, which stands at *place*; what is no schema stays as it is."""
        if not isinstance(node, dict):
            return node
        schema = {key: self._lift_keyword(key, value, (*place, key)) for key, value in node.items()}
        if isinstance(node.get("$ref"), str):
            schema["$ref"] = self._lift_reference(node["$ref"])
        if schema.get("type") == "file":
            schema |= {"type": "string", "format": "binary"}
        if isinstance(schema.get("type"), list):
            _split_types(schema)
        if isinstance(schema.get("discriminator"), str):
            schema["discriminator"] = {"propertyName": schema["discriminator"]}
        if "x-example" in schema and "example" not in schema:
            schema["example"] = schema.pop("x-example")
        return _make_nullable(schema) if schema.pop("x-nullable", None) is True else schema

    def _lift_keyword(self, key: str, value: Any, place: Steps) -> Any:
        if isinstance(value, dict):
            if key in _MAPS:
                return {name: self.lift_schema(one, (*place, name)) for name, one in value.items()}
            if key in _ALONE:
                return self.lift_schema(value, place)
            if key == "discriminator":
                return self._lift_mapping(value)
        if isinstance(value, list) and (key in _LISTS or key == "items"):
            schemas = [self.lift_schema(one, (*place, index)) for index, one in enumerate(value)]
            # OpenAPI 3.0 cannot say which item has which schema.
            return schemas if key != "items" else {"anyOf": schemas} if schemas else {}
        return value

    def _lift_mapping(self, discriminator: dict[str, Any]) -> dict[str, Any]:
        """Lift a discriminator that is an object already, as in OpenAPI 3.0."""
        mapping = discriminator.get("mapping")
        if not isinstance(mapping, dict):
            return discriminator
        lifted = {
            value: self._lift_reference(one) if isinstance(one, str) else one
            for value, one in mapping.items()
        }
        return {**discriminator, "mapping": lifted}

    def _lift_reference(self, reference: str) -> str:
        """Point *reference* to where the schema is in OpenAPI 3.0; one that leads nowhere stays as it is written."""
        part = self._source.find_part(reference)
        steps = read_pointer(reference)
        if part is None or steps is None:
            return reference
        if steps[0] == "definitions" and len(steps) > 1 and _lead_to_schema(steps[2:]):
            return "/".join(["#/components/schemas", *map(escape_step, steps[1:])])
        if part.place not in self._names:
            name = self._find_free_name(steps)
            self._names[part.place] = name
            self._waiting.append((name, part.place, part.node))
        return f"#/components/schemas/{escape_step(self._names[part.place])}"

    def _find_free_name(self, steps: Sequence[str]) -> str:
        name = ".".join(filter(None, (re.sub(r"[^\w.-]+", "-", step).strip("-.") for step in steps)))
        number = 1
        free = name or "schema"
        while free in self._taken:
            number += 1
            free = f"{name}.{number}"
        self._taken.add(free)
        return free


def _lead_to_schema(steps: Sequence[str]) -> bool:
    """Tell whether *steps* lead from a schema to one in it, which is lifted where it stands."""
    while steps:
        if steps[0] in _ALONE:
            steps = steps[1:]
        elif steps[0] in (*_MAPS, *_LISTS) and len(steps) > 1:
            steps = steps[2:]
        else:
            return False
    return True


def _split_types(schema: dict[str, Any]) -> None:
    """Say in OpenAPI 3.0, which knows single types only, what the list of types in *schema* says."""
    types = [name for name in schema["type"] if isinstance(name, str)]
    others = [name for name in types if name != "null"]
    if not others or len(types) < len(schema["type"]):
        return
    if len(others) == 1:
        schema["type"] = others[0]
    else:
        del schema["type"]
        choice = [{"type": name} for name in others]
        if "anyOf" not in schema:
            schema["anyOf"] = choice
        elif isinstance(schema.setdefault("allOf", []), list):
            schema["allOf"].append({"anyOf": choice})
    if "null" in types:
        schema["x-nullable"] = True


def _make_nullable(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        # What stands beside a reference does not count.
        reference = schema.pop("$ref")
        return {**schema, "nullable": True, "allOf": [{"$ref": reference}]}
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return {**schema, "nullable": True}

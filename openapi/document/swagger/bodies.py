"""The body of a request, which Swagger 2.0 describes by parameters, in the terms of OpenAPI 3.0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openapi.document.swagger.parameters import ParameterLifter, collect_examples
from openapi.document.swagger.schemas import SchemaLifter
from openapi.document.swagger.source import Part, Source, is_extension
from openapi.media_type import bare_media_type
from openapi.pointer import Steps

_JSON = "application/json"
_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


class BodyLifter:
    """Lifts the parameters in: body and formData of one operation to its requestBody."""

    def __init__(self, source: Source, schemas: SchemaLifter, parameters: ParameterLifter) -> None:
        self._source = source
        self._schemas = schemas
        self._parameters = parameters

    def lift_body(
        self, parts: Sequence[Part], media_types: Sequence[str], place: Steps
    ) -> dict[str, Any] | None:
        """Lift *parts*, the parameters of the body, if there are any.

        media_types: what the operation at *place* consumes.
        """
        bodies = [part for part in parts if part.node["in"] == "body"]
        fields = [part for part in parts if part.node["in"] == "formData"]
        if len(bodies) > 1 or (bodies and fields):
            self._source.add_flaw(
                (*place, "parameters"), "describes more than one body; the first parameter in: body is read"
            )
        if bodies:
            return self._lift_single(bodies[0], media_types or [_JSON])
        return self._lift_form(fields, media_types, place) if fields else None

    def _lift_single(self, part: Part, media_types: Sequence[str]) -> dict[str, Any]:
        node = part.node
        schema = node.get("schema")
        if not isinstance(schema, dict):
            self._source.add_flaw(part.place, "has no schema that is an object; any body is accepted")
            schema = {}
        examples = node.get("x-examples")
        by_type = examples if isinstance(examples, dict) and any("/" in name for name in examples) else None
        content: dict[str, Any] = {}
        for media_type in media_types:
            content[media_type] = {"schema": self._schemas.lift_schema(schema, (*part.place, "schema"))}
            if by_type is None:
                content[media_type] |= collect_examples(node)
            elif media_type in by_type:
                content[media_type]["example"] = by_type[media_type]
        return {**_describe_body(node), "content": content}

    def _lift_form(self, parts: Sequence[Part], media_types: Sequence[str], place: Steps) -> dict[str, Any]:
        fields = [part for part in parts if isinstance(part.node.get("name"), str)]
        for part in parts:
            if part not in fields:
                self._source.add_flaw(part.place, "has no name; the field is left out")
        forms = self._choose_forms(fields, media_types, place)
        content = {media_type: self._lift_fields(fields) for media_type in forms}
        is_required = any("required" in form["schema"] for form in content.values())
        return {"required": is_required, "content": content}

    def _lift_fields(self, fields: Sequence[Part]) -> dict[str, Any]:
        lifted = {
            part.node["name"]: (part, *self._parameters.lift_values(part, "formData")) for part in fields
        }
        properties = {name: _describe_field(part, schema) for name, (part, schema, _) in lifted.items()}
        encoding = {name: style for name, (_, _, style) in lifted.items() if style}
        required = [name for name, (part, _, _) in lifted.items() if part.node.get("required") is True]
        schema: dict[str, Any] = {"type": "object", "properties": properties}
        if required:
            schema["required"] = required
        return {"schema": schema, "encoding": encoding} if encoding else {"schema": schema}

    def _choose_forms(self, fields: Sequence[Part], media_types: Sequence[str], place: Steps) -> list[str]:
        """Choose how the form may be sent."""
        has_file = any(_is_file(part.node) for part in fields)
        forms = [one for one in media_types if bare_media_type(one) in (_URLENCODED, _MULTIPART)]
        if has_file and forms and not any(bare_media_type(one) == _MULTIPART for one in forms):
            self._source.add_flaw(place, f"has a file, and must consume {_MULTIPART}; it is read so")
            return [_MULTIPART]
        return forms or [_MULTIPART if has_file else _URLENCODED]


def _is_file(node: dict[str, Any]) -> bool:
    items = node.get("items")
    return node.get("type") == "file" or (isinstance(items, dict) and items.get("type") == "file")


def _describe_body(node: dict[str, Any]) -> dict[str, Any]:
    """Copy what is said of a body as a whole."""
    return {
        name: value
        for name, value in node.items()
        if name in ("description", "required") or (is_extension(name) and "example" not in name)
    }


def _describe_field(part: Part, schema: Any) -> Any:
    """Add to the schema of a field what is said of it beside its values."""
    said = {name: part.node[name] for name in ("description",) if name in part.node}
    examples = collect_examples(part.node)
    if "example" in examples:
        said["example"] = examples["example"]
    is_free = schema.get("type") == "string" and not {"enum", "format", "minLength", "pattern"} & {*schema}
    if part.node.get("allowEmptyValue") is True and not is_free:
        schema = {"anyOf": [schema, {"type": "string", "enum": [""]}]}
    return {**schema, **said}

"""Responses of Swagger 2.0 in the terms of OpenAPI 3.0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openapi.document.swagger.parameters import ParameterLifter
from openapi.document.swagger.schemas import SchemaLifter
from openapi.document.swagger.source import Part, Source, is_extension, read_pointer
from openapi.media_type import bare_media_type, is_json
from openapi.pointer import Steps, escape_step

_JSON = "application/json"
_BINARY = "application/octet-stream"


class ResponseLifter:
    """Lifts responses, each with the media types that its operation produces.

    media_types: what every operation produces that says nothing else.
    """

    def __init__(
        self,
        source: Source,
        schemas: SchemaLifter,
        parameters: ParameterLifter,
        media_types: Sequence[str] | None,
    ) -> None:
        self._source = source
        self._schemas = schemas
        self._parameters = parameters
        self._media_types = media_types

    def lift_shared_responses(self) -> Any:
        """Lift the responses that are shared by reference."""
        responses = self._source.spec.get("responses", {})
        if not isinstance(responses, dict):
            return responses
        return {
            name: self._lift_response(Part(("responses", name), node), None)
            for name, node in responses.items()
        }

    def lift_responses(self, node: Any, media_types: Sequence[str] | None, place: Steps) -> Any:
        """Lift the responses *node* of the operation that produces *media_types*, or says nothing of them."""
        if not isinstance(node, dict):
            return node
        return {
            status: response
            if is_extension(status)
            else self._lift_response(Part((*place, status), response), media_types)
            for status, response in node.items()
        }

    def _lift_response(self, part: Part, media_types: Sequence[str] | None) -> Any:
        if not isinstance(part.node, dict):
            return part.node
        if isinstance(part.node.get("$ref"), str):
            return self._lift_reference(part, media_types)
        response = {
            name: value
            for name, value in part.node.items()
            if name not in ("schema", "examples", "headers", "content", "links")
        }
        for name in ("content", "links"):
            if name in part.node:
                self._source.add_flaw(
                    (*part.place, name),
                    "is not known to Swagger 2.0, and left out; write schema and examples",
                )
        headers = part.node.get("headers")
        if isinstance(headers, dict):
            response["headers"] = {
                name: self._parameters.lift_header(Part((*part.place, "headers", name), header))
                for name, header in headers.items()
            }
        content = self._lift_content(part, media_types)
        if content:
            response["content"] = content
        return response

    def _lift_reference(self, part: Part, media_types: Sequence[str] | None) -> Any:
        found = self._source.follow_references(part)
        if found is None or not isinstance(found.node, dict):
            return part.node  # as it is written, to be told of
        steps = read_pointer(part.node["$ref"])
        is_alike = media_types is None or media_types == self._media_types or "schema" not in found.node
        if is_alike and steps and steps[0] == "responses" and len(steps) == 2:
            return {**part.node, "$ref": f"#/components/responses/{escape_step(steps[1])}"}
        return self._lift_response(found, media_types)

    def _lift_content(self, part: Part, media_types: Sequence[str] | None) -> dict[str, Any]:
        """Lift the schema and the examples of a response, each for its media type."""
        schema = part.node.get("schema")
        if schema is not None and not isinstance(schema, dict):
            self._source.add_flaw((*part.place, "schema"), "must be an object; it is left out")
            schema = None
        content: dict[str, Any] = {}
        for media_type in self._choose_media_types(schema, media_types) if schema is not None else ():
            content[media_type] = {"schema": self._schemas.lift_schema(schema, (*part.place, "schema"))}
        for media_type, example in self._read_examples(part).items():
            same = [one for one in content if bare_media_type(one) == bare_media_type(media_type)]
            for one in same or [media_type]:
                if one not in content:
                    content[one] = (
                        {"schema": self._schemas.lift_schema(schema, (*part.place, "schema"))}
                        if schema is not None
                        else {}
                    )
                content[one]["example"] = example
        return content

    def _choose_media_types(self, schema: dict[str, Any], media_types: Sequence[str] | None) -> Sequence[str]:
        chosen = self._media_types if media_types is None else media_types
        if schema.get("type") != "file":
            return chosen or [_JSON]
        # A file is hardly meant where all operations are said to produce JSON.
        if media_types is None:
            chosen = [one for one in chosen or () if not is_json(one)]
        return chosen or [_BINARY]

    def _read_examples(self, part: Part) -> dict[str, Any]:
        examples = part.node.get("examples", {})
        if not isinstance(examples, dict):
            self._source.add_flaw((*part.place, "examples"), "must be an object; it is left out")
            return {}
        for name in examples:
            if "/" not in name and not is_extension(name):
                self._source.add_flaw(
                    (*part.place, "examples", name), "is no media type; the example is left out"
                )
        return {name: example for name, example in examples.items() if "/" in name}

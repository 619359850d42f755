"""A Swagger 2.0 document as a whole, its paths and operations, in the terms of OpenAPI 3.0."""

from __future__ import annotations

from typing import Any, NamedTuple

from openapi import METHODS, Spec
from openapi.document.document import Flaw
from openapi.document.swagger.bodies import BodyLifter
from openapi.document.swagger.origins import Origins
from openapi.document.swagger.parameters import ParameterLifter
from openapi.document.swagger.responses import ResponseLifter
from openapi.document.swagger.schemas import SchemaLifter
from openapi.document.swagger.security import lift_security
from openapi.document.swagger.servers import lift_servers
from openapi.document.swagger.source import Part, Source, is_extension
from openapi.pointer import Steps

# What has another name or place in OpenAPI 3.0.
_MOVED = (
    "swagger",
    "host",
    "basePath",
    "schemes",
    "consumes",
    "produces",
    "definitions",
    "parameters",
    "responses",
    "securityDefinitions",
    "paths",
)
_UNKNOWN = "is not known to Swagger 2.0, and left out; write"
_UNKNOWN_AT_ROOT = {"openapi": "swagger alone", "servers": "host and basePath", "components": "definitions"}
_UNKNOWN_IN_OPERATION = {"requestBody": "a parameter in: body", "servers": "host and basePath"}


class Lifted(NamedTuple):
    """A Swagger 2.0 document in the terms of OpenAPI 3.0.

    flaws: what is wrong with it, where it was written. origins: where whatever is found in *spec* was written.
    """

    spec: Spec
    flaws: list[Flaw]
    origins: Origins


def lift_swagger(spec: Spec) -> Lifted:
    """Write the Swagger 2.0 document *spec*, in the types of JSON, as OpenAPI 3.0.3, and list what is wrong in it.

    Names and paths stay as they are. What is of a wrong type goes on as it is where OpenAPI 3.0 has it too: whoever
    reads the result tells of that. *spec* is not changed, but examples and members of the vendor are shared with it.
    """
    source = Source(spec)
    lifter = _DocumentLifter(source)
    return Lifted(lifter.lift_document(), source.flaws, lifter.origins)


class _DocumentLifter:
    def __init__(self, source: Source) -> None:
        self.origins = Origins()
        self._source = source
        self._consumes = self._read_media_types(source.spec, "consumes", ())
        self._produces = self._read_media_types(source.spec, "produces", ())
        self._schemas = SchemaLifter(source)
        self._parameters = ParameterLifter(source, self._schemas)
        self._bodies = BodyLifter(source, self._schemas, self._parameters)
        self._responses = ResponseLifter(source, self._schemas, self._parameters, self._produces)

    def lift_document(self) -> Spec:
        spec = self._source.spec
        self._tell_unknown(spec, _UNKNOWN_AT_ROOT, ())
        servers = lift_servers(self._source)
        lifted: Spec = {
            "openapi": "3.0.3",
            **{
                name: value
                for name, value in spec.items()
                if name not in _MOVED and name not in _UNKNOWN_AT_ROOT
            },
            **({"servers": servers} if servers else {}),
            **({"paths": self._lift_paths(spec["paths"])} if "paths" in spec else {}),
        }
        components = {
            "parameters": self._parameters.lift_shared_parameters(),
            "responses": self._responses.lift_shared_responses(),
            "securitySchemes": lift_security(self._source),
            "schemas": self._schemas.lift_definitions(),
        }
        return {**lifted, "components": {name: part for name, part in components.items() if part != {}}}

    def _lift_paths(self, paths: Any) -> Any:
        if not isinstance(paths, dict):
            return paths
        return {
            path: item if is_extension(path) else self._lift_path_item(Part(("paths", path), item))
            for path, item in paths.items()
        }

    def _lift_path_item(self, part: Part) -> Any:
        if isinstance(part.node, dict) and isinstance(part.node.get("$ref"), str):
            found = self._source.follow_references(part)
            if found is None or not isinstance(found.node, dict):
                return part.node
            if found.place[0] == "paths" and len(found.place) == 2:
                return part.node  # whose place stays the same
            part = found
        if not isinstance(part.node, dict):
            return part.node
        item = {name: value for name, value in part.node.items() if name != "parameters"}
        plain, payload = self._lift_parameters(part.node.get("parameters"), part.place)
        if "parameters" in part.node:
            item["parameters"] = plain
        for name, operation in item.items():
            if name.lower() in METHODS and isinstance(operation, dict):
                item[name] = self._lift_operation(operation, (*part.place, name), payload)
        return item

    def _lift_operation(self, node: dict[str, Any], place: Steps, inherited: list[Part]) -> dict[str, Any]:
        self._tell_unknown(node, _UNKNOWN_IN_OPERATION, place)
        operation = {
            name: value
            for name, value in node.items()
            if name not in ("consumes", "produces", "schemes", *_UNKNOWN_IN_OPERATION)
        }
        plain, payload = self._lift_parameters(node.get("parameters"), place)
        if "parameters" in node:
            operation["parameters"] = plain
        consumes = self._read_media_types(node, "consumes", place)
        media_types = [
            *((self._consumes if consumes is None else consumes) or ()),
            *_list_content_types(plain),
        ]
        payload = _override_parts(inherited, payload)
        body = self._bodies.lift_body(payload, media_types, place)
        if body is not None:
            operation["requestBody"] = body
            self.origins.add_body(place, payload)
        if "responses" in node:
            produces = self._read_media_types(node, "produces", place)
            operation["responses"] = self._responses.lift_responses(
                node["responses"], produces, (*place, "responses")
            )
        return operation

    def _lift_parameters(self, node: Any, owner: Steps) -> tuple[Any, list[Part]]:
        """Lift the parameters of the path or operation at *owner*, and collect those of the body."""
        if not isinstance(node, list):
            return node, []
        plain, payload, places = [], [], []
        for part in (Part((*owner, "parameters", index), one) for index, one in enumerate(node)):
            body_part = self._parameters.find_body_part(part)
            if body_part is not None:
                payload.append(body_part)
            elif (lifted := self._parameters.lift_parameter(part)) is not None:
                plain.append(lifted)
                places.append(part.place)
        self.origins.add_parameters(owner, places)
        return plain, payload

    def _read_media_types(self, node: dict[str, Any], name: str, place: Steps) -> list[str] | None:
        """Read what *node* consumes or produces; None if it says nothing."""
        media_types = node.get(name)
        if name not in node:
            return None
        if isinstance(media_types, str):
            self._source.add_flaw((*place, name), "must be a list; it is read as a list of one")
            media_types = [media_types]
        if not isinstance(media_types, list):
            self._source.add_flaw((*place, name), "must be a list of media types; it is not read")
            return None
        found: dict[str, None] = {}
        for index, one in enumerate(media_types):
            if isinstance(one, str) and "/" in one:
                found[one] = None
            else:
                self._source.add_flaw((*place, name, index), "is no media type, and left out")
        return list(found)

    def _tell_unknown(self, node: dict[str, Any], instead: dict[str, str], place: Steps) -> None:
        for name, advice in instead.items():
            if name in node:
                self._source.add_flaw((*place, name), f"{_UNKNOWN} {advice}")


def _list_content_types(parameters: Any) -> list[str]:
    """List the media types that a parameter gives for Content-Type, of which OpenAPI 3.0 takes no notice."""
    for one in parameters if isinstance(parameters, list) else ():
        if one.get("in") == "header" and str(one.get("name")).lower() == "content-type":
            values = one["schema"].get("enum")
            if isinstance(values, list):
                return [value for value in values if isinstance(value, str) and "/" in value]
    return []


def _override_parts(inherited: list[Part], own: list[Part]) -> list[Part]:
    """Let the body of an operation replace that of its path, and each field the one of the same name."""
    if any(part.node["in"] == "body" for part in own):
        return own
    if not own:
        return inherited
    names = [part.node.get("name") for part in own]
    fields = [part for part in inherited if part.node["in"] == "formData"]
    return [*(part for part in fields if part.node.get("name") not in names), *own]

"""Where in a Swagger 2.0 document something stands that was found in what it was lifted to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openapi.document.swagger.source import Part
from openapi.pointer import Steps

_COMPONENTS = {
    "schemas": "definitions",
    "parameters": "parameters",
    "responses": "responses",
    "securitySchemes": "securityDefinitions",
}


class Origins:
    """The places that parameters had, of which some became a body and others moved up."""

    def __init__(self) -> None:
        self._parameters: dict[Steps, list[Steps]] = {}
        self._bodies: dict[Steps, list[Part]] = {}

    def add_parameters(self, owner: Steps, places: list[Steps]) -> None:
        """Remember where each parameter of the path or operation at *owner* was written."""
        self._parameters[owner] = places

    def add_body(self, owner: Steps, parts: list[Part]) -> None:
        """Remember the parameters of which the body of the operation at *owner* was made."""
        self._bodies[owner] = parts

    def find_origin(self, place: Steps) -> Steps:
        """Find the steps in the Swagger document to what is at *place* now, or to what it is a part of."""
        match place:
            case ("components", "responses", *rest):
                return ("responses", *rest[:1], *_trace_response(rest[1:]))
            case ("components", "parameters", name, *rest):
                return ("parameters", name, *_trace_values(rest))
            case ("components", str(group), *rest) if group in _COMPONENTS:
                return (_COMPONENTS[group], *rest)
            case ("paths", path, "parameters", int(index), *rest):
                return self._trace_parameter(("paths", path), index, rest)
            case ("paths", path, method, "parameters", int(index), *rest):
                return self._trace_parameter(("paths", path, method), index, rest)
            case ("paths", path, method, "requestBody", *rest):
                return self._trace_body(("paths", path, method), rest)
            case ("paths", path, method, "responses", status, *rest):
                return ("paths", path, method, "responses", status, *_trace_response(rest))
            case ("servers", *_):
                return ("basePath",)
        return place

    def _trace_parameter(self, owner: Steps, index: int, rest: Sequence[Any]) -> Steps:
        places = self._parameters.get(owner, [])
        # What came to the parameters later stands nowhere.
        return (*places[index], *_trace_values(rest)) if index < len(places) else owner

    def _trace_body(self, owner: Steps, rest: Sequence[Any]) -> Steps:
        match rest:
            case ("content", _, "schema", "properties", name, *inner):
                pass
            case ("content", _, *inner):
                name = None
            case _:
                name, inner = None, []
        for part in self._bodies.get(owner, []):
            if part.node["in"] == "body":
                return (*part.place, *(inner if name is None else ("schema", "properties", name, *inner)))
            if name is not None and part.node.get("name") == name:
                return (*part.place, *inner)
        return (*owner, "parameters")


def _trace_values(rest: Sequence[Any]) -> Sequence[Any]:
    """Leave out the schema of a parameter, whose members stood beside its name."""
    return rest[1:] if rest[:1] == ["schema"] else rest


def _trace_response(rest: Sequence[Any]) -> Sequence[Any]:
    match rest:
        case ("content", media_type, "example", *inner):
            return ("examples", media_type, *inner)
        case ("content", _, *inner):
            return inner
        case ("headers", name, *inner):
            return ("headers", name, *_trace_values(inner))
    return rest

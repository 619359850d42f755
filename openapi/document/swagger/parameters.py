"""Parameters of Swagger 2.0 that are none of the body, and headers of responses, in the terms of OpenAPI 3.0."""

from __future__ import annotations

from typing import Any

from openapi.document.swagger.schemas import SchemaLifter
from openapi.document.swagger.source import Part, Source, copy_members, is_extension, read_pointer
from openapi.pointer import escape_step

# The style and explode of OpenAPI 3.0 for each collectionFormat.
_IN_QUERY = {
    "csv": ("form", False),
    "ssv": ("spaceDelimited", False),
    "pipes": ("pipeDelimited", False),
    "multi": ("form", True),
}
_STYLES = {
    "query": _IN_QUERY,
    "formData": _IN_QUERY,
    "path": {"csv": ("simple", False)},
    "header": {"csv": ("simple", False)},
}
_FORMATS = ("csv", "ssv", "tsv", "pipes", "multi")
# What is not said of the values of a parameter.
_MEMBERS = ("name", "in", "description", "required", "allowEmptyValue", "deprecated", "schema")
_EXAMPLES = ("example", "examples", "x-example", "x-examples")
# What the vendor says of the values.
_OF_VALUES = ("x-nullable",)


class ParameterLifter:
    """Lifts parameters and headers, whose type Swagger 2.0 writes beside their name."""

    def __init__(self, source: Source, schemas: SchemaLifter) -> None:
        self._source = source
        self._schemas = schemas

    def lift_shared_parameters(self) -> Any:
        """Lift the parameters that are shared by reference, but for those of bodies."""
        parameters = self._source.spec.get("parameters", {})
        if not isinstance(parameters, dict):
            return parameters
        lifted = {
            name: self.lift_parameter(Part(("parameters", name), node))
            for name, node in parameters.items()
            if self.find_body_part(Part(("parameters", name), node)) is None
        }
        return {name: one for name, one in lifted.items() if one is not None}

    def find_body_part(self, part: Part) -> Part | None:
        """Find the definition of the parameter *part*, if it is one of a body or a form."""
        found = self._source.follow_references(part)
        if found and isinstance(found.node, dict) and found.node.get("in") in ("body", "formData"):
            return found
        return None

    def lift_parameter(self, part: Part) -> Any:
        """Lift a parameter of the path, the query or the headers; None for what is left out."""
        if not isinstance(part.node, dict):
            self._source.add_flaw(part.place, "must be an object; the parameter is left out")
            return None
        if isinstance(part.node.get("$ref"), str):
            return self._lift_reference(part)
        location = part.node.get("in")
        if location not in ("query", "path", "header", "cookie"):
            self._source.add_flaw(
                (*part.place, "in"),
                f"must be query, header, path, formData or body, not {str(location)[:40]}; "
                "the parameter is left out",
            )
            return None
        schema, style = self.lift_values(part, location)
        parameter = copy_members(part.node, _MEMBERS)
        for name in ("x-nullable", "x-example", "x-examples"):
            parameter.pop(name, None)
        return {**parameter, **style, "schema": schema, **collect_examples(part.node)}

    def lift_header(self, part: Part) -> Any:
        """Lift the header of a response."""
        found = self._source.follow_references(part)
        if found is None or not isinstance(found.node, dict):
            return part.node
        schema, _ = self.lift_values(found, "header")
        header = copy_members(found.node, ["description"])
        for name in ("x-nullable", "x-example", "x-examples"):
            header.pop(name, None)
        return {**header, "schema": schema, **collect_examples(found.node)}

    def lift_values(self, part: Part, location: str) -> tuple[Any, dict[str, Any]]:
        """Lift what is said of the values: their schema, and the style of an array."""
        said = {
            name: value
            for name, value in part.node.items()
            if name not in (*_MEMBERS, *_EXAMPLES, "collectionFormat")
            and (not is_extension(name) or name in _OF_VALUES)
        }
        beside = part.node.get("schema")
        if isinstance(beside, dict):
            self._source.add_flaw(
                (*part.place, "schema"),
                "belongs to a parameter in: body; it is read as in OpenAPI 3. Write type and the like beside name",
            )
            said = {**beside, **said}
        elif "type" not in said and "enum" not in said:
            self._source.add_flaw(part.place, "has no type; any text is accepted")
        if said.get("type") == "file" and location != "formData":
            self._source.add_flaw(
                (*part.place, "type"), "may be file only in: formData; any text is accepted"
            )
            said["type"] = "string"
        if said.get("type") != "array":
            return self._schemas.lift_schema(said, part.place), {}
        return self._lift_array(said, part, location)

    def _lift_array(self, said: dict[str, Any], part: Part, location: str) -> tuple[Any, dict[str, Any]]:
        items = said.get("items")
        if isinstance(items, dict) and items.get("type") == "array":
            self._source.add_flaw(
                (*part.place, "items"),
                "is an array in an array, which OpenAPI 3 cannot write as text; the inner one is read as one text",
            )
            said = {**said, "items": {"type": "string"}}
            said.pop("default", None)
            said.pop("enum", None)
        name = self._read_format(part, location)
        found = _STYLES.get(location, _IN_QUERY).get(name)
        if found is None:
            self._source.add_flaw(
                (*part.place, "collectionFormat"),
                f"{name} cannot be written here in OpenAPI 3; the values are read as one text",
            )
            return {"type": "string"}, {}
        style, explode = found
        return self._schemas.lift_schema(said, part.place), {"style": style, "explode": explode}

    def _read_format(self, part: Part, location: str) -> str:
        name = part.node.get("collectionFormat", "csv")
        if name == "multi" and location not in ("query", "formData"):
            self._source.add_flaw(
                (*part.place, "collectionFormat"), "may be multi only in: query and formData; csv is read"
            )
            return "csv"
        if not isinstance(name, str) or name not in _FORMATS:
            self._source.add_flaw(
                (*part.place, "collectionFormat"), f"must be one of {', '.join(_FORMATS)}; csv is read"
            )
            return "csv"
        return name

    def _lift_reference(self, part: Part) -> Any:
        reference = part.node["$ref"]
        found = self._source.follow_references(part)
        if found is None:
            return part.node  # as it is written, to be told of
        steps = read_pointer(reference)
        lifted = self.lift_parameter(found)
        if lifted is not None and steps and steps[0] == "parameters" and len(steps) == 2:
            return {**part.node, "$ref": f"#/components/parameters/{escape_step(steps[1])}"}
        return lifted


def collect_examples(node: dict[str, Any]) -> dict[str, Any]:
    """Collect the examples of a parameter, which Swagger 2.0 leaves to the vendor."""
    for name in ("example", "x-example"):
        if name in node:
            return {"example": node[name]}
    for name in ("examples", "x-examples"):
        if isinstance(node.get(name), dict) and node[name]:
            return {"examples": name_examples(node[name])}
    return {}


def name_examples(examples: dict[str, Any]) -> dict[str, Any]:
    """Write examples by name as OpenAPI 3.0 does."""
    return {
        name: one
        if isinstance(one, dict) and {"value", "externalValue", "$ref"} & one.keys()
        else {"value": one}
        for name, one in examples.items()
    }

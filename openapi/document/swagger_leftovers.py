"""What is left of Swagger 2.0 in contracts that call themselves OpenAPI 3, where its meaning is plain."""

from __future__ import annotations

from typing import Any

from openapi.document.inspection import Inspection

_OF_SCHEMAS = (
    "type",
    "format",
    "items",
    "enum",
    "default",
    "pattern",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
)
_JSON = "application/json"


def mend_parameter(inspection: Inspection, parameter: dict[str, Any]) -> None:
    """Move what describes the values of a parameter, or a header, into its schema."""
    found = [name for name in _OF_SCHEMAS if name in parameter]
    if not found:
        return
    for name in found:
        inspection.report("belongs into the member schema; it is read as if it stood there", name)
    moved = {name: parameter.pop(name) for name in found}
    if isinstance(parameter.setdefault("schema", {}), dict) and "$ref" not in parameter["schema"]:
        parameter["schema"] = {**moved, **parameter["schema"]}


def mend_response(inspection: Inspection, response: dict[str, Any]) -> None:
    """Move the schema and the examples of a response under their media types."""
    content = (
        response.setdefault("content", {}) if {"schema", "examples", "example"} & response.keys() else None
    )
    if not isinstance(content, dict):
        return
    for name in ("schema", "example"):
        if name in response:
            inspection.report(f"belongs under content and a media type; it is read as one of {_JSON}", name)
            media_type = content.setdefault(_JSON, {})
            if isinstance(media_type, dict):
                media_type.setdefault(name, response.pop(name))
    if isinstance(response.get("examples"), dict):
        inspection.report(
            "belongs under content and a media type; it is read as examples by media type", "examples"
        )
        for name, value in response.pop("examples").items():
            media_type = content.setdefault(name, {})
            if isinstance(media_type, dict):
                media_type.setdefault("example", value)


def mend_scheme(inspection: Inspection, scheme: dict[str, Any]) -> None:
    """Take the type ``basic`` for what it is called since, and fill in what a scheme of its type needs."""
    kind = str(scheme.get("type")).lower()
    word = scheme.get("scheme")
    if kind in ("basic", "bearer"):
        inspection.report(f"is {kind}; it is read as type http with scheme {kind}", "type")
        scheme.update(type="http", scheme=kind)
    elif kind == "http" and not (isinstance(word, str) and word.strip()):
        inspection.report("has no scheme; it is read as bearer", "scheme")
        scheme["scheme"] = "bearer"
    elif kind == "apikey":
        if not isinstance(scheme.get("name"), str):
            inspection.report("has no name; it is read as X-API-Key", "name")
            scheme["name"] = "X-API-Key"
        if scheme.get("in") not in ("query", "header", "cookie"):
            inspection.report("does not say where the key stands; it is read as header", "in")
            scheme["in"] = "header"

"""What an OpenAPI document is made of: the members of each of its objects, in all versions that are read."""

from __future__ import annotations

import re
from typing import Any

from openapi import METHODS
from openapi.document.document import UNKNOWN_PARAMETER
from openapi.document.inspection import ABSENT, Inspection, Kind, Owner, Referable, show_value
from openapi.document.kinds import Flag, ListOf, MapOf, Object, Text, Word
from openapi.document.schema_kinds import ANYTHING, COUNT, SCHEMA
from openapi.document.swagger_leftovers import mend_parameter, mend_response, mend_scheme

TEXT, FLAG = Text(), Flag()
_WORDS = {"summary": TEXT, "description": TEXT}
# What an example has to have one of, unless it is only described.
_VALUES = {"$ref", "value", "externalValue", "dataValue", "serializedValue"}
_METHODS = (*METHODS, "query")
_METHOD = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_STATUS = re.compile(r"[1-5]([0-9]{2}|XX)|default")


class Example(Object):
    """An example under a name; one that is only a value is taken for that."""

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the example."""
        is_example = isinstance(value, dict) and (
            not _VALUES.isdisjoint(value) or all(name in _WORDS or name.startswith("x-") for name in value)
        )
        if not is_example:
            inspection.report("is the value itself; write it as the member value of an object")
            value = {"value": value}
        return super().check(inspection, value)


class Examples(MapOf):
    """Examples by their names; those of a list are numbered."""

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the examples."""
        if isinstance(value, list):
            inspection.report("is a list and must be an object of named examples; its items are numbered")
            value = {str(number): {"value": item} for number, item in enumerate(value, 1)}
        return super().check(inspection, value)


class Component(MapOf):
    """A room of components."""

    def __init__(self, room: str, kind: Kind) -> None:
        super().__init__(kind, self._enter)
        self._room = room

    def _enter(self, inspection: Inspection, name: str) -> str:
        inspection.owner = Owner("components", self._room, name)
        return name


class PathItem(Object):
    """A path with its operations."""

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the path item, its operations under methods in small letters."""
        if not isinstance(value, dict):
            inspection.report(f"is {show_value(value)}; the path has no operations")
            return ABSENT
        for name in [name for name in value if name not in self.fields and name.lower() in self.fields]:
            inspection.report(f"is read as {name.lower()}, so write that", name)
            value.setdefault(name.lower(), value.pop(name))
        return super().check(inspection, value)


class MethodOperation(Object):
    """An operation, of which the references in it are a part."""

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the operation."""
        owner = inspection.owner
        inspection.owner = owner._replace(part=str(inspection.steps[-1])) if owner.room == "paths" else owner
        try:
            if isinstance(value, dict) and isinstance(value.get("$ref"), str):
                inspection.take_over(value, self, is_vital=True)
            return super().check(inspection, value)
        finally:
            inspection.owner = owner


class Requirement(MapOf):
    """Security schemes that are asked for together."""

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the schemes' names, each with a list of scopes; a name alone is taken for that."""
        if isinstance(value, str):
            inspection.report("is a name alone; write it as an object with an empty list behind the name")
            value = {value: []}
        return super().check(inspection, value)


class Scopes(ListOf):
    """The scopes that a security scheme is asked for with."""

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the scopes; none if they cannot be read, for the scheme is asked for all the same."""
        if isinstance(value, list):
            return super().check(inspection, value)
        inspection.report(f"is {show_value(value)} and must be a list; it is read as an empty one")
        return []


def _read_path(inspection: Inspection, path: str) -> str:
    used = path if path.startswith("/") else f"/{path}"
    if used != path:
        inspection.report(f"begins without a slash; it is served as {used}", path)
    inspection.owner = Owner("paths", used)
    return used


def _read_status(inspection: Inspection, name: str) -> str | None:
    status = name.strip().upper() if name.lower() != "default" else "default"
    if _STATUS.fullmatch(status) is None:
        inspection.report("is no status such as 200, 4XX or default; it is left out", name)
        return None
    if status != name:
        inspection.report(f"is read as {status}, so write that", name)
    return status


def _read_method(inspection: Inspection, name: str) -> str | None:
    if name.lower() in _METHODS or _METHOD.fullmatch(name) is None:
        inspection.report("is no other method; it is left out, so move it out of additionalOperations", name)
        return None
    return name


PARAMETER = Object("a parameter", "name", "in", stub=UNKNOWN_PARAMETER)
HEADER = Object("a header", is_vital=False)
MEDIA_TYPE = Object("a media type")
ENCODING = Object("an encoding", is_referable=False)
EXAMPLE = Example("an example", is_vital=False)
RESPONSE = Object("a response", stub={"description": ""})
REQUEST_BODY = Object("a request body")
SECURITY_SCHEME = Object("a security scheme", "type", is_vital=False)
SERVER = Object("a server", "url", is_referable=False)
OPERATION = MethodOperation("an operation", is_referable=False)
# Of a path that cannot be had, a call of any method hears why.
PATH_ITEM = PathItem(
    "a path item", stub={name: {"responses": {"default": {"description": ""}}} for name in METHODS}
)
INFO = Object("info", is_referable=False)
COMPONENTS = Object("components", is_referable=False)
DOCUMENT = Object("an OpenAPI document", is_referable=False)

_CONTENT, _HEADERS, _EXAMPLES = MapOf(MEDIA_TYPE, is_vital=True), MapOf(HEADER), Examples(EXAMPLE)
_SERVER_VARIABLE = Object("a server variable", is_referable=False)
_SERVERS = ListOf(SERVER)
_SECURITY = ListOf(Requirement(Scopes(TEXT)))
_PARAMETERS = ListOf(PARAMETER)
_RESPONSES = MapOf(RESPONSE, _read_status, has_extensions=True, is_vital=True)

HEADER.fields = {
    "description": TEXT,
    **dict.fromkeys(("required", "deprecated", "allowEmptyValue", "explode", "allowReserved"), FLAG),
    "style": Word(
        "matrix", "label", "simple", "form", "spaceDelimited", "pipeDelimited", "deepObject", "cookie"
    ),
    "schema": SCHEMA,
    "example": ANYTHING,
    "examples": _EXAMPLES,
    "content": _CONTENT,
}
PARAMETER.fields = {
    **HEADER.fields,
    "name": TEXT,
    "in": Word("query", "header", "path", "cookie", "querystring"),
}
MEDIA_TYPE.fields = {
    "schema": SCHEMA,
    "itemSchema": SCHEMA,
    "example": ANYTHING,
    "examples": _EXAMPLES,
    "encoding": MapOf(ENCODING),
    "prefixEncoding": ListOf(ENCODING),
    "itemEncoding": ENCODING,
}
ENCODING.fields = {
    "contentType": TEXT,
    "headers": _HEADERS,
    **{name: HEADER.fields[name] for name in ("style", "explode", "allowReserved")},
    **{name: MEDIA_TYPE.fields[name] for name in ("encoding", "prefixEncoding", "itemEncoding")},
}
EXAMPLE.fields = {
    **_WORDS,
    **dict.fromkeys(("value", "dataValue", "serializedValue", "externalValue"), ANYTHING),
}
RESPONSE.fields = {**_WORDS, "headers": _HEADERS, "content": _CONTENT, "links": ANYTHING}
REQUEST_BODY.fields = {"description": TEXT, "content": _CONTENT, "required": FLAG, "x-largest-bytes": COUNT}
SECURITY_SCHEME.fields = {
    "type": Word("apiKey", "http", "oauth2", "openIdConnect", "mutualTLS"),
    "in": Word("query", "header", "cookie"),
    **dict.fromkeys(
        ("description", "name", "scheme", "bearerFormat", "openIdConnectUrl", "oauth2MetadataUrl"), TEXT
    ),
    "flows": ANYTHING,
    "deprecated": FLAG,
}
_SERVER_VARIABLE.fields = {"enum": ListOf(TEXT), "default": TEXT, "description": TEXT}
SERVER.fields = {"url": TEXT, "description": TEXT, "name": TEXT, "variables": MapOf(_SERVER_VARIABLE)}
OPERATION.fields = {
    **_WORDS,
    "tags": ListOf(TEXT),
    "externalDocs": ANYTHING,
    "operationId": TEXT,
    "parameters": _PARAMETERS,
    "requestBody": REQUEST_BODY,
    "responses": _RESPONSES,
    # Calls that the other side makes: nothing is served of them.
    "callbacks": ANYTHING,
    "deprecated": FLAG,
    "security": _SECURITY,
    "servers": _SERVERS,
}
PATH_ITEM.fields = {
    **_WORDS,
    "servers": _SERVERS,
    "parameters": _PARAMETERS,
    **dict.fromkeys(_METHODS, OPERATION),
    "additionalOperations": MapOf(OPERATION, _read_method),
}
INFO.fields = {
    **_WORDS,
    **dict.fromkeys(("title", "termsOfService", "version"), TEXT),
    **dict.fromkeys(("contact", "license"), ANYTHING),
}
ROOMS: dict[str, Referable] = {
    "schemas": SCHEMA,
    "responses": RESPONSE,
    "parameters": PARAMETER,
    "examples": EXAMPLE,
    "requestBodies": REQUEST_BODY,
    "headers": HEADER,
    "securitySchemes": SECURITY_SCHEME,
    "pathItems": PATH_ITEM,
    "mediaTypes": MEDIA_TYPE,
}
COMPONENTS.fields = {
    **{room: Component(room, kind) for room, kind in ROOMS.items()},
    **dict.fromkeys(("links", "callbacks"), ANYTHING),
}
DOCUMENT.fields = {
    **dict.fromkeys(("openapi", "jsonSchemaDialect", "$self"), TEXT),
    "info": INFO,
    "servers": _SERVERS,
    "paths": MapOf(PATH_ITEM, _read_path, has_extensions=True),
    "components": COMPONENTS,
    "security": _SECURITY,
    **dict.fromkeys(("tags", "externalDocs", "webhooks"), ANYTHING),
}
PARAMETER.mend = HEADER.mend = mend_parameter
RESPONSE.mend = mend_response
SECURITY_SCHEME.mend = mend_scheme

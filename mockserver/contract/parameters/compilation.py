"""The parameters of an operation, compiled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import openapi
from mockserver.contract.choices_in_force import ChoicesInForce
from mockserver.contract.parameters.cookie import make_cookie_reader
from mockserver.contract.parameters.parameter import (
    ContentParameter,
    ListSent,
    Parameter,
    PlainParameter,
    ReadText,
    StyledParameter,
)
from mockserver.contract.parameters.path_template import (
    decode_segment,
    match_raw,
    split_path,
    split_segment,
)
from mockserver.contract.parameters.query import QueryNames, make_query_reader
from mockserver.contract.parameters.reading import Sent
from mockserver.contract.parameters.shape import Shape
from mockserver.contract.parameters.style import Style
from mockserver.http.problems import InvalidContract
from mockserver.http.request import Request
from openapi import Spec
from openapi.document.operations import VARIABLE, strip_query
from openapi.media_type import is_json

# What these say is described elsewhere in a contract, and a parameter of such a name is ignored.
_RESERVED_HEADERS = frozenset({"accept", "content-type", "authorization"})
# Of two parameters with one name, which differ in their place, a handler gets the last.
_ORDER_OF_PLACES = ("cookie", "header", "querystring", "query", "path")
_DEFAULT_STYLES = ("form", "simple")


def list_parameters(spec: Spec, definitions: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """List the parameters that an operation reads, their references followed; the last of one name counts."""
    resolved = (openapi.resolve_reference(spec, one) for one in definitions)
    kept = [one for one in resolved if one["in"] != "header" or one["name"].lower() not in _RESERVED_HEADERS]
    if len({one["name"] for one in kept}) == len(kept):
        return kept
    return sorted(kept, key=lambda one: _ORDER_OF_PLACES.index(one["in"]))


def compile_parameters(
    definitions: Sequence[Mapping[str, Any]], choices: ChoicesInForce, template: str
) -> list[Parameter]:
    """Compile the parameters of an operation with the path *template*, as ``list_parameters`` lists them.

    Raises InvalidContract for one of the path that is not in it, or a schema that cannot be compiled.
    """
    shapes = [Shape(_find_content(one)[1].get("schema", {}), choices.spec) for one in definitions]
    names = _find_names(definitions, shapes, choices.spec)
    return [
        _compile_parameter(definition, shape, choices, template, names)
        for definition, shape in zip(definitions, shapes, strict=True)
    ]


def _compile_parameter(
    definition: Mapping[str, Any], shape: Shape, choices: ChoicesInForce, template: str, names: QueryNames
) -> Parameter:
    media_type = _find_content(definition)[0]
    if definition["in"] == "querystring" and not is_json(media_type):
        return StyledParameter(definition, shape, choices, _list_query)
    if media_type or definition["in"] == "querystring":
        read_text = _make_text_reader(definition, template)
        return ContentParameter(definition, shape, choices, read_text, is_json=is_json(media_type))
    style = Style.from_definition(definition)
    if _is_plain(definition, style, shape):
        return PlainParameter(definition, shape, choices, _make_text_reader(definition, template))
    return StyledParameter(
        definition, shape, choices, _make_reader(definition, style, shape, template, names)
    )


def _find_content(definition: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Find the media type of a parameter, "" without one, and what has the schema of its value."""
    for media_type, shown in (definition.get("content") or {}).items():
        return media_type, shown
    return "", definition


def _is_plain(definition: Mapping[str, Any], style: Style, shape: Shape) -> bool:
    is_usual = style.name in _DEFAULT_STYLES and not (
        definition.get("allowEmptyValue") or definition.get("allowReserved")
    )
    has_one_type = len(shape.scalars) == 1 and shape.scalars != ["null"]
    return is_usual and has_one_type and not shape.takes_list and not shape.takes_object


def _find_names(definitions: Sequence[Mapping[str, Any]], shapes: Sequence[Shape], spec: Spec) -> QueryNames:
    """Find the names in a query that no free map takes: of parameters and their members, and of credentials."""
    exact, roots = set(), set()
    for definition, shape in zip(definitions, shapes, strict=True):
        if definition["in"] == "query":
            style = Style.from_definition(definition)
            exact.add(definition["name"])
            if style.name == "deepObject":
                roots.add(definition["name"])
            elif shape.takes_object and style.is_exploded:
                exact |= shape.properties.keys()
    schemes = spec.get("components", {}).get("securitySchemes", {}).values()
    keys = (openapi.resolve_reference(spec, scheme) for scheme in schemes)
    exact |= {key["name"] for key in keys if key.get("type") == "apiKey" and key.get("in") == "query"}
    return QueryNames(frozenset(exact), frozenset(roots))


def _make_text_reader(definition: Mapping[str, Any], template: str) -> ReadText:
    """Make what reads one text, decoded."""
    name: str = definition["name"]
    if definition["in"] == "path":
        names = VARIABLE.findall(strip_query(template))
        if name in names:
            index = names.index(name)
            return lambda _, path_values: path_values[index]
        key = _find_query_name(name, template)
        return lambda request, _: request.query_values().get(key)
    if definition["in"] == "query":
        return lambda request, _: request.query_values().get(name)
    if definition["in"] == "querystring":
        return lambda request, _: unquote(request.query.decode("latin-1")) or None
    if definition["in"] == "cookie":
        return lambda request, _: _decode_cookie(request.cookie(name))
    header = name.lower()
    return lambda request, _: request.header(header)


def _make_reader(
    definition: Mapping[str, Any], style: Style, shape: Shape, template: str, names: QueryNames
) -> ListSent:
    """Make what lists the readings of what was sent."""
    name: str = definition["name"]
    if definition["in"] == "path" and name in VARIABLE.findall(strip_query(template)):
        read_raw = _make_raw_reader(name, template)
        return lambda request, _: style.list_readings(name, read_raw(request), decode_segment, shape)
    if definition["in"] in ("path", "query"):
        key = name if definition["in"] == "query" else _find_query_name(name, template)
        is_reserved = definition.get("allowReserved") is True
        return _without_path(make_query_reader(key, style, shape, names, is_reserved=is_reserved))
    if definition["in"] == "cookie":
        return _without_path(make_cookie_reader(name, style, shape))
    header = name.lower()

    def list_of_header(request: Request, _: tuple[str, ...]) -> list[Sent] | None:
        lines = request.header_lines(header)
        # Lines of one name are one list.
        text = ",".join(lines) if shape.takes_list or shape.takes_object else "".join(lines[:1])
        return style.list_readings(name, text, str.strip, shape) if lines else None

    return list_of_header


def _without_path(list_sent: Callable[[Request], list[Sent] | None]) -> ListSent:
    return lambda request, _: list_sent(request)


def _make_raw_reader(name: str, template: str) -> Callable[[Request], str]:
    """Make what reads the value of a variable in a path as it was sent: an encoded separator is part of an item."""
    segments = split_path(strip_query(template))
    index = next(index for index, segment in enumerate(segments) if name in VARIABLE.findall(segment))
    literals = split_segment(VARIABLE.sub("{}", segments[index]))
    at = VARIABLE.findall(segments[index]).index(name)

    def read_raw(request: Request) -> str:
        part = split_path(request.path)[index]
        found = match_raw(literals, part) or match_raw(literals, decode_segment(part))
        return part if found is None else found[at]

    return read_raw


def _find_query_name(variable: str, template: str) -> str:
    """Find the name of the parameter of the query that *template* has a variable of the path for."""
    for pair in template.removeprefix(strip_query(template))[1:].replace("#", "&").split("&"):
        name, _, value = pair.partition("=")
        if f"{{{variable}}}" in (name, value):
            return name if value else variable
    raise InvalidContract(f"there is no {{{variable}}} in the path {template}")


def _list_query(request: Request, _: tuple[str, ...]) -> list[Sent] | None:
    """Read the whole query as one object."""
    found: dict[str, Sent] = dict(request.query_lists())
    return [found] if found else None


def _decode_cookie(text: str | None) -> str | None:
    return text and unquote(text)

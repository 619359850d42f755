"""Requests that an operation has to accept or to refuse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from contracts.contract import JSON, Contract, Operation, Parameter
from contracts.values import NoValue, build_valid, list_invalid

_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|"}
_BOUNDARY = "boundary-of-parts"
_HEADER_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
_NUMBERS = ("integer", "number")


class Request(NamedTuple):
    """path: with the query, and without the path of the server."""

    path: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass
class Requests:
    """What is asked of one operation."""

    valid: list[Request] = field(default_factory=list)
    bad: list[Request] = field(default_factory=list)
    malformed: Request | None = None


def build_requests(contract: Contract, operation: Operation) -> Requests:
    """Build the requests of *operation*; none are valid where no valid value was found for a part that is needed."""
    made = Requests()
    try:
        for is_full in (False, True):
            request = _build_valid(contract, operation, is_full=is_full)
            if request not in made.valid:
                made.valid.append(request)
    except NoValue:
        return made
    short = _build_values(contract, operation, is_full=False)
    media_type = _choose_media_type(operation.bodies)
    body = _write_body(contract, operation, media_type, is_full=False)
    made.bad = [
        *_leave_out_parameters(operation, short, body),
        *_spoil_parameters(contract, operation, short, body),
        *_spoil_body(contract, operation, short, media_type),
    ]
    if media_type is not None and is_json(media_type):
        made.malformed = _write_request(operation, short, (b'{"a": ', {"Content-Type": media_type}))
    return made


def is_json(media_type: str) -> bool:
    name = media_type.partition(";")[0].strip().lower()
    return name == JSON or name.endswith("+json")


def _build_valid(contract: Contract, operation: Operation, *, is_full: bool) -> Request:
    values = _build_values(contract, operation, is_full=is_full)
    media_type = _choose_media_type(operation.bodies) if is_full or operation.is_body_required else None
    return _write_request(operation, values, _write_body(contract, operation, media_type, is_full=is_full))


def _build_values(contract: Contract, operation: Operation, *, is_full: bool) -> dict[Parameter, Any]:
    values = {}
    for parameter in operation.parameters:
        if parameter.is_required or is_full:
            try:
                value = build_valid(contract, parameter.schema, is_full=True)
                if _write_parameter(parameter, value) is None or value in ("", [], {}):
                    raise NoValue(f"{parameter.name} cannot be written")
                values[parameter] = value
            except NoValue:
                if parameter.is_required:
                    raise
    return values


def _choose_media_type(bodies: Mapping[str, Any]) -> str | None:
    return min(bodies, key=lambda name: (not is_json(name), "*" in name), default=None)


def _write_body(
    contract: Contract, operation: Operation, media_type: str | None, *, is_full: bool
) -> tuple[bytes | None, dict[str, str]]:
    if media_type is None:
        return None, {}
    # Whatever is taken is sent as JSON.
    name = JSON if "*" in media_type else media_type
    schema = operation.bodies[media_type]
    if not (is_json(name) or "form" in name or name.startswith("text/")):
        return b"<a/>" if "xml" in name else b"abc", {"Content-Type": name}
    value = build_valid(contract, schema, is_full=is_full)
    if name.startswith("text/"):
        return (value if isinstance(value, str) else json.dumps(value)).encode(), {"Content-Type": name}
    if is_json(name):
        return json.dumps(value).encode(), {"Content-Type": name}
    if not isinstance(value, dict) or any(isinstance(one, (dict, list)) for one in value.values()):
        raise NoValue("a form with members that are no texts")
    fields = {key: one if isinstance(one, str) else json.dumps(one) for key, one in value.items()}
    if "multipart" in name:
        return _write_parts(fields), {"Content-Type": f"{name}; boundary={_BOUNDARY}"}
    return urlencode(fields).encode(), {"Content-Type": name}


def _write_parts(fields: Mapping[str, str]) -> bytes:
    parts = [
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return f"{''.join(parts)}--{_BOUNDARY}--\r\n".encode()


def _write_request(
    operation: Operation, values: Mapping[Parameter, Any], body: tuple[bytes | None, dict[str, str]]
) -> Request:
    path, query, cookies = operation.path, [], []
    headers = {"Accept": "*/*", **body[1]}
    for parameter, value in values.items():
        written = _write_parameter(parameter, value) or []
        if parameter.place == "path":
            path = path.replace(f"{{{parameter.name}}}", quote(written[0][1], safe=""))
        elif parameter.place == "query":
            query += written
        elif parameter.place == "cookie":
            cookies.append(f"{parameter.name}={written[0][1]}")
        else:
            headers[parameter.name] = written[0][1]
    for scheme in operation.credentials:
        _add_credential(scheme, headers, query, cookies)
    if cookies:
        headers["Cookie"] = "; ".join(cookies)
    mark = "&" if "?" in path else "?"
    return Request(path + (mark + urlencode(query, quote_via=quote) if query else ""), headers, body[0])


def _write_parameter(parameter: Parameter, value: Any) -> list[tuple[str, str]] | None:
    """Write a value as its style says; None for a style, or a value in one, that is not written here."""
    name, style = parameter.name, parameter.style
    if style == "json":
        return [(name, json.dumps(value))]
    if isinstance(value, dict):
        if any(isinstance(one, (dict, list)) for one in value.values()):
            return None
        if style == "deepObject":
            return [(f"{name}[{key}]", _write_scalar(one)) for key, one in value.items()]
        if parameter.place == "query" and style == "form" and parameter.explode:
            return [(key, _write_scalar(one)) for key, one in value.items()]
        if style == "simple" and not parameter.explode:
            return [(name, ",".join(f"{key},{_write_scalar(one)}" for key, one in value.items()))]
        return None
    if isinstance(value, list):
        if any(isinstance(one, (dict, list)) for one in value) or style not in (
            "form",
            "simple",
            *_SEPARATORS,
        ):
            return None
        if parameter.place == "query" and parameter.explode:
            return [(name, _write_scalar(one)) for one in value]
        return [(name, _SEPARATORS.get(style, ",").join(map(_write_scalar, value)))]
    return None if style not in ("form", "simple") else [(name, _write_scalar(value))]


def _write_scalar(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _add_credential(
    scheme: Mapping[str, Any], headers: dict[str, str], query: list[tuple[str, str]], cookies: list[str]
) -> None:
    kind = scheme.get("type")
    if kind == "apiKey":
        place, name = scheme.get("in"), scheme.get("name", "")
        if place == "query":
            query.append((name, "a-key"))
        elif place == "cookie":
            cookies.append(f"{name}=a-key")
        elif _HEADER_NAME.fullmatch(name):
            headers[name] = "a-key"
    elif kind == "basic" or (kind == "http" and str(scheme.get("scheme")).lower() == "basic"):
        headers["Authorization"] = "Basic YW5uOnBhc3N3b3Jk"
    else:
        word = scheme.get("scheme", "Bearer") if kind == "http" else "Bearer"
        headers["Authorization"] = f"{word.capitalize()} a-token"


def _leave_out_parameters(
    operation: Operation, values: Mapping[Parameter, Any], body: tuple[bytes | None, dict[str, str]]
) -> Iterator[Request]:
    """Leave out each parameter that is required, but for those in the path."""
    for left_out in values:
        if left_out.is_required and left_out.place in ("query", "header"):
            yield _write_request(
                operation, {one: value for one, value in values.items() if one is not left_out}, body
            )


def _spoil_parameters(
    contract: Contract,
    operation: Operation,
    values: Mapping[Parameter, Any],
    body: tuple[bytes | None, dict[str, str]],
) -> Iterator[Request]:
    """Give each parameter that is a number, and nothing else, a word."""
    for parameter in operation.parameters:
        schema = contract.follow(parameter.schema)
        if isinstance(schema, dict) and schema.get("type") in _NUMBERS:
            yield _write_request(operation, {**values, parameter: "no-number"}, body)


def _spoil_body(
    contract: Contract, operation: Operation, values: Mapping[Parameter, Any], media_type: str | None
) -> Iterator[Request]:
    if media_type is None or not is_json(media_type):
        return
    headers = {"Content-Type": media_type}
    for value in list_invalid(contract, operation.bodies[media_type]):
        yield _write_request(operation, values, (json.dumps(value).encode(), headers))
    if operation.is_body_required:
        yield _write_request(operation, values, (None, {}))

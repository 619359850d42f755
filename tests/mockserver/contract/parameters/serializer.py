"""A client's side of the styles, written from the OpenAPI text: how a value is spread over a request."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

# What stands between the items of style label without explode: a full stop in the tables before 3.0.4 and 3.1.1.
_DOTTED = ("3.0.3", "3.1.0")
_DELIMITERS = {"form": ",", "spaceDelimited": "%20", "pipeDelimited": "%7C"}


def write_text(value: Any) -> str:
    """Write one primitive value, as JSON does without quotes."""
    return value if isinstance(value, str) else json.dumps(value)


def encode(value: Any) -> str:
    return quote(write_text(value), safe="")


def write_path(name: str, value: Any, style: str, *, explode: bool, dialect: str) -> str:
    if style == "matrix":
        return _write_matrix(name, value, explode)
    prefix = "." if style == "label" else ""
    comma = "." if style == "label" and (explode or dialect in _DOTTED) else ","
    return prefix + comma.join(_list_parts(value, explode, encode))


def write_header(value: Any, *, explode: bool) -> str:
    return ", ".join(_list_parts(value, explode, write_text))


def write_query(name: str, value: Any, style: str, *, explode: bool) -> str:
    if style == "deepObject":
        return "&".join(f"{name}[{key}]={encode(one)}" for key, one in value.items())
    if explode and isinstance(value, list):
        return "&".join(f"{name}={encode(one)}" for one in value)
    if explode and isinstance(value, dict):
        return "&".join(f"{key}={encode(one)}" for key, one in value.items())
    return f"{name}={_DELIMITERS[style].join(_list_parts(value, False, encode))}"


def write_cookie(name: str, value: Any, style: str, *, explode: bool) -> str:
    if style == "cookie":
        named = value.items() if isinstance(value, dict) else [(name, one) for one in value]
        return "; ".join(f"{key}={write_text(one)}" for key, one in named)
    return write_query(name, value, "form", explode=explode)


def _write_matrix(name: str, value: Any, explode: bool) -> str:
    if explode and isinstance(value, list):
        return "".join(f";{name}={encode(one)}" for one in value)
    if explode and isinstance(value, dict):
        return "".join(f";{key}={encode(one)}" for key, one in value.items())
    return f";{name}={','.join(_list_parts(value, False, encode))}"


def _list_parts(value: Any, explode: bool, write: Any) -> list[str]:
    if isinstance(value, list):
        return [write(one) for one in value]
    if isinstance(value, dict):
        pairs = [(write(key), write(one)) for key, one in value.items()]
        return (
            [f"{key}={one}" for key, one in pairs] if explode else [part for pair in pairs for part in pair]
        )
    return [write(value)]

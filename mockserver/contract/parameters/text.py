"""Texts read as numbers, booleans and null, as JSON writes them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

# In the place of a value: the text is none of the type.
UNREADABLE = object()
# As JSON writes them, of no more digits than Python reads.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,4000})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_BOOLEANS = {"true": True, "false": False}
_NULLS = ("", "null")


def read_integer(text: str) -> Any:
    """Read a whole number, without a fraction or an exponent."""
    return int(text) if _INTEGER.fullmatch(text) else UNREADABLE


def read_number(text: str) -> Any:
    """Read a number, a whole one as such."""
    if _INTEGER.fullmatch(text):
        return int(text)
    number = float(text) if _NUMBER.fullmatch(text) else math.inf
    return number if math.isfinite(number) else UNREADABLE


def read_whole_fraction(text: str) -> Any:
    """Read a whole number that is written with a fraction or an exponent, as ``4.0`` and ``1e1``."""
    number = read_number(text)
    return int(number) if isinstance(number, float) and number.is_integer() else UNREADABLE


def read_boolean(text: str) -> Any:
    """Read true or false."""
    return _BOOLEANS.get(text, UNREADABLE)


def read_null(text: str) -> Any:
    """Read null, which an empty text stands for as well."""
    return None if text in _NULLS else UNREADABLE


def read_text(text: str) -> Any:
    """Give the text itself."""
    return text


# In the order in which they are tried.
READERS: Mapping[str, Callable[[str], Any]] = {
    "integer": read_integer,
    "number": read_number,
    "boolean": read_boolean,
    "string": read_text,
    "null": read_null,
}
_TYPE_NAMES = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}


def describe_unreadable(text: str, types: list[str], *, is_secret: bool) -> str:
    """Say what *text* should be, whose types have no text among them."""
    names = " or ".join(_TYPE_NAMES[name] for name in types if name in _TYPE_NAMES)
    return f"must be {names or 'empty'}{'' if is_secret else f', not {text[:40]!r}'}"

"""JSON that comes back as it was sent: what cannot be kept exactly is refused, never altered."""

from __future__ import annotations

import codecs
import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

import orjson

MAXIMUM_DEPTH = 200
_GZIP = b"\x1f\x8b"


class NotExact(ValueError):
    """The text is not JSON, or not JSON that can be kept exactly; the message says why and where.

    choice: the id of the choice by which a contract may have it taken, None if it has to be refused.
    """

    def __init__(self, message: str, choice: str | None = None) -> None:
        super().__init__(message)
        self.choice = choice


def loads(raw: bytes, deepest: int = MAXIMUM_DEPTH) -> Any:
    """Parse one JSON text in UTF-8.

    A byte order mark before it is passed over, as RFC 8259 allows.
    Raises NotExact for malformed text, another encoding, NaN and Infinity, numbers that a 64-bit float alters,
    repeated keys, lone surrogates and nesting beyond *deepest* levels.
    """
    if raw.count(b"[") + raw.count(b"{") < deepest:
        # What comes back as the very same bytes has lost nothing; most clients send JSON as compact as that.
        try:
            value = orjson.loads(raw)
            if orjson.dumps(value) == raw:
                return value
        except (orjson.JSONDecodeError, TypeError):
            pass
    return parse_carefully(raw, deepest)


def parse_carefully(
    raw: bytes,
    deepest: int = MAXIMUM_DEPTH,
    decoder: json.JSONDecoder | None = None,
    *,
    refuses_surrogates: bool = True,
) -> Any:
    """Parse as ``loads`` does, or as another *decoder* takes what JSON leaves open.

    refuses_surrogates: whether half a surrogate pair is refused.
    Raises NotExact.
    """
    text = _decode_utf_8(raw)
    try:
        value = (decoder or _DECODER).decode(text)
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno}"
        raise NotExact(f"the body is not JSON: {error.msg} at {at}") from None
    except RecursionError:
        raise NotExact(_describe_depth(deepest)) from None
    if text.count("[") + text.count("{") > deepest and _measure_depth(value) > deepest:
        raise NotExact(_describe_depth(deepest))
    if refuses_surrogates and "\\u" in text:
        _refuse_lone_surrogates(value)
    return value


def dumps(value: Any) -> bytes:
    """Write *value* as compact JSON in UTF-8."""
    try:
        # A copy, since what orjson hands out occupies some kilobytes, however short the text.
        return bytes(memoryview(orjson.dumps(value)))
    except TypeError:  # an integer beyond 64 bits, or half a surrogate pair in a message
        return _ENCODER.encode(value).encode()


def dumps_in_pieces(value: Any, levels: int) -> bytes:
    """Write *value* as ``dumps`` does, what lies *levels* deep one by one.

    For a large value and a thread of its own: no piece keeps the other threads waiting for long.
    """
    text = bytearray()
    _append_json(text, value, levels)
    return bytes(text)


def parse_leniently(content: bytes | None) -> Any:
    """Parse a body to show or match it: JSON, or text if it is not JSON, or None for no body."""
    if not content:
        return None
    try:
        return loads(content)
    except NotExact:
        return content.decode(errors="replace")


def _append_json(text: bytearray, value: Any, levels: int) -> None:
    if levels and isinstance(value, Mapping):
        for index, (name, member) in enumerate(value.items()):
            text += b"," if index else b"{"
            text += dumps(name) + b":"
            _append_json(text, member, levels - 1)
        text += b"}" if value else b"{}"
    elif levels and isinstance(value, list):
        for index, item in enumerate(value):
            text += b"," if index else b"["
            _append_json(text, item, levels - 1)
        text += b"]" if value else b"[]"
    else:
        text += dumps(value)


def _describe_depth(deepest: int) -> str:
    return f"the body nests more than {deepest} levels deep"


def _decode_utf_8(raw: bytes) -> str:
    try:
        return raw.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise NotExact("the body is UTF-16, not UTF-8") from None
        if raw.startswith(_GZIP):
            raise NotExact(
                "the body is compressed with gzip; a request says so in Content-Encoding"
            ) from None
        raise NotExact(f"the body is not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}") from None


def _measure_depth(value: Any) -> int:
    """Count levels of nesting, level by level so that no depth of input can exhaust the stack."""
    depth, level = 0, [value]
    while level:
        below: list[Any] = []
        for node in level:
            if isinstance(node, dict):
                below.extend(node.values())
            elif isinstance(node, list):
                below.extend(node)
        depth += any(isinstance(node, dict | list) for node in level)
        level = below
    return depth


def _refuse_lone_surrogates(value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotExact(
            "the body holds a lone surrogate, which is not a character", "lone-surrogate"
        ) from None


def parse_integer(digits: str) -> int:
    """Parse an integer; raises NotExact if Python takes no number of so many digits."""
    try:
        return int(digits)
    except ValueError:
        raise NotExact("the body holds an integer with too many digits") from None


def parse_float(text: str) -> float:
    """Parse a number with a fraction or an exponent; raises NotExact if a double alters it."""
    number = float(text)
    if math.isinf(number):
        raise NotExact(f"the number {_shorten_text(text)} is out of range", "number-forms")
    if not (_is_zero(text) if number == 0 else Decimal(text) == Decimal(repr(number))):
        raise NotExact(
            f"the number {_shorten_text(text)} has more digits than can be kept", "fraction-beyond-doubles"
        )
    return number


def _is_zero(text: str) -> bool:
    """Tell whether a number that became zero was one, whatever its exponent."""
    return not text.lower().partition("e")[0].strip("-0.")


def _shorten_text(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def refuse_constant(name: str) -> NoReturn:
    """Refuse what only looks like a number, such as NaN."""
    raise NotExact(f"the body is not JSON: {name} is not a JSON value", "not-a-number")


def build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members; raises NotExact if a name is there twice."""
    members = dict(pairs)
    if len(members) != len(pairs):
        # The members stand in the order they came first: where the two part, a name has come again.
        twice = next(name for (name, _), first in zip(pairs, [*members, None], strict=False) if name != first)
        raise NotExact(f"the member {json.dumps(_shorten_text(twice))} is given twice", "duplicate-members")
    return members


_DECODER = json.JSONDecoder(
    parse_int=parse_integer,
    parse_float=parse_float,
    parse_constant=refuse_constant,
    object_pairs_hook=build_object,
)
_ENCODER = json.JSONEncoder(allow_nan=False, separators=(",", ":"))

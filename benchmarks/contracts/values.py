"""Values that a schema allows, and some that it does not, as an independent validator says."""

from __future__ import annotations

import re
import signal
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

import hypothesis
from hypothesis import strategies
from hypothesis.errors import HypothesisException

from contracts.contract import Contract, Unreadable

_TEXTS = {
    "date-time": "2031-02-03T04:05:06Z",
    "date": "2031-02-03",
    "time": "04:05:06Z",
    "duration": "P1D",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "email": "ann@example.org",
    "idn-email": "ann@example.org",
    "uri": "https://example.org/a",
    "url": "https://example.org/a",
    "uri-reference": "/a",
    "hostname": "example.org",
    "ipv4": "192.0.2.1",
    "ip": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "byte": "YWJj",
    "base64": "YWJj",
    "json-pointer": "/a",
    "regex": "a+",
    "uri-template": "/a/{b}",
}
_DEEPEST = 12
_SEVERAL = 3
_LONGEST_S = 3
_UNLIKELY: list[Any] = [None, [], {}, "no value", -7, True, [[]], {"": [[]]}]


class NoValue(Exception):
    """No value is found that the schema allows."""


def build_valid(contract: Contract, schema: Any, *, is_full: bool) -> Any:
    """Build a value for a request; raises NoValue where the validator does not agree that it is one.

    is_full: with the members that may be left out.
    """
    validator = contract.make_validator(schema, "readOnly")
    for with_optional in dict.fromkeys((is_full, False, True)):
        for branch in range(_SEVERAL):
            try:
                value = _Builder(contract, with_optional, branch).build(schema, 0)
                if validator.is_valid(value):
                    return value
            except (NoValue, Unreadable):
                continue
            except Exception as error:
                # What the validator says of a schema that it cannot read.
                raise NoValue(str(error)[:200]) from None
    raise NoValue("none of what was built is valid")


def list_invalid(contract: Contract, schema: Any) -> Iterator[Any]:
    """Yield values for a request that the validator refuses, in JSON."""
    validator = contract.make_validator(schema, "readOnly")
    for value in _UNLIKELY:
        try:
            if not validator.is_valid(value):
                yield value
        except Exception:
            return


class _Builder:
    def __init__(self, contract: Contract, is_full: bool, branch: int) -> None:
        self._contract = contract
        self._is_full = is_full
        self._branch = branch

    def build(self, schema: Any, depth: int) -> Any:
        if depth > _DEEPEST:
            raise NoValue("too deep")
        if schema is True:
            return "text"
        schema = self._contract.follow(schema)
        if not isinstance(schema, dict):
            raise NoValue("no schema")
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return schema["enum"][0]
        for key in ("oneOf", "anyOf"):
            if schema.get(key):
                rest = {name: value for name, value in schema.items() if name not in (key, "discriminator")}
                branch = schema[key][min(self._branch, len(schema[key]) - 1)]
                return self.build({**rest, "allOf": [*schema.get("allOf", []), branch]}, depth + 1)
        if schema.get("allOf"):
            schema = self._merge(schema, depth)
            if {"oneOf", "anyOf", "enum", "const"} & {*schema}:
                return self.build(schema, depth + 1)
        return self._build_by_type(schema, depth)

    def _build_by_type(self, schema: dict[str, Any], depth: int) -> Any:
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((one for one in kind if one != "null"), "null")
        if kind is None:
            kind = "object" if "properties" in schema else "array" if "items" in schema else "string"
        if kind == "object":
            return self._build_object(schema, depth)
        if kind == "array":
            count = schema.get("minItems", 1 if self._is_full else 0)
            if count > 50:
                raise NoValue("too many items")
            items = [self.build(schema.get("items", {}), depth + 1) for _ in range(count)]
            if schema.get("uniqueItems") and count > 1:
                items = [
                    f"{item}{number}" if isinstance(item, str) else item for number, item in enumerate(items)
                ]
            return items
        if kind in ("integer", "number"):
            return _build_number(schema)
        return {"boolean": True, "null": None}.get(kind) if kind != "string" else _build_text(schema)

    def _build_object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        value = {}
        required = schema.get("required", [])
        required = required if isinstance(required, list) else []
        for name, member in schema.get("properties", {}).items():
            if name in required or (self._is_full and depth < _SEVERAL and not self._is_read_only(member)):
                try:
                    value[name] = self.build(member, depth + 1)
                except NoValue:
                    if name in required:
                        raise
        for name in required:
            value.setdefault(name, "text")
        return value

    def _is_read_only(self, member: Any) -> bool:
        member = self._contract.follow(member)
        return isinstance(member, dict) and member.get("readOnly") is True

    def _merge(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        if depth > _DEEPEST:
            raise NoValue("too deep")
        merged = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"]:
            part = self._contract.follow(part)
            if not isinstance(part, dict):
                continue
            if "allOf" in part:
                part = self._merge(part, depth + 1)
            properties = {**merged.get("properties", {}), **part.get("properties", {})}
            required = [*(merged.get("required") or []), *(part.get("required") or [])]
            merged = {
                **part,
                **merged,
                **({"properties": properties} if properties else {}),
                "required": required,
            }
        return merged


def _build_text(schema: dict[str, Any]) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength", 10_000)
    if isinstance(schema.get("pattern"), str):
        return _match_pattern(schema["pattern"], least, most)
    text = _TEXTS.get(schema.get("format", ""), "text")
    return text.ljust(min(least, 10_000), "x")[:most]


def _give_up(*_: object) -> None:
    raise NoValue("it takes too long")


@cache
def _match_pattern(pattern: str, least: int, most: int) -> str:
    """Find a short text that *pattern* allows, of plain letters where it can be."""
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(_LONGEST_S)
    try:
        return _draw_match(pattern, least, most)
    finally:
        signal.alarm(0)


def _draw_match(pattern: str, least: int, most: int) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for alphabet in (strategies.characters(codec="ascii", categories=["L", "N"]), None):
            try:
                texts = strategies.from_regex(pattern, **({"alphabet": alphabet} if alphabet else {}))
                return str(
                    hypothesis.find(
                        texts,
                        lambda text: (
                            least <= len(text) <= most and text.isprintable() and text.strip() == text != ""
                        ),
                        settings=hypothesis.settings(
                            max_examples=100,
                            phases=[hypothesis.Phase.generate],
                            database=None,
                            derandomize=True,
                        ),
                    )
                )
            except (HypothesisException, re.error, ValueError, RecursionError):
                continue
    raise NoValue(f"nothing matches {pattern}")


def _build_number(schema: dict[str, Any]) -> float:
    least, most = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if isinstance(above, bool):
        above, least = (least, None) if above else (None, least)
    if isinstance(below, bool):
        below, most = (most, None) if below else (None, most)
    step = schema.get("multipleOf", 1)
    if least is not None or above is not None:
        begin = least if least is not None else above + step
    elif most is not None or below is not None:
        begin = min(1, most if most is not None else below - step)
    else:
        begin = step
    number = -(-begin // step) * step
    return int(number) if number == int(number) else number

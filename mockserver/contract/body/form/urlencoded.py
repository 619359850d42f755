"""The fields of a form that is written as a query is."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from mockserver.contract.body.form.field import MOST_FIELDS, Field, refuse_form, refuse_many_fields
from mockserver.http import exact_json


def parse_urlencoded(raw: bytes) -> list[Field]:
    """Parse ``application/x-www-form-urlencoded``; raises Invalid."""
    text = _decode_utf8(raw.strip())
    if text.count("&") >= MOST_FIELDS:
        raise refuse_many_fields()
    fields = []
    for pair in text.split("&"):
        if pair:
            name, _, value = pair.partition("=")
            fields.append(Field(_decode_percent(name), _decode_percent(value), value))
    if len(fields) == 1 and text.startswith("{") and _is_json(raw):
        raise refuse_form("the body is JSON, and Content-Type says that it is a form; send application/json")
    return fields


def _decode_percent(text: str) -> str:
    return (
        text
        if "%" not in text and "+" not in text
        else _decode_utf8(unquote_to_bytes(text.replace("+", " ")))
    )


def _decode_utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise refuse_form(f"the form is not UTF-8: there is a byte 0x{raw[error.start]:02x}") from None


def _is_json(raw: bytes) -> bool:
    try:
        exact_json.loads(raw)
    except exact_json.NotExact:
        return False
    return True

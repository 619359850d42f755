"""Values written in a media type that is not JSON."""

from __future__ import annotations

import csv
import re
from base64 import b64decode
from collections.abc import Sequence
from html import escape
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from mockserver.contract.samples.merged_schema import SchemaMerger
from mockserver.contract.samples.xml_text import write_xml
from mockserver.http import exact_json
from openapi.media_type import bare_media_type, is_json, is_xml

_FORM = "application/x-www-form-urlencoded"
_LINES = (
    "application/jsonl",
    "application/x-jsonlines",
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonlines",
)
_SEQUENCE = ("application/json-seq", "application/geo+json-seq")
_EVENTS = "text/event-stream"
_EVENT_FIELDS = ("event", "data", "id", "retry")
# A text that is no item but what is sent: JSON, or a field of an event.
_WRITTEN_ITEM = re.compile(r"\s*[\x1e{\[]|\w*:")
# The smallest file of each kind.
_FILES = {
    "image/png": b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    ),
    "image/gif": b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"),
    "image/jpeg": b64decode(
        "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP/////////////////////////////////////////////////////////////////////////////"
        "/////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
    ),
    "image/webp": b64decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA=="),
    "image/svg+xml": b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>',
    "application/zip": b"PK\x05\x06" + bytes(18),
    "application/pdf": b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n",
}
# What is sent of a range of media types.
_OF_RANGE = {"image": "image/png", "text": "text/plain", "application": "application/octet-stream"}


def narrow_media_type(media_type: str, value: Any) -> str:
    """Give one media type for *value* where the contract names a range of them."""
    if "*" not in media_type:
        return media_type
    if is_json(media_type) or is_xml(media_type):
        return "application/json" if is_json(media_type) else "application/xml"
    kind = bare_media_type(media_type).partition("/")[0]
    if kind in ("*", "application") or kind not in _OF_RANGE:
        return "text/plain" if isinstance(value, str) else "application/json"
    return _OF_RANGE[kind]


def holds_values(media_type: str) -> bool:
    """Tell whether lists and objects can be written as *media_type*."""
    name = bare_media_type(media_type)
    is_table = name in (_FORM, "text/csv")
    return is_table or (name not in _FILES and (is_json(name) or is_xml(name))) or is_stream(name)


def is_known(media_type: str) -> bool:
    """Tell whether what is made up as *media_type* is of that kind."""
    return media_type in _FILES or media_type.startswith("text/") or holds_values(media_type)


def is_stream(media_type: str) -> bool:
    """Tell whether *media_type* is written item by item."""
    return bare_media_type(media_type) in (*_LINES, *_SEQUENCE, _EVENTS)


def write_media(merger: SchemaMerger, media_type: str, schema: Any, value: Any) -> bytes:
    """Write *value*, made up for *schema*, as *media_type*."""
    name = bare_media_type(media_type)
    if name in _FILES and not _is_marked_up(value):
        return _FILES[name]
    if isinstance(value, str) and not is_stream(name):
        if is_xml(name) and value and not _is_marked_up(value):
            return write_xml(merger, schema, value).encode()
        if name == "text/html" and not _is_marked_up(value):
            return f"<!doctype html>\n<title>{escape(value)}</title>\n<p>{escape(value)}</p>\n".encode()
        return value.encode(errors="replace")
    if isinstance(value, str) and not _WRITTEN_ITEM.match(value):
        return _write_item(name, value)
    return write_example(merger, media_type, schema, value)


def write_example(merger: SchemaMerger, media_type: str, schema: Any, value: Any) -> bytes:
    """Write *value*, which a contract shows, as *media_type*; a text is what is sent."""
    name = bare_media_type(media_type)
    if isinstance(value, str):
        return value.encode(errors="replace")
    if is_xml(name):
        return write_xml(merger, schema, value).encode(errors="replace")
    if value == {} and name.startswith("text/"):
        return b""
    if name == "text/csv":
        return _write_csv(value).encode(errors="replace")
    if name == _FORM and isinstance(value, dict):
        members = {key: one if isinstance(one, str | list) else _to_text(one) for key, one in value.items()}
        return urlencode(members, doseq=True).encode()
    if is_stream(name):
        return b"".join(_write_item(name, item) for item in (value if isinstance(value, list) else [value]))
    return exact_json.dumps(value)


def _is_marked_up(value: Any) -> bool:
    return isinstance(value, str) and "<" in value


def _write_csv(value: Any) -> str:
    rows = value if isinstance(value, list) else [value]
    written = StringIO()
    writer = csv.writer(written, lineterminator="\n")
    if rows and all(isinstance(row, dict) for row in rows):
        names = list(dict.fromkeys(name for row in rows for name in row))
        writer.writerow(names)
        rows = [[row.get(name) for name in names] for row in rows]
    writer.writerows([map(_to_text, row if isinstance(row, list) else [row]) for row in rows])
    return written.getvalue()


def _write_item(name: str, item: Any) -> bytes:
    if name in _SEQUENCE:
        return b"\x1e" + exact_json.dumps(item) + b"\n"
    if name != _EVENTS:
        return exact_json.dumps(item) + b"\n"
    if isinstance(item, dict) and "data" in item and not item.keys() - {*_EVENT_FIELDS}:
        fields: Sequence[tuple[str, Any]] = [(key, item[key]) for key in _EVENT_FIELDS if key in item]
    else:
        fields = [("data", item)]
    lines = [f"{key}: {line}" for key, one in fields for line in _to_text(one).split("\n")]
    return "\n".join([*lines, "\n"]).encode(errors="replace")


def _to_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else exact_json.dumps(value).decode(errors="replace")

"""The fields of a form that is sent in parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mockserver.contract.body.form.field import MOST_FIELDS, Field, refuse_form, refuse_many_fields

_AFTER_DELIMITER = re.compile(rb"[ \t]*\r\n")
# A text without an end goes to the end, so that nothing is looked at twice.
_DISPOSITION = re.compile(r';\s*([a-z*]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;\s]*))', re.IGNORECASE)
# Browsers write what would end a name so; others put a backslash before it.
_ESCAPES = {"%22": '"', "%0D": "\r", "%0A": "\n", '\\"': '"', "\\\\": "\\"}
_ESCAPE = re.compile(r"%22|%0D|%0A|\\\"|\\\\")
_LONGEST_HEAD = 8192


def parse_multipart(raw: bytes, boundary: str | None) -> list[Field]:
    """Parse ``multipart/form-data``; raises Invalid."""
    if not boundary:
        raise refuse_form(
            "the Content-Type multipart/form-data has no boundary; let your HTTP client write this header"
        )
    parts = list(_split_parts(raw, boundary.encode("latin-1", "replace")))
    if len(parts) > MOST_FIELDS:
        raise refuse_many_fields()
    return [_parse_part(part, number) for number, part in enumerate(parts, 1)]


def _split_parts(raw: bytes, boundary: bytes) -> Iterator[bytes]:
    delimiter = b"\r\n--" + boundary
    # Enough to see that there are too many.
    _, *chunks = (b"\r\n" + raw).split(delimiter, MOST_FIELDS + 2)
    if not chunks:
        raise refuse_form("the form does not contain the boundary that Content-Type names")
    part: bytes | None = None
    for chunk in chunks:
        begin = _AFTER_DELIMITER.match(chunk)
        is_end = chunk.startswith(b"--")
        if begin is None and not is_end:
            # A longer boundary, of something inside the part.
            part = None if part is None else part + delimiter + chunk
            continue
        if part is not None:
            yield part
        if is_end:
            return
        part = chunk[begin.end() :] if begin is not None else b""
    if len(chunks) > MOST_FIELDS:
        raise refuse_many_fields()
    raise refuse_form("the form ends before its last boundary; was it cut off?")


def _parse_part(part: bytes, number: int) -> Field:
    head, blank, content = part.partition(b"\r\n\r\n")
    if part.startswith(b"\r\n"):
        head, blank, content = b"", part[:2], part[2:]
    if not blank or len(head) > _LONGEST_HEAD:
        raise refuse_form(f"part {number} of the form has no blank line after its headers")
    lines = head.decode(errors="replace").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, colon, value in (line.partition(":") for line in lines)
        if colon
    }
    disposition = headers.get("content-disposition", "")
    parameters = {key.lower(): quoted or plain for key, quoted, plain in _DISPOSITION.findall(disposition)}
    if not disposition.lower().startswith("form-data") or "name" not in parameters:
        raise refuse_form(
            f'part {number} of the form has no name; its Content-Disposition must be form-data; name="…"'
        )
    name = _ESCAPE.sub(lambda found: _ESCAPES[found[0]], parameters["name"])
    return Field(
        name, content, headers=headers, is_file=not parameters.keys().isdisjoint(("filename", "filename*"))
    )

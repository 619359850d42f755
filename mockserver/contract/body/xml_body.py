"""A body in XML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.contract.body.charsets import decode_text
from mockserver.contract.body.content import Reader
from mockserver.contract.body.xml_element import parse_xml
from mockserver.contract.body.xml_value import XmlReader
from mockserver.contract.media_type import MediaType
from mockserver.contract.parameters.shape import Shape
from mockserver.contract.schema import Schema
from mockserver.http.problems import Violation
from openapi import Spec


class XmlBody:
    """Reads XML as the JSON that it stands for, and checks that by the schema of its media type.

    Where the schema asks for no object and no list, any XML is taken as it is.
    """

    def __init__(self, media: Mapping[str, Any], spec: Spec) -> None:
        schema = media.get("schema", {})
        self._schema = Schema(schema, spec)
        self._shape = Shape(schema, spec)
        self._reader = XmlReader(spec)
        self._is_read = self._shape.takes_object or self._shape.takes_list

    def compile(self) -> None:
        """Compile the schema."""
        self._schema.compile()

    def is_absent(self, raw: bytes) -> bool:
        """Tell whether *raw* is white space."""
        return not raw.strip()

    def make_reader(self, sent: MediaType) -> Reader:
        """Make what reads it in the charset that was sent, which counts more than what XML says itself."""
        charset = sent.parameters.get("charset", "")
        # Many send this with whatever they send.
        if charset.lower() in ("", "utf-8", "utf8"):
            return self._read
        return lambda raw, violations: self._read(raw, violations, decode_text(raw, charset))

    def _read(self, raw: bytes, violations: list[Violation], text: str | None = None) -> Any:
        root = parse_xml(raw if text is None else text)
        if not self._is_read:
            return raw
        wrong: list[Violation] = []
        value = self._reader.read(root, self._shape, "", wrong)
        known = {one.where for one in wrong}
        found = self._schema.find_violations(value)
        violations.extend([*wrong, *(one for one in found if one.where not in known)])
        return value

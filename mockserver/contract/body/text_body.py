"""A body that is text, or bytes of any other format."""

from __future__ import annotations

from typing import Any

from mockserver.contract.body.bytes_check import find_violations_with_bytes
from mockserver.contract.body.charsets import decode_text
from mockserver.contract.body.content import Reader
from mockserver.contract.media_type import MediaType
from mockserver.contract.parameters.shape import Shape
from mockserver.contract.parameters.text import UNREADABLE
from mockserver.contract.schema import Schema
from mockserver.http.problems import Violation
from openapi import Spec


class TextBody:
    """Reads text, and checks it by its schema: the text itself, or the number that it is."""

    def __init__(self, schema: Any, spec: Spec) -> None:
        self._schema = Schema(schema, spec)
        self._shape = Shape(schema, spec)

    def compile(self) -> None:
        """Compile the schema."""
        self._schema.compile()

    def is_absent(self, raw: bytes) -> bool:
        """Tell whether *raw* is white space."""
        return not raw.strip()

    def make_reader(self, sent: MediaType) -> Reader:
        """Make what reads text in the charset that was sent."""
        charset = sent.parameters.get("charset", "utf-8")

        def read_text(raw: bytes, violations: list[Violation]) -> Any:
            text = decode_text(raw, charset)
            # Text is left as it came, with the white space around it.
            value = text if "string" in self._shape.scalars else self._shape.read_text(text.strip())
            if value is UNREADABLE:
                said = self._shape.describe_unreadable(text.strip(), is_secret=True)
                violations.append(Violation("", f"the body {said}"))
                return text
            violations.extend(self._schema.find_violations(value))
            return value

        return read_text


class BinaryBody:
    """Takes bytes as they are, and checks how many there are."""

    def __init__(self, schema: Any, spec: Spec) -> None:
        self._schema = Schema(schema, spec)

    def compile(self) -> None:
        """Compile the schema."""
        self._schema.compile()

    def is_absent(self, raw: bytes) -> bool:
        """Tell whether there are none."""
        return not raw

    def make_reader(self, _: MediaType) -> Reader:
        """Make what reads them."""

        def read_bytes(raw: bytes, violations: list[Violation]) -> bytes:
            violations.extend(find_violations_with_bytes(self._schema, raw))
            return raw

        return read_bytes

"""How a field of a form is written, as the encoding of its property says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

import openapi
from mockserver.contract.body.form.field import Field
from mockserver.contract.media_type import choose_range, parse_media_type
from mockserver.contract.parameters.shape import Shape
from mockserver.contract.parameters.text import UNREADABLE
from mockserver.contract.schema import Schema
from mockserver.http.problems import Violation
from openapi import Spec

_SEPARATORS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


class FieldEncoding:
    """The encoding object of a property; None where it has none.

    separator: what stands between the items of a list in one field; None where each has a field. spreads: whether the
    members of an object are fields of their own.
    """

    def __init__(self, definition: Any, spec: Spec) -> None:
        found: Mapping[str, Any] = definition if isinstance(definition, Mapping) else {}
        style = found.get("style", "form" if "explode" in found else None)
        explodes = found.get("explode", style == "form")
        self.separator = None if explodes else _SEPARATORS.get(str(style))
        self.spreads = style == "form" and explodes is True
        named = found.get("contentType")
        self._media_types = [one.strip() for one in named.split(",")] if isinstance(named, str) else []
        headers = found.get("headers")
        resolved = {
            str(name): openapi.resolve_reference(spec, header)
            for name, header in (headers if isinstance(headers, Mapping) else {}).items()
        }
        self._headers = [
            _PartHeader(name, header, spec)
            for name, header in resolved.items()
            # It has a place of its own.
            if isinstance(header, Mapping) and name.lower() != "content-type"
        ]

    def compile(self) -> None:
        """Compile the schemas of the headers; raises InvalidContract."""
        for header in self._headers:
            header.compile()

    @property
    def only_media_type(self) -> str | None:
        """The media type of the field where only one is allowed."""
        return self._media_types[0] if len(self._media_types) == 1 else None

    def split(self, field: Field) -> list[Field]:
        """Split a field at its separators: those that came as such, or those that were encoded if none did."""
        separator = self.separator or ","
        if field.literal is not None and separator in field.literal:
            return [
                Field(field.name, unquote_plus(one, errors="replace"))
                for one in field.literal.split(separator)
            ]
        content = field.content if isinstance(field.content, str) else field.content.decode(errors="replace")
        return [Field(field.name, one) for one in content.split(separator)]

    def find_violations(self, field: Field) -> Iterator[Violation]:
        """List what is wrong with the media type and the headers of a field."""
        if field.media_type is not None and self._media_types:
            sent = parse_media_type(field.media_type)
            if choose_range(self._media_types, sent) is None:
                said = (
                    f"has the Content-Type {field.media_type[:200]!r}; send {' or '.join(self._media_types)}"
                )
                yield Violation(field.name, said)
        for header in self._headers:
            yield from header.find_violations(field)


class _PartHeader:
    """A header that a part of a form has."""

    def __init__(self, name: str, definition: Mapping[str, Any], spec: Spec) -> None:
        self._name = name
        self._is_required = definition.get("required") is True
        self._schema = Schema(definition.get("schema", {}), spec)
        self._shape = Shape(definition.get("schema", {}), spec)

    def compile(self) -> None:
        """Compile the schema."""
        self._schema.compile()

    def find_violations(self, field: Field) -> Iterator[Violation]:
        """List what is wrong with this header of a field."""
        text = field.headers.get(self._name.lower())
        if text is None:
            if self._is_required:
                yield Violation(field.name, f"needs the header {self._name}")
            return
        value = self._shape.read_text(text)
        for violation in self._schema.find_violations(text if value is UNREADABLE else value):
            said = violation.message.removeprefix("the body ")
            yield Violation(field.name, f"has a header {self._name}, which {said}")

"""A body that is a form: its fields are the members of an object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.contract.body.bytes_check import find_violations_with_bytes
from mockserver.contract.body.content import Reader
from mockserver.contract.body.form.members import FormMembers
from mockserver.contract.body.form.multipart import parse_multipart
from mockserver.contract.body.form.urlencoded import parse_urlencoded
from mockserver.contract.media_type import MediaType
from mockserver.contract.parameters.shape import Shape
from mockserver.contract.schema import Schema
from mockserver.http.problems import Violation
from openapi import Spec

FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class FormBody:
    """Reads the fields of a form, and checks the object that they make by the schema of its media type.

    is_query: whether it is written as a query is.
    """

    def __init__(self, media: Mapping[str, Any], spec: Spec, *, is_query: bool) -> None:
        self._is_query = is_query
        schema = media.get("schema", {})
        shape = Shape(schema, spec)
        # A form is an object, and a schema that takes none says nothing of it.
        schema = schema if shape.is_open or shape.takes_object else {}
        self._members = FormMembers(schema, media.get("encoding"), spec, is_query=is_query)
        self._schema = Schema(schema, spec)

    def compile(self) -> None:
        """Compile the schema, and those of the parts' headers."""
        self._schema.compile()
        self._members.compile()

    def is_absent(self, raw: bytes) -> bool:
        """Tell whether *raw* is white space."""
        return not raw.strip()

    def make_reader(self, sent: MediaType) -> Reader:
        """Make what reads a form as it was sent."""
        boundary = sent.parameters.get("boundary")

        def read_form(raw: bytes, violations: list[Violation]) -> dict[str, Any]:
            fields = parse_urlencoded(raw) if self._is_query else parse_multipart(raw, boundary)
            body, wrong = self._members.build(fields)
            # What could not be converted is wrong for the schema as well, which knows less of why.
            known = {one.where for one in wrong}
            found = find_violations_with_bytes(self._schema, body)
            violations.extend([*wrong, *(one for one in found if one.where not in known)])
            return body

        return read_form

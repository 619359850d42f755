"""A field of a form, as it came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mockserver.contract.media_type import parse_media_type
from mockserver.http.problems import Invalid, Violation

MOST_FIELDS = 1000


class Field(NamedTuple):
    """One field.

    content: text, or the bytes of a part. literal: the text before it was decoded, where it has separators of its own.
    headers: of the part, in lower case. is_file: whether the part has a file name.
    """

    name: str
    content: str | bytes
    literal: str | None = None
    headers: Mapping[str, str] = {}
    is_file: bool = False

    @property
    def media_type(self) -> str | None:
        """The Content-Type of the part, if it has one."""
        return self.headers.get("content-type")

    @property
    def charset(self) -> str:
        """The charset of the part."""
        return parse_media_type(self.media_type or "").parameters.get("charset", "utf-8")


def refuse_form(problem: str) -> Invalid:
    """Make the problem of a form that cannot be read."""
    return Invalid([Violation("", problem)])


def refuse_many_fields() -> Invalid:
    """Make the problem of a form that would take too long."""
    return refuse_form(f"the form has more than {MOST_FIELDS} fields")

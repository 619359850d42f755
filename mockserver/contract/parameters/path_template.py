"""Path templates: what stands between the variables of a segment, and the query that vendors write behind some."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, unquote_to_bytes

from mockserver.http.request import Request
from openapi.document.operations import VARIABLE, strip_query


class Condition(NamedTuple):
    """What a request has besides the path, as ``?type=x`` and ``#type=x`` in a template say.

    name: of a query parameter, or of a header in lower case. value: None if any will do. is_needed: whether the
    operation is meant only where the condition is met.
    """

    is_header: bool
    name: str
    value: str | None
    is_needed: bool

    def is_met(self, request: Request) -> bool:
        """Tell whether *request* has it."""
        sent = request.header(self.name) if self.is_header else request.query_values().get(self.name)
        return sent is not None if self.value is None else sent == self.value


def list_conditions(template: str, parameters: Sequence[Mapping[str, Any]]) -> list[Condition]:
    """List what the query and the fragment of *template* ask for.

    parameters: those of the operation. What a fragment names beside them only tells it from others in a document.
    """
    query, _, fragment = template.removeprefix(strip_query(template)).partition("#")
    places = {one["name"].lower(): one["in"] for one in parameters if one["in"] in ("query", "header")}
    pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True)
    pairs += [pair for pair in parse_qsl(fragment, keep_blank_values=True) if pair[0].lower() in places]
    return [
        _make_condition(name, value, places.get(name.lower()) == "header")
        for name, value in pairs
        # What has any name is no condition.
        if not VARIABLE.search(name)
    ]


def _make_condition(name: str, value: str, is_header: bool) -> Condition:
    is_variable = VARIABLE.search(value) is not None
    literal = None if is_variable or not value else value
    return Condition(is_header, name.lower() if is_header else name, literal, not is_variable)


def split_path(path: str) -> list[str]:
    """Split a path into its segments; a slash at its end makes none."""
    return path.removesuffix("/").split("/")[1:]


@cache
def split_segment(segment: str) -> tuple[str, ...]:
    """Split a segment of a template, in which ``{}`` stands for a variable, into the literals around its variables."""
    return tuple(map(unquote, segment.split("{}")))


def match_segment(literals: tuple[str, ...], part: str) -> tuple[str, ...] | None:
    """Give the values of the variables between *literals* in *part* of a path, decoded; None if it has others.

    A value reaches as far as it can. Encoded literals count where no other are.
    """
    found = match_raw(literals, part)
    if found is not None:
        return tuple(map(decode_segment, found))
    return match_raw(literals, decode_segment(part)) if needs_decoding(part) else None


def match_raw(literals: tuple[str, ...], part: str) -> tuple[str, ...] | None:
    """Match as ``match_segment`` does what is or is not decoded; from the right, so that no text takes long."""
    first, *between, last = literals
    if len(part) < len(first) + len(last) or not part.startswith(first) or not part.endswith(last):
        return None
    found = []
    end = len(part) - len(last)
    for literal in reversed(between):
        at = part.rfind(literal, len(first), end)
        if at < 0:
            return None
        found.append(part[at + len(literal) : end])
        end = at
    return (part[len(first) : end], *reversed(found))


def decode_segment(segment: str) -> str:
    """Decode a segment of a raw path."""
    if not needs_decoding(segment):
        return segment
    return unquote_to_bytes(segment.encode("latin-1")).decode(errors="replace")


def needs_decoding(segment: str) -> bool:
    """Tell whether a segment of a raw path is another text when it is decoded."""
    return "%" in segment or not segment.isascii()

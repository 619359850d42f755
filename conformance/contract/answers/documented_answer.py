"""What a contract documents of an answer: its media types, its schemas, its headers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import openapi
from conformance.contract.answers.json_schema import AnswerSchemas
from openapi.media_type import bare_media_type, is_json

_IGNORED_HEADERS = {"content-type"}  # OpenAPI says so: the media types stand elsewhere
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class DocumentedAnswer:
    """The answer that an operation documents for a status. raw: it, as the contract has it."""

    raw: Mapping[str, Any]

    @property
    def content(self) -> Mapping[str, Any]:
        """What may be in the body, by media type."""
        found = self.raw.get("content")
        return found if isinstance(found, dict) else {}

    def find_media_types(self, media_type: str) -> list[Any]:
        """List what is documented for a body of *media_type*: of the narrowest range that there is."""
        main = media_type.partition("/")[0]
        for wanted in (media_type, f"{main}/*", "*/*"):
            if found := [one for name, one in self.content.items() if bare_media_type(name) == wanted]:
                return found
        return []

    def list_headers(self, spec: openapi.Spec) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the headers, but those that OpenAPI says are ignored."""
        headers = self.raw.get("headers")
        for name, header in headers.items() if isinstance(headers, dict) else ():
            with suppress(LookupError, ValueError, TypeError):  # one that cannot be had says nothing
                found = openapi.resolve_reference(spec, header)
                if isinstance(found, dict) and name.lower() not in _IGNORED_HEADERS:
                    yield name, found


def find_documented_answer(
    spec: openapi.Spec, operation: Mapping[str, Any], status: int
) -> DocumentedAnswer | None:
    """Find what *operation* documents for *status*: by number, by class, or for all others; None if nothing."""
    responses = operation.get("responses")
    named = {str(name).upper(): one for name, one in responses.items()} if isinstance(responses, dict) else {}
    for name in (str(status), f"{status // 100}XX", "DEFAULT"):
        if name in named:
            with suppress(LookupError, ValueError, TypeError):
                found = openapi.resolve_reference(spec, named[name])
                return DocumentedAnswer(found) if isinstance(found, dict) else None
    return None


def find_header_error(schemas: AnswerSchemas, header: Mapping[str, Any], text: str) -> Any:
    """Return the validator's error of a header with this *text*; None if it fits, read in any way it may be meant.

    Raises what compiling a schema raises.
    """
    content = header.get("content")
    if isinstance(content, dict):
        [(media_type, described), *_] = content.items() or [("", {})]
        readings = _read_json(text) if is_json(media_type) else []
        schema = described.get("schema", True) if isinstance(described, dict) else True
    else:
        schema = header.get("schema", True)
        readings = _list_readings(text)
    validator = schemas.compile(schema)
    errors: list[Any] = [next(iter(validator.iter_errors(reading)), None) for reading in readings]
    if not errors or None in errors:
        return None
    # The reading that fits best is the one that was meant.
    return next((error for error in errors if error.kind.name != "type"), errors[0])


def _read_json(text: str) -> list[Any]:
    with suppress(ValueError):
        return [json.loads(text)]
    return [text]


def _list_readings(text: str) -> list[Any]:
    """List the values that *text* may stand for in the style "simple", first of all itself."""
    parts = [part.strip() for part in text.split(",")] if text else []
    pairs = [part.partition("=") for part in parts]
    return [
        text,
        *_read_scalars(text),
        parts,
        [next(iter(_read_scalars(part)), part) for part in parts],
        {name: next(iter(_read_scalars(value)), value) for name, _, value in pairs},
        _pair_parts(parts),
    ]


def _pair_parts(parts: Sequence[str]) -> dict[str, Any]:
    values = zip(parts[::2], parts[1::2], strict=False)
    return {name: next(iter(_read_scalars(value)), value) for name, value in values}


def _read_scalars(text: str) -> list[Any]:
    if text in _WORDS:
        return [_WORDS[text]]
    return [json.loads(text)] if _NUMBER.fullmatch(text) else []

"""A body of many JSON texts, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.contract.body.content import Reader
from mockserver.contract.media_type import MediaType
from mockserver.contract.parameters.shape import Shape
from mockserver.contract.schema import Schema
from mockserver.http import exact_json
from mockserver.http.problems import Invalid, Violation
from openapi import Spec

_RECORD_SEPARATOR = b"\x1e"
# What stands between two items.
SEQUENCES = {
    "application/jsonl": b"\n",
    "application/jsonlines": b"\n",
    "application/x-jsonlines": b"\n",
    "application/x-jsonl": b"\n",
    "application/ndjson": b"\n",
    "application/x-ndjson": b"\n",
    "application/json-seq": _RECORD_SEPARATOR,
    "application/geo+json-seq": _RECORD_SEPARATOR,
}
_MOST_VIOLATIONS = 100


class SequenceBody:
    """Reads each item, and checks it by ``itemSchema``, or all of them by a schema of an array."""

    def __init__(self, name: str, media: Mapping[str, Any], spec: Spec) -> None:
        self._separator = SEQUENCES[name]
        self._item_schema = Schema(media.get("itemSchema", {}), spec)
        schema = media.get("schema", {})
        # Before OpenAPI 3.2 nothing said whether the schema is that of an item or of the whole.
        self._schema = Schema(schema if Shape(schema, spec).takes_list else {}, spec)

    def compile(self) -> None:
        """Compile the schemas."""
        self._item_schema.compile()
        self._schema.compile()

    def is_absent(self, raw: bytes) -> bool:
        """Tell whether *raw* is white space."""
        return not raw.strip()

    def make_reader(self, _: MediaType) -> Reader:
        """Give what reads the items; JSON is in UTF-8."""
        return self._read

    def _read(self, raw: bytes, violations: list[Violation]) -> list[Any]:
        items = list(self._read_items(raw))
        for index, item in enumerate(items):
            if len(violations) >= _MOST_VIOLATIONS:
                break
            violations.extend(self._item_schema.find_violations(item, f"[{index}]"))
        violations.extend(self._schema.find_violations(items))
        return items

    def _read_items(self, raw: bytes) -> Iterator[Any]:
        number = 0
        for text in raw.split(self._separator):
            if not text.strip():
                continue
            number += 1
            try:
                yield exact_json.loads(text)
            except exact_json.NotExact as error:
                said = f"in item {number} {error}"
                raise Invalid([Violation("", said)]) from None

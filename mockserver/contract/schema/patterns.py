"""Patterns of a contract that the library cannot read as they are written."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jsonschema_rs import FancyRegexOptions

from mockserver.contract.schema.keywords import DEFINITIONS, LISTED_SCHEMAS, NAMED_SCHEMAS, ONE_SCHEMA

# A fifth of a second for a bad pattern on 40 KB; a good one seldom needs a thousand.
_MOST_STEPS_BACK = 10_000
# This engine's time grows with the text alone only while a pattern has neither lookaround nor back references.
BACKTRACKING = FancyRegexOptions(backtrack_limit=_MOST_STEPS_BACK)


def mend_patterns(schema: Any) -> None:
    """Write the patterns in a translated *schema* as the library reads them, and drop those that nobody can read.

    The schema itself is changed, so that all who share it have the mended one.
    """
    if isinstance(schema, list):
        for one in schema:
            mend_patterns(one)
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("pattern"), str):
        _mend_pattern(schema)
    if "patternProperties" in schema:
        schema["patternProperties"] = {
            mended: member
            for pattern, member in schema["patternProperties"].items()
            if (mended := _find_readable(pattern)) is not None
        }
    for keyword in (*ONE_SCHEMA, *LISTED_SCHEMAS):
        mend_patterns(schema.get(keyword))
    for keyword in (*NAMED_SCHEMAS, *DEFINITIONS):
        for one in schema.get(keyword, {}).values():
            mend_patterns(one)


def _mend_pattern(schema: dict[str, Any]) -> None:
    mended = _find_readable(schema["pattern"])
    if mended is None:
        del schema["pattern"]
    else:
        schema["pattern"] = mended


@lru_cache(4096)
def _find_readable(pattern: str) -> str | None:
    # Here, since a contract that ships with the stub needs nothing of it.
    from openapi.document.schema_kinds import find_readable_pattern

    return find_readable_pattern(pattern)

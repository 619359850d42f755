"""Patterns of a contract that the library cannot read as they are written."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from jsonschema_rs import Draft4Validator, FancyRegexOptions, ValidationError

from mockserver.contract.schema.keywords import DEFINITIONS, LISTED_SCHEMAS, NAMED_SCHEMAS, ONE_SCHEMA

# A fifth of a second for a bad pattern on 40 KB; a good one seldom needs a thousand.
_MOST_STEPS_BACK = 10_000
# This engine's time grows with the text alone only while a pattern has neither lookaround nor back references.
BACKTRACKING = FancyRegexOptions(backtrack_limit=_MOST_STEPS_BACK)
# In brackets a hyphen beside a class such as \w stands for itself, as in browsers.
_HYPHEN_AT_CLASS = re.compile(r"(?<!\\)((?:\\\\)*\\[wWdDsS])-(?!\])")
_BRACKETS = re.compile(r"\[(?:\\.|[^\]\\])*\]", re.DOTALL)
# A brace that is no part of a repetition, or of an escape, stands for itself.
_BRACES = re.compile(r"\\[pPuxk]\{[^}]*\}|\\.|\{\d+(?:,\d*)?\}|[{}]", re.DOTALL)


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
            if (mended := find_readable(pattern)) is not None
        }
    for keyword in (*ONE_SCHEMA, *LISTED_SCHEMAS):
        mend_patterns(schema.get(keyword))
    for keyword in (*NAMED_SCHEMAS, *DEFINITIONS):
        for one in schema.get(keyword, {}).values():
            mend_patterns(one)


def _mend_pattern(schema: dict[str, Any]) -> None:
    mended = find_readable(schema["pattern"])
    if mended is None:
        del schema["pattern"]
    else:
        schema["pattern"] = mended


@lru_cache(4096)
def find_readable(pattern: str) -> str | None:
    """Find what the library reads as ECMA-262 means *pattern*; None if there is nothing, or it is too large."""
    for one in (pattern, _escape_literals(pattern)):
        try:
            Draft4Validator({"pattern": one}, pattern_options=BACKTRACKING)
        except ValidationError:
            continue
        return one
    return None


def _escape_literals(pattern: str) -> str:
    in_brackets = _BRACKETS.sub(lambda found: _HYPHEN_AT_CLASS.sub(r"\1\\-", found[0]), pattern)
    braces = _BRACES.sub(lambda found: f"\\{found[0]}" if found[0] in "{}" else found[0], in_brackets)
    return braces.replace("[^]", r"[\s\S]").replace(r"\Z", "$")

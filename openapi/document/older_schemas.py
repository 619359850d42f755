"""Keywords of one dialect of schemas that people write in a contract of another, where their meaning is plain."""

from __future__ import annotations

import json
from typing import Any

from openapi.document.inspection import Inspection

_LIMITS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
_ODD = frozenset({"const", "examples", "items", "nullable", "discriminator", "enum", *_LIMITS})


def mend_schema(inspection: Inspection, schema: dict[str, Any]) -> None:
    """Write *schema* in its contract's own dialect, and report what was of another one."""
    # Most schemas are a type and a description.
    if _ODD.isdisjoint(schema):
        return
    for keyword, limit in _LIMITS.items():
        if keyword in schema:
            _mend_limit(inspection, schema, keyword, limit)
    if isinstance(schema.get("discriminator"), str):
        inspection.report("is a text, as in Swagger 2.0; it is read as its propertyName", "discriminator")
        schema["discriminator"] = {"propertyName": schema["discriminator"]}
    if str(schema.get("type")).lower() == "string" and isinstance(schema.get("enum"), list):
        _mend_texts(inspection, schema)
    if inspection.is_modern:
        _mend_modern(inspection, schema)
    else:
        _mend_older(inspection, schema)


def _mend_limit(inspection: Inspection, schema: dict[str, Any], keyword: str, limit: str) -> None:
    value = schema[keyword]
    if isinstance(value, bool) and inspection.is_modern:
        del schema[keyword]
        if value and limit in schema:
            schema[keyword] = schema.pop(limit)
        inspection.report(
            f"is true or false, as in OpenAPI 3.0; write the limit itself instead of {limit}", keyword
        )
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and not inspection.is_modern:
        schema[limit], schema[keyword] = value, True
        inspection.report(
            f"is a number, as since OpenAPI 3.1; it is read as {limit} with {keyword}: true", keyword
        )


def _mend_texts(inspection: Inspection, schema: dict[str, Any]) -> None:
    """Make texts of the numbers among the values of a text, which are there for want of quotes."""
    values = schema["enum"]
    for index, value in enumerate(values):
        if isinstance(value, (int, float)):
            values[index] = json.dumps(value)
            inspection.report(
                f'is {values[index]} in a list of texts; it is read as "{values[index]}"', "enum", index
            )


def _mend_modern(inspection: Inspection, schema: dict[str, Any]) -> None:
    if "nullable" in schema:
        del schema["nullable"]
        inspection.report('has no effect since OpenAPI 3.1; add "null" to the list of types', "nullable")
    if isinstance(schema.get("items"), list) and not inspection.has_old_items:
        inspection.report("is a list, as in JSON Schema's older drafts; it is read as prefixItems", "items")
        schema.setdefault("prefixItems", schema["items"])
        del schema["items"]
    if isinstance(schema.get("examples"), dict):
        inspection.report("is an object and must be a list of values; its values are taken", "examples")
        schema["examples"] = [
            one["value"] if isinstance(one, dict) and "value" in one else one
            for one in schema["examples"].values()
        ]


def _mend_older(inspection: Inspection, schema: dict[str, Any]) -> None:
    if "const" in schema:
        inspection.report("came with OpenAPI 3.1; it is read as an enum of this one value", "const")
        schema["enum"] = [schema.pop("const")]
    if "examples" in schema:
        inspection.report("came with OpenAPI 3.1; the first is taken as the example", "examples")
        examples = schema.pop("examples")
        if isinstance(examples, list) and examples:
            schema.setdefault("example", examples[0])
    if isinstance(schema.get("items"), list):
        inspection.report(
            "is a list, and must be a schema of all items; any of the list's schemas is allowed", "items"
        )
        schema["items"] = {"anyOf": schema["items"]} if schema["items"] else {}

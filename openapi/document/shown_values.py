"""The defaults and the examples in a contract, each with the schema that it has to fit."""

from __future__ import annotations

from typing import Any, NamedTuple

from openapi import Spec
from openapi.document.grammar import DOCUMENT
from openapi.document.inspection import Inspection, Kind
from openapi.document.schema_kinds import SCHEMA
from openapi.pointer import Steps


class ShownValue(NamedTuple):
    """A value that a contract shows, and the schema that describes it.

    is_sent: whether it is one of a request, and not of any value of the schema.
    """

    place: Steps
    value: Any
    schema: Any
    is_sent: bool


def list_shown_values(spec: Spec) -> list[ShownValue]:
    """List the defaults and examples of schemas, parameters, headers and request bodies of *spec*, which was read."""
    inspection = Inspection(spec, is_modern=not spec["openapi"].startswith("3.0"))
    found: list[ShownValue] = []

    def note(kind: Kind, node: dict[str, Any]) -> None:
        place = tuple(inspection.steps)
        if kind is SCHEMA:
            values = [(keyword, node[keyword]) for keyword in ("default", "example") if keyword in node]
            found.extend(
                ShownValue((*place, keyword), value, node, is_sent=False) for keyword, value in values
            )
            found.extend(
                ShownValue((*place, "examples", number), value, node, is_sent=False)
                for number, value in enumerate(node.get("examples", ()))
            )
            return
        if "example" in node:
            found.append(ShownValue((*place, "example"), node["example"], node["schema"], is_sent=True))
        for name, example in node.get("examples", {}).items():
            if "value" in example:
                steps = (*place, "examples", name, "value")
                found.append(ShownValue(steps, example["value"], node["schema"], is_sent=True))

    inspection.note = note
    # It has been checked before; this is the only walk that tells a schema from what is called like its keywords.
    DOCUMENT.check(inspection, spec)
    return found

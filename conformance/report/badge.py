"""badge.json: the verdict for a shields.io endpoint badge."""

from __future__ import annotations

import json
from typing import Any

from conformance.judge.verdict import (
    BUT_FOR_WAIVERS,
    CONFORMANT,
    IN_WHAT_WAS_TESTED,
    NO_VERDICT,
    NOT_CONFORMANT,
)
from conformance.report.words import spell_grade

_COLORS = {
    CONFORMANT: "brightgreen",
    IN_WHAT_WAS_TESTED: "yellow",
    BUT_FOR_WAIVERS: "yellow",
    NOT_CONFORMANT: "red",
    NO_VERDICT: "lightgrey",
}


def render_badge(document: dict[str, Any]) -> str:
    """Return the badge of a report's *document* as text: how many MUSTs were tested if not all, and what is waived."""
    musts = document["musts"]
    message = spell_grade(document["verdict"])
    if document["verdict"] == CONFORMANT and musts["tested"] < musts["of"]:
        message = f"{musts['tested']} of {musts['of']}"
    if waived := sum(one["status"] == "waived" for one in document["requirements"]):
        message += f", {waived} waived"
    color = _COLORS[document["grade"]]
    badge = {
        "schemaVersion": 1,
        "label": f"{document['api']} conformance",
        "message": message,
        "color": _COLORS[BUT_FOR_WAIVERS] if waived and document["grade"] == CONFORMANT else color,
    }
    return json.dumps(badge, indent=1) + "\n"

"""badge.json: the verdict for a shields.io endpoint badge."""

from __future__ import annotations

import json
from typing import Any

from conformance.judge.verdict import CONFORMANT, NO_VERDICT, NOT_CONFORMANT

_COLORS = {CONFORMANT: "brightgreen", NOT_CONFORMANT: "red", NO_VERDICT: "lightgrey"}


def render_badge(document: dict[str, Any]) -> str:
    """Return the badge of a report's *document* as text; how much is waived is part of its message."""
    verdict = document["verdict"]
    message = verdict.replace("_", " ")
    if waived := sum(one["status"] == "waived" for one in document["requirements"]):
        message += f", {waived} waived"
    badge = {
        "schemaVersion": 1,
        "label": f"{document['api']} conformance",
        "message": message,
        "color": _COLORS[verdict],
    }
    return json.dumps(badge, indent=1) + "\n"

"""badge.json: the verdict for a shields.io endpoint badge."""

from __future__ import annotations

import json
from typing import Any

from conformance.judge.verdict import CONFORMANT, NO_VERDICT, NOT_CONFORMANT

_COLORS = {CONFORMANT: "brightgreen", NOT_CONFORMANT: "red", NO_VERDICT: "lightgrey"}


def write(document: dict[str, Any]) -> str:
    """Return what the badge of a report's *document* shows; what is waived is part of it."""
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

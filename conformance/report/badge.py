"""badge.json: the verdict for a shields.io endpoint badge."""

from __future__ import annotations

import json
from typing import Any

from conformance.verdict import CONFORMANT, NO_VERDICT, NOT_CONFORMANT

_SHOWN = {
    CONFORMANT: ("conformant", "brightgreen"),
    NOT_CONFORMANT: ("not conformant", "red"),
    NO_VERDICT: ("no verdict", "lightgrey"),
}


def write(document: dict[str, Any]) -> str:
    """Return what the badge of a report's *document* shows; what is waived is part of it."""
    message, color = _SHOWN[document["verdict"]]
    if waived := sum(one["status"] == "waived" for one in document["requirements"]):
        message += f", {waived} waived"
    badge = {
        "schemaVersion": 1,
        "label": f"{document['api']} conformance",
        "message": message,
        "color": color,
    }
    return json.dumps(badge, indent=1) + "\n"

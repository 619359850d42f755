"""Durations as the command line takes them: 90s, 5m, 1h30m."""

from __future__ import annotations

import math
import re

_UNITS_S = {"h": 3600, "m": 60, "s": 1}
_NUMBER = r"(\d+(?:\.\d+)?)"
_DURATION = re.compile(rf"(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?")


def parse_duration(text: str) -> float:
    """Return the seconds that *text* means.

    Raises ValueError, with what to write instead, if it is no duration or none that is more than zero.
    """
    match = _DURATION.fullmatch(text.strip())
    parts = match.groups() if match else ()
    total_s = sum(float(part or 0) * unit_s for part, unit_s in zip(parts, _UNITS_S.values(), strict=False))
    if any(parts) and not total_s:
        raise ValueError("has to be more than zero; write it like 90s, 5m or 1h30m")
    if not 0 < total_s < math.inf:
        raise ValueError("is not a duration; write it like 90s, 5m or 1h30m")
    return total_s

"""How long something may take, as it is written on the command line."""

from __future__ import annotations

import re

_UNITS = {"s": 1, "m": 60, "h": 3600}


def seconds(text: str) -> float:
    """Read a duration such as ``90s``, ``2m`` or ``1.5h``, in seconds; more than none.

    Raises ValueError with a sentence that says how to write one.
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text.strip(), re.ASCII)
    length = float(match[1]) * _UNITS[match[2]] if match else 0.0
    if length <= 0:
        raise ValueError(f"{text!r} is no duration; write one like 90s, 2m or 1h")
    return length

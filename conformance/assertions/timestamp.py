"""A timestamp as it was told: the moment, how finely, and whether of a zone that is named."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from conformance.apis.onlyautomator.model import REPLICAS_APART
from conformance.assertions.outcome import instant

ZONE = re.compile(r"(?:Z|[+\u2212-]\d\d(?::?\d\d)?)\s*$", re.IGNORECASE)
_TIME = re.compile(r"[tT ]\d\d(?P<rest>[:\d]*)(?:[.,](?P<fraction>\d+))?")
_UNITS = {0: timedelta(hours=1), 2: timedelta(minutes=1)}  # by the digits after the hour


class Timestamp(NamedTuple):
    """When, of what unit, and whether with an offset: without one it may be of any zone."""

    moment: datetime
    unit: timedelta
    has_zone: bool


def read(text: Any) -> Timestamp | None:
    """Read any ISO 8601 date-time; None if *text* is none. Zeros at its end may be all that is kept of a fraction."""
    moment = instant(text)
    time = _TIME.search(text.strip()) if moment else None
    if moment is None or time is None:
        return None
    unit = _UNITS.get(
        len(time["rest"].replace(":", "")),
        timedelta(seconds=10.0 ** -len((time["fraction"] or "").rstrip("0"))),
    )
    return Timestamp(moment, max(unit, timedelta.resolution), ZONE.search(text) is not None)


def may_be_one(one: Timestamp, other: Timestamp) -> bool:
    """Tell whether two of them may tell one moment, by clocks that are a moment apart."""
    is_near = abs(one.moment - other.moment) <= REPLICAS_APART + one.unit + other.unit
    return is_near or one.has_zone != other.has_zone

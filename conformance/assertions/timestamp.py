"""Reading an ISO 8601 date-time: the moment, how finely it is given, and whether it names its offset."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, NamedTuple

REPLICAS_APART = timedelta(seconds=1)  # the clocks of two processes behind one address
ZONE = re.compile(r"(?:Z|[+\u2212-]\d\d(?::?\d\d)?)\s*$", re.IGNORECASE)
_TIME_OF_DAY = re.compile(r"[tT ]\d\d(?P<rest>[:\d]*)(?:[.,](?P<fraction>\d+))?")
# What nearly every server writes. Python reads that by itself, and in a twentieth of the time.
_USUAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3,6})?(?:Z|\+00:00)")
_MOST_DIGITS = 20  # of a fraction; the others are less than a microsecond of an hour
_UNITS = {0: timedelta(hours=1), 2: timedelta(minutes=1)}  # by the digits after the hour
_TIME = re.compile(
    r"(?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d))?)?(?:[.,](?P<fraction>\d+))?"
    r"(?P<zone>Z|[+\u2212-]\d\d(?::?\d\d)?)?"
)
_DATES = {
    r"\d{4}-?\d\d-?\d\d": ("%Y%m%d", "-"),
    r"\d{4}-?\d{3}": ("%Y%j", "-"),
    r"\d{4}-?W\d\d-?\d": ("%G%V%u", "-W"),
}


def parse_instant(text: Any) -> datetime | None:
    """Read any ISO 8601 date-time, in UTC; None if *text* is none.

    Extended and basic form, calendar, ordinal and week dates, fractions of any length (cut at the
    microsecond), any offset. Without an offset UTC is meant, so that two instants always compare.
    """
    return _parse_text(text) if isinstance(text, str) else None


@lru_cache(4096)  # requirement after requirement reads the same answers
def _parse_text(text: str) -> datetime | None:
    if _USUAL.fullmatch(text):
        with suppress(ValueError):  # it may be the last second of a day, which datetime knows by another name
            return datetime.fromisoformat(text)
    date, separator, time = re.sub(r"[tz ]", _uppercase_mark, text.strip(), count=2).partition("T")
    match = _TIME.fullmatch(time) if separator else None
    day = _parse_day(date)
    if match is None or day is None:
        return None
    try:
        return (
            (day + _parse_time_since_midnight(match))
            .replace(tzinfo=_parse_offset(match["zone"]))
            .astimezone(UTC)
        )
    except (OverflowError, ValueError):
        return None


def _uppercase_mark(match: re.Match[str]) -> str:
    return {"t": "T", "z": "Z", " ": "T"}[match[0]]


def _parse_day(text: str) -> datetime | None:
    for form, (directive, marks) in _DATES.items():
        if re.fullmatch(form, text, re.ASCII):
            try:
                return datetime.strptime(re.sub(f"[{marks}]", "", text), directive)
            except ValueError:
                return None
    return None


def _parse_time_since_midnight(match: re.Match[str]) -> timedelta:
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    # 24:00 is the end of a day in ISO 8601 and 23:59:60 a leap second; datetime knows neither.
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError(match[0])
    unit = 1 if match["second"] else 60 if match["minute"] else 3600
    # By whole numbers: as a float, .518334 is a little less and would be cut to .518333.
    digits = (match["fraction"] or "0")[:_MOST_DIGITS]
    microseconds = int(digits) * unit * 1_000_000 // 10 ** len(digits)
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=microseconds)


def _parse_offset(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    digits = str(text)[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(offset if str(text)[0] == "+" else -offset)


class Timestamp(NamedTuple):
    """When, of what unit, and whether with an offset: without one it may be of any zone."""

    moment: datetime
    unit: timedelta
    has_zone: bool


def parse_timestamp(text: Any) -> Timestamp | None:
    """Read any ISO 8601 date-time; None if *text* is none. Zeros at its end may be all that is kept of a fraction."""
    return _parse_timestamp(text) if isinstance(text, str) else None


@lru_cache(4096)
def _parse_timestamp(text: str) -> Timestamp | None:
    moment = parse_instant(text)
    time = _TIME_OF_DAY.search(text.strip()) if moment else None
    if moment is None or time is None:
        return None
    unit = _UNITS.get(
        len(time["rest"].replace(":", "")),
        timedelta(seconds=10.0 ** -len((time["fraction"] or "").rstrip("0"))),
    )
    return Timestamp(moment, max(unit, timedelta.resolution), ZONE.search(text) is not None)


def may_be_same_moment(one: Timestamp, other: Timestamp) -> bool:
    """Tell whether two of them may tell one moment, by clocks that are a moment apart."""
    is_near = abs(one.moment - other.moment) <= REPLICAS_APART + one.unit + other.unit
    return is_near or one.has_zone != other.has_zone

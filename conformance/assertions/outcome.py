"""What a requirement says with: the three ways out of it, and the comparisons that raise them.

Everything raises and nothing asserts, so that ``python -O`` cannot turn a verdict.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.http.response import Answer


class Outcome(Exception):
    """A way out of a requirement other than passing it."""


class DoesNotConform(Outcome):
    """The target broke the requirement: what was expected, what came instead, and in which answer."""

    def __init__(self, expected: str, got: str, answer: Answer | None = None) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.got = got
        self.answer = answer


class NotTested(Outcome):
    """The profile lacks a fixture or a credential; the reason names it."""


class Inconclusive(Outcome):
    """Nobody can tell: a precondition was refused, nothing overlapped, patience ran out."""


class Unreachable(Inconclusive):
    """No HTTP answer came: no connection, no answer in time, or something that is not HTTP."""


class Silent(Unreachable):
    """The whole request was sent and no answer came in time."""


class HungUp(Unreachable):
    """The target took the request, or part of it, and closed the connection without an answer."""


class Stopped(Unreachable):
    """The target has been silent too often in a row; the rest of the run is not asked."""


class Unjudgeable(Outcome):
    """Preflight found what makes judging impossible; the sentence says what and what to do."""


class Observation(Outcome):
    """Ends an OBSERVED requirement with the sentence that records what was seen."""


def expect(condition: bool, expected: str, got: str, answer: Answer | None = None) -> None:
    """Raise DoesNotConform unless *condition* holds; *answer* is the one at fault, by default the last."""
    if not condition:
        raise DoesNotConform(expected, got, answer)


def expect_status(answer: Answer, *allowed: int) -> None:
    """Raise DoesNotConform unless *answer* has one of the *allowed* statuses."""
    expected = " or ".join(str(status) for status in allowed)
    expect(answer.status in allowed, f"status {expected}", f"status {answer.status}", answer)


def observe(text: str) -> None:
    """Record what was seen and end the requirement; an OBSERVED one is never judged."""
    raise Observation(text)


def same_json(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal.

    True is not 1; 1 is 1.0, and numbers are equal if they are the same IEEE double, which is all that
    RFC 8259 lets two parties rely on. Order counts in arrays and not in objects.
    """
    pairs = [(one, other)]
    while pairs:
        left, right = pairs.pop()
        if isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            pairs += [(left[key], right[key]) for key in left]
        elif isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pairs += zip(left, right, strict=True)
        elif not _same_scalar(left, right):
            return False
    return True


def _same_scalar(one: Any, other: Any) -> bool:
    if _is_number(one) and _is_number(other):
        try:
            return bool(one == other) or float(one) == float(other)
        except OverflowError:
            return False
    return type(one) is type(other) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_TIME = re.compile(
    r"(?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d))?)?(?:[.,](?P<fraction>\d+))?"
    r"(?P<zone>Z|[+\u2212-]\d\d(?::?\d\d)?)?"
)
_DATES = {
    r"\d{4}-?\d\d-?\d\d": ("%Y%m%d", "-"),
    r"\d{4}-?\d{3}": ("%Y%j", "-"),
    r"\d{4}-?W\d\d-?\d": ("%G%V%u", "-W"),
}


def instant(text: Any) -> datetime | None:
    """Read any ISO 8601 date-time, in UTC; None if *text* is none.

    Extended and basic form, calendar, ordinal and week dates, fractions of any length (cut at the
    microsecond), any offset. Without an offset UTC is meant, so that two instants always compare.
    """
    if not isinstance(text, str):
        return None
    date, separator, time = re.sub(r"[tz ]", _upper, text.strip(), count=2).partition("T")
    match = _TIME.fullmatch(time) if separator else None
    day = _day(date)
    if match is None or day is None:
        return None
    try:
        return (day + _since_midnight(match)).replace(tzinfo=_zone(match["zone"])).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _upper(match: re.Match[str]) -> str:
    return {"t": "T", "z": "Z", " ": "T"}[match[0]]


def _day(text: str) -> datetime | None:
    for form, (directive, marks) in _DATES.items():
        if re.fullmatch(form, text, re.ASCII):
            try:
                return datetime.strptime(re.sub(f"[{marks}]", "", text), directive)
            except ValueError:
                return None
    return None


def _since_midnight(match: re.Match[str]) -> timedelta:
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    if hour > 24 or minute > 59 or second > 60:
        raise ValueError(match[0])
    unit = 1 if match["second"] else 60 if match["minute"] else 3600
    fraction = float(f"0.{match['fraction'] or 0}") * unit
    return timedelta(hours=hour, minutes=minute, seconds=second, microseconds=int(fraction * 1_000_000))


def _zone(text: str | None) -> timezone:
    if text in (None, "Z"):
        return UTC
    digits = str(text)[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(offset if str(text)[0] == "+" else -offset)

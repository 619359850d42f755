"""How long to wait: for a busy target, for one that may only be asked so often, and for the run as a whole."""

from __future__ import annotations

import math
import re
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

BUSY_STATUSES = frozenset({429, 503})
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_RESERVE_S = 2.0
_UNITS_S = {"h": 3600, "m": 60, "s": 1}
_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?")


def duration(text: str) -> float:
    """Read a duration such as 90s, 5m or 1h30m, in seconds.

    Raises ValueError if it is none, or nothing.
    """
    match = _DURATION.fullmatch(text.strip())
    parts = match.groups() if match else ()
    total_s = sum(float(part or 0) * unit_s for part, unit_s in zip(parts, _UNITS_S.values(), strict=False))
    if any(parts) and not total_s:
        raise ValueError("has to be more than zero; write it like 90s, 5m or 1h30m")
    if not 0 < total_s < math.inf:
        raise ValueError("is not a duration; write it like 90s, 5m or 1h30m")
    return total_s


class Budget:
    """The time that a run may take, *budget_s* seconds from now; None for as long as it needs.

    A little of it, at most two seconds, is reserved for putting things back when nothing is asked any more.
    """

    def __init__(self, budget_s: float | None = None) -> None:
        self.budget_s = budget_s
        self._end = math.inf if budget_s is None else time.monotonic() + budget_s
        self._until = self._end - min(_RESERVE_S, (budget_s or 0) / 10)

    def left(self) -> float:
        """Return the seconds that are left, none if it is used up."""
        return max(0.0, self._until - time.monotonic())

    def release(self) -> None:
        """Let what was reserved be used."""
        self._until = self._end


class Patience:
    """The waiting for one request: at most *retry_s* seconds in all."""

    def __init__(self, retry_s: float) -> None:
        self._until = time.monotonic() + retry_s
        self._pause = _FIRST_PAUSE_S

    def wait(self, headers: Mapping[str, str]) -> bool:
        """Wait as the busy answer asks, at least a growing while; False at once if that is longer than is left."""
        pause = max(parse_retry_after(headers) or 0.0, self._pause)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE_S)
        if time.monotonic() + pause > self._until:
            return False
        time.sleep(pause)
        return True


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After in seconds; a date counts from the answer's own Date, since clocks differ."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    until = parse_http_date(text)
    if until is None:
        return None
    now = parse_http_date(headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def parse_http_date(text: str) -> datetime | None:
    """Read a date as HTTP headers write it, in UTC where it names no zone; None if it is none."""
    try:
        date = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


class Pace:
    """At most *rate_per_s* requests a second on average; None for as many as there are."""

    def __init__(self, rate_per_s: float | None) -> None:
        self._spacing_s = 1 / rate_per_s if rate_per_s else 0.0
        self._free_at = 0.0
        self._lock = threading.Lock()

    def wait(self, requests: int = 1, within_s: float = math.inf) -> bool:
        """Wait until *requests* may be sent at once; False at once if that is later than *within_s*."""
        if not self._spacing_s:
            return True
        with self._lock:
            start = max(time.monotonic(), self._free_at)
            if start > time.monotonic() + within_s:
                return False
            self._free_at = start + requests * self._spacing_s
        time.sleep(max(0.0, start - time.monotonic()))
        return True

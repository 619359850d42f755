"""How long to wait: for a target that asks to come back later, and for one that may only be asked so often."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

BUSY = frozenset({429, 503})
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0


class Patience:
    """The waiting for one request: at most *retry_s* seconds in all."""

    def __init__(self, retry_s: float) -> None:
        self.retry_s = retry_s
        self._until = time.monotonic() + retry_s
        self._pause = _FIRST_PAUSE_S

    def wait(self, headers: Mapping[str, str]) -> bool:
        """Wait as the busy answer asks, or a growing while; False at once if that is longer than is left."""
        pause = retry_after(headers)
        if pause is None:
            pause, self._pause = self._pause, min(self._pause * 2, _LONGEST_PAUSE_S)
        if time.monotonic() + pause > self._until:
            return False
        time.sleep(pause)
        return True


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After in seconds; a date counts from the answer's own Date, since clocks differ."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    until = http_date(text)
    if until is None:
        return None
    now = http_date(headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def http_date(text: str) -> datetime | None:
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

    def wait(self, requests: int = 1) -> None:
        """Wait until *requests* may be sent at once."""
        if not self._spacing_s:
            return
        with self._lock:
            start = max(time.monotonic(), self._free_at)
            self._free_at = start + requests * self._spacing_s
        time.sleep(max(0.0, start - time.monotonic()))

"""The time as the judge knows it: how it passes, and how it is waited for."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The machine's own time."""

    def monotonic(self) -> float:
        """Return the seconds since some moment; only differences of them mean anything."""
        return time.monotonic()

    def now(self) -> datetime:
        """Return the date and the time, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(max(0.0, seconds))


class SkippingClock(Clock):
    """A clock that skips the time it should sleep."""

    def __init__(self) -> None:
        self._ahead_s = 0.0

    def monotonic(self) -> float:
        """Return the seconds, those that were skipped among them."""
        return super().monotonic() + self._ahead_s

    def now(self) -> datetime:
        """Return the date and the time, as if what was skipped had passed."""
        return super().now() + timedelta(seconds=self._ahead_s)

    def sleep(self, seconds: float) -> None:
        """Skip so many seconds."""
        self._ahead_s += max(0.0, seconds)

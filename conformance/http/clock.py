"""The time as the judge knows it: how it passes, and how it is waited for."""

from __future__ import annotations

import threading
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
    """A clock that skips the time it should sleep in the thread that made it.

    Any other thread is one of a race, and has to leave the others time to overlap with it.
    """

    def __init__(self) -> None:
        self._ahead_s = 0.0
        self._thread = threading.get_ident()

    def monotonic(self) -> float:
        """Return the seconds, those that were skipped among them."""
        return time.monotonic() + self._ahead_s

    def now(self) -> datetime:
        """Return the date and the time, as if what was skipped had passed."""
        return super().now() + timedelta(seconds=self._ahead_s)

    def sleep(self, seconds: float) -> None:
        """Skip so many seconds, or wait for them in a race."""
        if threading.get_ident() == self._thread:
            self._ahead_s += max(0.0, seconds)
        else:
            super().sleep(seconds)

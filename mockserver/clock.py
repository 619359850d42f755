"""What time it is for a session."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that tells UTC; *seconds* returns seconds since 1970 and is the system's unless given."""

    def __init__(self, seconds: Callable[[], float] = time.time) -> None:
        self._seconds = seconds

    def now_s(self) -> float:
        """Tell the time in seconds since 1970."""
        return self._seconds()

    def timestamp(self, after: str | None = None) -> str:
        """Tell the time as ISO 8601 in milliseconds, at least one millisecond later than *after*."""
        now = datetime.fromtimestamp(self._seconds(), UTC)
        if after is not None:
            now = max(now, datetime.fromisoformat(after) + timedelta(milliseconds=1))
        return now.isoformat(timespec="milliseconds")[:-6] + "Z"

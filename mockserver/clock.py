"""What time it is for a session."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that tells UTC; *seconds* returns seconds since 1970 and is the system's unless given."""

    def __init__(self, seconds: Callable[[], float] = time.time) -> None:
        self._seconds = seconds
        self._second = -1
        self._second_text = ""

    def now_s(self) -> float:
        """Tell the time in seconds since 1970."""
        return self._seconds()

    def timestamp(self, after: str | None = None) -> str:
        """Tell the time as ISO 8601 in milliseconds, at least one millisecond later than *after*."""
        now = self._text(self._seconds())
        if after is not None and now <= after:
            later = datetime.fromisoformat(after) + timedelta(milliseconds=1)
            now = later.isoformat(timespec="milliseconds")[:-6] + "Z"
        return now

    def _text(self, seconds: float) -> str:
        second, milliseconds = divmod(int(seconds * 1000), 1000)
        if second != self._second:
            self._second = second
            self._second_text = datetime.fromtimestamp(second, UTC).isoformat()[:-6]
        return f"{self._second_text}.{milliseconds:03d}Z"

"""The clock of a session, which can be stopped and moved."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from functools import lru_cache


class Clock:
    """A clock in UTC over *seconds*, which returns the system's time in seconds since 1970."""

    __slots__ = ("_ahead_s", "_frozen_s", "_seconds")

    def __init__(self, seconds: Callable[[], float] = time.time) -> None:
        self._seconds = seconds
        self._frozen_s: float | None = None
        self._ahead_s = 0.0

    @property
    def is_frozen(self) -> bool:
        """Whether time stands still."""
        return self._frozen_s is not None

    def now_s(self) -> float:
        """Tell the time in seconds since 1970."""
        return (self._seconds() if self._frozen_s is None else self._frozen_s) + self._ahead_s

    def timestamp(self, after: str | None = None) -> str:
        """Tell the time as ISO 8601 in milliseconds, at least one millisecond later than *after*."""
        now = self.format_instant(self.now_s())
        if after is not None and now <= after:
            later = datetime.fromisoformat(after) + timedelta(milliseconds=1)
            now = later.isoformat(timespec="milliseconds")[:-6] + "Z"
        return now

    def format_instant(self, seconds: float) -> str:
        """Write seconds since 1970 as ISO 8601 in milliseconds."""
        second, milliseconds = divmod(int(seconds * 1000), 1000)
        return f"{_format_second(second)}.{milliseconds:03d}Z"

    def date_header_line(self, seconds: float) -> bytes:
        """Write seconds since 1970 as the Date header line."""
        return _format_date_line(int(seconds))

    def freeze(self, at_s: float | None = None) -> None:
        """Stop at *at_s* seconds since 1970, or now."""
        self._frozen_s = self.now_s() if at_s is None else at_s
        self._ahead_s = 0.0

    def advance(self, by_s: float) -> None:
        """Move ahead by *by_s* seconds, frozen or not."""
        self._ahead_s += by_s

    def dump(self) -> list[float | None] | None:
        """Dump what was done to the clock, for restore(); None if nothing was."""
        return [self._frozen_s, self._ahead_s] if self._frozen_s is not None or self._ahead_s else None

    def restore(self, frozen_s: float | None, ahead_s: float) -> None:
        """Go as another clock does, by what was dumped of it."""
        self._frozen_s, self._ahead_s = frozen_s, ahead_s

    def reset(self) -> None:
        """Follow the system's time again."""
        self._frozen_s = None
        self._ahead_s = 0.0


# Kept for the clocks of all sessions: many calls come within one second, and to write it takes a tenth of a call.
@lru_cache(1024)
def _format_second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat()[:-6]


@lru_cache(1024)
def _format_date_line(second: int) -> bytes:
    return f"date: {formatdate(second, usegmt=True)}\r\n".encode()

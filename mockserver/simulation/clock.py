"""The clock of a session, which can be stopped and moved."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import formatdate


class Clock:
    """A clock in UTC over *seconds*, which returns the system's time in seconds since 1970."""

    __slots__ = ("_ahead_s", "_date", "_date_second", "_frozen_s", "_second", "_second_text", "_seconds")

    def __init__(self, seconds: Callable[[], float] = time.time) -> None:
        self._seconds = seconds
        self._frozen_s: float | None = None
        self._ahead_s = 0.0
        self._second = -1
        self._second_text = ""
        self._date_second = -1
        self._date = b""

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
        # The seconds of the text are kept: many calls come within one.
        if second != self._second:
            self._second_text = datetime.fromtimestamp(second, UTC).isoformat()[:-6]
            self._second = second
        return f"{self._second_text}.{milliseconds:03d}Z"

    def date_header_line(self, seconds: float) -> bytes:
        """Write seconds since 1970 as the Date header line."""
        second = int(seconds)
        if second != self._date_second:
            self._date = f"date: {formatdate(second, usegmt=True)}\r\n".encode()
            self._date_second = second
        return self._date

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

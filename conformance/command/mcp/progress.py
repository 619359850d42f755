"""How far a run has come, as its agent is told."""

from __future__ import annotations

import time
from collections.abc import Callable

from conformance.judge.result import Result

# To tell it takes some milliseconds, in which the run stands still.
_TELL_EVERY_S = 0.2


class Progress:
    """Tells how many of *total* requirements were asked, now and then.

    tell: called with the number, the total, and what came last.
    """

    def __init__(self, tell: Callable[[int, int, str], None], total: int) -> None:
        self._tell = tell
        self._total = total
        self._done = 0
        self._told_at = 0.0

    def note_result(self, result: Result) -> None:
        """Count a requirement, and tell it if the last time is a while ago or it is the last one."""
        self._done += 1
        now = time.monotonic()
        if self._done == self._total or now - self._told_at >= _TELL_EVERY_S:
            self._told_at = now
            self._tell(self._done, self._total, f"{result.requirement.id}: {result.status}")

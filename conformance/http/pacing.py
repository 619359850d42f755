"""How long to wait: for a busy target, for one that may only be asked so often, and for the run as a whole.

And when waiting is in vain: what goes by the name of an outage is none if one input alone meets it.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Protocol

from conformance.assertions.outcome import Inconclusive, RunStopped
from conformance.http.clock import Clock

TOO_MANY_REQUESTS, UNAVAILABLE = 429, 503
BUSY_STATUSES = frozenset({TOO_MANY_REQUESTS, UNAVAILABLE})
GATEWAY_STATUSES = frozenset(
    {502, 504}
)  # of a gateway that got no answer, as from a connection that is dropped
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_RESERVE_S = 2.0
_TIMES_ALONE = 3


class Budget:
    """The time that a run may take, *budget_s* seconds from now; None for as long as it needs.

    A little of it, at most two seconds, is reserved for putting things back when nothing is asked any more.
    """

    def __init__(self, budget_s: float | None = None, clock: Clock | None = None) -> None:
        self._budget_s = budget_s
        self._clock = clock or Clock()
        self._end = math.inf if budget_s is None else self._clock.monotonic() + budget_s
        self._until = self._end - min(_RESERVE_S, (budget_s or 0) / 10)

    def remaining_s(self) -> float:
        """Return the seconds that are left, none if it is used up."""
        if self._until == math.inf:  # as for most runs, which ask some times for every request
            return math.inf
        return max(0.0, self._until - self._clock.monotonic())

    def release_reserve(self) -> None:
        """Let what was reserved be used."""
        self._until = self._end

    def restart(self, budget_s: float) -> None:
        """End *budget_s* seconds from now, whatever was left."""
        self._budget_s = budget_s
        self._until = self._end = self._clock.monotonic() + budget_s

    def describe(self) -> str:
        """Name the budget, for a sentence."""
        return f"the run's budget of {self._budget_s:g} s"

    def exhausted_outcome(self) -> BaseException:
        """Return what is raised when it is used up."""
        return RunStopped(f"{self.describe()} is used up")


class RetryTimer:
    """The waiting for one request: at most *retry_s* seconds in all."""

    def __init__(self, retry_s: float, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._until = self._clock.monotonic() + retry_s
        self._pause = _FIRST_PAUSE_S

    def wait(self, headers: Mapping[str, str]) -> bool:
        """Wait as long as the busy response asks, at least a growing while; False at once if that is too long."""
        pause = max(parse_retry_after(headers) or 0.0, self._pause)
        self._pause = min(self._pause * 2, _LONGEST_PAUSE_S)
        if self._clock.monotonic() + pause > self._until:
            return False
        self._clock.sleep(pause)
        return True


class Accepted(Protocol):
    """What is looked at of the answer to an ordinary request."""

    @property
    def ok(self) -> bool:
        """Whether the status is a 2xx."""
        ...


class OutageWatch:
    """Tells an outage, which everybody meets, from 503 as the answer to one input."""

    def __init__(self) -> None:
        self._ask_ordinary: Callable[[], Accepted] | None = None
        self._has_met_outage = False

    @contextmanager
    def watch(self, ask_ordinary: Callable[[], Accepted] | None) -> Iterator[None]:
        """Look out for what the requests of the with block alone meet.

        ask_ordinary: sends what is accepted as a rule; None to look out for nothing.
        """
        outer, self._ask_ordinary = self._ask_ordinary, ask_ordinary
        try:
            yield
        finally:
            self._ask_ordinary = outer

    def is_alone(self, statuses: Sequence[int]) -> bool:
        """Tell whether a request that was answered so is alone: always 503, and an ordinary one accepted in between.

        No request is alone once an ordinary one has met 503 in the run: a target that sheds load answers any request
        so, now and then, and maybe three times in a row.
        """
        if self._ask_ordinary is None:
            self._has_met_outage |= statuses[-1] == UNAVAILABLE
        elif not self._has_met_outage and set(statuses) == {UNAVAILABLE}:
            if len(statuses) == _TIMES_ALONE:
                return True
            if not self._is_accepted(self._ask_ordinary):
                self._has_met_outage = True  # never False here: it may have met one before it was accepted
        return False

    def forget_outage(self) -> None:
        """Begin anew, as where the target was but starting."""
        self._has_met_outage = False

    def _is_accepted(self, ask_ordinary: Callable[[], Accepted]) -> bool:
        with self.watch(None):
            try:
                return ask_ordinary().ok
            except Inconclusive:
                return False


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After in seconds; a date counts from the response's own Date, since clocks differ."""
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


class RateLimit:
    """At most *rate_per_s* requests a second on average; None for as many as there are."""

    def __init__(self, rate_per_s: float | None, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._spacing_s = 1 / rate_per_s if rate_per_s else 0.0
        self._free_at = 0.0
        self._lock = threading.Lock()

    def wait(self, requests: int = 1, within_s: float = math.inf) -> bool:
        """Wait until *requests* may be sent at once; False at once if that is later than *within_s*."""
        if not self._spacing_s:
            return True
        with self._lock:
            start = max(self._clock.monotonic(), self._free_at)
            if start > self._clock.monotonic() + within_s:
                return False
            self._free_at = start + requests * self._spacing_s
        self._clock.sleep(start - self._clock.monotonic())
        return True

"""The journal of a session: its newest calls and their answers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple, Protocol

from mockserver.http import exact_json
from mockserver.http.headers import RequestHeaders
from mockserver.http.problems import PROBLEM_HEADER, Unavailable, Violation
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.session.error_message import find_message
from mockserver.session.listener import Listener
from mockserver.simulation.clock import Clock
from mockserver.simulation.faults import Effect
from mockserver.simulation.match import Match, NamedOperation

# Of URLs, heads and bodies, in a session: a few large calls do not fill the memory.
MOST_BYTES_OF_ONE = 16 * 1024 * 1024
# The same, of all sessions together.
MOST_BYTES_OF_ALL = 256 * 1024 * 1024
# Of bodies; as much is parsed within two milliseconds, and whoever waits for a call needs only the newest ones.
_SOON_PARSED = 32 * 1024
_LOWEST_ERROR = 400
# An order of fewer calls is not worth tidying up.
_SHORT_ORDER = 10_000
# Entries only borrow its way of writing a time.
_CLOCK = Clock()
# Those who look at a call do so at the same time, and a body may be a megabyte.
_parse_body = lru_cache(8)(exact_json.parse_leniently)


class Entry(NamedTuple):
    """One call as it was; only what it is shown as is without credentials.

    at_s: seconds since 1970. query, headers and content are the request's; violations are what was wrong with it.
    operation: the nearest one where near_miss says why it did not match. response: None if the connection was broken.
    size_bytes: of URL, heads and bodies; counted by the journal that keeps them in memory.
    """

    id: int
    session: str
    at_s: float
    duration_s: float
    operation: NamedOperation | None
    method: str
    path: str
    query: bytes
    headers: RequestHeaders
    content: bytes | None
    response: Response | None
    violations: Sequence[Violation]
    near_miss: str | None
    effect: Effect | None
    size_bytes: int = 0

    @property
    def status(self) -> int | None:
        """The status answered, or None if the connection was broken instead."""
        return None if self.response is None else self.response.status

    @property
    def matched_operation(self) -> NamedOperation | None:
        """The operation, or None if the call only came near one."""
        return self.operation if self.near_miss is None else None

    def fits(self, match: Match) -> bool:
        """Tell whether *match* means this call."""
        return match.fits(self, self.matched_operation, self.status)

    def header(self, name: str) -> str | None:
        """Read a request header by its lower-case name."""
        return self.headers.values.get(name)

    @property
    def media_type(self) -> str:
        """The media type of the request's body, as it was sent."""
        return self.headers.values.get("content-type", "")

    def json_body(self) -> Any:
        """Parse the request's body: JSON, or text if it is not JSON, or None for no body."""
        return _parse_body(self.content)

    def document(self, *, is_brief: bool = False) -> dict[str, Any]:
        """Render the entry as the control plane shows it, without credentials.

        is_brief: whether heads and bodies are left out.
        """
        operation, response, secrets = self.matched_operation, self.response, self.headers.secrets
        headers = secrets.redact_headers(response.text_headers()) if response else {}
        request: dict[str, Any] = {
            "method": self.method,
            "path": secrets.redact_text(self.path),
            "query": secrets.redact_query(self.query).decode("latin-1"),
        }
        answer: dict[str, Any] | None = {"status": response.status} if response else None
        if not is_brief:
            request["headers"] = secrets.redact_headers(self.headers.values)
            request["body"] = secrets.redact_body(self.content, self.media_type)
        message = None
        if response and answer:
            is_error = response.status >= _LOWEST_ERROR and len(response.content) <= _SOON_PARSED
            if is_error or not is_brief:
                body = secrets.redact_body(response.content, headers.get("content-type", ""))
                message = find_message(body) if is_error else None
                answer |= {} if is_brief else {"headers": headers, "body": body}
        return {
            "id": str(self.id),
            "at": _CLOCK.format_instant(self.at_s),
            "session": self.session,
            "api": operation and operation.api,
            "operation": operation and operation.name,
            "request": request,
            "response": answer,
            "duration_ms": round(self.duration_s * 1000, 3),
            "violations": [secrets.redact_text(str(violation)) for violation in self.violations],
            "near_miss": self.near_miss and secrets.redact_text(self.near_miss),
            "message": message,
            "problem": headers.get(PROBLEM_HEADER.lower()),
            "fault": ", ".join(self.effect.names) if self.effect else None,
        }


async def find_fitting(newest_first: Iterable[Entry], match: Match, most: int | None = None) -> list[Entry]:
    """Find those that fit, or the newest *most* of them, oldest first.

    Others are served meanwhile where much has to be parsed for that.
    """
    entries, to_parse = iter(newest_first), 0
    found: list[Entry] = []
    for entry in entries:
        if match.body is not ...:
            to_parse += len(entry.content or b"")
        if to_parse > _SOON_PARSED:
            left = most and most - len(found)
            found += await asyncio.to_thread(_select_fitting, [entry, *entries], match, left)
            break
        if entry.fits(match):
            found.append(entry)
            if len(found) == most:
                break
    return found[::-1]


def _select_fitting(entries: Sequence[Entry], match: Match, most: int | None) -> list[Entry]:
    return list(islice((entry for entry in entries if entry.fits(match)), most))


class Call(NamedTuple):
    """One call that is to be entered, its values as those of Entry."""

    request: Request
    response: Response | None = None
    at_s: float = 0.0
    duration_s: float = 0.0
    operation: NamedOperation | None = None
    violations: Sequence[Violation] = ()
    near_miss: str | None = None
    effect: Effect | None = None


class CallJournal(Protocol):
    """The journal of a session, wherever it is kept; what its methods do is said in Journal."""

    @property
    def count(self) -> int: ...  # noqa: D102
    @property
    def dropped(self) -> int: ...  # noqa: D102
    @property
    def is_watched(self) -> bool: ...  # noqa: D102
    def add(self, call: Call) -> None: ...  # noqa: D102
    def clear(self) -> None: ...  # noqa: D102
    async def list_entries(self, match: Match | None = None) -> list[Entry]: ...  # noqa: D102
    async def wait_for_calls(self, match: Match, count: int, timeout_s: float) -> list[Entry]: ...  # noqa: D102
    def listen(self) -> AbstractContextManager[Listener[Entry]]: ...  # noqa: D102
    def stop(self) -> None: ...  # noqa: D102


class Waiter:
    """Somebody who waits until as many as *count* calls were made. last_id: of the call that made them enough."""

    __slots__ = ("count", "last_id", "seen")

    def __init__(self, count: int, seen: int) -> None:
        self.count = count
        self.seen = seen
        self.last_id: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def count_call(self, entry: Entry) -> None:
        """Count one more call that fits."""
        self.seen += 1
        if self.seen >= self.count and not self.last_id.done():
            self.last_id.set_result(entry.id)


class JournalLedger:
    """Counts the bytes of all journals, and drops the oldest calls of all where there are too many.

    most_bytes: of URLs, heads and bodies; those of the call that was entered last are kept in any case.
    calls: how many are kept. dropped: how many had to give way since the start.
    """

    __slots__ = ("_order", "calls", "dropped", "most_bytes", "size_bytes")

    def __init__(self, most_bytes: int = MOST_BYTES_OF_ALL) -> None:
        self.size_bytes = self.calls = self.dropped = 0
        self.most_bytes = most_bytes
        # The journal of each call, the oldest call first; a call that its journal has dropped stays until it is passed.
        self._order: deque[Journal] = deque()

    def enter(self, journal: Journal, size_bytes: int) -> None:
        """Count a call that *journal* has just entered, and make room for it."""
        self.size_bytes += size_bytes
        self.calls += 1
        self._order.append(journal)
        while self.size_bytes > self.most_bytes and len(self._order) > 1:
            oldest = self._order.popleft()
            oldest.passed += 1
            if oldest.passed > oldest.gone:
                oldest.drop_oldest()
        if len(self._order) > 2 * self.calls + _SHORT_ORDER:
            self._order = deque(one for one in self._order if not _pass_gone_call(one))

    @property
    def order_length(self) -> int:
        """How many calls it remembers, those that are gone included."""
        return len(self._order)

    def leave(self, calls: int, size_bytes: int) -> None:
        """Count calls that a journal keeps no more."""
        self.size_bytes -= size_bytes
        self.calls -= calls


def _pass_gone_call(journal: Journal) -> bool:
    """Pass the next call of *journal* if it is gone; those that are gone are always its first."""
    is_gone = journal.passed < journal.gone
    journal.passed += is_gone
    return is_gone


class Journal:
    """The newest *limit* calls of a session; the cost of one more is the same however many there were.

    ledger: counts the calls of all sessions. dropped: how many calls had to give way since the journal was empty.
    passed: how many calls the ledger has passed.
    """

    __slots__ = (
        "_bytes", "_ledger", "_limit", "_listeners", "_rows", "_session", "_waiters", "count", "dropped", "passed",
    )  # fmt: skip

    def __init__(self, session: str, limit: int, ledger: JournalLedger | None = None) -> None:
        self._session = session
        self._ledger = ledger or JournalLedger()
        self.dropped = self.passed = 0
        # Plain tuples, which cost a third of an Entry to make; most are never looked at.
        self._rows: deque[tuple[Any, ...]] = deque()
        self._limit = limit
        self._bytes = 0
        self._listeners: set[Listener[Entry]] = set()
        # By what they wait for, so that a hundred who wait for the same cost no more than one.
        self._waiters: dict[str, tuple[Match, set[Waiter]]] = {}
        self.count = 0

    def add(self, call: Call) -> None:
        """Enter one call, and pass it to the listeners."""
        self.count += 1
        request, response, at_s, duration_s, operation, violations, near_miss, effect = call
        path, query, headers, content = request.path, request.query, request.headers, request.content
        size = len(path) + len(query) + headers.size_bytes + (len(content) if content else 0)
        size += len(response.head) + len(response.content) if response else 0
        row = (
            self.count, self._session, at_s, duration_s, operation, request.method, path, query, headers, content,
            response, violations, near_miss, effect, size,
        )  # fmt: skip
        self._rows.append(row)
        self._bytes += size
        self._ledger.enter(self, size)
        while len(self._rows) > self._limit or self._bytes > MOST_BYTES_OF_ONE:
            self.drop_oldest()
        if self._listeners or self._waiters:
            self._tell(Entry._make(row))

    @property
    def gone(self) -> int:
        """How many calls are kept no more, for whatever reason."""
        return self.count - len(self._rows)

    def drop_oldest(self) -> None:
        """Drop the oldest call to make room."""
        size = self._rows.popleft()[-1]
        self._bytes -= size
        self.dropped += 1
        self._ledger.dropped += 1
        self._ledger.leave(1, size)

    def _tell(self, entry: Entry) -> None:
        for match, waiters in self._waiters.values():
            if entry.fits(match):
                for waiter in waiters:
                    waiter.count_call(entry)
        for listener in list(self._listeners):
            if not listener.offer(entry, entry.size_bytes):
                self._listeners.discard(listener)

    @property
    def is_watched(self) -> bool:
        """Whether somebody waits for calls or reads them as they come."""
        return bool(self._listeners or self._waiters)

    def stop(self) -> None:
        """Tell the listeners that there will be no more calls."""
        for listener in self._listeners:
            listener.end()
        for _, waiters in self._waiters.values():
            for waiter in waiters:
                waiter.last_id.cancel()

    async def list_entries(self, match: Match | None = None) -> list[Entry]:
        """List the calls that fit, oldest first."""
        return list(map(Entry._make, self._rows)) if match is None else await self._find_newest(match)

    async def _find_newest(
        self, match: Match, most: int | None = None, last_id: int | None = None
    ) -> list[Entry]:
        """Find the newest *most* calls that fit, oldest first, of those up to *last_id*."""
        newer = 0 if last_id is None else self.count - last_id
        return await find_fitting(map(Entry._make, islice(reversed(self._rows), newer, None)), match, most)

    def clear(self) -> None:
        """Forget every call; those who wait begin to count anew."""
        self._ledger.leave(len(self._rows), self._bytes)
        self._rows.clear()
        self._bytes = self.dropped = 0
        for _, waiters in self._waiters.values():
            for waiter in waiters:
                waiter.seen = 0

    async def wait_for_calls(self, match: Match, count: int, timeout_s: float) -> list[Entry]:
        """Wait until *count* calls fit, at most *timeout_s* seconds of real time, and list the newest *count* of them.

        Of fewer, all are listed. Raises Unavailable if the stub stops first.
        """
        judged = self.count
        found = await self._find_newest(match, count)
        # No call slips through: those that came meanwhile are looked at without waiting, and those that went are gone.
        came = islice(reversed(self._rows), self.count - judged)
        newer = [entry for entry in map(Entry._make, came) if entry.fits(match)]
        found = [entry for entry in found if entry.id > self.gone] + newer[::-1]
        if len(found) >= count:
            return found[-count:]
        waiter = Waiter(count, len(found))
        with self._add_waiter(match, waiter):
            await asyncio.wait([waiter.last_id], timeout=timeout_s)
        if waiter.last_id.cancelled():
            raise Unavailable("The stub is stopping")
        last_id = waiter.last_id.result() if waiter.last_id.done() else self.count
        return await self._find_newest(match, count, last_id)

    @contextmanager
    def _add_waiter(self, match: Match, waiter: Waiter) -> Iterator[None]:
        key = repr(match)
        _, waiters = self._waiters.setdefault(key, (match, set()))
        waiters.add(waiter)
        try:
            yield
        finally:
            waiters.discard(waiter)
            if not waiters:
                self._waiters.pop(key, None)

    @contextmanager
    def listen(self) -> Iterator[Listener[Entry]]:
        """Yield a reader of each call as it is answered."""
        listener = Listener[Entry]()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

"""One reader of a session's stream for all in a process who wait for its calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

from mockserver.session.journal import Entry
from mockserver.session.listener import Listener
from mockserver.session.redis_store.connection import Connection
from mockserver.session.redis_store.replica import Replica
from mockserver.session.redis_store.stored_call import ParseHeaders, call_number, call_size, decode_call
from mockserver.session.store import StoreUnavailable
from mockserver.simulation.match import Match

# A session that is followed is looked at so often: that keeps it from being forgotten, and tells when it has ended.
_LONGEST_READ_S = 1.0
_PAUSE_S = 0.2
# Where calls come faster than that, several are read at once: to read one costs as much as to write it.
_REST_S = 0.005


class Waiter:
    """Somebody who waits until as many as *count* calls were made.

    last_id: of the last call that was made before. found: the calls that count, oldest first. is_over: done when they
    are enough, cancelled when there will be no more.
    """

    __slots__ = ("_cleared_id", "_count", "_last_id", "found", "is_over")

    def __init__(self, count: int, last_id: int) -> None:
        self._count = count
        self._last_id = last_id
        self._cleared_id = 0
        self.found: list[Entry] = []
        self.is_over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def count_call(self, entry: Entry) -> None:
        """Count one more call that fits."""
        if entry.id > self._last_id and not self.is_over.done():
            self.found.append(entry)
            self._end_if_enough()

    def count_former(self, entries: Sequence[Entry]) -> None:
        """Count the calls that were found in the journal; some of those that came meanwhile may be among them."""
        last_id = entries[-1].id if entries else 0
        self._last_id = max(self._last_id, last_id)
        newer = [one for one in self.found if one.id > last_id]
        self.found = [one for one in entries if one.id > self._cleared_id] + newer
        self._end_if_enough()

    def forget_calls(self, last_id: int) -> None:
        """Count no call up to *last_id*: the journal was emptied then."""
        self._cleared_id = last_id
        if not self.is_over.done():
            self.found = [one for one in self.found if one.id > last_id]

    def _end_if_enough(self) -> None:
        if len(self.found) >= self._count and not self.is_over.done():
            self.is_over.set_result(None)


class Follower:
    """Passes the calls of a session to those who read or wait for them, whichever process answers them.

    session_key, key: of the session and its stream. keep: keeps a session from being forgotten, and tells its birth;
    None if there is none of that name.
    """

    def __init__(
        self,
        replica: Replica,
        session_key: str,
        key: str,
        connection: Connection,
        keep: Callable[[str], Awaitable[bytes | None]],
        parse_headers: ParseHeaders,
    ) -> None:
        self._replica = replica
        self._session_key = session_key
        self._key = key
        self._connection = connection
        self._keep = keep
        self._parse_headers = parse_headers
        # Each with the last call that it does not want.
        self._listeners: dict[Listener[Entry], int] = {}
        # By what they wait for, so that a hundred who wait for the same cost no more than one.
        self._waiters: dict[str, tuple[Match, set[Waiter]]] = {}
        self._task: asyncio.Task[None] | None = None
        self._birth, self._last_id = b"", 0

    @property
    def is_busy(self) -> bool:
        """Whether there is somebody to follow for."""
        return bool(self._listeners or self._waiters)

    @contextmanager
    def listen(self) -> Iterator[Listener[Entry]]:
        """Yield a reader of the calls from now on."""
        self._mark_begin()
        listener = Listener[Entry]()
        # Calls up to here were answered before; those who follow already may be behind.
        self._listeners[listener] = self._replica.calls
        self.begin()
        try:
            yield listener
        finally:
            self._listeners.pop(listener, None)
            self._end_if_idle()

    @contextmanager
    def add_waiter(self, match: Match, count: int) -> Iterator[Waiter]:
        """Yield somebody who waits for calls from now on; if they are needed, begin() has to be called."""
        self._mark_begin()
        key, waiter = repr(match), Waiter(count, self._replica.calls)
        _, waiters = self._waiters.setdefault(key, (match, set()))
        waiters.add(waiter)
        try:
            yield waiter
        finally:
            waiters.discard(waiter)
            if not waiters:
                self._waiters.pop(key, None)
            self._end_if_idle()

    def _mark_begin(self) -> None:
        if not self.is_busy:
            self._birth, self._last_id = self._replica.birth, self._replica.calls

    def begin(self) -> None:
        """Follow the session, from where the first one came who wants to know of its calls."""
        if self._task is None:
            self._task = asyncio.create_task(self._follow(self._birth, f"{self._last_id}-0"))

    def _end_if_idle(self) -> None:
        if not self.is_busy:
            self.stop()

    def stop(self) -> None:
        """Tell those who read or wait that there will be no more calls."""
        for listener in self._listeners:
            listener.end()
        self._listeners.clear()
        for _, waiters in self._waiters.values():
            for waiter in waiters:
                waiter.is_over.cancel()
        self._waiters.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _follow(self, birth: bytes, after: str) -> None:
        kept_s = -_LONGEST_READ_S
        while True:
            try:
                if time.monotonic() - kept_s >= _LONGEST_READ_S:
                    if await self._keep(self._replica.name) != birth:
                        break
                    kept_s = time.monotonic()
                began_s = time.monotonic()
                told, entries = await self._connection.read_stream(
                    self._session_key, self._key, after, int(_LONGEST_READ_S * 1000)
                )
                if told != birth:
                    break
                for entry_id, fields in entries:
                    after = entry_id.decode()
                    entry = decode_call(entry_id, self._replica.name, fields, self._parse_headers)
                    if entry is None:
                        self._tell_clear(call_number(entry_id))
                    else:
                        self._tell(entry, call_size(fields))
                if time.monotonic() - began_s < _REST_S:
                    await asyncio.sleep(_REST_S)
            except StoreUnavailable:
                await asyncio.sleep(_PAUSE_S)
        self._task = None
        self.stop()

    def _tell(self, entry: Entry, size: int) -> None:
        for match, waiters in self._waiters.values():
            if entry.fits(match):
                for waiter in waiters:
                    waiter.count_call(entry)
        for listener, last_id in list(self._listeners.items()):
            if entry.id > last_id and not listener.offer(entry, size):
                self._listeners.pop(listener, None)

    def _tell_clear(self, last_id: int) -> None:
        for _, waiters in self._waiters.values():
            for waiter in waiters:
                waiter.forget_calls(last_id)

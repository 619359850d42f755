"""One reader of a session's stream for all in a process who wait for its calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mockserver.session.journal import Entry
from mockserver.session.listener import Listener
from mockserver.session.redis_store.connection import Connection
from mockserver.session.redis_store.replica import Replica
from mockserver.session.redis_store.stored_call import ParseHeaders, call_number, call_size, decode_call
from mockserver.session.store import StoreUnavailable

# A session that is followed is looked at so often: that keeps it from being forgotten, and tells when it has ended.
_LONGEST_READ_MS = 1000
_PAUSE_S = 0.2


class Follower:
    """Passes the calls of a session to its listeners, whichever process answers them.

    keep: keeps a session from being forgotten, and tells its birth; None if there is none of that name.
    """

    def __init__(
        self,
        replica: Replica,
        key: str,
        connection: Connection,
        keep: Callable[[str], Awaitable[bytes | None]],
        parse_headers: ParseHeaders,
    ) -> None:
        self._replica = replica
        self._key = key
        self._connection = connection
        self._keep = keep
        self._parse_headers = parse_headers
        # Each with the last call that it does not want, and whether it is told when the journal is emptied.
        self._listeners: dict[Listener[Any], tuple[int, bool]] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether there is somebody to follow for."""
        return bool(self._listeners)

    @contextmanager
    def listen(self, *, tells_clears: bool = False) -> Iterator[Listener[Any]]:
        """Yield a reader of the calls from now on.

        tells_clears: whether it also reads, of a journal that is emptied, the number of the last call before that.
        """
        listener = Listener[Any]()
        # Calls up to here were answered before; those who follow already may be behind.
        self._listeners[listener] = (self._replica.calls, tells_clears)
        if self._task is None:
            self._task = asyncio.create_task(self._follow(self._replica.birth, f"{self._replica.calls}-0"))
        try:
            yield listener
        finally:
            self._listeners.pop(listener, None)
            if not self._listeners:
                self.stop()

    def stop(self) -> None:
        """Tell the listeners that there will be no more calls."""
        for listener in self._listeners:
            listener.end()
        self._listeners.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _follow(self, birth: bytes, after: str) -> None:
        while True:
            try:
                if await self._keep(self._replica.name) != birth:
                    break
                for entry_id, fields in await self._connection.read_stream(
                    self._key, after, _LONGEST_READ_MS
                ):
                    after = entry_id.decode()
                    entry = decode_call(entry_id, self._replica.name, fields, self._parse_headers)
                    if entry is None:
                        self._tell_clear(call_number(entry_id))
                    else:
                        self._tell(entry, call_size(fields))
            except StoreUnavailable:
                await asyncio.sleep(_PAUSE_S)
        self._task = None
        self.stop()

    def _tell(self, entry: Entry, size: int) -> None:
        for listener, (last_id, _) in list(self._listeners.items()):
            if entry.id > last_id and not listener.offer(entry, size):
                self._listeners.pop(listener, None)

    def _tell_clear(self, last_id: int) -> None:
        for listener, (_, tells_clears) in self._listeners.items():
            if tells_clears:
                listener.offer(last_id, 0)

"""The journal of a session in a stream, to which every process adds, and which every process can follow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mockserver.http.problems import Unavailable
from mockserver.session.journal import Call, Entry, find_fitting
from mockserver.session.listener import Listener
from mockserver.session.redis_store.connection import Connection
from mockserver.session.redis_store.follower import Follower
from mockserver.session.redis_store.replica import Replica
from mockserver.session.redis_store.stored_call import (
    ParseHeaders,
    StoredCall,
    call_size,
    decode_call,
    encode_call,
)
from mockserver.simulation.match import Match

_SOON_READ_BYTES = 128 * 1024  # as much is read within some milliseconds
_FIRST_PIECE = 16  # calls that are read at once, twice as many the next time


class StreamJournal:
    """What a call adds to a session's journal, and what it reads there.

    key: of the stream. follow: finds who follows the stream in this process.
    rows, is_cleared: what the next commit adds, after it has emptied the journal if so.
    """

    __slots__ = ("_connection", "_follow", "_key", "_parse_headers", "_replica", "is_cleared", "rows")

    def __init__(
        self,
        replica: Replica,
        key: str,
        connection: Connection,
        follow: Callable[[Replica], Follower],
        parse_headers: ParseHeaders,
    ) -> None:
        self._replica = replica
        self._key = key
        self._connection = connection
        self._follow = follow
        self._parse_headers = parse_headers
        self.rows: list[StoredCall] = []
        self.is_cleared = False

    @property
    def count(self) -> int:
        """How many calls there were."""
        return self._replica.calls

    @property
    def dropped(self) -> int:
        """How many calls had to give way since the journal was empty."""
        return self._replica.dropped

    @property
    def is_watched(self) -> bool:
        """Whether somebody in this process waits for calls or reads them as they come."""
        return self._follow(self._replica).is_busy

    def add(self, call: Call) -> None:
        """Enter one call with the next commit."""
        self.rows.append(encode_call(call))

    def clear(self) -> None:
        """Forget every call with the next commit; those who wait begin to count anew."""
        self.is_cleared = True
        self.rows.clear()

    def discard(self) -> None:
        """Forget what the next commit would have done."""
        self.rows.clear()
        self.is_cleared = False

    async def list_entries(self, match: Match | None = None) -> list[Entry]:
        """List the calls that fit, oldest first."""
        rows = await self._connection.run_command("XRANGE", self._key, "-", "+")
        entries = list(await self._read_rows(rows))
        return entries if match is None else await find_fitting(reversed(entries), match)

    async def _find_newest(self, match: Match, most: int) -> list[Entry]:
        """Find the newest *most* calls that fit, oldest first; no more is read than that takes, but for a piece."""
        found: list[Entry] = []
        end, size = "+", max(most, _FIRST_PIECE)
        while len(found) < most:
            rows = await self._connection.run_command("XREVRANGE", self._key, end, "-", "COUNT", size)
            entries = await self._read_rows(rows)
            found = await find_fitting(entries, match, most - len(found)) + found
            if len(rows) < size:
                break
            end, size = f"({rows[-1][0].decode()}", 2 * size
        return found

    async def _read_rows(self, rows: Sequence[tuple[bytes, Any]]) -> Iterable[Entry]:
        """Read entries of the stream: as they are asked for, or while others are served if there is much of them."""
        name, parse_headers = self._replica.name, self._parse_headers
        read = (decode_call(entry_id, name, fields, parse_headers) for entry_id, fields in rows)
        entries = (entry for entry in read if entry is not None)
        if sum(call_size(fields) for _, fields in rows) > _SOON_READ_BYTES:
            return await asyncio.to_thread(list, entries)
        return entries

    async def wait_for_calls(self, match: Match, count: int, timeout_s: float) -> list[Entry]:
        """Wait until *count* calls fit, at most *timeout_s* seconds of real time, and list the newest *count* of them.

        Of fewer, all are listed. Raises Unavailable if the stub stops first.
        """
        follower = self._follow(self._replica)
        # Before the others are looked at, so that no call slips through between them and those that come.
        with follower.add_waiter(match, count) as waiter:
            waiter.count_former(await self._find_newest(match, count))
            if not waiter.is_over.done():
                follower.begin()
                await asyncio.wait([waiter.is_over], timeout=timeout_s)
        if waiter.is_over.cancelled():
            raise Unavailable("The stub is stopping")
        return waiter.found[:count]

    @contextmanager
    def listen(self) -> Iterator[Listener[Entry]]:
        """Yield a reader of each call as it is answered."""
        with self._follow(self._replica).listen() as listener:
            yield listener

    def stop(self) -> None:
        """Tell those who listen that there will be no more calls."""
        self._follow(self._replica).stop()

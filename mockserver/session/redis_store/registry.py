"""The sessions that any number of processes share, and which one a request belongs to."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections import OrderedDict
from hashlib import blake2b
from typing import Any

from mockserver.http import session_name
from mockserver.http.problems import CannotStart, Invalid, NotFound, Violation
from mockserver.http.request import Request
from mockserver.session.ids import Ids
from mockserver.session.journal import MOST_BYTES_OF_ONE
from mockserver.session.redis_store.connection import Connection
from mockserver.session.redis_store.follower import Follower
from mockserver.session.redis_store.replica import Replica
from mockserver.session.redis_store.stored_call import ParseHeaders
from mockserver.session.redis_store.stream_journal import StreamJournal
from mockserver.session.redis_store.working_copy import WorkingCopy
from mockserver.session.session import DEFAULT, Blueprint, Session
from mockserver.session.sessions import (
    ListedSession,
    check_name,
    check_new_name,
    describe_unknown,
    find_carried_session,
    find_plain_name,
    has_ended,
    names_no_session,
)
from mockserver.session.store import StoreUnavailable

# Grows when what is kept changes its form: processes of two forms are two stubs.
_FORM = 2
_MOST_COMPARED = 200
# The list of sessions knows so exactly when each was last used; the session itself knows it to the millisecond.
_LISTED_S = 1.0


class RedisSessions:
    """The sessions on a server of Redis or Valkey.

    prefix: what every key begins with. The rest of the arguments are those of SessionRegistry, but for parse_headers,
    which parses the header lines of calls that are read again.
    What the methods do is said in Sessions.
    """

    is_shared = True

    def __init__(
        self,
        blueprint: Blueprint,
        connection: Connection,
        parse_headers: ParseHeaders,
        *,
        prefix: str,
        is_strict: bool = False,
        ttl_s: float = 3600,
        limit: int = 10_000,
    ) -> None:
        self.blueprint = blueprint
        self.is_strict = is_strict
        self._connection = connection
        self._parse_headers = parse_headers
        # A stub of other fixtures, APIs or seed is another stub, whose sessions would fit nowhere here.
        self._prefix = f"{prefix}:{_fingerprint(blueprint)}"
        self._ttl_ms = max(1, int(ttl_s * 1000))
        self._limit = limit
        # Nobody counts the journals of all sessions together, of which one holds no more than all may.
        self._journal_bytes = min(MOST_BYTES_OF_ONE, blueprint.journal_ledger.most_bytes)
        # In the order of use; with when the list of sessions was told last that one is used.
        self._replicas: OrderedDict[str, Replica] = OrderedDict()
        self._told_s: dict[str, float] = {}
        self._followers: dict[str, Follower] = {}

    @property
    def default(self) -> Session:
        """A copy of the session of those who name none, as far as it is known here."""
        return self._copy(self._replica(DEFAULT))

    async def check_start(self) -> None:
        """Raise CannotStart if the server cannot be used."""
        try:
            await self._read_or_begin(DEFAULT)
        except StoreUnavailable as error:
            raise CannotStart(f"{error.message}; is it started, and is --store its URL?") from None
        finally:
            await self.close()

    async def check_store(self) -> None:
        """Raise StoreUnavailable if the server does not answer."""
        # Of a key, since a cluster that misses servers says so only then.
        await self._connection.run_command("EXISTS", self._keys(DEFAULT)[0])

    async def session_of_request(self, request: Request) -> Session:
        """Return the session of a call of an API, made if it is new."""
        name = find_plain_name(request)
        if name is None:
            carried = find_carried_session(request)
            if carried is not None:
                return self._copy(await self._read_carried(*carried))
            if self.is_strict:
                raise names_no_session(request)
            name = DEFAULT
        if name != DEFAULT:
            check_name(name, "session")
        return self._copy(await self._read_or_begin(name))

    async def _read_carried(self, name: str, start: int | None) -> Replica:
        replica, is_known = await self._read(name)
        if replica is None:
            if name != DEFAULT and (is_known or start is not None):
                raise has_ended(name)
            return await self._read_or_begin(name)
        if start is not None and replica.start != start:
            raise has_ended(name)
        return replica

    async def find_name(self, request: Request) -> str | None:
        """Find the name of the session that a request means; None if it names none."""
        name = find_plain_name(request)
        if name is not None:
            return name
        carried = find_carried_session(request)
        if carried is None:
            return None
        replica, is_known = await self._read(carried.name)
        if carried.name != DEFAULT and replica is None and (is_known or carried.start is not None):
            raise has_ended(carried.name)
        if replica is not None and carried.start not in (None, replica.start):
            raise has_ended(carried.name)
        return carried.name

    async def find(self, name: str) -> Session:
        """Find the session *name*, and make none."""
        if name == DEFAULT:
            return self._copy(await self._read_or_begin(name))
        check_name(name, "session")
        replica, is_known = await self._read(name)
        if replica is None:
            raise NotFound(await self._describe_unknown(name, is_ended=is_known))
        return self._copy(replica)

    async def peek(self, name: str | None) -> Session:
        """Return the session *name*, or the default one where there is none."""
        replica = (
            (await self._read(name))[0] if name is not None and session_name.NAME.fullmatch(name) else None
        )
        copy = self._copy(replica or await self._read_or_begin(DEFAULT))
        copy.is_fresh = True
        return copy

    async def create(self, name: str | None = None) -> Session:
        """Begin a session; an existing one of that name starts over."""
        while name is None:
            drawn = f"session-{(await self._draw_uuid())[:8]}"
            name = drawn if (await self._read(drawn))[0] is None else None
        check_new_name(name)
        self._stop_following(name)
        return self._copy(await self._begin(name, starts_over=True))

    async def end(self, name: str) -> None:
        """Forget the session *name*."""
        replica, is_known = await self._read(name) if session_name.NAME.fullmatch(name) else (None, False)
        if replica is None or name == DEFAULT:
            check_name(name, "session")
            raise NotFound(await self._describe_unknown(name, is_ended=is_known))
        await self._forget(name)

    async def issue_key(self, access: str, session: Session) -> str:
        """Make an API key of *access* (write, read or revoked) that stands for *session*."""
        key = session_name.format_api_key(session.id, await self._draw_uuid())
        await session.change(lambda: session.keys.__setitem__(key, access))
        return key

    async def list_sessions(self) -> list[ListedSession]:
        """List the sessions but for the default one, the longest idle first."""
        seconds, microseconds = await self._connection.run_command("TIME")
        now_ms = int(seconds) * 1000 + int(microseconds) // 1000
        names = [
            name.decode() for name in await self._connection.run_command("ZRANGE", self._list_key, 0, -1)
        ]
        found = await self._connection.run_commands(
            [("HMGET", self._keys(name)[0], "calls", "used_ms") for name in names]
        )
        listed = []
        for name, (calls, used_ms) in zip(names, found, strict=True):
            if used_ms is None:  # forgotten by the server, since it was idle
                await self._connection.run_command("ZREM", self._list_key, name)
            else:
                listed.append(ListedSession(name, int(calls), max(0, now_ms - int(used_ms)) / 1000))
        return sorted(listed, key=lambda one: -one.idle_s)

    def stop(self) -> None:
        """End what waits for further calls."""
        for follower in list(self._followers.values()):
            follower.stop()

    async def close(self) -> None:
        """Close the connections."""
        self.stop()
        await self._connection.close()

    def _keys(self, name: str) -> list[str]:
        begin = f"{self._prefix}:{{{name}}}"
        return [f"{begin}:{part}" for part in ("session", "parts", "versions", "journal", "mark")]

    @property
    def _list_key(self) -> str:
        return f"{self._prefix}:sessions"

    def _ttl_of(self, name: str) -> int:
        return 0 if name == DEFAULT else self._ttl_ms

    def _replica(self, name: str) -> Replica:
        replica = self._replicas.get(name)
        if replica is None:
            replica = self._replicas[name] = Replica(name, self.blueprint)
            if len(self._replicas) > self._limit + 1:
                self._let_go(next(name for name in self._replicas if name != DEFAULT))
        self._replicas.move_to_end(name)
        return replica

    def _let_go(self, name: str) -> None:
        # That of the default session stays: copies that were made of it before there was one are committed as well.
        if name != DEFAULT:
            replica = self._replicas.pop(name, None)
            if replica is not None:
                replica.let_go_soon()
            self._told_s.pop(name, None)

    def _copy(self, replica: Replica) -> WorkingCopy:
        journal = StreamJournal(
            replica, self._keys(replica.name)[3], self._connection, self._follow, self._parse_headers
        )
        return WorkingCopy(replica, self.blueprint, journal, self._commit)

    def _follow(self, replica: Replica) -> Follower:
        follower = self._followers.get(replica.name)
        if follower is None or not follower.is_busy:
            session_key, _, _, key, _ = self._keys(replica.name)
            follower = Follower(replica, session_key, key, self._connection, self._keep, self._parse_headers)
            self._followers = {name: one for name, one in self._followers.items() if one.is_busy}
            self._followers[replica.name] = follower
        return follower

    async def _keep(self, name: str) -> bytes | None:
        replica, _ = await self._read(name)
        return None if replica is None else replica.birth

    def _stop_following(self, name: str) -> None:
        """End what waits here for calls of a session that has ended; in other processes that takes a second."""
        follower = self._followers.pop(name, None)
        if follower is not None:
            follower.stop()

    async def _read(self, name: str) -> tuple[Replica | None, bool]:
        """Bring the replica up to date; without a session of that name, tell whether there was one."""
        replica = self._replica(name)
        known = replica.birth
        asked = self._connection.run_script(
            "read", self._keys(name), known, replica.version, self._ttl_of(name), is_repeatable=True
        )
        if name != DEFAULT and time.monotonic() - self._told_s.get(name, -_LISTED_S) > _LISTED_S:
            found, _ = await asyncio.gather(asked, self._list_as_used(name))
        else:
            found = await asked
        if len(found) == 1:
            replica.forget_all()
            self._let_go(name)
            return None, bool(found[0])
        await replica.take_description(found, known)
        return replica, True

    async def _list_as_used(self, name: str) -> None:
        self._told_s[name] = time.monotonic()
        await self._connection.run_command("ZADD", self._list_key, "XX", int(time.time() * 1000), name)

    async def _read_or_begin(self, name: str) -> Replica:
        replica, is_known = await self._read(name)
        if replica is not None:
            return replica
        if self.is_strict and name != DEFAULT:
            raise Invalid([Violation("", await self._describe_unknown(name, is_ended=is_known))])
        return await self._begin(name, starts_over=False)

    async def _begin(self, name: str, *, starts_over: bool) -> Replica:
        start = 0
        if name != DEFAULT:
            await self._make_room()
            start = await self._connection.run_command("INCR", f"{self._prefix}:begun")
        found = await self._connection.run_script(
            "begin",
            self._keys(name),
            secrets.token_hex(8),
            start,
            self._ttl_of(name),
            int(starts_over),
            is_repeatable=True,
        )
        if name != DEFAULT:
            await self._connection.run_command("ZADD", self._list_key, int(time.time() * 1000), name)
        replica = self._replica(name)
        await replica.take_description(found, b"")
        return replica

    async def _make_room(self) -> None:
        if await self._connection.run_command("ZCARD", self._list_key) < self._limit:
            return
        listed = await self.list_sessions()
        if len(listed) >= self._limit:
            await self._forget(listed[0].id)

    async def _forget(self, name: str) -> None:
        await self._connection.run_command("UNLINK", *self._keys(name)[:4])
        await self._connection.run_command("ZREM", self._list_key, name)
        self._let_go(name)
        self._stop_following(name)

    async def _draw_uuid(self) -> str:
        names = Ids(self.blueprint.seed)
        number = await self._connection.run_command("INCR", f"{self._prefix}:names")
        names.go_on(number - 1, frozenset())
        return names.uuid()

    async def _describe_unknown(self, name: str, *, is_ended: bool) -> str:
        recent = await self._connection.run_command("ZREVRANGE", self._list_key, 0, _MOST_COMPARED - 1)
        return describe_unknown(name, [one.decode() for one in recent], is_ended=is_ended)

    async def _commit(self, copy: WorkingCopy) -> bool:
        changes, journal, replica = await copy.collect_changes(), copy.stream, copy.replica
        if not (changes.parts or journal.rows or journal.is_cleared):
            return True
        arguments: list[Any] = [copy.birth, copy.version, self._ttl_of(copy.id), self.blueprint.journal_limit]
        arguments += [
            self._journal_bytes,
            int(journal.is_cleared),
            len(changes.gone),
            *changes.gone,
            len(changes.parts),
        ]
        arguments += [text for part in changes.parts for text in part]
        arguments += [len(journal.rows), *(value for row in journal.rows for value in row)]
        said, *rest = await self._connection.run_script("commit", self._keys(copy.id), *arguments)
        if said == b"conflict":
            await replica.take_description(rest[0], copy.birth)
            return False
        if said == b"gone":
            # What a session held that has ended is lost; the default one is always there.
            if copy.id != DEFAULT:
                return True
            await self._read_or_begin(DEFAULT)
            return False
        if changes.parts:
            replica.take_changes(changes.contents, copy.birth, int(rest[0]))
        return True


def _fingerprint(blueprint: Blueprint) -> str:
    """Tell stubs apart whose sessions begin with something else."""
    fixtures = {
        api: [[key, record] for key, record in rows.items()] for api, rows in blueprint.fixtures.items()
    }
    parts = [_FORM, blueprint.seed, sorted(blueprint.apis), fixtures, blueprint.choices]
    text = json.dumps(parts, default=str, sort_keys=True)
    return blake2b(text.encode(), digest_size=4).hexdigest()

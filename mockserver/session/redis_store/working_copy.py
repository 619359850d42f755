"""A session as one call sees and changes it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast

from mockserver.http import exact_json
from mockserver.session.ids import Ids
from mockserver.session.memory_store import MemoryStore, Saved
from mockserver.session.redis_store.parts import (
    DEEPEST,
    Contents,
    OrderedRecord,
    Part,
    begin_of_records,
    write_part,
    write_record,
    write_snapshot,
    write_state,
    write_taken,
)
from mockserver.session.redis_store.replica import Replica
from mockserver.session.redis_store.stream_journal import StreamJournal
from mockserver.session.session import Blueprint, Choices, Session
from mockserver.session.store import Change, Key, Record
from mockserver.simulation.clock import Clock
from mockserver.simulation.faults import Faults
from mockserver.simulation.overrides import Overrides

_Result = TypeVar("_Result")


class CopiedStore:
    """The records of an API over those of a replica, which it leaves as they are."""

    __slots__ = ("_committed", "changed", "is_replaced")

    def __init__(self, committed: MemoryStore) -> None:
        self._committed = committed
        self.changed: dict[Key, Record] = {}
        self.is_replaced = False

    async def get(self, key: Key) -> Record | None:
        """Read the record at *key*, or None."""
        return self.read(key)

    async def update(self, key: Key, change: Change) -> Record:
        """Replace the record at *key*."""
        record = self.changed[key] = change(self.read(key))
        return record

    async def list_records(self, prefix: Key) -> list[Record]:
        """List the records whose key starts with *prefix*, fixtures first, oldest first."""
        if not self.changed:
            return await self._committed.list_records(prefix)
        return [record for key, record in self.all_records().items() if key[: len(prefix)] == prefix]

    def all_records(self) -> dict[Key, Record]:
        """Give every record by its key."""
        return self._committed.all_records() | self.changed

    def save(self) -> Saved:
        """Save everything."""
        base, own = self._committed.save()
        return base, own | self.changed

    def load(self, saved: Saved) -> None:
        """Go back to what was saved, or start with other fixtures."""
        self._committed, self.changed, self.is_replaced = MemoryStore(saved[0]), dict(saved[1]), True

    def put(self, key: Key, record: Record) -> None:
        """Replace the record at *key*."""
        self.changed[key] = record

    def read(self, key: Key) -> Record | None:
        """Read the record at *key*, or None."""
        record = self.changed.get(key)
        return self._committed.read(key) if record is None else record


class Changes(NamedTuple):
    """What a call changed.

    gone: the beginnings of names whose parts go. parts: those that come. contents: what they hold.
    """

    gone: list[bytes]
    parts: list[Part]
    contents: Contents


class WorkingCopy(Session):
    """A copy of a replica, whose parts are copied when they are first looked at: a call needs but a few.

    stream: its journal. commit: makes the changes of a copy count, and tells whether it could.
    """

    is_copy = True
    __slots__ = ("_commit", "_copied", "_has_turn", "birth", "is_fresh", "replica", "stream", "version")

    def __init__(
        self,
        replica: Replica,
        blueprint: Blueprint,
        journal: StreamJournal,
        commit: Callable[[WorkingCopy], Awaitable[bool]],
    ) -> None:
        self.id = replica.name
        self.calls = 0
        self.used_s = 0.0
        self.journal = self.stream = journal
        self.replica = replica
        self._blueprint = blueprint
        self._commit = commit
        self.is_fresh = False
        self._has_turn = False
        self._copied: set[str] = set()
        self.refresh()

    def refresh(self) -> None:
        """Throw away what was changed, and begin again with what the replica has now."""
        for name in self._copied:
            delattr(self, name)
        self._copied.clear()
        self._apis = {}
        self.birth, self.version, self.start = self.replica.birth, self.replica.version, self.replica.start

    def __getattr__(self, name: str) -> Any:
        """Copy a part that is looked at for the first time; Python asks here for what is not set."""
        if name not in _COPIED:
            raise AttributeError(name)
        part = _COPIED[name](self)
        setattr(self, name, part)
        self._copied.add(name)
        return part

    async def change(self, act: Callable[[], _Result]) -> _Result:
        """Do *act*, as often as another process is faster."""
        await self.begin()
        try:
            while True:
                result = act()
                if await self.commit():
                    return result
        finally:
            self.leave()

    async def begin(self) -> None:
        """Wait until nobody else in this process is changing the session, and begin with what it is by then."""
        if not self._has_turn:
            await self.replica.turn.acquire()
            self._has_turn = True
        if self.version != self.replica.version or self.birth != self.replica.birth:
            self.refresh()

    async def commit(self) -> bool:
        """Make what was changed and recorded count; False if it has to be done again, which it then can."""
        is_done = await self._commit(self)
        self.stream.discard()
        if not is_done:
            await self.begin()
        self.refresh()
        return is_done

    def leave(self) -> None:
        """Let others go on; what was not committed is lost."""
        self.stream.discard()
        self.refresh()
        if self._has_turn:
            self._has_turn = False
            self.replica.turn.release()

    def choose(self, choices: Choices) -> None:
        """Take other alternatives, as every session does."""
        super().choose(choices)
        self._copied.add("choices")

    async def collect_changes(self) -> Changes:
        """Collect what is no more as in the replica; others are served meanwhile if that is much."""
        changes, fixtures = Changes([], [], Contents()), self._blueprint.fixtures
        parts, contents = changes.parts, changes.contents
        if "stores" in self._copied:
            for api, store in self.stores.items():
                await self._collect_records(api, cast(CopiedStore, store), changes)
        if "snapshots" in self._copied:
            before = self.replica.snapshots
            for name in dict.fromkeys([*before, *self.snapshots]):
                saved = self.snapshots.get(name)
                if saved is not before.get(name):
                    contents.snapshots[name] = saved
                    parts.append(await write_snapshot(name, saved, fixtures))
        if "ids" in self._copied and self.ids.taken is not self.replica.taken:
            contents.taken = self.ids.taken
            parts.append(await write_taken(self.ids.taken))
        for name, part, dump in _DUMPED:
            if part in self._copied:
                value = dump(self)
                if value != self.replica.parts.get(name):
                    parts.append(write_part(name, value))
                    # As other processes read it, since what is dumped may still be in use.
                    contents.small[name] = exact_json.loads(parts[-1][1], DEEPEST)
        return changes

    async def _collect_records(self, api: str, store: CopiedStore, changes: Changes) -> None:
        if store.is_replaced:
            changes.gone.append(begin_of_records(api))
            saved = changes.contents.states[api] = store.save()
            changes.parts.append(await write_state(api, saved, self._blueprint.fixtures))
            return
        for number, (key, record) in enumerate(store.changed.items()):
            one = OrderedRecord(self.replica.find_order(api, key, number), api, key, record)
            changes.contents.records.append(one)
            changes.parts.append(write_record(one))


def _copy_clock(copy: WorkingCopy) -> Clock:
    clock = Clock(copy.replica.blueprint.seconds)
    dumped = copy.replica.parts.get("clock")
    if dumped is not None:
        clock.restore(*dumped)
    return clock


def _copy_ids(copy: WorkingCopy) -> Ids:
    ids = Ids(copy.replica.blueprint.seed)
    ids.go_on(copy.replica.parts.get("drawn") or 0, copy.replica.taken)
    return ids


def _copy_faults(copy: WorkingCopy) -> Faults:
    faults = Faults(copy.clock, copy.replica.blueprint.seed)
    parts = copy.replica.parts
    if parts.get("faults"):
        faults.restore(parts["faults"])
    if parts.get("dice"):
        faults.restore_dice(parts["dice"])
    return faults


def _copy_overrides(copy: WorkingCopy) -> Overrides:
    overrides = Overrides()
    overrides.restore(copy.replica.parts.get("overrides") or ())
    return overrides


# What makes the copy of each part of a session.
_COPIED: Mapping[str, Callable[[WorkingCopy], Any]] = {
    "choices": lambda copy: copy.replica.parts.get("choices") or copy.replica.blueprint.choices,
    "clock": _copy_clock,
    "faults": _copy_faults,
    "ids": _copy_ids,
    "keys": lambda copy: dict(copy.replica.parts.get("keys") or {}),
    "overrides": _copy_overrides,
    "snapshots": lambda copy: dict(copy.replica.snapshots),
    "stores": lambda copy: {api: CopiedStore(store) for api, store in copy.replica.stores.items()},
}
# The small parts of the replica: the name, the part of the session that it is of, and what is kept of that.
_DUMPED: Sequence[tuple[str, str, Callable[[WorkingCopy], Any]]] = (
    (
        "choices",
        "choices",
        lambda copy: None if copy.choices is copy.replica.blueprint.choices else copy.choices,
    ),
    ("clock", "clock", lambda copy: copy.clock.dump()),
    ("dice", "faults", lambda copy: copy.faults.dump_dice()),
    ("drawn", "ids", lambda copy: copy.ids.drawn or None),
    ("faults", "faults", lambda copy: copy.faults.dump() or None),
    ("keys", "keys", lambda copy: copy.keys or None),
    ("overrides", "overrides", lambda copy: copy.overrides.documents() or None),
)

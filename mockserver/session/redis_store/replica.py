"""What a process knows of a session, as it was committed at some version."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.session.disposal import let_go_soon
from mockserver.session.memory_store import MemoryStore, Saved
from mockserver.session.redis_store.parts import Contents, read_parts
from mockserver.session.session import Blueprint
from mockserver.session.store import Key


class Replica:
    """The parts of a session at a version; replaced or added to, but never by a call that is not committed.

    birth: tells the session apart from others of the same name. start: the same as a credential carries it. calls: how
    many were answered. dropped: how many of them the journal had to drop. parts: the small ones, by name; one that was
    never changed is missing. taken: ids that are not drawn. turn: held by whoever changes the session, so that those in
    one process need not do their work twice.
    """

    def __init__(self, name: str, blueprint: Blueprint) -> None:
        self.name = name
        self.turn = asyncio.Lock()
        self.blueprint = blueprint
        # Held while much is read, so that the others who were told of the same need not read it as well.
        self._reading = asyncio.Lock()
        self._begin()

    def _begin(self) -> None:
        self.birth, self.version, self.start, self.calls, self.dropped = b"", 0, 0, 0, 0
        self.parts: dict[str, Any] = {}
        self.taken: frozenset[str] = frozenset()
        self.snapshots: dict[str, Mapping[str, Saved]] = {}
        self.stores = {api: MemoryStore(records) for api, records in self.blueprint.fixtures.items()}
        # When each record was first written, since records are listed in that order: the version, and a number in it.
        self._orders: dict[tuple[str, Key], tuple[int, int]] = {}

    def forget_all(self) -> None:
        """Know nothing, as of a session that is not there."""
        self.let_go_soon()
        self._begin()

    def let_go_soon(self) -> None:
        """Let the records go that nobody else uses, while others are served."""
        let_go_soon([self._save(), *self.snapshots.values()], self.blueprint.fixtures)

    def _save(self) -> dict[str, Saved]:
        return {api: store.save() for api, store in self.stores.items()}

    async def take_description(self, description: Sequence[Any], known: bytes) -> None:
        """Take over what the script describe() told to somebody who knew of the session that was born as *known*."""
        birth, told, start, calls, dropped, names, values = description
        version = int(told)
        async with self._reading:
            before = self.birth
            # Of a session that has ended since, it may be but the rest of what there was.
            if (birth != before and birth == known) or (birth == before and version < self.version):
                return
            if birth != before or version > self.version:
                contents = await read_parts(names, values, self.blueprint.fixtures)
                if self.birth != before:
                    return
                if birth != before:
                    self.forget_all()
                self._put_contents(contents, version)
            self.birth, self.start, self.calls, self.dropped = birth, int(start), int(calls), int(dropped)

    def take_changes(self, contents: Contents, birth: bytes, version: int) -> None:
        """Take over what a call of this process has changed, unless more is known by now."""
        if birth == self.birth and version > self.version:
            self._put_contents(contents, version)

    def _put_contents(self, contents: Contents, version: int) -> None:
        self.version = version
        former: list[Mapping[str, Saved]] = []
        for api, saved in contents.states.items():
            former.append({api: self.stores[api].save()})
            self.stores[api].load(saved)
            self._orders = {place: order for place, order in self._orders.items() if place[0] != api}
        for name, snapshot in contents.snapshots.items():
            former.append(self.snapshots.get(name, {}))
            if snapshot is None:
                self.snapshots.pop(name, None)
            else:
                self.snapshots[name] = snapshot
        let_go_soon(former, self.blueprint.fixtures)
        # After the states, in which these are not.
        for order, api, key, record in contents.records:
            self.stores[api].put(key, record)
            self._orders[api, key] = order
        if contents.taken is not None:
            self.taken = contents.taken
        self.parts.update(contents.small)

    def find_order(self, api: str, key: Key, number: int) -> tuple[int, int]:
        """Tell when a record was first written; *number* tells those of the next version apart."""
        return self._orders.get((api, key)) or (self.version + 1, number)

"""What a process knows of a session, as it was committed at some version."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mockserver.http import exact_json
from mockserver.session.memory_store import MemoryStore, Saved
from mockserver.session.session import Blueprint
from mockserver.session.store import Key, Record

# What was accepted in a body stands some levels deeper in a part.
_DEEPEST = exact_json.MAXIMUM_DEPTH + 10
_RECORD, _FIXTURES, _SNAPSHOT, _TAKEN = "record", "fixtures", "snapshot", "taken"


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
        self.forget_all()

    def forget_all(self) -> None:
        """Know nothing, as of a session that is not there."""
        self.birth, self.version, self.start, self.calls, self.dropped = b"", 0, 0, 0, 0
        self.parts: dict[str, Any] = {}
        self.taken: frozenset[str] = frozenset()
        self.snapshots: dict[str, dict[str, Saved]] = {}
        self.stores = {api: MemoryStore(records) for api, records in self.blueprint.fixtures.items()}
        # When each record was first written, since records are listed in that order: the version, and a number in it.
        self._orders: dict[tuple[str, Key], tuple[int, int]] = {}

    def take_description(self, description: Sequence[Any]) -> None:
        """Take over what the script describe() told."""
        birth, version, start, calls, dropped, names, values = description
        version = int(version)
        if birth != self.birth:
            self.forget_all()
        elif version < self.version:  # told before what is known by now
            return
        self.birth, self.start, self.calls, self.dropped = birth, int(start), int(calls), int(dropped)
        self.take_parts(names, values, version)

    def take_parts(self, names: Iterable[bytes], values: Iterable[bytes], version: int) -> None:
        """Take over the parts that were changed up to *version*."""
        self.version = version
        records = []
        for text, value in zip(names, values, strict=True):
            kind, *name = exact_json.loads(text)
            if kind == _FIXTURES:
                self._replace_fixtures(name[0], value)
            elif kind == _RECORD:
                first, number, record = exact_json.loads(value, _DEEPEST)
                records.append(((first, number), name[0], tuple(name[1:]), record))
            elif kind == _SNAPSHOT:
                self._take_snapshot(name[0], value)
            elif kind == _TAKEN:
                self.taken = frozenset(exact_json.loads(value))
            else:
                self.parts[kind] = exact_json.loads(value, _DEEPEST)
        # After the fixtures, which begin the records anew.
        for order, api, key, record in sorted(records, key=lambda one: one[0]):
            self.stores[api].put(key, record)
            self._orders[api, key] = order

    def _replace_fixtures(self, api: str, value: bytes) -> None:
        self.stores[api].load((self._decode_fixtures(api, exact_json.loads(value, _DEEPEST)), {}))
        self._orders = {place: order for place, order in self._orders.items() if place[0] != api}

    def _take_snapshot(self, name: str, value: bytes) -> None:
        saved = exact_json.loads(value, _DEEPEST)
        if saved is None:
            self.snapshots.pop(name, None)
            return
        self.snapshots[name] = {
            api: (self._decode_fixtures(api, base), _decode_records(own))
            for api, (base, own) in saved.items()
        }

    def _decode_fixtures(self, api: str, rows: Any) -> dict[Key, Record]:
        return self.blueprint.fixtures[api] if rows is None else _decode_records(rows)

    def encode_fixtures(self, api: str, records: Mapping[Key, Record]) -> Any:
        """Encode the records that an API starts with; None for those of every session."""
        return None if records is self.blueprint.fixtures[api] else _encode_records(records)

    def encode_snapshot(self, saved: Mapping[str, Saved] | None) -> bytes:
        """Encode a snapshot; None for one that is deleted."""
        if saved is None:
            return b"null"
        return exact_json.dumps(
            {
                api: [self.encode_fixtures(api, base), _encode_records(own)]
                for api, (base, own) in saved.items()
            }
        )

    def find_order(self, api: str, key: Key, number: int) -> tuple[int, int]:
        """Tell when a record was first written; *number* tells those of the next version apart."""
        return self._orders.get((api, key)) or (self.version + 1, number)


def name_record(api: str, key: Key) -> bytes:
    """Name the part that is a record."""
    return exact_json.dumps([_RECORD, api, *key])


def name_records(api: str) -> bytes:
    """Write how the names of all records of an API begin."""
    return exact_json.dumps([_RECORD, api])[:-1] + b","


def name_fixtures(api: str) -> bytes:
    """Name the part that is what an API starts with."""
    return exact_json.dumps([_FIXTURES, api])


def name_snapshot(name: str) -> bytes:
    """Name the part that is a snapshot."""
    return exact_json.dumps([_SNAPSHOT, name])


def name_part(name: str) -> bytes:
    """Name a small part."""
    return exact_json.dumps([name])


def _encode_records(records: Mapping[Key, Record]) -> list[Any]:
    return [[key, record] for key, record in records.items()]


def _decode_records(rows: Iterable[Any]) -> dict[Key, Record]:
    return {tuple(key): record for key, record in rows}

"""The parts of a session as the server keeps them: the name of each, and its value in JSON."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mockserver.http import exact_json
from mockserver.session.memory_store import Saved
from mockserver.session.store import Key, Record

# What was accepted in a body stands some levels deeper in a part.
DEEPEST = exact_json.MAXIMUM_DEPTH + 10
# As much is written or read within some milliseconds, for which others can wait.
_SOON_WRITTEN = 1000
_SOON_READ_BYTES = 32 * 1024
# Much is compressed, since the server serves nobody else while it copies it. No JSON begins like that.
_FASTEST = 1
_COMPRESSED = b"x"
_RECORD, _STATE, _SNAPSHOT, _TAKEN = "record", "state", "snapshot", "taken"

Fixtures = Mapping[str, dict[Key, Record]]
Part = tuple[bytes, bytes]


class OrderedRecord(NamedTuple):
    """A record, and when it was first written: the version, and a number in it."""

    order: tuple[int, int]
    api: str
    key: Key
    record: Record


@dataclass(slots=True)
class Contents:
    """What some parts of a session hold.

    states: the records of each API whose records are all others. snapshots: by name; None for one that is deleted.
    taken: ids that are not drawn, if they are others. small: the rest, by name.
    """

    states: dict[str, Saved] = field(default_factory=dict)
    records: list[OrderedRecord] = field(default_factory=list)
    snapshots: dict[str, Mapping[str, Saved] | None] = field(default_factory=dict)
    taken: frozenset[str] | None = None
    small: dict[str, Any] = field(default_factory=dict)


def write_part(name: str, value: Any) -> Part:
    """Write a small part."""
    return exact_json.dumps([name]), exact_json.dumps(value)


def write_record(one: OrderedRecord) -> Part:
    """Write a record."""
    return exact_json.dumps([_RECORD, one.api, *one.key]), exact_json.dumps([*one.order, one.record])


def begin_of_records(api: str) -> bytes:
    """Write how the names of all records of an API begin."""
    return exact_json.dumps([_RECORD, api])[:-1] + b","


async def write_state(api: str, saved: Saved, fixtures: Fixtures) -> Part:
    """Write all records of an API."""
    return exact_json.dumps([_STATE, api]), await _write_states({api: saved}, fixtures)


async def write_snapshot(name: str, saved: Mapping[str, Saved] | None, fixtures: Fixtures) -> Part:
    """Write a snapshot; None for one that is deleted."""
    return exact_json.dumps([_SNAPSHOT, name]), await _write_states(saved or {}, fixtures)


async def write_taken(ids: Collection[str]) -> Part:
    """Write the ids that are not drawn."""
    return exact_json.dumps([_TAKEN]), await _write_rows(ids, len(ids))


async def read_parts(names: Sequence[bytes], values: Sequence[bytes], fixtures: Fixtures) -> Contents:
    """Read parts; others are served meanwhile if there is much of them."""
    if sum(map(len, values)) > _SOON_READ_BYTES or any(value.startswith(_COMPRESSED) for value in values):
        return await asyncio.to_thread(_read_parts, names, values, fixtures)
    return _read_parts(names, values, fixtures)


def _read_parts(names: Sequence[bytes], values: Sequence[bytes], fixtures: Fixtures) -> Contents:
    found = Contents()
    for text, value in zip(names, values, strict=True):
        kind, *name = exact_json.loads(text)
        if kind == _RECORD:
            first, number, record = exact_json.loads(value, DEEPEST)
            found.records.append(OrderedRecord((first, number), name[0], tuple(name[1:]), record))
        elif kind == _STATE:
            found.states.update(_read_states(value, fixtures))
        elif kind == _SNAPSHOT:
            # Of a snapshot that there is, each API is in it.
            found.snapshots[name[0]] = _read_states(value, fixtures) or None
        elif kind == _TAKEN:
            found.taken = frozenset(_read_rows(value))
        else:
            found.small[kind] = exact_json.loads(value, DEEPEST)
    found.records.sort(key=lambda one: one.order)
    return found


async def _write_states(states: Mapping[str, Saved], fixtures: Fixtures) -> bytes:
    length = sum(len(own) + (base is not fixtures[api]) * len(base) for api, (base, own) in states.items())
    return await _write_rows(_list_rows(states, fixtures), length)


def _list_rows(states: Mapping[str, Saved], fixtures: Fixtures) -> Iterator[Any]:
    """List each API, with whether it has the fixtures of every session, and then its records."""
    for api, (base, own) in states.items():
        is_shared = base is fixtures[api]
        yield [api, is_shared]
        for place, records in enumerate(({} if is_shared else base, own)):
            for key, record in records.items():
                yield [place, key, record]


def _read_states(value: bytes, fixtures: Fixtures) -> dict[str, Saved]:
    states: dict[str, Saved] = {}
    saved: Saved = ({}, {})
    for first, *rest in _read_rows(value):
        if isinstance(first, str):
            saved = states[first] = (fixtures[first] if rest[0] else {}, {})
        else:
            key, record = rest
            saved[first][tuple(key)] = record
    return states


async def _write_rows(rows: Iterable[Any], length: int) -> bytes:
    if length > _SOON_WRITTEN:
        return await asyncio.to_thread(lambda: zlib.compress(_join_rows(rows), _FASTEST))
    return _join_rows(rows)


def _join_rows(rows: Iterable[Any]) -> bytes:
    # Each by itself, here and where they are read: to write or read one large text would keep all threads waiting.
    return b"\n".join(map(exact_json.dumps, rows))


def _read_rows(value: bytes) -> Iterator[Any]:
    text = zlib.decompress(value) if value.startswith(_COMPRESSED) else value
    return (exact_json.loads(line, DEEPEST) for line in text.split(b"\n") if line)

"""The embedded store: a dictionary over shared fixtures, copied on write."""

from __future__ import annotations

from mockserver.session.store import Change, Key, Record

Saved = tuple[dict[Key, Record], dict[Key, Record]]
_INDEXED_PARTS = 2


class MemoryStore:
    """Keeps records in memory over *fixtures*, which it never changes, so that many stores share them."""

    __slots__ = ("_fixtures", "_index", "_lists", "_records")

    def __init__(self, fixtures: dict[Key, Record]) -> None:
        self._fixtures = fixtures
        self._records: dict[Key, Record] = {}
        # The keys by their first two parts, made when a list is first asked for.
        self._index: dict[Key, dict[Key, None]] | None = None
        # The records by the first part of their keys alone, listed when they are first asked for.
        self._lists: dict[Key, list[Record]] = {}

    async def get(self, key: Key) -> Record | None:
        """Read the record at *key*, or None."""
        return self.read(key)

    async def update(self, key: Key, change: Change) -> Record:
        """Replace the record at *key*; nothing else runs in between, since nothing is awaited."""
        record = change(self.read(key))
        self.put(key, record)
        return record

    async def list_records(self, prefix: Key) -> list[Record]:
        """List the records whose key starts with *prefix*, fixtures first, oldest first.

        With two parts or more it costs as much as there is under them. With one it costs as much as there is at all,
        after each change of one of them; the few kinds that are listed so come from the fixtures.
        """
        if len(prefix) < _INDEXED_PARTS:
            if prefix not in self._lists:
                records = self.all_records().items()
                self._lists[prefix] = [record for key, record in records if key[: len(prefix)] == prefix]
            return list(self._lists[prefix])
        if self._index is None:
            self._index = {}
            for key in self.all_records():
                self._index.setdefault(key[:_INDEXED_PARTS], {})[key] = None
        keys = self._index.get(prefix[:_INDEXED_PARTS], {})
        return [self._records.get(key) or self._fixtures[key] for key in keys if key[: len(prefix)] == prefix]

    def all_records(self) -> dict[Key, Record]:
        """Give every record by its key."""
        return self._fixtures | self._records

    def save(self) -> Saved:
        """Save everything; records are never changed in place, so this copies no record."""
        return self._fixtures, dict(self._records)

    def load(self, saved: Saved) -> None:
        """Go back to what was saved, or start with other fixtures."""
        self._fixtures, self._records, self._index = saved[0], dict(saved[1]), None
        self._lists.clear()

    def put(self, key: Key, record: Record) -> None:
        """Replace the record at *key*."""
        self._records[key] = record
        if self._lists:
            self._lists.pop(key[:1], None)
            self._lists.pop((), None)
        if self._index is not None:
            self._index.setdefault(key[:_INDEXED_PARTS], {})[key] = None

    def read(self, key: Key) -> Record | None:
        """Read the record at *key*, or None."""
        record = self._records.get(key)
        return self._fixtures.get(key) if record is None else record

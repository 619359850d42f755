"""The embedded store: a dictionary over shared fixtures, copied on write."""

from __future__ import annotations

from mockserver.session.store import Change, Key, Record

Saved = tuple[dict[Key, Record], dict[Key, Record]]
_INDEXED_PARTS = 2
# Whoever asks for ever other ones does not fill the memory.
_MOST_LISTS = 100


class MemoryStore:
    """Keeps records in memory over *fixtures*, which it never changes, so that many stores share them."""

    __slots__ = ("_fixtures", "_index", "_lengths", "_lists", "_records")

    def __init__(self, fixtures: dict[Key, Record]) -> None:
        self._fixtures = fixtures
        self._records: dict[Key, Record] = {}
        # The keys by their first two parts, made when a list is first asked for.
        self._index: dict[Key, dict[Key, None]] | None = None
        # The records whose keys begin alike, listed when they are first asked for, until one of them changes.
        self._lists: dict[Key, list[Record]] = {}
        # How long the beginnings are of what was listed; few of the lengths that there may be.
        self._lengths: tuple[int, ...] = ()

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

        Unchanged since the last time, it costs a copy of the list. Otherwise it costs as much as there is under the
        first two parts; with one part, as much as there is at all, and the few kinds listed so come from the fixtures.
        """
        found = self._lists.get(prefix)
        if found is None:
            if len(self._lists) >= _MOST_LISTS:
                self._lists.clear()
            found = self._lists[prefix] = self._find_records(prefix)
            if len(prefix) not in self._lengths:
                self._lengths += (len(prefix),)
        return list(found)

    def _find_records(self, prefix: Key) -> list[Record]:
        if len(prefix) < _INDEXED_PARTS:
            records = self.all_records().items()
            return [record for key, record in records if key[: len(prefix)] == prefix]
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
        for length in self._lengths:
            self._lists.pop(key[:length], None)
        if self._index is not None:
            self._index.setdefault(key[:_INDEXED_PARTS], {})[key] = None

    def read(self, key: Key) -> Record | None:
        """Read the record at *key*, or None."""
        record = self._records.get(key)
        return self._fixtures.get(key) if record is None else record

"""The embedded store: a dictionary over shared fixtures, copied on write."""

from __future__ import annotations

from mockserver.store import Change, Key, Record


class MemoryStore:
    """Keeps records in memory over *fixtures*, which it never changes, so that many stores share them."""

    def __init__(self, fixtures: dict[Key, Record]) -> None:
        self._fixtures = fixtures
        self._records: dict[Key, Record] = {}

    async def get(self, key: Key) -> Record | None:
        """Read the record at *key*, or None."""
        return self._read(key)

    async def update(self, key: Key, change: Change) -> Record:
        """Replace the record at *key*; nothing else runs in between, since nothing is awaited."""
        record = change(self._read(key))
        self._records[key] = record
        return record

    async def items(self, prefix: Key) -> list[Record]:
        """List the records whose key starts with *prefix*, fixtures first, oldest first."""
        keys = [key for key in self._fixtures | self._records if key[: len(prefix)] == prefix]
        return [record for key in keys if (record := self._read(key)) is not None]

    def _read(self, key: Key) -> Record | None:
        record = self._records.get(key)
        return self._fixtures.get(key) if record is None else record

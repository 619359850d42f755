"""The interface of the store that keeps a session's records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mockserver.http.problems import Unavailable

Key = tuple[str, ...]
Record = Mapping[str, Any]
Change = Callable[[Record | None], Record]


class StoreUnavailable(Unavailable):
    """The store cannot be reached, so that nothing is known and nothing can be changed."""

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"Retry-After": "1"})


class Store(Protocol):
    """Records under keys that are tuples of text."""

    async def get(self, key: Key) -> Record | None:
        """Read the record at *key*, or None."""
        ...

    async def update(self, key: Key, change: Change) -> Record:
        """Replace the record at *key* by change(record) atomically; change is pure and may run twice."""
        ...

    async def list_records(self, prefix: Key) -> list[Record]:
        """List the records whose key starts with *prefix*, oldest first."""
        ...

"""The items of a collection in the store of a session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.services.resources.collection import Collection
from mockserver.session.session import Session
from mockserver.session.store import Key, Record

_ITEM, _LAST = "item", "last"

Item = Mapping[str, Any]


class ItemStore:
    """The items under one path, such as ``/users/7/orders``, in the session of one call.

    api: the name of the API, whose store it is.
    """

    def __init__(self, session: Session, api: str, collection: Collection, path: str) -> None:
        self._store = session.stores[api]
        self._ids = session.ids
        self._collection = collection
        self._path = path

    async def read_item(self, id_: Any) -> Item | None:
        """Read the item *id_*, or None."""
        record = await self._store.get(item_key(self._path, id_))
        return None if record is None else record["item"]

    async def list_items(self) -> list[Item]:
        """List the items, oldest first."""
        records = await self._store.list_records((_ITEM, self._path))
        return [record["item"] for record in records if record["item"] is not None]

    async def write_item(self, id_: Any, item: Item) -> None:
        """Create or replace the item *id_*."""
        await self._write(id_, item)

    async def remove_item(self, id_: Any) -> None:
        """Remove the item *id_*."""
        # A store forgets nothing, so what says that there is no item stays in its place.
        await self._write(id_, None)

    async def draw_id(self) -> Any:
        """Draw the id of a new item, of the type that its schema has."""
        collection = self._collection
        if not collection.has_numbers and collection.id_schema.get("maxLength", 36) >= 36:
            return self._ids.uuid()
        while True:
            record = await self._store.update((_LAST, self._path), _count_up)
            number = record["last"] if collection.has_numbers else str(record["last"])
            if await self.read_item(number) is None:
                return number

    async def _write(self, id_: Any, item: Item | None) -> None:
        record = make_record(self._path, id_, item)
        await self._store.update(item_key(self._path, id_), lambda _: record)


def item_key(path: str, id_: Any) -> Key:
    """Return the key of an item in the store; an id in a path is text."""
    return _ITEM, path, str(id_)


def make_record(path: str, id_: Any, item: Item | None) -> Record:
    """Make the record of an item; of one that was removed, None is kept."""
    return {"id": str(id_), "path": path, "item": item}


def _count_up(old: Record | None) -> Record:
    return {"last": (old["last"] if old else 0) + 1}

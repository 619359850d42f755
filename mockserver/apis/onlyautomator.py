"""OnlyAutomator: preferences of fans, one record per fan, category and preference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockserver import fixtures
from mockserver.clock import Clock
from mockserver.exchange import Caller, Reply
from mockserver.ids import Ids
from mockserver.problems import NotFound
from mockserver.store import Key, Record, Store

_EXTENSIONS = ("chrome-extension://", "moz-extension://", "safari-web-extension://")


class Fixtures(fixtures.Fixtures):
    """What a fresh session knows: the fans by their ids."""

    fans: list[str]

    def records(self) -> Iterator[tuple[Key, Record]]:
        """Yield the records to start with."""
        for fan in self.fans:
            yield ("fan", fan), {"fanId": fan}


class Api:
    """OnlyAutomator's preferences, kept in a store."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    async def update_preference(self, body: dict[str, Any], caller: Caller) -> Reply:
        """Create or update the record of a fan, category and preference; both answer 200.

        Source: onlyautomator, "Endpoint" and "Notes".
        """
        if await self._store.get(("fan", body["fanId"])) is None:
            raise NotFound("Fan not found with the provided ID")
        key = ("preference", body["fanId"], body["category"], body["preference"])

        def written(old: Record | None) -> Record:
            now = self._clock.timestamp(after=old["updatedAt"] if old else None)
            return {
                "id": old["id"] if old else self._ids.uuid(),
                "fanId": body["fanId"],
                "userId": caller.subject,
                "category": body["category"],
                "preference": body["preference"],
                "value": body["value"],
                "source": "extension" if (caller.origin or "").startswith(_EXTENSIONS) else "manual",
                "createdAt": old["createdAt"] if old else now,
                "updatedAt": now,
            }

        return Reply(200, {"status": "success", "data": await self._store.update(key, written)})

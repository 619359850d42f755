"""A session: everything a caller can change, apart from everybody else's."""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.apis import Api
from mockserver.clock import Clock
from mockserver.ids import Ids
from mockserver.store import Key, Record
from mockserver.store.memory import MemoryStore

DEFAULT = "default"


class Session:
    """State, clock and ids of one caller, or of all who name no session.

    apis: the classes to make this session's APIs of, by name.
    fixtures: what each API knows from the start, by name; shared, never changed.
    """

    def __init__(
        self,
        id: str,
        apis: Mapping[str, type[Api]],
        fixtures: Mapping[str, dict[Key, Record]],
        clock: Clock,
        ids: Ids,
    ) -> None:
        self.id = id
        self.clock = clock
        self.ids = ids
        self.stores = {name: MemoryStore(fixtures[name]) for name in apis}
        self._apis = {name: cls(self.stores[name], clock, ids) for name, cls in apis.items()}

    def api(self, name: str) -> Api:
        """Give this session's instance of the API *name*."""
        return self._apis[name]

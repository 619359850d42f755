"""A session: everything a caller can change, apart from everybody else's."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from mockserver.session.ids import Ids
from mockserver.session.journal import CallJournal, Journal, JournalLedger
from mockserver.session.memory_store import MemoryStore, Saved
from mockserver.session.store import Key, Record
from mockserver.simulation.clock import Clock
from mockserver.simulation.faults import Faults
from mockserver.simulation.overrides import Overrides

DEFAULT = "default"

_Result = TypeVar("_Result")

# Makes the API of one session from what it may touch: its records, the time and new identifiers; and, if its contract
# has choices, from the alternatives in force.
MakeApi = Callable[..., Any]
# The alternative in force of each choice, by the name of the API and the id of the choice.
Choices = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Blueprint:
    """What every session is made from.

    apis: what makes each API that has a state, by name. fixtures: the records that each starts with; shared, never
    changed.
    seed: what ids and dice are drawn from, the same for every session. seconds: the system's time.
    journal_limit: how many calls a journal keeps. journal_ledger: counts those of all sessions. choices: of each API
    whose contract has choices, the alternatives that are in force.
    """

    apis: Mapping[str, MakeApi]
    fixtures: Mapping[str, dict[Key, Record]]
    seed: int = 0
    seconds: Callable[[], float] = time.time
    journal_limit: int = 1000
    journal_ledger: JournalLedger = field(default_factory=JournalLedger)
    choices: Choices = field(default_factory=dict)


class Session:
    """State, clock, ids, dice, journal, faults and overrides of one caller, or of all who name no session.

    start: tells it apart from others of the same name. keys: API keys issued for this session, each with its access.
    used_s: when it was last used, by the steady clock of the server. calls: how many are being answered. choices: the
    alternatives in force, the very object of the blueprint unless choose() took others.
    is_copy: whether this is a call's own copy of a session that other processes have as well, whose changes count only
    once they are committed. is_fresh: whether the copy was read from the store for this call.
    """

    is_copy = False
    is_fresh = False

    # Slots, here and in what a session holds, since there may be ten thousand sessions.
    __slots__ = (
        "_apis", "_blueprint", "calls", "choices", "clock", "faults", "id", "ids", "journal", "keys",
        "overrides", "snapshots", "start", "stores", "used_s",
    )  # fmt: skip

    def __init__(self, id: str, blueprint: Blueprint, start: int = 0) -> None:
        self.id = id
        self.start = start
        self.calls = 0
        self.used_s = 0.0
        self.clock = Clock(blueprint.seconds)
        self.ids = Ids(blueprint.seed)
        self.journal: CallJournal = Journal(id, blueprint.journal_limit, blueprint.journal_ledger)
        self.faults = Faults(self.clock, blueprint.seed)
        self.overrides = Overrides()
        self.stores = {name: MemoryStore(records) for name, records in blueprint.fixtures.items()}
        self.snapshots: dict[str, dict[str, Saved]] = {}
        self.keys: dict[str, str] = {}
        self.choices = blueprint.choices
        self._blueprint = blueprint
        self._apis: dict[str, Any] = {}

    @property
    def is_in_use(self) -> bool:
        """Whether a call is being answered, or somebody waits for calls or reads them as they come."""
        return self.calls > 0 or self.journal.is_watched

    async def change(self, act: Callable[[], _Result]) -> _Result:
        """Do *act*, which changes the session and waits for nothing; all of it counts, or nothing.

        Of a copy it may run again, if another process has changed the session meanwhile.
        """
        return act()

    async def begin(self) -> None:
        """Begin to change a copy, as others in this process left it; they wait until leave()."""

    async def commit(self) -> bool:
        """Make what a copy has changed and recorded count; False if it has to be done again.

        Raises StoreUnavailable.
        """
        return True

    def leave(self) -> None:
        """Let others go on; what was not committed is lost."""

    def get_or_make_api(self, name: str) -> Any:
        """Return this session's instance of the API *name*; make it on the first call."""
        # Made when it is first called: most sessions use one API of several.
        api = self._apis.get(name)
        if api is None:
            given = [self.stores[name], self.clock, self.ids]
            if name in self.choices:
                given.append(self.choices[name])
            api = self._apis[name] = self._blueprint.apis[name](*given)
        return api

    def choose(self, choices: Choices) -> None:
        """Take other alternatives: those in *choices*, and those of the blueprint where an API is not in it."""
        wanted = {**self._blueprint.choices, **choices}
        # The very object, so that a call of most sessions sees at once that nothing is different.
        self.choices = self._blueprint.choices if wanted == self._blueprint.choices else wanted
        # They were made with the former ones.
        self._apis = {}

    def reset_state(self) -> None:
        """Go back to the fixtures."""
        for name, store in self.stores.items():
            store.load((self._blueprint.fixtures[name], {}))

    def reset_faults(self) -> None:
        """Remove the faults and the overrides."""
        self.faults.replace([])
        self.overrides.clear()

    def reset(self) -> None:
        """Start over; snapshots and credentials stay."""
        self.reset_state()
        self.reset_faults()
        self.choose({})
        self.journal.clear()
        self.clock.reset()
        self.ids.reset()
        self.faults.reset_dice()

    def save(self) -> dict[str, Saved]:
        """Save the state of every API."""
        return {name: store.save() for name, store in self.stores.items()}

    def save_snapshot(self, name: str) -> None:
        """Save the state of every API under a name."""
        self.snapshots[name] = self.save()

    def load(self, saved: Mapping[str, Saved], ids: frozenset[str]) -> None:
        """Go back to a saved state, whose records have *ids*: none of them is drawn for a new record."""
        for name, store in saved.items():
            self.stores[name].load(store)
        self.ids.avoid(ids)


def collect_ids(saved: Mapping[str, Saved]) -> frozenset[str]:
    """Collect the ids of the records in a saved state; apart from Session.load, since it takes long for many."""
    records = (record for store in saved.values() for part in store for record in part.values())
    return frozenset(str(record["id"]) for record in records if "id" in record)

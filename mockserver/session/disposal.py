"""Letting go of what is large: freed at once, a hundred thousand records would hold every thread up."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from mockserver.session.memory_store import Saved
from mockserver.session.store import Key, Record

# Fewer records than these are let go of sooner than handed to a thread.
_FEW_RECORDS = 1000


def list_collections(state: Mapping[str, Saved]) -> list[Collection[Any]]:
    """List the collections of a saved state that hold records, or their keys."""
    # Not their items: a pair of each would have to be made first, all at once.
    return [view for saved in state.values() for part in saved for view in (part.values(), part.keys())]


def let_go_in_pieces(collections: list[Collection[Any]]) -> None:
    """Let the items of *collections* go one by one, and free each that nobody else keeps.

    No collection is changed, since others may use it. The list is emptied, so that the caller keeps none either.
    """
    copies = [list(collection) for collection in collections]
    collections.clear()
    for copy in copies:
        while copy:
            copy.pop()


def let_go_soon(states: Sequence[Mapping[str, Saved]], fixtures: Mapping[str, dict[Key, Record]]) -> None:
    """Let the records of *states* go while others are served, but for the *fixtures* that all sessions share."""
    shared = {id(records) for records in fixtures.values()}
    own = [
        part
        for state in states
        for saved in state.values()
        for part in saved
        if part and id(part) not in shared
    ]
    if sum(map(len, own)) > _FEW_RECORDS:
        views: list[Collection[Any]] = [view for part in own for view in (part.values(), part.keys())]
        # Only in the loop's next turn, so that the thread is the last who holds the records.
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.run_in_executor, None, let_go_in_pieces, views)

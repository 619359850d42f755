"""Letting go of what is large: freed at once, a hundred thousand records would hold every thread up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from mockserver.session.memory_store import Saved


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

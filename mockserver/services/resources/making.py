"""New items of a collection, and changed ones: what a request sends, and what only a server adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from mockserver.services.resources.collection import Collection
from mockserver.services.resources.item_store import Item
from mockserver.simulation.clock import Clock

# Of the members that are times: those that a change sets as well.
_CHANGED = ("updat", "modif", "chang")


class ItemMaker:
    """Makes the items of one collection.

    find_sample: finds an example of one, or None; called when it is needed first, for it takes a while.
    """

    def __init__(self, collection: Collection, find_sample: Callable[[], Any]) -> None:
        self._collection = collection
        self._shape = collection.shape
        self._find_sample = find_sample

    @cached_property
    def _sample(self) -> dict[str, Any]:
        found = self._find_sample()
        return found if isinstance(found, dict) else {}

    def read_body(self, body: Any) -> dict[str, Any]:
        """Return the item that was sent, without an envelope around it, and without what only a server sets."""
        if body is None:
            return {}
        inner = self._shape.find_in(body) if self._shape.place and len(body) == 1 else None
        sent = inner if isinstance(inner, dict) else body
        return {name: value for name, value in sent.items() if name not in self._shape.read_only}

    def create_item(self, sent: Mapping[str, Any], id_: Any, clock: Clock) -> Item:
        """Make a whole item of what was *sent*: what a server adds is as in the example, and times are now."""
        shape = self._shape
        known = {*shape.required, *shape.read_only}
        added = {name: value for name, value in self._sample.items() if name in known}
        defaults = {name: one["default"] for name, one in shape.members.items() if "default" in one}
        return {
            **added,
            **defaults,
            **sent,
            **self._stamp(clock, is_new=True),
            self._collection.id_member: id_,
        }

    def replace_item(self, old: Item, sent: Mapping[str, Any], id_: Any, clock: Clock) -> Item:
        """Make an item that has of the *old* one only what a server sets."""
        kept = {name: old[name] for name in self._shape.read_only if name in old}
        new = {**self.create_item(sent, id_, clock), **kept, **self._stamp(clock, is_new=False)}
        return {**new, self._collection.id_member: old.get(self._collection.id_member, id_)}

    def change_item(self, old: Item, sent: Mapping[str, Any], id_: Any, clock: Clock) -> Item:
        """Lay what was *sent* over the *old* item."""
        new = {**_merge(old, sent), **self._stamp(clock, is_new=False)}
        return {**new, self._collection.id_member: old.get(self._collection.id_member, id_)}

    def _stamp(self, clock: Clock, *, is_new: bool) -> dict[str, str]:
        """Say when an item was created or changed, in the times that only a server sets."""
        now = clock.timestamp()
        return {
            name: now
            for name in self._shape.read_only
            if self._shape.members[name].get("format") == "date-time"
            and (is_new or any(word in name.lower() for word in _CHANGED))
        }


def _merge(old: Any, change: Any) -> Any:
    """Merge as RFC 7396 says, but that a null stays one: what it means in plain JSON, no contract says."""
    if not isinstance(old, Mapping) or not isinstance(change, Mapping):
        return change
    return {**old, **{name: _merge(old.get(name), value) for name, value in change.items()}}

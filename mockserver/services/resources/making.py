"""New items of a collection, and changed ones: what a request sends, and what only a server adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from mockserver.services.resources.collection import Collection
from mockserver.services.resources.item_store import Item
from mockserver.services.resources.json_patch import CannotPatch, apply_patch
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
        return self._finish_change(_merge_patch(old, sent), old, id_, clock)

    def merge_item(self, old: Item, sent: Mapping[str, Any], id_: Any, clock: Clock) -> Item:
        """Change the *old* item by a JSON Merge Patch, in which null removes a member."""
        return self._finish_change(_merge_patch(old, sent, removes=True), old, id_, clock)

    def patch_item(self, old: Item, patch: Sequence[Any], id_: Any, clock: Clock) -> Item:
        """Change the *old* item by a JSON Patch; what only a server sets stays.

        Raises Invalid and CannotPatch.
        """
        new = apply_patch(old, patch)
        if not isinstance(new, dict):
            raise CannotPatch("The patch leaves no object")
        kept = {name: old[name] for name in self._shape.read_only if name in old}
        return self._finish_change({**new, **kept}, old, id_, clock)

    def _finish_change(self, new: Mapping[str, Any], old: Item, id_: Any, clock: Clock) -> Item:
        id_member = self._collection.id_member
        return {**new, **self._stamp(clock, is_new=False), id_member: old.get(id_member, id_)}

    def _stamp(self, clock: Clock, *, is_new: bool) -> dict[str, str]:
        """Say when an item was created or changed, in the times that only a server sets."""
        now = clock.timestamp()
        return {
            name: now
            for name in self._shape.read_only
            if self._shape.members[name].get("format") == "date-time"
            and (is_new or any(word in name.lower() for word in _CHANGED))
        }


def _merge_patch(old: Any, change: Any, *, removes: bool = False) -> Any:
    """Merge as RFC 7396 says; a null stays one unless it *removes*: what it means in plain JSON, no contract says."""
    if not isinstance(change, Mapping):
        return change
    if not isinstance(old, Mapping):
        if not removes:
            return change
        old = {}
    changed = {name: _merge_patch(old.get(name), value, removes=removes) for name, value in change.items()}
    return {
        name: value
        for name, value in {**old, **changed}.items()
        if not removes or change.get(name, 0) is not None
    }

"""OnlyAutomator: preferences of fans, one record per fan, category and preference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.apis.onlyautomator.body_reader import make_body_reader
from mockserver.apis.onlyautomator.fixtures import EVERY_FAN, Fixtures, own_key, preference_key
from mockserver.apis.onlyautomator.record import IDS, ORDERS, SOURCES, is_unchanged, make_renderer
from mockserver.auth.caller import Caller
from mockserver.http.problems import Invalid, NotInFixtures, Violation
from mockserver.http.reply import Reply
from mockserver.session.ids import Ids
from mockserver.session.store import Key, Record, Store
from mockserver.simulation.clock import Clock

__all__ = ["Api", "Fixtures"]

_SAVED = "Preference created or updated successfully"
_UNKNOWN_FAN = "Fan not found with the provided ID"


class Api:
    """OnlyAutomator's preferences, kept in a store.

    choices: the alternative in force of each choice of the contract, by its id.
    """

    def __init__(self, store: Store, clock: Clock, ids: Ids, choices: Mapping[str, str]) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._choices = choices
        self._keeps_users_apart = choices["updating-user"] == "own-record"
        self._read_body = make_body_reader(choices)
        self._render = make_renderer(choices)

    async def update_preference(self, body: dict[str, Any], caller: Caller) -> Reply:
        """Create or update the record of a fan, category and preference; the status is 200 for both.

        Source: onlyautomator, "Endpoint" and "Notes".
        """
        if self._read_body is not None:
            body = self._read_body(body)
        # No operation adds or removes a fan, so this need not be part of the update.
        await self._require_fan(body["fanId"])
        key = await self._find_key(body, caller)
        claimed_id = await self._find_claimed_id(body) if self._choices["id-from-body"] == "taken" else None

        def write_preference(old: Record | None) -> Record:
            # Two writes within a millisecond, or under a frozen clock, still differ in their time.
            now = self._clock.timestamp(after=old["updatedAt"] if old else None)
            is_later = not old and self._choices["first-timestamps"] == "later"
            keeps_user = old and self._choices["updating-user"] == "creator"
            named = old or body
            new = {
                "id": old["id"] if old else claimed_id or IDS[self._choices["id-form"]](self._ids),
                "fanId": named["fanId"],
                "userId": old["userId"] if old and keeps_user else caller.subject,
                "category": named["category"],
                "preference": named["preference"],
                "value": body.get("value"),
                "source": SOURCES[self._choices["source-form"]](caller),
                "createdAt": old["createdAt"] if old else now,
                "updatedAt": self._clock.timestamp(after=now) if is_later else now,
            }
            if old and self._choices["unchanged-update"] == "same" and is_unchanged(old, new):
                return old
            return new

        written = self._render_all([await self._store.update(key, write_preference)])
        answered = {"status": "success", "data": written[0]}
        if self._choices["success-message"] == "sent":
            answered["message"] = _SAVED
        return Reply(200, answered)

    async def get_preferences(
        self,
        fanId: str | None,  # noqa: N803 - the parameter's own name
        caller: Caller,
        category: str | None = None,
    ) -> Reply:
        """List a fan's records, all or those of one category, the newest first.

        Source: onlyautomator, "Get Preferences".
        """
        records = await self._find_records(fanId, category)
        if self._keeps_users_apart and self._choices["list-of-two-users"] == "own-records":
            records = [record for record in records if record["userId"] == caller.subject]
        if category is not None and not records and self._choices["list-unknown-category"] != "empty-list":
            raise Invalid([Violation("category", "has no preferences")], choice="list-unknown-category")
        listed = self._render_all(ORDERS[self._choices["list-order"]](records))
        if self._choices["list-optional-members"] == "neither":
            listed = [_leave_out_optional(record) for record in listed]
        return Reply(200, {"status": "success", "data": listed})

    async def _find_records(self, fan: str | None, category: str | None) -> Sequence[Record]:
        """Find the records of a fan, or of a category of his, the oldest first."""
        if fan is None:
            if self._choices["list-missing-fan-id"].startswith("refused"):
                raise Invalid([Violation("fanId", "is required")], choice="list-missing-fan-id")
            if self._choices["list-missing-fan-id"] == "empty-list":
                return []
            everything = await self._store.list_records(("preference",))
            return [record for record in everything if category in (None, record["category"])]
        if self._choices["list-unknown-fan"] != "empty-list":
            await self._require_fan(fan)
        return await self._store.list_records(
            ("preference", fan) if category is None else ("preference", fan, category)
        )

    async def look_up(self, body: Any) -> None:
        """Raise NotInFixtures for a fan that an invalid body names and that does not exist."""
        if isinstance(body, dict) and isinstance(body.get("fanId"), str) and body["fanId"]:
            await self._require_fan(body["fanId"])

    async def _require_fan(self, fan: str) -> None:
        known = await self._store.get(("fan", fan))
        if known is None and await self._store.get(EVERY_FAN) is None:
            raise NotInFixtures(_UNKNOWN_FAN)

    # --- which record a write is for ---------------------------------------------------------------------

    async def _find_key(self, body: Mapping[str, Any], caller: Caller) -> Key:
        """Find the key of the record that a write is for, be it there or not."""
        key = preference_key(body)
        if self._choices["letter-case-in-key"] == "one-record":
            key = await self._find_key_in_any_case(key)
        # A user keeps to his own record even if users are no longer kept apart: he would own two of one key.
        own = own_key(key, caller.subject)
        if await self._store.get(own) is not None:
            return own
        if self._keeps_users_apart:
            first = await self._store.get(key)
            if first is not None and first["userId"] != caller.subject:
                return own
        return key

    async def _find_key_in_any_case(self, key: Key) -> Key:
        folded = [part.casefold() for part in key[2:]]
        for record in await self._store.list_records(key[:2]):
            other = preference_key(record)
            if [part.casefold() for part in other[2:]] == folded:
                return other
        return key

    async def _find_claimed_id(self, body: Mapping[str, Any]) -> str | None:
        """Return the id that the body names for a new record, unless another record has it."""
        claimed = body.get("id")
        if not isinstance(claimed, str) or not claimed:
            return None
        records = await self._store.list_records(("preference",))
        return None if any(record["id"] == claimed for record in records) else claimed

    # --- what is answered --------------------------------------------------------------------------------

    def _render_all(self, records: Sequence[Record]) -> Sequence[Record]:
        return records if self._render is None else [self._render(record) for record in records]


def _leave_out_optional(record: Record) -> Record:
    return {name: member for name, member in record.items() if name not in ("userId", "source")}

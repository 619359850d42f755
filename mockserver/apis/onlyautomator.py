"""OnlyAutomator: preferences of fans, one record per fan, category and preference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import field_validator, model_validator

import openapi
from mockserver import fixtures
from mockserver.auth.caller import Caller
from mockserver.contract.schema import Schema
from mockserver.http.problems import NotInFixtures
from mockserver.http.reply import Reply
from mockserver.session.ids import Ids
from mockserver.session.store import Key, Record, Store
from mockserver.simulation.clock import Clock

_UNKNOWN_FAN = "Fan not found with the provided ID"
# The origins of extensions in Chrome, Firefox and Safari.
_EXTENSIONS = ("chrome-extension://", "moz-extension://", "safari-web-extension://")


class Fixtures(fixtures.Fixtures):
    """The records that a new session starts with: fan ids, and preferences as the contract shows them."""

    fans: list[str]
    preferences: list[dict[str, Any]] = []

    @field_validator("preferences")
    @classmethod
    def _check_schema(cls, preferences: list[dict[str, Any]]) -> list[dict[str, Any]]:
        spec = openapi.load_contract("onlyautomator")
        schema = Schema(spec["components"]["schemas"]["Preference"], spec)
        errors = [
            f"[{index}].{where} {what}"
            for index, preference in enumerate(preferences)
            for where, what in schema.find_violations(preference)
        ]
        if errors:
            raise ValueError("; ".join(errors))
        return preferences

    @model_validator(mode="after")
    def _check_fans(self) -> Fixtures:
        fans, seen, errors = set(self.fans), set(), []
        for index, preference in enumerate(self.preferences):
            if preference["fanId"] not in fans:
                errors.append(f"preferences[{index}].fanId {preference['fanId']!r} is not among the fans")
            if _preference_key(preference) in seen:
                errors.append(f"preferences[{index}] is there twice")
            seen.add(_preference_key(preference))
        if errors:
            raise ValueError("; ".join(errors))
        return self

    def records(self) -> Iterator[tuple[Key, Record]]:
        """Yield each record with its key."""
        for fan in self.fans:
            yield ("fan", fan), {"fanId": fan}
        for preference in self.preferences:
            yield _preference_key(preference), preference

    @classmethod
    def from_records(cls, records: Mapping[Key, Record]) -> Fixtures:
        """Build the fixtures that would start a session with *records*."""
        fans = [key[1] for key in records if key[0] == "fan"]
        return cls(
            fans=fans, preferences=[dict(record) for key, record in records.items() if key[0] == "preference"]
        )


def _preference_key(preference: Mapping[str, Any]) -> Key:
    return ("preference", preference["fanId"], preference["category"], preference["preference"])


class Api:
    """OnlyAutomator's preferences, kept in a store."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids

    async def update_preference(self, body: dict[str, Any], caller: Caller) -> Reply:
        """Create or update the record of a fan, category and preference; the status is 200 for both.

        Source: onlyautomator, "Endpoint" and "Notes".
        """
        # No operation adds or removes a fan, so this need not be part of the update.
        if await self._store.get(("fan", body["fanId"])) is None:
            raise NotInFixtures(_UNKNOWN_FAN)

        def write_preference(old: Record | None) -> Record:
            # Two writes within a millisecond, or under a frozen clock, still differ in their time.
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

        return Reply(
            200,
            {"status": "success", "data": await self._store.update(_preference_key(body), write_preference)},
        )

    async def get_preferences(
        self,
        fanId: str,  # noqa: N803 - the parameter's own name
        caller: Caller,  # noqa: ARG002 - every user reads the same records
        category: str | None = None,
    ) -> Reply:
        """List a fan's records, all or those of one category, the newest first.

        Source: onlyautomator, "Get Preferences".
        """
        if await self._store.get(("fan", fanId)) is None:
            raise NotInFixtures(_UNKNOWN_FAN)
        within = ("preference", fanId) if category is None else ("preference", fanId, category)
        # The store lists the oldest first.
        return Reply(200, {"status": "success", "data": (await self._store.list_records(within))[::-1]})

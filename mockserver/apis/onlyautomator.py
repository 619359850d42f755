"""OnlyAutomator: preferences of fans, one record per fan, category and preference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import ValidationInfo, field_validator, model_validator

import openapi
from mockserver import fixtures
from mockserver.auth.caller import Caller
from mockserver.contract.schema import Schema
from mockserver.fixtures.complaint import EVERYTHING, MOST_COMPLAINTS, Complaint, Misfits
from mockserver.http.problems import NotInFixtures, suggest_nearest
from mockserver.http.reply import Reply
from mockserver.session.ids import Ids
from mockserver.session.store import Key, Record, Store
from mockserver.simulation.clock import Clock

_EVERY_FAN = ("every_fan",)
_SEEDED_AT = "2024-01-01T00:00:00.000Z"
_UNKNOWN_FAN = "Fan not found with the provided ID"
# The origins of extensions in Chrome, Firefox and Safari.
_EXTENSIONS = ("chrome-extension://", "moz-extension://", "safari-web-extension://")


class Fixtures(fixtures.Fixtures):
    """The records that a new session starts with: fan ids, or "*" for every id there is, and preferences.

    A preference is as the contract shows it; what a write does not send may be left out.
    """

    fans: list[str] | Literal["*"]
    preferences: list[dict[str, Any]] = []

    @field_validator("preferences")
    @classmethod
    def _complete_preferences(
        cls, preferences: list[dict[str, Any]], info: ValidationInfo
    ) -> list[dict[str, Any]]:
        spec = openapi.load_contract("onlyautomator")
        document = spec["components"]["schemas"]["Preference"]
        credentials = info.data.get("credentials", fixtures.Credentials())
        schema, known = Schema(document, spec), list(document["properties"])
        complaints: list[Complaint] = []
        found: list[dict[str, Any]] = []
        for index, given in enumerate(preferences):
            unknown = [Complaint.of_unknown_key((index, name), known) for name in given if name not in known]
            complaints += unknown
            preference = _add_defaults(given, credentials.subject)
            for where, what, _ in schema.find_violations(preference):
                # A default is only as wrong as what it was made of, and a mistyped key is not missing.
                is_told = where in preference and where not in given
                if not is_told and not any(one.is_meant_as((index, where)) for one in unknown):
                    complaints.append(Complaint((index, where), what))
            if len(complaints) >= MOST_COMPLAINTS:
                break
            found.append({name: preference[name] for name in known if name in preference})
        if complaints:
            raise Misfits(complaints)
        return found

    @model_validator(mode="after")
    def _check_fans(self) -> Fixtures:
        fans, seen = set(self.fans), set()
        complaints = []
        for index, preference in enumerate(self.preferences):
            fan = preference["fanId"]
            if self.fans != EVERYTHING and fan not in fans:
                said = f"{fan!r} is not among the fans; {suggest_nearest(fan, list(self.fans))}"
                complaints.append(Complaint(("preferences", index, "fanId"), said))
            if _preference_key(preference) in seen:
                complaints.append(Complaint(("preferences", index), "is there twice"))
            seen.add(_preference_key(preference))
            if len(complaints) >= MOST_COMPLAINTS:
                break
        if complaints:
            raise Misfits(complaints)
        return self

    def records(self) -> Iterator[tuple[Key, Record]]:
        """Yield each record with its key."""
        if self.fans == EVERYTHING:
            yield _EVERY_FAN, {}
        else:
            yield from ((("fan", fan), {"fanId": fan}) for fan in self.fans)
        for preference in self.preferences:
            yield _preference_key(preference), preference

    @classmethod
    def render_records(cls, records: Mapping[Key, Record]) -> dict[str, Any]:
        """Render the fixtures that would start a session with *records*."""
        fans = [key[1] for key in records if key[0] == "fan"]
        return {
            "fans": EVERYTHING if _EVERY_FAN in records else fans,
            "preferences": [record for key, record in records.items() if key[0] == "preference"],
        }


def _add_defaults(preference: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """Add what a fixture leaves out: the same id for the same preference, and one time for all."""
    key = repr([preference.get(name) for name in ("fanId", "category", "preference")])
    created = preference.get("createdAt", preference.get("updatedAt", _SEEDED_AT))
    return {
        "id": str(uuid5(NAMESPACE_URL, key)),
        "userId": subject,
        "source": "manual",
        "createdAt": created,
        "updatedAt": created,
        **preference,
    }


def _preference_key(preference: Mapping[str, Any]) -> Key:
    return ("preference", preference["fanId"], preference["category"], preference["preference"])


class Api:
    """OnlyAutomator's preferences, kept in a store.

    choices: the alternative in force of each choice of the contract, by its id.
    """

    def __init__(self, store: Store, clock: Clock, ids: Ids, choices: Mapping[str, str]) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._choices = choices

    async def update_preference(self, body: dict[str, Any], caller: Caller) -> Reply:
        """Create or update the record of a fan, category and preference; the status is 200 for both.

        Source: onlyautomator, "Endpoint" and "Notes".
        """
        # No operation adds or removes a fan, so this need not be part of the update.
        await self._require_fan(body["fanId"])

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
        await self._require_fan(fanId)
        within = ("preference", fanId) if category is None else ("preference", fanId, category)
        # The store lists the oldest first.
        return Reply(200, {"status": "success", "data": (await self._store.list_records(within))[::-1]})

    async def _require_fan(self, fan: str) -> None:
        known = await self._store.get(("fan", fan))
        if known is None and await self._store.get(_EVERY_FAN) is None:
            raise NotInFixtures(_UNKNOWN_FAN)

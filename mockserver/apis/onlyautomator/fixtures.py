"""What a session of OnlyAutomator starts with: fans, and preferences of theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5

from pydantic import ValidationInfo, field_validator, model_validator

import openapi
from mockserver import fixtures
from mockserver.contract.schema import Schema
from mockserver.fixtures.complaint import EVERYTHING, MOST_COMPLAINTS, Complaint, Misfits
from mockserver.http.problems import suggest_nearest
from mockserver.session.store import Key, Record

EVERY_FAN = ("every_fan",)
_SEEDED_AT = "2024-01-01T00:00:00.000Z"


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
            owned = own_key(preference_key(preference), preference["userId"])
            if owned in seen:
                complaints.append(Complaint(("preferences", index), "is there twice"))
            seen.add(owned)
            if len(complaints) >= MOST_COMPLAINTS:
                break
        if complaints:
            raise Misfits(complaints)
        return self

    def records(self) -> Iterator[tuple[Key, Record]]:
        """Yield each record with its key."""
        if self.fans == EVERYTHING:
            yield EVERY_FAN, {}
        else:
            yield from ((("fan", fan), {"fanId": fan}) for fan in self.fans)
        seen: set[Key] = set()
        for preference in self.preferences:
            key = preference_key(preference)
            yield own_key(key, preference["userId"]) if key in seen else key, preference
            seen.add(key)

    @classmethod
    def render_records(cls, records: Mapping[Key, Record]) -> dict[str, Any]:
        """Render the fixtures that would start a session with *records*."""
        fans = [key[1] for key in records if key[0] == "fan"]
        return {
            "fans": EVERYTHING if EVERY_FAN in records else fans,
            "preferences": [record for key, record in records.items() if key[0] == "preference"],
        }


def _add_defaults(preference: Mapping[str, Any], subject: str) -> dict[str, Any]:
    """Add what a fixture leaves out: the same id for the same preference, and one time for all."""
    user = preference.get("userId", subject)
    created = preference.get("createdAt", preference.get("updatedAt", _SEEDED_AT))
    completed = {"userId": user, "source": "manual", "createdAt": created, "updatedAt": created, **preference}
    # To make one takes longer than all the rest, and there may be a hundred thousand that have theirs.
    if "id" not in completed:
        named = [preference.get(name) for name in ("fanId", "category", "preference")]
        key = repr(named if user == subject else [*named, user])
        completed["id"] = str(uuid5(NAMESPACE_URL, key))
    return completed


def preference_key(preference: Mapping[str, Any]) -> Key:
    """Return the key of the record of a fan, category and preference."""
    return ("preference", preference["fanId"], preference["category"], preference["preference"])


def own_key(key: Key, user: str) -> Key:
    """Return the key of the record of *user*, where another user has the one of that key."""
    return (*key, user)

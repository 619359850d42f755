"""OnlyAutomator servers that list to one user, or for one fan, what is another's, or hide what is theirs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.proof.reference.onlyautomator import Caller, Record, Reference
from conformance.proof.variants.onlyautomator import ListsChangedRecord


class LastWriterIsShown(Reference):
    """A user is shown no record that another user wrote last, though he made it."""

    breaks = frozenset({"list-shows-what-others-wrote"})

    def is_of_user(self, record: Record, caller: Caller) -> bool:
        return bool(record["userId"] == caller.user_id)


class CreatorIsShown(Reference):
    """A user is shown no record that another user made, though he updated it."""

    breaks = frozenset({"list-for-other-user"})

    def __init__(self) -> None:
        super().__init__()
        self.creators: dict[str, str] = {}

    def create_record(self, body: Record, caller: Caller) -> Record:
        record = super().create_record(body, caller)
        self.creators[record["id"]] = caller.user_id
        return record

    def is_of_user(self, record: Record, caller: Caller) -> bool:
        return bool(self.creators[record["id"]] == caller.user_id)


class FirstUserIsShown(Reference):
    """Each user has records of his own, and all are shown those of one."""

    breaks = frozenset({"list-for-other-user"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return (caller.user_id, *super().record_key(body, caller))

    def is_of_user(self, record: Record, _: Caller) -> bool:
        return bool(record["userId"] == "user-ada")


class OthersAreShownOldValues(Reference):
    """A user but the first is shown the value that a record was made with."""

    breaks = frozenset({"list-for-other-user"})

    def __init__(self) -> None:
        super().__init__()
        self.made: dict[str, Any] = {}

    def create_record(self, body: Record, caller: Caller) -> Record:
        record = super().create_record(body, caller)
        self.made[record["id"]] = record["value"]
        return record

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().find_records(asked, caller)
        is_first = caller.user_id == "user-ada"
        return found if is_first else [{**one, "value": self.made[one["id"]]} for one in found]


class AnotherFanIsNamed(ListsChangedRecord):
    """A list names another fan in the records of what is false."""

    breaks = frozenset({"list-fan-id"})

    def changed_members(self, record: Record) -> Record:
        return {"fanId": "fan-1002"} if record["value"] is False else {}


class AllFansAreNamedAlike(ListsChangedRecord):
    """A list names every fan alike."""

    breaks = frozenset({"list-fan-id"})

    def changed_members(self, _: Record) -> Record:
        return {"fanId": "fan"}


class RecordIsNamedForFan(ListsChangedRecord):
    """A list names the record in the place of its fan."""

    breaks = frozenset({"list-fan-id"})

    def changed_members(self, record: Record) -> Record:
        return {"fanId": record["id"]}


class FanIsNull(ListsChangedRecord):
    """A list has null for the fan."""

    breaks = frozenset({"list-fan-id"})

    def changed_members(self, _: Record) -> Record:
        return {"fanId": None}

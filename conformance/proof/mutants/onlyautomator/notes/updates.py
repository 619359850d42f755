"""OnlyAutomator servers that break a requirement on what an update does, in "Notes"."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from conformance.proof.reference.onlyautomator import Caller, Record, Reference
from conformance.proof.variants.onlyautomator import AnswersChangedRecord, CountsSeconds


class UpdateMakesAnother(Reference):
    """An update makes a record of its own."""

    breaks = frozenset(
        {"update-keeps-id", "parallel-creates-yield-one-record", "exam-records-follow-triples"}
    )

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        return {**super().update_record(old, body, caller), "id": str(uuid.uuid4())}


class UpdateOfTextMakesAnother(Reference):
    """An update of a text to a text makes a record of its own."""

    breaks = frozenset({"update-keeps-id"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        texts = isinstance(old["value"], str) and isinstance(body["value"], str)
        record = super().update_record(old, body, caller)
        return {**record, "id": str(uuid.uuid4())} if texts else record


class SecondUpdateMakesAnother(Reference):
    """The second update of a text makes a record of its own."""

    breaks = frozenset({"update-keeps-id"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        again = old["updatedAt"] != old["createdAt"] and isinstance(body["value"], str)
        record = super().update_record(old, body, caller)
        return {**record, "id": str(uuid.uuid4())} if again else record


class IdOfTheCall(AnswersChangedRecord):
    """The id names the call, not the record."""

    breaks = frozenset(
        {"update-keeps-id", "parallel-creates-yield-one-record", "exam-records-follow-triples"}
    )

    def change_record(self, record: Record) -> Record:
        return {**record, "id": str(uuid.uuid4())}


class CreatedMoves(Reference):
    """An update moves the time of creation."""

    breaks = frozenset({"update-keeps-created-at"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        return {**super().update_record(old, body, caller), "createdAt": self.format_now()}


class UpdateByAnotherUserIsDropped(Reference):
    """An update by another user than the last is answered with the value that was there."""

    breaks = frozenset({"update-changes-value"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update_record(old, body, caller)
        is_same = caller.user_id == old["userId"]
        return record if is_same else {**record, "userId": old["userId"], "value": old["value"]}


class CreatedMovesAtTheSecondUpdate(Reference):
    """The second update moves the time of creation."""

    breaks = frozenset({"update-keeps-created-at"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        again = old["updatedAt"] != old["createdAt"]
        record = super().update_record(old, body, caller)
        return {**record, "createdAt": old["updatedAt"]} if again else record


class CreatedMovesInSeconds(CreatedMoves, CountsSeconds):
    """An update moves the time of creation, told in whole seconds."""


class OtherUserRenews(Reference):
    """An update by another user moves the time of creation."""

    breaks = frozenset({"other-user-keeps-created-at"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update_record(old, body, caller)
        return record if old["userId"] == caller.user_id else {**record, "createdAt": self.format_now()}


class UpdatedIsFrozen(Reference):
    """An update does not move the time of update."""

    breaks = frozenset({"update-moves-updated-at"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        return {**super().update_record(old, body, caller), "updatedAt": old["updatedAt"]}


class _FreezesSome(Reference):
    """Does not move the time of some updates."""

    breaks = frozenset({"update-moves-updated-at"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update_record(old, body, caller)
        return {**record, "updatedAt": old["updatedAt"]} if self.is_frozen(old, record) else record

    def is_frozen(self, old: Record, record: Record) -> bool:
        raise NotImplementedError


class OthersUpdatesAreNotDated(_FreezesSome):
    """An update by another user than the last does not move the time of update."""

    def is_frozen(self, old: Record, record: Record) -> bool:
        return bool(old["userId"] != record["userId"])


class OnlyTheFirstUpdateIsDated(_FreezesSome):
    """An update of a record that was updated before does not move the time of update."""

    def is_frozen(self, old: Record, _: Record) -> bool:
        return bool(old["updatedAt"] != old["createdAt"])


class UpdatesToNothingAreNotDated(_FreezesSome):
    """An update to false does not move the time of update, told in whole seconds."""

    def is_frozen(self, _: Record, record: Record) -> bool:
        return not record["value"]

    def format_now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


class OtherFansUpdatesAreNotDated(_FreezesSome):
    """An update for any fan but one does not move the time of update."""

    def is_frozen(self, _: Record, record: Record) -> bool:
        return bool(record["fanId"] != "fan-1001")


class OthersUpdatesAreDatedBack(Reference):
    """An update by another user than the last is dated an hour before it."""

    breaks = frozenset({"updated-at-never-goes-back"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update_record(old, body, caller)
        hour_ago = datetime.fromisoformat(old["updatedAt"]) - timedelta(hours=1)
        return record if old["userId"] == caller.user_id else {**record, "updatedAt": hour_ago.isoformat()}


class UpdatedGoesBack(Reference):
    """The second update is dated an hour before the first."""

    breaks = frozenset({"updated-at-never-goes-back"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        again = old["updatedAt"] != old["createdAt"]
        hour_ago = datetime.fromisoformat(old["updatedAt"]) - timedelta(hours=1)
        record = super().update_record(old, body, caller)
        return {**record, "updatedAt": hour_ago.isoformat()} if again else record


class CreationIsInLocalTime(Reference):
    """The creation is told in the time of a place two hours east, and called UTC."""

    breaks = frozenset({"updated-at-never-goes-back", "timestamps-tell-the-time"})

    def create_record(self, body: Record, caller: Caller) -> Record:
        record = super().create_record(body, caller)
        there = datetime.fromisoformat(record["createdAt"]) + timedelta(hours=2)
        return {**record, "createdAt": there.isoformat()}


class UpdateIsIgnored(Reference):
    """An update changes nothing but its time."""

    breaks = frozenset(
        {
            "update-changes-value",
            "update-to-falsy",
            "update-changes-type",
            "update-replaces-object",
            "update-replaces-array",
        }
    )

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        return {**super().update_record(old, body, caller), "value": old["value"]}


class SecondUpdateIsIgnored(Reference):
    """The second update does not change the value."""

    breaks = frozenset({"update-changes-value"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        again = old["updatedAt"] != old["createdAt"]
        record = super().update_record(old, body, caller)
        return {**record, "value": old["value"]} if again else record


class ValueOfOneLengthIsTheSame(Reference):
    """A string of the length of the old one does not replace it."""

    breaks = frozenset({"update-changes-value"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        texts = isinstance(old["value"], str) and isinstance(body["value"], str)
        is_same = texts and len(old["value"]) == len(body["value"])
        return super().update_record(old, {**body, "value": old["value"]} if is_same else body, caller)


class OldValueIsAnswered(Reference):
    """An update is made, and answered with the value it replaced."""

    breaks = UpdateIsIgnored.breaks

    def store_record(self, body: Record, caller: Caller) -> Record:
        old = self.records.get(self.record_key(body, caller))
        record = super().store_record(body, caller)
        return {**record, "value": old["value"]} if old else record


class FalsyDoesNotReplace(Reference):
    """An update to something falsy keeps what was there."""

    breaks = frozenset({"update-to-falsy"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        return {
            **super().update_record(old, body, caller),
            "value": self.convert_value(body["value"]) or old["value"],
        }


class EmptyDoesNotReplace(Reference):
    """An update to an empty text, array or object keeps what was there."""

    breaks = frozenset({"update-to-falsy"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        is_empty = body["value"] in ("", [], {})
        return super().update_record(old, {**body, "value": old["value"]} if is_empty else body, caller)


class ZeroDoesNotReplace(Reference):
    """An update to zero keeps what was there."""

    breaks = frozenset({"update-to-falsy"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        is_zero = type(body["value"]) is int and body["value"] == 0
        return super().update_record(old, {**body, "value": old["value"]} if is_zero else body, caller)


class TypeIsFixed(Reference):
    """The first write decides the type; a value of another type does not replace it."""

    breaks = frozenset({"update-changes-type", "update-replaces-boolean"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        same = type(old["value"]) is type(body["value"])
        return {**super().update_record(old, body, caller), "value": body["value"] if same else old["value"]}


class BooleansStayBooleans(Reference):
    """A boolean is replaced by a boolean only."""

    breaks = frozenset({"update-replaces-boolean"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        stays = isinstance(old["value"], bool) and not isinstance(body["value"], bool)
        return super().update_record(old, {**body, "value": old["value"]} if stays else body, caller)


class TypeIsKept(Reference):
    """A number that takes the place of a text is written as text."""

    breaks = frozenset({"update-changes-type"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        is_text = isinstance(old["value"], str) and isinstance(body["value"], int)
        return super().update_record(old, {**body, "value": str(body["value"])} if is_text else body, caller)


class ObjectsAreMerged(Reference):
    """An update merges objects."""

    breaks = frozenset({"update-replaces-object"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        both = isinstance(old["value"], dict) and isinstance(body["value"], dict)
        merged = {**old["value"], **body["value"]} if both else body["value"]
        return {**super().update_record(old, body, caller), "value": merged}


class ArraysAreAppended(Reference):
    """An update appends to an array."""

    breaks = frozenset({"update-replaces-array"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        both = isinstance(old["value"], list) and isinstance(body["value"], list)
        joined = old["value"] + body["value"] if both else body["value"]
        return {**super().update_record(old, body, caller), "value": joined}


class KeyIncludesType(Reference):
    """A value that is text and one that is not are records of their own."""

    breaks = frozenset({"update-keeps-id"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        is_text = body["preference"].startswith("probe_") and isinstance(body.get("value"), str)
        return (*super().record_key(body, caller), is_text)

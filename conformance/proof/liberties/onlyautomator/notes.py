"""OnlyAutomator servers that take a liberty with what stands under "Notes"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.proof.reference.onlyautomator import (
    Caller,
    Record,
    Reference,
    Refusal,
)


class CreatorStays(Reference):
    """A record keeps the user who created it."""

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        return {**super().update_record(old, body, caller), "userId": old["userId"]}


class RecordPerUser(Reference):
    """Each user has records of his own, and is shown all of them."""

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return (caller.user_id, *super().record_key(body, caller))


class ListPerUser(RecordPerUser):
    """Each user has records of his own, and is shown no others."""

    def is_of_user(self, record: Record, caller: Caller) -> bool:
        return bool(record["userId"] == caller.user_id)


class RaceIsRefused(Reference):
    """Of several creates at once all but the first are refused with a conflict."""

    def store_record(self, body: Record, caller: Caller) -> Record:
        if self.record_key(body, caller) in self.records:
            return super().store_record(body, caller)
        if not self.lock.acquire(blocking=False):
            raise Refusal(409, "validation_error", "Someone else is writing this")
        with self.lock:
            # Long enough for the other writes of a race to find the lock taken.
            self.clock.sleep(0.01 if isinstance(body["value"], int) else 0)
            self.lock.release()
            return super().store_record(body, caller)


class CaseIsFoldedInKey(Reference):
    """Names that differ in case only name the same record."""

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return tuple(name.casefold() for name in super().record_key(body, caller))

"""OnlyAutomator servers that break a requirement of "Response"."""

from __future__ import annotations

import uuid
from datetime import timedelta

from conformance.proof.messages import Request
from conformance.proof.reference.onlyautomator import Caller, Record, Reference
from conformance.proof.variants.onlyautomator import AnswersChangedRecord


class LocalTimeIsCalledUtc(Reference):
    """Timestamps are of a zone seven hours behind and say that they are UTC."""

    breaks = frozenset({"timestamps-tell-the-time"})

    def format_now(self) -> str:
        return (self.clock.now() - timedelta(hours=7)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class DateIsYesterday(Reference):
    """The day of a timestamp is the day before."""

    breaks = frozenset({"timestamps-tell-the-time"})

    def format_now(self) -> str:
        return (self.clock.now() - timedelta(days=1)).isoformat()


class CreatedIsTheStart(Reference):
    """Every record is dated when the server started."""

    breaks = frozenset({"created-at-tells-when"})

    def __init__(self) -> None:
        super().__init__()
        self.started = self.format_now()

    def create_record(self, body: Record, caller: Caller) -> Record:
        return {**super().create_record(body, caller), "createdAt": self.started}


class FanIsRenamedEachTime(AnswersChangedRecord):
    """The fan's id is another one in each answer."""

    breaks = frozenset({"fan-id-is-stable"})

    def change_record(self, record: Record) -> Record:
        return {**record, "fanId": f"{record['fanId']}:{uuid.uuid4()}"}


class OneFanForAll(AnswersChangedRecord):
    """Every fan has the same id."""

    breaks = frozenset({"fan-id-tells-fans-apart"})

    def change_record(self, record: Record) -> Record:
        return {**record, "fanId": "fan"}


class OneUserForAll(AnswersChangedRecord):
    """Every user has the same id."""

    breaks = frozenset({"user-follows-token"})

    def change_record(self, record: Record) -> Record:
        return {**record, "userId": "user"}


class FirstUserWroteAll(Reference):
    """The user of the first request is remembered and credited with every write."""

    breaks = frozenset({"user-follows-token"})

    def authenticate_caller(self, request: Request) -> Caller:
        caller = super().authenticate_caller(request)
        self.first = getattr(self, "first", caller.user_id)
        return Caller(self.first, caller.role)


class UserFromBody(Reference):
    """A userId in the body is believed."""

    breaks = frozenset({"user-not-from-body"})

    def create_record(self, body: Record, caller: Caller) -> Record:
        return {**super().create_record(body, caller), "userId": body.get("userId", caller.user_id)}


class SourceFromBody(Reference):
    """A source in the body is believed."""

    breaks = frozenset({"source-not-from-body"})

    def store_record(self, body: Record, caller: Caller) -> Record:
        record = super().store_record(body, caller)
        record["source"] = body.get("source", record["source"])
        return record


class _BelievesTheBody(Reference):
    """What the body of a create says of a record is believed, and what an update says is not."""

    members: tuple[str, ...]

    def create_record(self, body: Record, caller: Caller) -> Record:
        claims = {name: body[name] for name in self.members if name in body}
        return {**super().create_record(body, caller), **claims}


class CreatedFromBody(_BelievesTheBody):
    """A createdAt in the body is believed."""

    breaks = frozenset({"created-at-not-from-body"})
    members = ("createdAt",)


class UpdatedFromBody(_BelievesTheBody):
    """An updatedAt in the body is believed."""

    breaks = frozenset({"updated-at-not-from-body"})
    members = ("updatedAt",)


class IdFromBody(_BelievesTheBody):
    """An id in the body is believed, as often as it comes."""

    breaks = frozenset({"ids-stay-unique"})
    members = ("id",)


class UpdateTakesUserFromBody(Reference):
    """A userId in the body of an update is believed."""

    breaks = frozenset({"user-not-from-body"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        return {
            **super().update_record(old, body, caller),
            "userId": body.get("userId", caller.user_id),
        }


class UpdateTakesIdFromBody(Reference):
    """An id in the body of an update is believed."""

    breaks = frozenset({"update-keeps-id"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        return {**super().update_record(old, body, caller), "id": body.get("id", old["id"])}


class UpdateTakesCreatedFromBody(Reference):
    """A createdAt in the body of an update is believed."""

    breaks = frozenset({"created-at-not-from-body"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        return {
            **super().update_record(old, body, caller),
            "createdAt": body.get("createdAt", old["createdAt"]),
        }


class UserIsRenamedEachTime(AnswersChangedRecord):
    """The user's id is another one in each answer, though it begins with the right one."""

    breaks = frozenset({"user-id-is-stable"})

    def change_record(self, record: Record) -> Record:
        return {**record, "userId": f"{record['userId']}:{uuid.uuid4()}"}


class ClockStands(Reference):
    """Both timestamps are always those of the start of the server."""

    breaks = frozenset({"created-at-tells-when", "update-moves-updated-at"})

    def __init__(self) -> None:
        super().__init__()
        self.started = super().format_now()

    def format_now(self) -> str:
        return getattr(self, "started", "")

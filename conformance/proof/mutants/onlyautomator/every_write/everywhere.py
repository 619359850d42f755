"""OnlyAutomator servers whose answers to writes are always wrong, or those to all updates."""

from __future__ import annotations

import uuid
from datetime import datetime

from conformance.proof.messages import Response
from conformance.proof.reference.onlyautomator import Caller, Record, Reference
from conformance.proof.variants.onlyautomator import AnswersChangedRecord


class CreatedIs201(Reference):
    """A create answers 201."""

    breaks = frozenset({"create-answers-200"})

    def success_response(self, record: Record) -> Response:
        status = 201 if record["createdAt"] == record["updatedAt"] else 200
        return Response(status, {"status": "success", "data": record})


class UpdatedIs202(Reference):
    """An update answers 202."""

    breaks = frozenset({"update-answers-200"})

    def success_response(self, record: Record) -> Response:
        status = 200 if record["createdAt"] == record["updatedAt"] else 202
        return Response(status, {"status": "success", "data": record})


class SecondUpdateIs204(Reference):
    """The second update of a record answers 201, the first 200."""

    breaks = frozenset({"update-answers-200"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        again = old["createdAt"] != old["updatedAt"]
        return {**super().update_record(old, body, caller), **({"again": True} if again else {})}

    def success_response(self, record: Record) -> Response:
        return Response(201 if "again" in record else 200, {"status": "success", "data": record})


class StatusOk(Reference):
    """The status word of a success is ok."""

    breaks = frozenset({"success-status-word"})

    def success_response(self, record: Record) -> Response:
        return Response(200, {"status": "ok", "data": record})


class StatusCapital(Reference):
    """The status word of a success has a capital."""

    breaks = frozenset({"success-status-word"})

    def success_response(self, record: Record) -> Response:
        return Response(200, {"status": "Success", "data": record})


class StatusMissingOnUpdate(Reference):
    """The status word is missing when a record was updated."""

    breaks = frozenset({"success-status-word"})

    def success_response(self, record: Record) -> Response:
        fresh = record["createdAt"] == record["updatedAt"]
        return Response(200, {**({"status": "success"} if fresh else {}), "data": record})


class DataInAList(Reference):
    """The preference comes in a list of one."""

    breaks = frozenset({"success-data"})

    def success_response(self, record: Record) -> Response:
        return Response(200, {"status": "success", "data": [record]})


class DataUnwrapped(Reference):
    """The preference's members stand beside the status word."""

    breaks = frozenset({"success-data"})

    def success_response(self, record: Record) -> Response:
        return Response(200, {"status": "success", **record})


class NumberForId(AnswersChangedRecord):
    """The record's id is a number."""

    breaks = frozenset({"data-id"})

    def change_record(self, record: Record) -> Record:
        return {**record, "id": uuid.UUID(record["id"]).int % 2**40}


class NumberForFan(AnswersChangedRecord):
    """The fan's id comes back as a number."""

    breaks = frozenset({"data-fan-id"})

    def change_record(self, record: Record) -> Record:
        return {**record, "fanId": int(record["fanId"].removeprefix("fan-"))}


class ObjectForUser(AnswersChangedRecord):
    """The user comes back as an object."""

    breaks = frozenset({"data-user-id"})

    def change_record(self, record: Record) -> Record:
        return {**record, "userId": {"id": record["userId"]}}


class CategoryMissingOnUpdate(AnswersChangedRecord):
    """An update does not tell the category."""

    breaks = frozenset({"data-category"})

    def change_record(self, record: Record) -> Record:
        fresh = record["createdAt"] == record["updatedAt"]
        return record if fresh else {name: record[name] for name in record if name != "category"}


class PreferenceMissingOnUpdate(AnswersChangedRecord):
    """An update does not tell the preference's name."""

    breaks = frozenset({"data-preference"})

    def change_record(self, record: Record) -> Record:
        fresh = record["createdAt"] == record["updatedAt"]
        return record if fresh else {name: record[name] for name in record if name != "preference"}


class ValueMissingOnUpdate(AnswersChangedRecord):
    """An update does not tell the value."""

    breaks = frozenset({"data-value"})

    def change_record(self, record: Record) -> Record:
        fresh = record["createdAt"] == record["updatedAt"]
        return record if fresh else {name: record[name] for name in record if name != "value"}


class SourceMissing(AnswersChangedRecord):
    """The source is left out."""

    breaks = frozenset({"data-source"})

    def change_record(self, record: Record) -> Record:
        return {name: record[name] for name in record if name != "source"}


class SourceList(AnswersChangedRecord):
    """The source is a list."""

    breaks = frozenset({"data-source"})

    def change_record(self, record: Record) -> Record:
        return {**record, "source": [record["source"]]}


class CreatedInSeconds(AnswersChangedRecord):
    """The time of creation is a Unix time."""

    breaks = frozenset({"data-created-at"})

    def change_record(self, record: Record) -> Record:
        return {**record, "createdAt": datetime.fromisoformat(record["createdAt"]).timestamp()}


class UpdatedLikeMail(AnswersChangedRecord):
    """The time of update is written as in mail."""

    breaks = frozenset({"data-updated-at"})

    def change_record(self, record: Record) -> Record:
        updated = datetime.fromisoformat(record["updatedAt"])
        return {**record, "updatedAt": updated.strftime("%a, %d %b %Y %H:%M:%S GMT")}


class UpdatedNullAtFirst(AnswersChangedRecord):
    """A record that was never updated has null for the time of update."""

    breaks = frozenset({"data-updated-at"})

    def change_record(self, record: Record) -> Record:
        fresh = record["createdAt"] == record["updatedAt"]
        return {**record, "updatedAt": None} if fresh else record

"""OnlyAutomator servers whose answers to writes are wrong here and there: for another fan or user, or at once."""

from __future__ import annotations

import uuid
from dataclasses import replace

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import Caller, Record, Reference
from conformance.proof.variants.onlyautomator import AnswersChangedRecord

_FAN, _USER = "fan-1001", "user-ada"


class _WrongHereAndThere(AnswersChangedRecord):
    """Answers wrongly where is_concerned says so."""

    def change_record(self, record: Record) -> Record:
        return self.spoil_record(record) if self.is_concerned(record) else record

    def is_concerned(self, record: Record) -> bool:
        raise NotImplementedError

    def spoil_record(self, record: Record) -> Record:
        raise NotImplementedError


class _WrongForOtherFans(_WrongHereAndThere):
    def is_concerned(self, record: Record) -> bool:
        return bool(record["fanId"] != _FAN)


class _WrongForOtherUsers(_WrongHereAndThere):
    def is_concerned(self, record: Record) -> bool:
        return bool(record["userId"] != _USER)


class _WrongForLists(_WrongHereAndThere):
    def is_concerned(self, record: Record) -> bool:
        return isinstance(record["value"], list)


class OtherFansAnswer201(Reference):
    """What is made for any fan but one is answered 201."""

    breaks = frozenset({"create-answers-200"})

    def success_response(self, record: Record) -> Response:
        response = super().success_response(record)
        is_theirs = record["fanId"] != _FAN and record["createdAt"] == record["updatedAt"]
        return replace(response, status=201) if is_theirs else response


class UpdateByAnotherUserIs202(Reference):
    """An update by another user is answered 202."""

    breaks = frozenset({"update-answers-200"})

    def success_response(self, record: Record) -> Response:
        response = super().success_response(record)
        is_theirs = record["userId"] != _USER and record["createdAt"] != record["updatedAt"]
        return replace(response, status=202) if is_theirs else response


class OtherFansAreOk(Reference):
    """A write for any fan but one is answered ok, not success."""

    breaks = frozenset({"success-status-word"})

    def success_response(self, record: Record) -> Response:
        word = "success" if record["fanId"] == _FAN else "ok"
        return Response(200, {"status": word, "data": record})


class OtherUsersGetAList(Reference):
    """Another user's write is answered with a list."""

    breaks = frozenset({"success-data"})

    def success_response(self, record: Record) -> Response:
        data = record if record["userId"] == _USER else [record]
        return Response(200, {"status": "success", "data": data})


class OtherFansHaveNumbers(_WrongForOtherFans):
    """The records of any fan but one have a number for their id."""

    breaks = frozenset({"data-id"})

    def spoil_record(self, record: Record) -> Record:
        return {**record, "id": 7}


class ListsHaveNoFan(_WrongForLists):
    """The answer to a list does not name the fan."""

    breaks = frozenset({"data-fan-id"})

    def spoil_record(self, record: Record) -> Record:
        return {name: record[name] for name in record if name != "fanId"}


class OtherFansHaveNoUser(_WrongForOtherFans):
    """The records of any fan but one have null for their user."""

    breaks = frozenset({"data-user-id"})

    def spoil_record(self, record: Record) -> Record:
        return {**record, "userId": None}


class OtherUsersGetNoCategory(_WrongForOtherUsers):
    """Another user is not told the category."""

    breaks = frozenset({"data-category"})

    def spoil_record(self, record: Record) -> Record:
        return {name: record[name] for name in record if name != "category"}


class OtherUsersGetNoPreference(_WrongForOtherUsers):
    """Another user is not told the preference's name."""

    breaks = frozenset({"data-preference"})

    def spoil_record(self, record: Record) -> Record:
        return {name: record[name] for name in record if name != "preference"}


class OtherUsersGetNoValue(_WrongForOtherUsers):
    """Another user is not told the value."""

    breaks = frozenset({"data-value"})

    def spoil_record(self, record: Record) -> Record:
        return {name: record[name] for name in record if name != "value"}


class ListsHaveManySources(_WrongForLists):
    """The source of a list is a list."""

    breaks = frozenset({"data-source"})

    def spoil_record(self, record: Record) -> Record:
        return {**record, "source": [record["source"]]}


class OtherFansAreCreatedNever(_WrongForOtherFans):
    """The records of any fan but one have no createdAt."""

    breaks = frozenset({"data-created-at"})

    def spoil_record(self, record: Record) -> Record:
        return {**record, "createdAt": ""}


class ListsAreUpdatedInWords(_WrongForLists):
    """The updatedAt of a list is a word."""

    breaks = frozenset({"data-updated-at"})

    def spoil_record(self, record: Record) -> Record:
        return {**record, "updatedAt": "just now"}


class OtherFansIdsMove(Reference):
    """An update for any fan but one makes a record of its own."""

    breaks = frozenset({"model-records-stand-alone"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update_record(old, body, caller)
        return record if body["fanId"] == _FAN else {**record, "id": str(uuid.uuid4())}


class BooleansAreCreatedAnew(Reference):
    """An update of a boolean moves the time of creation."""

    breaks = frozenset({"update-keeps-created-at"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update_record(old, body, caller)
        return {**record, "createdAt": self.format_now()} if isinstance(old["value"], bool) else record


class ListsAreOfAnotherUser(_WrongForLists):
    """The user of a list is another one."""

    breaks = frozenset({"user-id-is-stable"})

    def spoil_record(self, record: Record) -> Record:
        return {**record, "userId": f"{record['userId']}-of-lists"}


class SharedRecordsAreOfAThird(Reference):
    """An update by another user than the last shows neither of the two."""

    breaks = frozenset({"user-id-is-stable", "parallel-writes-keep-users"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update_record(old, body, caller)
        return record if old["userId"] == caller.user_id else {**record, "userId": "user-nobody"}


class ListsAreOfAnotherFan(_WrongForLists):
    """The fan of a list is another one."""

    breaks = frozenset({"fan-id-is-stable"})

    def spoil_record(self, record: Record) -> Record:
        return {**record, "fanId": f"{record['fanId']}-of-lists"}


class NewMarksHaveNoSource(_WrongHereAndThere):
    """A preference that is made, and named by a single mark, has no source."""

    breaks = frozenset({"data-source"})

    def is_concerned(self, record: Record) -> bool:
        is_new = record["createdAt"] == record["updatedAt"]
        return is_new and len(record["preference"]) == 1 and not record["preference"].isalnum()

    def spoil_record(self, record: Record) -> Record:
        return {name: record[name] for name in record if name != "source"}


class ChunksHaveNoUser(Reference):
    """A write in chunks is answered without a user."""

    breaks = frozenset({"data-user-id"})

    def handle_request(self, request: Request) -> Response:
        response = super().handle_request(request)
        if "transfer-encoding" in request.headers:
            response.body["data"] = {**response.body["data"], "userId": None}
        return response


class PipelinesAre201(Reference):
    """A write that is followed by another one is answered 201."""

    breaks = frozenset({"create-answers-200"})

    def handle_request(self, request: Request) -> Response:
        response = super().handle_request(request)
        return replace(response, status=201) if request.is_followed else response


class UpdatesAtOnceAre202(Reference):
    """An update that is under way with other writes is answered 202."""

    breaks = frozenset({"update-answers-200"})
    under_way = 0

    def handle_request(self, request: Request) -> Response:
        self.under_way += 1
        try:
            # Long enough for the other writes of a race to come.
            self.clock.sleep(0.01)
            return super().handle_request(request)
        finally:
            self.under_way -= 1

    def success_response(self, record: Record) -> Response:
        is_concerned = self.under_way > 1 and record["createdAt"] != record["updatedAt"]
        return replace(super().success_response(record), status=202 if is_concerned else 200)

"""OnlyAutomator servers that take a liberty with what stands under "Response"."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import formatdate
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import (
    KEY,
    Caller,
    Record,
    Reference,
    Refusal,
)
from conformance.proof.variants.onlyautomator import ChangesResponse, CountsSeconds


class _ChangesRecord(Reference):
    """Tells a record otherwise than it is kept."""

    def success_response(self, record: Record) -> Response:
        return super().success_response(self.change_record(record))

    def render_listed(self, record: Record) -> Record:
        return self.change_record(record)

    def change_record(self, record: Record) -> Record:
        return record


class ExtraMembers(Reference):
    """Answers carry members that the document does not list, at every level."""

    def success_response(self, record: Record) -> Response:
        data = {**record, "version": 3, "deletedAt": None, "tags": []}
        return Response(200, {"status": "success", "data": data, "message": "Saved", "requestId": "r-1"})

    def list_response(self, records: list[Record]) -> Response:
        more = {"message": "Here you are", "pagination": {"total": len(records), "limit": 100, "offset": 0}}
        return Response(200, {**super().list_response(records).body, **more})

    def render_listed(self, record: Record) -> Record:
        return {**record, "version": 3, "deletedAt": None, "tags": []}

    def error_response(self, refusal: Refusal) -> Response:
        answer = super().error_response(refusal)
        answer.body["error"].update(details={"field": None}, docs="https://docs.example.com")
        return Response(answer.status, {**answer.body, "timestamp": self.format_now(), "data": None})


class OtherMemberOrder(ChangesResponse):
    """Members come in another order."""

    def change_response(self, response: Response) -> Response:
        return Response(response.status, _reverse_members(response.body), response.headers)


class NextNumberForId(Reference):
    """Ids are numbers written as text."""

    numbers = itertools.count(1)

    def create_record(self, body: Record, caller: Caller) -> Record:
        return {**super().create_record(body, caller), "id": str(next(self.numbers))}


class PrefixedId(_ChangesRecord):
    """Ids begin with a word, as in the document's example."""

    def change_record(self, record: Record) -> Record:
        return {**record, "id": f"pref_{record['id'][:8]}"}


class TripleForId(_ChangesRecord):
    """The id is made of the triple."""

    def change_record(self, record: Record) -> Record:
        return {
            **record,
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([record[name] for name in KEY]))),
        }


class MappedFan(_ChangesRecord):
    """The fan comes back under an internal id, always the same one for a fan."""

    def change_record(self, record: Record) -> Record:
        return {**record, "fanId": f"fan_{uuid.uuid5(uuid.NAMESPACE_OID, record['fanId'])}"}


class MappedUser(_ChangesRecord):
    """The user comes back under an internal id that is not the token's subject."""

    def change_record(self, record: Record) -> Record:
        return {**record, "userId": f"user_{uuid.uuid5(uuid.NAMESPACE_OID, record['userId'])}"}


class NoSource(_ChangesRecord):
    """The source is null."""

    def change_record(self, record: Record) -> Record:
        return {**record, "source": None}


class InferredSource(_ChangesRecord):
    """The source of a boolean is inferred, that of anything else the extension."""

    def change_record(self, record: Record) -> Record:
        return {**record, "source": "inferred" if isinstance(record["value"], bool) else "extension"}


class WholeSeconds(CountsSeconds):
    """The clock counts whole seconds."""


class Milliseconds(Reference):
    """The clock counts milliseconds."""

    def format_now(self) -> str:
        return self.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


class TicksOfSixteenMilliseconds(Reference):
    """The clock tells microseconds, and moves on sixty-four times a second."""

    def format_now(self) -> str:
        ticks = int(self.clock.now().timestamp() * 64)
        return datetime.fromtimestamp(ticks / 64, UTC).isoformat(timespec="microseconds")


class Nanoseconds(Reference):
    """Timestamps have nine decimals."""

    def format_now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


class Offset(Reference):
    """Timestamps have an offset of a few hours."""

    def format_now(self) -> str:
        return self.clock.now().astimezone(timezone(timedelta(hours=-9, minutes=-30))).isoformat()


class NoOffset(Reference):
    """Timestamps have no offset at all."""

    def format_now(self) -> str:
        return self.clock.now().replace(tzinfo=None).isoformat()


class BasicForm(Reference):
    """Timestamps are in the basic form."""

    def format_now(self) -> str:
        return self.clock.now().strftime("%Y%m%dT%H%M%S.%fZ")


class CommaForFraction(Reference):
    """The fraction of a timestamp comes after a comma."""

    def format_now(self) -> str:
        return self.clock.now().isoformat().replace(".", ",")


class ClockIsReadTwice(Reference):
    """The clock is read for each timestamp of a new record, and a value of some length lets it tick between."""

    def create_record(self, body: Record, caller: Caller) -> Record:
        record = super().create_record(body, caller)
        return (
            {**record, "updatedAt": self.format_now()} if len(str(body["value"])) > len("first") else record
        )


class SlowClock(Reference):
    """The clock is ten minutes slow."""

    def format_now(self) -> str:
        return (self.clock.now() - timedelta(minutes=10)).isoformat()


class FastClock(ChangesResponse):
    """The clock is a day fast, and so is the Date of every answer."""

    def format_now(self) -> str:
        return (self.clock.now() + timedelta(days=1)).isoformat()

    def change_response(self, response: Response) -> Response:
        return replace(
            response, headers={**response.headers, "date": formatdate(time.time() + 86_400, usegmt=True)}
        )


class LocalTime(Reference):
    """Timestamps are of another zone and do not say so."""

    def format_now(self) -> str:
        return (self.clock.now() + timedelta(hours=7)).replace(tzinfo=None).isoformat()


class TwoClocks(Reference):
    """The database dates the creation and the program the update, some milliseconds apart."""

    def create_record(self, body: Record, caller: Caller) -> Record:
        record = super().create_record(body, caller)
        database = datetime.fromisoformat(record["createdAt"]) + timedelta(milliseconds=7)
        return {**record, "createdAt": database.isoformat()}


class ReplicasApart(Reference):
    """Two replicas answer in turn, their clocks a quarter of a second apart."""

    turns = itertools.cycle((0, 250))

    def format_now(self) -> str:
        return (self.clock.now() - timedelta(milliseconds=next(self.turns))).isoformat()


class ReplicasLookTwice(ReplicasApart):
    """Two replicas a quarter of a second apart, each of which looks at its clock for every timestamp."""

    def create_record(self, body: Record, caller: Caller) -> Record:
        return {**super().create_record(body, caller), "createdAt": self.format_now()}


class FirstAnswerIsFiner(Reference):
    """A create is answered from memory in microseconds, an update from a column of milliseconds."""

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        created = datetime.fromisoformat(old["createdAt"]).isoformat(timespec="milliseconds")
        return {**super().update_record(old, body, caller), "createdAt": created}


class TwoZones(_ChangesRecord):
    """The creation is told in UTC, the update in the time of another place."""

    def change_record(self, record: Record) -> Record:
        updated = datetime.fromisoformat(record["updatedAt"]).astimezone(timezone(timedelta(hours=5)))
        return {**record, "updatedAt": updated.isoformat()}


def _reverse_members(value: Any, levels: int = 3) -> Any:
    if not isinstance(value, dict) or not levels:
        return value
    return {name: _reverse_members(value[name], levels - 1) for name in reversed(value)}


class TextIsIgnored(Reference):
    """What is labelled as text is answered 202 and has no effect."""

    def handle_request(self, request: Request) -> Response:
        is_text = request.headers.get("content-type", "").startswith("text/")
        return Response(202, {}) if is_text else super().handle_request(request)


class IdFromBodyOnce(Reference):
    """A body may name the id of its record, unless another record has it."""

    def create_record(self, body: Record, caller: Caller) -> Record:
        record = super().create_record(body, caller)
        named = body.get("id", record["id"])
        if named in [one["id"] for one in self.records.values()]:
            raise self.validation_refusal("There is a record of that id")
        return {**record, "id": named}


class ClocksOfBodiesAreRefused(Reference):
    """A body that tells when its record was made is refused, and other members are ignored."""

    def validate_body(self, body: Any) -> None:
        super().validate_body(body)
        if "createdAt" in body:
            raise self.validation_refusal("createdAt is read-only")

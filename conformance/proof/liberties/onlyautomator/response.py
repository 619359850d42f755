"""OnlyAutomator servers that take a liberty with what stands under "Response"."""

from __future__ import annotations

import itertools
import json
import time
import uuid
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import formatdate
from typing import Any

from conformance.proof.messages import Response
from conformance.proof.reference.onlyautomator import (
    KEY,
    Caller,
    Record,
    Reference,
    Refusal,
)
from conformance.proof.variants.onlyautomator import _Sent


class _Told(Reference):
    """Tells a record otherwise than it is kept."""

    def succeed(self, record: Record) -> Response:
        return super().succeed(self.tell(record))

    def show(self, record: Record) -> Record:
        return self.tell(record)

    def tell(self, record: Record) -> Record:
        return record


class ExtraMembers(Reference):
    """Answers carry members that the document does not list, at every level."""

    def succeed(self, record: Record) -> Response:
        data = {**record, "version": 3, "deletedAt": None, "tags": []}
        return Response(200, {"status": "success", "data": data, "message": "Saved", "requestId": "r-1"})

    def list_records(self, records: list[Record]) -> Response:
        more = {"message": "Here you are", "pagination": {"total": len(records), "limit": 100, "offset": 0}}
        return Response(200, {**super().list_records(records).body, **more})

    def show(self, record: Record) -> Record:
        return {**record, "version": 3, "deletedAt": None, "tags": []}

    def refuse(self, refusal: Refusal) -> Response:
        answer = super().refuse(refusal)
        answer.body["error"].update(details={"field": None}, docs="https://docs.example.com")
        return Response(answer.status, {**answer.body, "timestamp": self.now(), "data": None})


class OtherMemberOrder(_Sent):
    """Members come in another order."""

    def send(self, response: Response) -> Response:
        return Response(response.status, _reversed(response.body), response.headers)


class NextNumberForId(Reference):
    """Ids are numbers written as text."""

    numbers = itertools.count(1)

    def create(self, body: Record, caller: Caller) -> Record:
        return {**super().create(body, caller), "id": str(next(self.numbers))}


class PrefixedId(_Told):
    """Ids begin with a word, as in the document's example."""

    def tell(self, record: Record) -> Record:
        return {**record, "id": f"pref_{record['id'][:8]}"}


class TripleForId(_Told):
    """The id is made of the triple."""

    def tell(self, record: Record) -> Record:
        return {
            **record,
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([record[name] for name in KEY]))),
        }


class MappedFan(_Told):
    """The fan comes back under an internal id, always the same one for a fan."""

    def tell(self, record: Record) -> Record:
        return {**record, "fanId": f"fan_{uuid.uuid5(uuid.NAMESPACE_OID, record['fanId'])}"}


class MappedUser(_Told):
    """The user comes back under an internal id that is not the token's subject."""

    def tell(self, record: Record) -> Record:
        return {**record, "userId": f"user_{uuid.uuid5(uuid.NAMESPACE_OID, record['userId'])}"}


class NoSource(_Told):
    """The source is null."""

    def tell(self, record: Record) -> Record:
        return {**record, "source": None}


class InferredSource(_Told):
    """The source of a boolean is inferred, that of anything else the extension."""

    def tell(self, record: Record) -> Record:
        return {**record, "source": "inferred" if isinstance(record["value"], bool) else "extension"}


class WholeSeconds(Reference):
    """The clock counts whole seconds."""

    def now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


class Milliseconds(Reference):
    """The clock counts milliseconds."""

    def now(self) -> str:
        return self.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Nanoseconds(Reference):
    """Timestamps have nine decimals."""

    def now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


class Offset(Reference):
    """Timestamps have an offset of a few hours."""

    def now(self) -> str:
        return self.clock.now().astimezone(timezone(timedelta(hours=-9, minutes=-30))).isoformat()


class NoOffset(Reference):
    """Timestamps have no offset at all."""

    def now(self) -> str:
        return self.clock.now().replace(tzinfo=None).isoformat()


class BasicForm(Reference):
    """Timestamps are in the basic form."""

    def now(self) -> str:
        return self.clock.now().strftime("%Y%m%dT%H%M%S.%fZ")


class CommaForFraction(Reference):
    """The fraction of a timestamp comes after a comma."""

    def now(self) -> str:
        return self.clock.now().isoformat().replace(".", ",")


class ClockIsReadTwice(Reference):
    """The clock is read for each timestamp of a new record, and a value of some length lets it tick between."""

    def create(self, body: Record, caller: Caller) -> Record:
        record = super().create(body, caller)
        return {**record, "updatedAt": self.now()} if len(str(body["value"])) > len("first") else record


class SlowClock(Reference):
    """The clock is ten minutes slow."""

    def now(self) -> str:
        return (self.clock.now() - timedelta(minutes=10)).isoformat()


class FastClock(_Sent):
    """The clock is a day fast, and so is the Date of every answer."""

    def now(self) -> str:
        return (self.clock.now() + timedelta(days=1)).isoformat()

    def send(self, response: Response) -> Response:
        return replace(
            response, headers={**response.headers, "date": formatdate(time.time() + 86_400, usegmt=True)}
        )


class LocalTime(Reference):
    """Timestamps are of another zone and do not say so."""

    def now(self) -> str:
        return (self.clock.now() + timedelta(hours=7)).replace(tzinfo=None).isoformat()


class TwoClocks(Reference):
    """The database dates the creation and the program the update, some milliseconds apart."""

    def create(self, body: Record, caller: Caller) -> Record:
        record = super().create(body, caller)
        database = datetime.fromisoformat(record["createdAt"]) + timedelta(milliseconds=7)
        return {**record, "createdAt": database.isoformat()}


class ReplicasApart(Reference):
    """Two replicas answer in turn, their clocks a quarter of a second apart."""

    turns = itertools.cycle((0, 250))

    def now(self) -> str:
        return (self.clock.now() - timedelta(milliseconds=next(self.turns))).isoformat()


class ReplicasLookTwice(ReplicasApart):
    """Two replicas a quarter of a second apart, each of which looks at its clock for every timestamp."""

    def create(self, body: Record, caller: Caller) -> Record:
        return {**super().create(body, caller), "createdAt": self.now()}


class FirstAnswerIsFiner(Reference):
    """A create is answered from memory in microseconds, an update from a column of milliseconds."""

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        created = datetime.fromisoformat(old["createdAt"]).isoformat(timespec="milliseconds")
        return {**super().update(old, body, caller), "createdAt": created}


class TwoZones(_Told):
    """The creation is told in UTC, the update in the time of another place."""

    def tell(self, record: Record) -> Record:
        updated = datetime.fromisoformat(record["updatedAt"]).astimezone(timezone(timedelta(hours=5)))
        return {**record, "updatedAt": updated.isoformat()}


def _reversed(value: Any, levels: int = 3) -> Any:
    if not isinstance(value, dict) or not levels:
        return value
    return {name: _reversed(value[name], levels - 1) for name in reversed(value)}

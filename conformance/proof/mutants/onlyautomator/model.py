"""OnlyAutomator servers that break a requirement on sequences of requests."""

from __future__ import annotations

from conformance.proof.messages import Response
from conformance.proof.reference.onlyautomator import Caller, Record, Reference


class FormerValueIsIgnored(Reference):
    """An update to a value that the record had before is taken for a repetition and ignored."""

    breaks = frozenset({"model-records-stand-alone"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        had = old.get("had", [old["value"]])
        value = old["value"] if body["value"] in had else body["value"]
        return {**super().update_record(old, body, caller), "value": value, "had": [*had, body["value"]]}


class FirstValueStartsAnew(Reference):
    """A record that returns to its first value counts as made again."""

    breaks = frozenset({"model-records-stand-alone"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        first = old.get("first", old["value"])
        record = {**super().update_record(old, body, caller), "first": first}
        returns = body["value"] == first != old["value"]
        return {**record, "createdAt": record["updatedAt"]} if returns else record


class EveryThirdUpdateIsLost(Reference):
    """Of a record's updates to a text every third is answered and not made."""

    breaks = frozenset({"model-records-stand-alone"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        count = old.get("count", 0) + isinstance(body["value"], str)
        is_lost = count > 0 and count % 3 == 0
        record = {**super().update_record(old, body, caller), "count": count}
        return {**record, "value": old["value"]} if is_lost else record


class OnlyLatestRecordsAreKept(Reference):
    """A record is forgotten when ninety others have been written after it."""

    breaks = frozenset({"model-records-stand-alone", "written-is-listed"})

    def store_record(self, body: Record, caller: Caller) -> Record:
        record = super().store_record(body, caller)
        with self.lock:
            key = self.record_key(body, caller)
            self.records[key] = self.records.pop(key)
            for forgotten in list(self.records)[:-90]:
                del self.records[forgotten]
        return record


class TwinIsAnsweredFromMemory(Reference):
    """An update right after that of a record of the same preference is answered with that record's id."""

    breaks = frozenset({"model-records-stand-alone"})
    twin: Record | None = None

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        twin, self.twin = self.twin, old
        is_twin = twin is not None and twin["preference"] == body["preference"]
        id_ = twin["id"] if twin is not None and is_twin else old["id"]
        return {**super().update_record(old, body, caller), "id": id_}


class UserLagsBehind(Reference):
    """An update is told as made by the user who made the update before."""

    breaks = frozenset({"user-id-is-stable", "model-records-stand-alone"})
    latest: str | None = None

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        latest, self.latest = self.latest, caller.user_id
        return {**super().update_record(old, body, caller), "userId": latest or caller.user_id}


class NamesOfTheLastCreate(Reference):
    """An update to a former value answers with the names of the record that was written before it."""

    breaks = frozenset({"model-records-stand-alone"})
    latest: Record = {}

    def success_response(self, record: Record) -> Response:
        latest, self.latest = self.latest, record
        returns = record["value"] == "first" and record["createdAt"] != record["updatedAt"]
        return super().success_response({**record, **(self.copy_names(latest) if returns else {})})


class TextIsDeletedAndInserted(Reference):
    """A text takes the place of a record in two steps, between which there is none."""

    breaks = frozenset({"parallel-updates-keep-records"})

    def store_record(self, body: Record, caller: Caller) -> Record:
        if not isinstance(body["value"], str):
            return super().store_record(body, caller)
        old = self.records.pop(self.record_key(body, caller), None)
        # Long enough for the other updates of a race to find no record.
        self.clock.sleep(0.03 if old else 0)
        record = self.create_record(body, caller) if old is None else self.update_record(old, body, caller)
        self.records[self.record_key(body, caller)] = record
        return record


class UpdatesShareABuffer(Reference):
    """An update to a text is answered from a buffer that all requests share."""

    breaks = frozenset({"parallel-updates-keep-records"})
    buffer: Record = {}

    def store_record(self, body: Record, caller: Caller) -> Record:
        self.buffer = record = super().store_record(body, caller)
        is_update = record["createdAt"] != record["updatedAt"] and isinstance(body["value"], str)
        # Meanwhile the other updates of a race fill the buffer.
        self.clock.sleep(0.02 if is_update else 0)
        return self.buffer if is_update else record

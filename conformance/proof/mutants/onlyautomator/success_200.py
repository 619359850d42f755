"""OnlyAutomator servers that break a requirement of "200 Success"."""

from __future__ import annotations

from conformance.proof.messages import Response
from conformance.proof.reference.onlyautomator import Caller, Record, Reference


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

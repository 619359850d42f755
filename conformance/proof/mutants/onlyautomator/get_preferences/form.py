"""OnlyAutomator servers that break a requirement on the form of a list, in "Get Preferences"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from conformance.proof.messages import Response
from conformance.proof.reference.onlyautomator import Caller, Record, Reference, Refusal
from conformance.proof.variants.onlyautomator import ListsAllChanged, ListsChangedRecord


class ListIsPartial(Reference):
    """A list is answered 206."""

    breaks = frozenset({"list-answers-200"})

    def list_response(self, records: list[Record]) -> Response:
        return Response(206, super().list_response(records).body)


class NobodyReads(Reference):
    """A list is answered 404, as by a server without one."""

    breaks = frozenset({"list-answers-200"})

    def list_response(self, _: list[Record]) -> Response:
        raise Refusal(404, "resource_not_found", "Nothing here")


class WholeListIsForbidden(Reference):
    """A list is answered 403 unless a category is asked for."""

    breaks = frozenset({"list-answers-200"})

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        if "category" not in asked:
            raise Refusal(403, "permission_denied", "Name a category")
        return super().find_records(asked, caller)


class ListStatusOk(Reference):
    """The status word of a list is ok."""

    breaks = frozenset({"list-status-word"})

    def list_response(self, records: list[Record]) -> Response:
        return Response(200, {**super().list_response(records).body, "status": "ok"})


class ListIsWrapped(Reference):
    """The records of a list stand in a member of data."""

    breaks = frozenset({"list-data"})

    def list_response(self, records: list[Record]) -> Response:
        return Response(200, {"status": "success", "data": {"preferences": records}})


class ListIsById(Reference):
    """A list is an object with a record for each id."""

    breaks = frozenset({"list-data"})

    def list_response(self, records: list[Record]) -> Response:
        return Response(200, {"status": "success", "data": {one["id"]: one for one in records}})


class ListIsOfIds(Reference):
    """A list is one of ids."""

    breaks = frozenset({"list-data"})

    def list_response(self, records: list[Record]) -> Response:
        return Response(200, {"status": "success", "data": [one["id"] for one in records]})


class ListIsWithoutUpdates(Reference):
    """A list does not tell when its records were updated."""

    breaks = frozenset({"list-members"})

    def render_listed(self, record: Record) -> Record:
        return {name: record[name] for name in record if name != "updatedAt"}


class ListIsWithoutFans(Reference):
    """A list does not tell whose its records are."""

    breaks = frozenset({"list-members"})

    def render_listed(self, record: Record) -> Record:
        return {name: record[name] for name in record if name != "fanId"}


class ListHasRowNumbers(ListsChangedRecord):
    """A list has ids of its own."""

    breaks = frozenset({"list-ids"})

    def changed_members(self, record: Record) -> Record:
        return {"id": f"row_{record['id']}"}


class ListIsHyphenated(ListsChangedRecord):
    """A list has hyphens for the underscores of a preference."""

    breaks = frozenset({"list-names"})

    def changed_members(self, record: Record) -> Record:
        return {"preference": record["preference"].replace("_", "-")}


class ListIsInUnixTime(ListsChangedRecord):
    """A list tells the time of creation in seconds."""

    breaks = frozenset({"list-timestamps"})

    def changed_members(self, record: Record) -> Record:
        return {"createdAt": datetime.fromisoformat(record["createdAt"]).timestamp()}


class ListHasLocalDates(ListsChangedRecord):
    """A list tells the day of the last update, and no time."""

    breaks = frozenset({"list-timestamps"})

    def changed_members(self, record: Record) -> Record:
        return {"updatedAt": record["updatedAt"][:10]}


class ListIsOfOneDay(ListsChangedRecord):
    """A list tells one time for all creations."""

    breaks = frozenset({"list-tells-when"})

    def changed_members(self, _: Record) -> Record:
        return {"createdAt": "2025-01-15T10:30:00Z"}


class ListIsInLocalTime(ListsChangedRecord):
    """A list calls the time of another zone UTC."""

    breaks = frozenset({"list-tells-when"})

    def changed_members(self, record: Record) -> Record:
        ahead = datetime.fromisoformat(record["updatedAt"]) + timedelta(hours=2)
        return {"updatedAt": ahead.isoformat().replace("+00:00", "Z")}


class ListTellsCreationTwice(ListsChangedRecord):
    """A list tells the time of creation for that of the last update."""

    breaks = frozenset({"list-tells-when"})

    def changed_members(self, record: Record) -> Record:
        return {"updatedAt": record["createdAt"]}


class WholeListIsOfOneDay(Reference):
    """The list of all the fan's tells one time for all updates."""

    breaks = frozenset({"list-tells-when"})

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().find_records(asked, caller)
        one_day = {} if "category" in asked else {"updatedAt": "2025-01-15T10:30:00Z"}
        return [{**record, **one_day} for record in found]


class WholeListHasRowNumbers(ListsAllChanged):
    """The list of all the fan's has ids of its own."""

    breaks = frozenset({"list-ids"})

    def changed_members(self, record: Record) -> Record:
        return {"id": f"row_{record['id']}"}


class WholeListIsWithoutTimes(ListsAllChanged):
    """The list of all the fan's tells times in no ISO form."""

    breaks = frozenset({"list-timestamps"})

    def changed_members(self, record: Record) -> Record:
        return {"createdAt": record["createdAt"].replace("-", "/")}


class WholeListIsHyphenated(ListsAllChanged):
    """The list of all the fan's has hyphens for the underscores of a preference."""

    breaks = frozenset({"list-names"})

    def changed_members(self, record: Record) -> Record:
        return {"preference": record["preference"].replace("_", "-")}

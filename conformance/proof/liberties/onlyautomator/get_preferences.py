"""OnlyAutomator servers that take a liberty with what stands under "Get Preferences"."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import (
    LIST,
    Caller,
    Record,
    Reference,
    Refusal,
)


class _NoLists(Reference):
    """Has no lists, and its profile does not say so."""

    def profile(self, base_url: str) -> dict[str, Any]:
        profile = super().profile(base_url)
        del profile["capabilities"]
        return profile


class ListsAreNotFound(_NoLists):
    """There are no lists: 404."""

    def check_route(self, request: Request) -> None:
        if request.path == LIST:
            raise Refusal(404, "resource_not_found", f"Nothing at {LIST}")
        super().check_route(request)


class ListsAreNotAllowed(_NoLists):
    """There are no lists: 405, in HTML."""

    def answer(self, request: Request) -> Response:
        if request.path == LIST:
            return Response(405, b"<h1>Method Not Allowed</h1>", {"content-type": "text/html"})
        return super().answer(request)


class _Lagging(Reference):
    """Lists lag behind, each for itself."""

    lag_s = 0.3

    def __init__(self) -> None:
        super().__init__()
        self.versions: list[tuple[float, tuple[Any, ...], Record]] = []

    def store_record(self, body: Record, caller: Caller) -> Record:
        record = super().store_record(body, caller)
        self.versions.append((self.clock.monotonic(), self.record_key(body, caller), record))
        return record

    def all_records(self) -> list[Record]:
        until = self.clock.monotonic() - self.lag_s
        return list({key: record for at, key, record in list(self.versions) if at <= until}.values())


class ListsLagBehind(_Lagging):
    """A list shows what was written a moment ago, and not what was written since."""


class ListsLagTwoSeconds(_Lagging):
    """A list lags two seconds behind."""

    lag_s = 2


class ReplicasAreRead(_Lagging):
    """Lists are read from two replicas in turn, one of which is half a second late."""

    lags = itertools.cycle((0.5, 0))

    def all_records(self) -> list[Record]:
        self.lag_s = next(self.lags)
        return super().all_records()


class ListsAreCached(Reference):
    """A list that was asked for once is the same for a minute, longer than the profile says."""

    costs = frozenset({"list-shows-last-writes"})

    def __init__(self) -> None:
        super().__init__()
        self.cached: dict[tuple[str, str | None], Response] = {}

    def answer(self, request: Request) -> Response:
        if request.method != "GET":
            return super().answer(request)
        key = request.target, request.headers.get("authorization")
        if key not in self.cached:
            self.cached[key] = super().answer(request)
        return self.cached[key]


class ClosesOnNulInLists(Reference):
    """A gateway closes the connection on a NUL in the address."""

    def answer(self, request: Request) -> Response:
        return Response(0, is_silent=True) if "%00" in request.target else super().answer(request)


class HangsOnceInAList(Reference):
    """The first list of a fan that nobody has is never given, and the next one is."""

    has_hung = False

    def profile(self, base_url: str) -> dict[str, Any]:
        return {**super().profile(base_url), "patience": {"timeout_s": 1}}

    def answer(self, request: Request) -> Response:
        if "98765432109876543210" in request.target and not self.has_hung:
            self.has_hung = True
            return Response(0, never_comes=True)
        return super().answer(request)


class ListsOldestFirst(Reference):
    """The record created first comes first."""

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().find_records(asked, caller)[::-1]


class ListsHaveNoOrder(Reference):
    """A list is in the order of its ids, which is none."""

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return sorted(super().find_records(asked, caller), key=lambda record: str(record["id"]))


class ListsHaveNoUserNorSource(Reference):
    """A list leaves out the user and the source, as some examples of the page do."""

    def render_listed(self, record: Record) -> Record:
        return {name: record[name] for name in record if name not in ("userId", "source")}


class ListsMapEveryOtherFan(Reference):
    """A list shows the fan now by one id and now by another, as an example of the page does."""

    prefixes = itertools.cycle(("", "fan_uuid_"))

    def render_listed(self, record: Record) -> Record:
        return {**record, "fanId": f"{next(self.prefixes)}{record['fanId']}"}


class ListsInWholeSeconds(Reference):
    """A list tells its times in whole seconds, with an offset."""

    def render_listed(self, record: Record) -> Record:
        told = {
            name: datetime.fromisoformat(record[name]).strftime("%Y-%m-%d %H:%M:%S+00")
            for name in ("createdAt", "updatedAt")
        }
        return {**record, **told}


class _ListTimes(Reference):
    """Tells the times of a list otherwise than those of a write."""

    def render_listed(self, record: Record) -> Record:
        told = {
            name: self.format_moment(datetime.fromisoformat(record[name]))
            for name in ("createdAt", "updatedAt")
        }
        return {**record, **told}

    def format_moment(self, moment: datetime) -> str:
        raise NotImplementedError


class ListsInMinutes(_ListTimes):
    """A list tells its times in whole minutes."""

    def format_moment(self, moment: datetime) -> str:
        return moment.strftime("%Y-%m-%dT%H:%MZ")


class ListsRoundUp(_ListTimes):
    """A list rounds its times to the next second."""

    def format_moment(self, moment: datetime) -> str:
        return (moment + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


class ListsInLocalTime(_ListTimes):
    """A list tells the time of another zone and does not say so."""

    def format_moment(self, moment: datetime) -> str:
        return (moment + timedelta(hours=5, minutes=30)).replace(tzinfo=None).isoformat()


class ListsInAnotherZone(_ListTimes):
    """A list tells its times in the basic form and in another zone, which it names."""

    def format_moment(self, moment: datetime) -> str:
        return moment.astimezone(timezone(timedelta(hours=-4))).strftime("%Y%m%dT%H%M%S,%f%z")


class ListsOfTheDatabase(_ListTimes):
    """A list tells when the database stored what the program had dated."""

    def format_moment(self, moment: datetime) -> str:
        return (moment + timedelta(milliseconds=120)).isoformat()


class ListsHaveDoubles(Reference):
    """A list is made by a reader to whom every number is a double."""

    def render_listed(self, record: Record) -> Record:
        return json.loads(json.dumps(record, sort_keys=True), parse_int=float)  # type: ignore[no-any-return]


class ListsAreSharedWithOthers(Reference):
    """Others write for the same fan all the time, before the run and during it."""

    others = 200

    def all_records(self) -> list[Record]:
        made = {
            "fanId": "fan-1001",
            "category": "content",
            "createdAt": self.format_now(),
            "updatedAt": self.format_now(),
        }
        return [
            *(
                {**made, "id": f"other-{at}", "preference": f"likes_{at}", "value": at}
                for at in range(self.others)
            ),
            *super().all_records(),
        ]


class FilterFoldsCase(Reference):
    """A category is found whatever the case of its letters."""

    def is_of_category(self, record: Record, category: str | None) -> bool:
        return category is None or record["category"].casefold() == category.casefold()


class UnknownFanHasAnEmptyList(Reference):
    """The list of an unknown fan is empty."""

    def read_query(self, request: Request) -> Mapping[str, str]:
        return {"fanId": "", **request.query}


class UnknownCategoryIsNotFound(Reference):
    """A category in which nothing is listed is not found."""

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().find_records(asked, caller)
        if not found and "category" in asked:
            raise Refusal(404, "resource_not_found", "No such category")
        return found


class UnknownCategoryIsInvalid(Reference):
    """A category in which nothing is listed is a bad request."""

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().find_records(asked, caller)
        if not found and "category" in asked:
            raise self.validation_refusal("No such category")
        return found


class ListsCallTokensInvalid(Reference):
    """A list refuses a bad token as invalid_token, and a request without one as any other."""

    def authenticate_caller(self, request: Request) -> Caller:
        try:
            return super().authenticate_caller(request)
        except Refusal:
            if request.method == "GET" and request.headers.get("authorization", "").startswith("Bearer "):
                raise Refusal(401, "invalid_token", "The token is not valid") from None
            raise


class ListsToldOfWholeSeconds(_ListTimes):
    """A list tells its times in whole seconds, with three zeros behind them."""

    def format_moment(self, moment: datetime) -> str:
        return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


class NobodyForEverybody(Reference):
    """Without a fan the records of all fans are listed."""

    def read_query(self, request: Request) -> Mapping[str, str]:
        return super().read_query(request) if "fanId" in request.query else {}

    def is_of_fan(self, record: Record, fan_id: str) -> bool:
        return fan_id == "" or super().is_of_fan(record, fan_id)

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().find_records({"fanId": "", **asked}, caller)

"""OnlyAutomator servers that take a liberty with the pages of a list, in "Get Preferences"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from conformance.proof.liberties.onlyautomator.get_preferences import (
    ListsAreSharedWithOthers,
    ListsHaveNoOrder,
)
from conformance.proof.liberties.onlyautomator.response import WholeSeconds
from conformance.proof.messages import Response
from conformance.proof.reference.onlyautomator import (
    LIST,
    Caller,
    Record,
    Reference,
)


class ListsEndAtTen(Reference):
    """A list is a page of ten, and does not say so."""

    length = 10

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().find_records(asked, caller)[: self.length]


class ListsEndAtTwentyFive(Reference):
    """A list is a page of twenty-five, the oldest first."""

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().find_records(asked, caller)[::-1][:25]


class ListsEndAtFive(ListsEndAtTen):
    """A list is a page of five."""

    length = 5


class ListsEndAtSeven(ListsEndAtTen):
    """A list is a page of seven."""

    length = 7


class ListsEndAtTwelve(ListsEndAtTen):
    """A list is a page of twelve."""

    length = 12


class PagesOfFifteenInNoOrder(ListsHaveNoOrder):
    """A list is a page of fifteen in the order of its ids, which is none."""

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().find_records(asked, caller)[:15]


class PagesOfTwelveByName(Reference):
    """A list is a page of twelve in the order of the preferences."""

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return sorted(super().find_records(asked, caller), key=lambda record: str(record["preference"]))[:12]


class PagesOfTwentyByShard(Reference):
    """A list is a page of twenty in the order of its ids, which begin with one of three shards."""

    def create_record(self, body: Record, caller: Caller) -> Record:
        number = len(self.records)
        return {**super().create_record(body, caller), "id": f"{(number + 1) % 3}-{number:06}"}

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return sorted(super().find_records(asked, caller), key=lambda record: str(record["id"]))[:20]


class PagesOfTwelveByTheSecond(WholeSeconds):
    """A list is a page of twelve, the last second first, and within a second the record that was created first."""

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().find_records(asked, caller)[::-1]
        return sorted(found, key=lambda record: str(record["createdAt"]), reverse=True)[:12]


class PagesOf1024(ListsAreSharedWithOthers):
    """A list is a page of 1,024, and most of it others wrote before."""

    others = 2000

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().find_records(asked, caller)[::-1][:1024]


class PagesSayThatThereIsMore(Reference):
    """A list is a page of twenty of all the fan's, or of ten of a category, and names the next."""

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().find_records(asked, caller)[: 10 if "category" in asked else 20]

    def list_response(self, records: list[Record]) -> Response:
        answer = super().list_response(records)
        meta = {"nextCursor": "MTA" if len(records) in (10, 20) else None}
        return replace(answer, body={**answer.body, "meta": meta})


class PagesAreLinked(PagesSayThatThereIsMore):
    """A list is such a page, and a header links the next."""

    def list_response(self, records: list[Record]) -> Response:
        link = (
            f'<{LIST}?page=2>; rel="next"' if len(records) in (10, 20) else "<https://example.com>; rel=help"
        )
        return replace(Reference.list_response(self, records), headers={"link": link})


class PagesTellTheTotal(Reference):
    """A list is a page of twenty of all the fan's, or of ten of a category, and tells how many there are."""

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().find_records(asked, caller)
        return [{**one, "total": len(found)} for one in found[: 10 if "category" in asked else 20]]

    def list_response(self, records: list[Record]) -> Response:
        answer = super().list_response(records)
        return replace(
            answer, body={**answer.body, "total": max((one["total"] for one in records), default=0)}
        )

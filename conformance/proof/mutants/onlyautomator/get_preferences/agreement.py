"""OnlyAutomator servers whose lists show some records of a run otherwise than their writes were answered."""

from __future__ import annotations

import unicodedata
from typing import Any

from conformance.proof.mutants.onlyautomator.request_body.nested import (
    EmptyNamesInsideAreDropped,
    NullsInsideAreDropped,
    SpaceBeforeTimeIsT,
    TextsInsideAreTrimmed,
)
from conformance.proof.reference.onlyautomator import Caller, Record, Reference


class _ListsConverted(Reference):
    """Keeps a value as it was sent, and converts it for a list as the server does that this is mixed into."""

    breaks = frozenset({"list-agrees-with-answers"})

    def create_record(self, body: Record, caller: Caller) -> Record:
        return {**super().create_record(body, caller), "value": body["value"]}

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        return {**super().update_record(old, body, caller), "value": body["value"]}

    def render_listed(self, record: Record) -> Record:
        return {**record, "value": self.convert_value(record["value"])}


class TextsInsideAreListedTrimmed(_ListsConverted, TextsInsideAreTrimmed):
    """A text inside a value is listed without the whitespace around it."""


class EmptyNamesInsideAreNotListed(_ListsConverted, EmptyNamesInsideAreDropped):
    """A member without a name is not listed of an object inside a value."""


class NullsInsideAreNotListed(_ListsConverted, NullsInsideAreDropped):
    """A member that is null is not listed of an object inside a value."""

    breaks = frozenset({"list-values"})


class TimesAreListedWithT(_ListsConverted, SpaceBeforeTimeIsT):
    """The space between a day and a time becomes a T in a list."""


class WideLettersAreListedNarrow(_ListsConverted):
    """Letters that look alike are listed as one of them."""

    def convert_value(self, value: Any) -> Any:
        return unicodedata.normalize("NFKC", value) if isinstance(value, str) else value


class LargeNumbersAreListedRounded(_ListsConverted):
    """A number is listed with fifteen digits."""

    def convert_value(self, value: Any) -> Any:
        return float(f"{value:.15g}") if type(value) in (int, float) else value


class LongNamesAreListedCut(Reference):
    """Of names only the first 255 characters are listed."""

    breaks = frozenset({"list-agrees-with-answers"})

    def render_listed(self, record: Record) -> Record:
        return {**record, **{name: record[name][:255] for name in ("category", "preference")}}


class _ListsClaims(Reference):
    """Keeps what a body says of its record beside it, and shows that in lists."""

    breaks = frozenset({"list-agrees-with-answers"})
    name = "userId"

    def store_record(self, body: Record, caller: Caller) -> Record:
        record = super().store_record(body, caller)
        if self.name in body:
            vars(self).setdefault("claims", {})[record["id"]] = body[self.name]
        return record

    def render_listed(self, record: Record) -> Record:
        claims = vars(self).get("claims", {})
        return {**record, self.name: claims.get(record["id"], record[self.name])}


class UserOfBodyIsListed(_ListsClaims):
    """The userId of a body is listed, though the answer has that of the token."""


class SourceOfBodyIsListed(_ListsClaims):
    """The source of a body is listed, though the answer has the server's."""

    name = "source"


class CreatedAtOfBodyIsListed(_ListsClaims):
    """The createdAt of a body is listed, though the answer has that of the clock."""

    name = "createdAt"


class UpdatedAtOfBodyIsListed(_ListsClaims):
    """The updatedAt of a body is listed, though the answer has that of the clock."""

    name = "updatedAt"


class IdOfBodyIsListed(_ListsClaims):
    """The id of a body is listed, though the answer has the server's."""

    name = "id"


class EmptyObjectsAreNotListed(Reference):
    """A preference whose value is an empty object is not listed."""

    breaks = frozenset({"written-is-listed"})

    def all_records(self) -> list[Record]:
        return [one for one in super().all_records() if one["value"] != {}]


class _KeepsOld(Reference):
    """Keeps beside an updated record the value that it replaced, and lists that where is_kept says so."""

    breaks = frozenset({"list-agrees-with-answers"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        vars(self).setdefault("former", {})[old["id"]] = old["value"]
        return super().update_record(old, body, caller)

    def render_listed(self, record: Record) -> Record:
        former = vars(self).get("former", {})
        is_kept = record["id"] in former and self.is_kept(record["value"])
        return {**record, "value": former[record["id"]]} if is_kept else record

    def is_kept(self, value: Any) -> bool:
        return not value


class UpdatesToNothingAreNotListed(_KeepsOld):
    """An update to something falsy is answered, and the former value is listed."""


class UpdatesToFalseAreNotListed(_KeepsOld):
    """An update to false is answered, and the former value is listed."""

    def is_kept(self, value: Any) -> bool:
        return value is False


class UpdatesToEmptyAreNotListed(_KeepsOld):
    """An update to an empty array or object is answered, and the former value is listed."""

    def is_kept(self, value: Any) -> bool:
        return value in ([], {})


class FalsyIsLeftOut(Reference):
    """The value of an updated record is left out of a list if it is falsy."""

    breaks = frozenset({"list-agrees-with-answers"})

    def render_listed(self, record: Record) -> Record:
        is_shown = record["value"] or record["createdAt"] == record["updatedAt"]
        return {name: record[name] for name in record if name != "value" or is_shown}


class UpdatedToNothingVanishes(Reference):
    """A record that is updated to something falsy is not listed any more."""

    breaks = frozenset({"list-agrees-with-answers"})

    def all_records(self) -> list[Record]:
        found = super().all_records()
        return [one for one in found if one["value"] or one["createdAt"] == one["updatedAt"]]


class LongNamesAreNotListed(Reference):
    """A record whose preference has more than sixty characters is not listed."""

    breaks = frozenset({"list-agrees-with-answers"})

    def all_records(self) -> list[Record]:
        return [one for one in super().all_records() if len(one["preference"]) <= 60]


class TrueIsNotListed(Reference):
    """A record that is true is not listed."""

    breaks = frozenset({"list-agrees-with-answers"})

    def all_records(self) -> list[Record]:
        return [one for one in super().all_records() if one["value"] is not True]


class UpdatedVanishes(Reference):
    """A record that was updated is not listed any more."""

    breaks = frozenset({"written-is-listed"})

    def all_records(self) -> list[Record]:
        return [one for one in super().all_records() if one["createdAt"] == one["updatedAt"]]


class NumbersAreNotListed(Reference):
    """A record whose value is a number is not listed."""

    breaks = frozenset({"written-is-listed"})

    def all_records(self) -> list[Record]:
        return [one for one in super().all_records() if type(one["value"]) not in (int, float)]


class WritesTouchOthers(Reference):
    """A write moves the updatedAt of its fan's records by less than a second, and the next one moves it back."""

    breaks = frozenset({"list-keeps-times"})
    writes = 0

    def store_record(self, body: Record, caller: Caller) -> Record:
        record, self.writes = super().store_record(body, caller), self.writes + 1
        for key, other in list(self.records.items()):
            created = other["createdAt"]
            moved = [created, f"{created[:20]}9{created[21:]}"]
            if other["fanId"] == record["fanId"] and other["updatedAt"] in moved:
                self.records[key] = {**other, "updatedAt": moved[self.writes % 2]}
        return record


class UpdatesAtOnceAreLost(Reference):
    """An update that is under way with others is answered, and what was there stays."""

    breaks = frozenset({"list-shows-parallel-updates"})
    under_way = 0

    def store_record(self, body: Record, caller: Caller) -> Record:
        self.under_way += 1
        self.clock.sleep(0.03)  # long enough for the other updates of a race to come
        key, is_alone = self.record_key(body, caller), self.under_way == 1
        with self.lock:
            old = None if is_alone else self.records.get(key)
            record = super().store_record(body, caller)
            self.records[key] = old or record
            self.under_way -= 1
        return record

"""OnlyAutomator servers that break a requirement on what a list holds, in "Get Preferences"."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conformance.proof.reference.onlyautomator import Caller, Record, Reference
from conformance.proof.variants.onlyautomator import ListsAllChanged, ListsChangedRecord


class NothingIsStored(Reference):
    """Writes are answered from memory, and nothing reaches what is listed."""

    breaks = frozenset({"written-is-listed"})

    def all_records(self) -> list[Record]:
        return []


class OnlyTheLastIsStored(Reference):
    """The last write takes the place of all others in what is listed."""

    breaks = frozenset({"written-is-listed"})

    def all_records(self) -> list[Record]:
        return sorted(super().all_records(), key=lambda record: record["updatedAt"])[-1:]


class WordsAreNotStored(Reference):
    """A text of several words is answered, and never reaches what is listed."""

    breaks = frozenset({"written-is-listed"})

    def all_records(self) -> list[Record]:
        return [one for one in super().all_records() if one["value"] != "Evenings and weekends"]


class WholeListIsOld(Reference):
    """The list of all the fan's has the ten records that were made first; that of a category has all."""

    breaks = frozenset({"written-is-listed"})

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().find_records(asked, caller)
        return found if "category" in asked else found[-10:]


class OneIsLostOfAPage(WordsAreNotStored):
    """A list is a page of forty, and lacks one that is made before the last on it."""

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().find_records(asked, caller)[::-1][:40]


class WholeListHasText(ListsAllChanged):
    """The list of all the fan's shows numbers as text."""

    breaks = frozenset({"list-values"})

    def changed_members(self, record: Record) -> Record:
        return {"value": str(record["value"])} if type(record["value"]) in (int, float) else {}


class WholeListIsWithoutUpdates(ListsAllChanged):
    """The list of all the fan's shows what a record was made with, whatever its creator wrote since."""

    breaks = frozenset({"list-shows-updates"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update_record(old, body, caller)
        own = caller.user_id == old["userId"]
        return {**record, "made": old.get("made", old["value"])} if own else record

    def changed_members(self, record: Record) -> Record:
        return {"value": record.get("made", record["value"])}


class FilteredListIsWithoutUpdates(WholeListIsWithoutUpdates):
    """The list of a category shows what a record was made with, whatever its creator wrote since."""

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = Reference.find_records(self, asked, caller)
        return found if "category" not in asked else [{**one, **self.changed_members(one)} for one in found]


class WholeListIsDoubled(Reference):
    """The list of all the fan's has every record twice."""

    breaks = frozenset({"list-one-record-per-triple"})

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().find_records(asked, caller)
        return found if "category" in asked else [*found, *found]


class NestedIsNotStored(ListsChangedRecord):
    """An object in an object is answered and not stored."""

    breaks = frozenset({"list-values"})

    def changed_members(self, record: Record) -> Record:
        value = record["value"]
        is_nested = isinstance(value, dict) and any(isinstance(item, dict) for item in value.values())
        return {"value": dict.fromkeys(value)} if is_nested else {}


class FalsyIsNotStored(ListsChangedRecord):
    """What is falsy is answered, and stored as null."""

    breaks = frozenset({"list-values"})

    def changed_members(self, record: Record) -> Record:
        return {"value": record["value"] or None}


class StructuresAreStoredAsText(ListsChangedRecord):
    """An array is listed as its JSON text."""

    breaks = frozenset({"list-values"})

    def changed_members(self, record: Record) -> Record:
        return {"value": json.dumps(record["value"])} if isinstance(record["value"], list) else {}


class NumbersAreStoredAsText(ListsChangedRecord):
    """A number is listed as text."""

    breaks = frozenset({"list-values"})

    def changed_members(self, record: Record) -> Record:
        return {"value": str(record["value"])} if type(record["value"]) in (int, float) else {}


class UpdatesAreNotStored(Reference):
    """An update by the user who made the record is answered, and never reaches what is listed."""

    breaks = frozenset({"list-shows-updates"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update_record(old, body, caller)
        own = caller.user_id == old["userId"]
        return {**record, "made": old.get("made", old["value"])} if own else record

    def render_listed(self, record: Record) -> Record:
        return {**record, "value": record.get("made", record["value"])}


class OthersUpdatesAreNotStored(Reference):
    """An update by another user is answered, and each user is shown what he wrote himself."""

    breaks = frozenset({"list-shows-what-others-wrote", "list-for-other-user"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update_record(old, body, caller)
        return {**record, "own": old["value"]} if caller.user_id != old["userId"] else record

    def render_listed(self, record: Record) -> Record:
        return {**record, "value": record.get("own", record["value"])}


class EveryWriteIsListed(Reference):
    """An update is answered as one, and stored beside what was there."""

    breaks = frozenset({"list-one-record-per-triple"})

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        vars(self).setdefault("former", []).append(old)
        return super().update_record(old, body, caller)

    def all_records(self) -> list[Record]:
        return [*vars(self).get("former", []), *super().all_records()]


class NothingIsNotListed(Reference):
    """What counts as nothing, be it false, zero or empty, is answered and not listed."""

    breaks = frozenset({"written-is-listed"})

    def all_records(self) -> list[Record]:
        return [one for one in super().all_records() if one["value"]]


class FalseIsNotInTheWholeList(Reference):
    """The list of all the fan's lacks what is false."""

    breaks = frozenset({"written-is-listed"})

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().find_records(asked, caller)
        return found if "category" in asked else [one for one in found if one["value"] is not False]


class NothingIsNotInACategory(Reference):
    """The list of a category lacks what is empty."""

    breaks = frozenset({"category-filter-includes"})

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().find_records(asked, caller)
        return [one for one in found if one["value"] not in ("", [])] if "category" in asked else found


class ListsAreKept(Reference):
    """A list is kept until another record is made."""

    breaks = frozenset({"list-shows-last-writes"})

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        kept = vars(self).setdefault("kept", {})
        asked_for = (*asked.items(), len(self.records))
        if asked_for not in kept:
            kept[asked_for] = super().find_records(asked, caller)
        found: list[Record] = kept[asked_for]
        return found


class _WritesElsewhere(Reference):
    """Writes a value to other records of the same preference, too."""

    def store_record(self, body: Record, caller: Caller) -> Record:
        record = super().store_record(body, caller)
        for key, other in self.records.items():
            if self.is_hit(record, other) and other["preference"] == record["preference"]:
                self.records[key] = {**other, "value": record["value"]}
        return record

    def is_hit(self, record: Record, other: Record) -> bool:
        raise NotImplementedError


def _is_of_another_fan(record: Record, other: Record) -> bool:
    return bool(other["fanId"] != record["fanId"] and other["category"] == record["category"])


class UpdateHitsOtherFans(_WritesElsewhere):
    """An update reaches the record of the same names of any other fan."""

    breaks = frozenset({"list-shows-last-writes"})

    def is_hit(self, record: Record, other: Record) -> bool:
        is_update = record["createdAt"] != record["updatedAt"]
        return is_update and _is_of_another_fan(record, other)


class CreateHitsOtherFans(_WritesElsewhere):
    """A record that is made reaches the one of the same names of any other fan."""

    breaks = frozenset({"list-shows-last-writes"})

    def is_hit(self, record: Record, other: Record) -> bool:
        is_new = record["createdAt"] == record["updatedAt"]
        return is_new and _is_of_another_fan(record, other)


class WriteHitsOtherCategories(_WritesElsewhere):
    """A write reaches the preferences of the same name in other categories."""

    breaks = frozenset({"list-shows-last-writes"})

    def is_hit(self, record: Record, other: Record) -> bool:
        return bool(other["fanId"] == record["fanId"] and other["category"] != record["category"])


class CommonCategoriesAreFound(Reference):
    """Records are found by the common categories only."""

    breaks = frozenset({"category-filter-includes"})

    def is_of_category(self, record: Record, category: str | None) -> bool:
        is_common = category in (None, "content", "messaging", "tipping", "scheduling")
        return is_common and super().is_of_category(record, category)


class FilterIsIgnored(Reference):
    """Records of all categories are listed, whichever is asked for."""

    breaks = frozenset({"category-filter-excludes"})

    def is_of_category(self, *_: Any) -> bool:
        return True


class FilterIsAPrefix(Reference):
    """Records are listed whose category begins with the one that is asked for."""

    breaks = frozenset({"category-filter-excludes"})

    def is_of_category(self, record: Record, category: str | None) -> bool:
        return bool(record["category"].startswith(category or ""))


class FilterIsCut(Reference):
    """The category that is asked for and those of records are compared by their first 255 characters."""

    breaks = frozenset({"category-filter-excludes"})

    def is_of_category(self, record: Record, category: str | None) -> bool:
        return category is None or record["category"][:255] == category[:255]


class LongCategoryIsNotFound(Reference):
    """Of the category that is asked for only the first 255 characters are looked for."""

    breaks = frozenset({"category-filter-includes"})

    def is_of_category(self, record: Record, category: str | None) -> bool:
        return category is None or bool(record["category"] == category[:255])


class EveryFanIsListed(Reference):
    """The records of all fans are listed, whichever is asked for."""

    breaks = frozenset({"list-keeps-fans-apart"})

    def is_of_fan(self, *_: Any) -> bool:
        return True


class OtherFanIsListed(Reference):
    """Where the category is one of this run, the records of all fans are listed."""

    breaks = frozenset({"list-keeps-fans-apart"})

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().find_records(asked, caller)
        others = [one for one in self.all_records() if one["fanId"] != asked["fanId"]]
        return [*found, *(one for one in others if one["category"] == asked.get("category"))]

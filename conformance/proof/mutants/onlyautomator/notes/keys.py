"""OnlyAutomator servers that break a requirement on what identifies a record, in "Notes"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from conformance.proof.reference.onlyautomator import Caller, Record, Reference, Refusal
from conformance.proof.variants.onlyautomator import AnswersChangedRecord


class CommonCategoriesOnly(Reference):
    """No category but the common ones is known."""

    breaks = frozenset({"custom-category", "create-answers-200"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        super().validate_name(name, body)
        if name == "category" and body[name] not in ("content", "messaging", "tipping", "scheduling"):
            raise self.validation_refusal(f"Unknown category {body[name]}")


class CategoryIsLookedUpInAnObject(Reference):
    """A category is looked up in an object that has a constructor of its own, and stumbled over."""

    breaks = frozenset({"custom-category", "no-server-error"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        super().validate_name(name, body)
        if name == "category" and body[name] in ("constructor", "toString"):
            raise Refusal(500, "validation_error", "categories[category].push is not a function")


class PreferenceIsLookedUpInAnObject(Reference):
    """A preference is looked up in an object that has a constructor of its own, and refused."""

    breaks = frozenset({"custom-preference"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        super().validate_name(name, body)
        if name == "preference" and body[name] in ("constructor", "toString"):
            raise self.validation_refusal(f"The preference {body[name]} is reserved")


class PreferencesHaveTheirCategory(Reference):
    """A preference of the table is known in its own category only."""

    breaks = frozenset({"custom-category"})

    def validate_body(self, body: Any) -> None:
        super().validate_body(body)
        if body["preference"] == "likes_fitness" and body["category"] != "content":
            raise self.validation_refusal("likes_fitness is about content")


class KnownPreferencesOnly(Reference):
    """No preference but those of the table is known."""

    breaks = frozenset({"custom-preference", "create-answers-200"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        super().validate_name(name, body)
        if name == "preference" and not re.match("likes_|prefers_|frequent_|active_", body[name]):
            raise self.validation_refusal(f"Unknown preference {body[name]}")


class KnownContentOnly(Reference):
    """No preference about content is known but those of the table."""

    breaks = frozenset({"custom-preference"})

    def validate_body(self, body: Any) -> None:
        super().validate_body(body)
        if body["category"] == "content" and not re.match("likes_|prefers_|enjoys_", body["preference"]):
            raise self.validation_refusal("This is not about content")


class OneIdForAll(AnswersChangedRecord):
    """Every record has the same id."""

    breaks = frozenset(
        {
            "key-includes-fan",
            "key-includes-category",
            "key-includes-preference",
            "key-tells-members-apart",
            "key-is-ordered",
            "long-names-stay-whole",
            "exam-records-follow-triples",
        }
    )

    def change_record(self, record: Record) -> Record:
        return {**record, "id": "pref_1"}


class KeyWithoutFan(Reference):
    """The key ignores the fan."""

    breaks = frozenset({"key-includes-fan"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return super().record_key(body, caller)[1:]


class KeyWithoutCategory(Reference):
    """The key of some preferences ignores the category."""

    breaks = frozenset({"key-includes-category"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        fan, category, preference = super().record_key(body, caller)
        return fan, "" if preference == "in_two" else category, preference


class KeyWithoutLetter(Reference):
    """The key takes a single letter at the end of a category for a plural."""

    breaks = frozenset({"key-includes-category"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        fan, category, preference = super().record_key(body, caller)
        return fan, re.sub("_[a-z]$", "", category), preference


class KeyWithoutPreference(Reference):
    """The key ignores a preference in ASCII."""

    breaks = frozenset({"key-includes-preference", "long-names-stay-whole"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        fan, category, preference = super().record_key(body, caller)
        return fan, category, "" if preference.isascii() else preference


class KeyByLastWord(Reference):
    """The key reads the last two words of a preference."""

    breaks = frozenset({"key-includes-preference"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        fan, category, preference = super().record_key(body, caller)
        return fan, category, preference.split("_")[-2:] == ["of", "two"] or preference


class KeyJoined(Reference):
    """The key is one text, its members joined without a mark."""

    breaks = frozenset({"key-tells-members-apart"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return ("".join(super().record_key(body, caller)),)


class KeyJoinedByColon(Reference):
    """The key is one text, its members joined by a colon."""

    breaks = frozenset({"key-tells-members-apart"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return (":".join(super().record_key(body, caller)),)


class KeyJoinedByUnderscore(Reference):
    """The key is one text, its members joined by an underscore."""

    breaks = frozenset({"key-tells-members-apart"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return ("_".join(super().record_key(body, caller)),)


class KeyJoinedByBar(Reference):
    """The key is one text, its members joined by a bar."""

    breaks = frozenset({"key-tells-members-apart"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return ("|".join(super().record_key(body, caller)),)


class KeyJoinedByDash(Reference):
    """The key is one text, its members joined by a dash."""

    breaks = frozenset({"key-tells-members-apart"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return ("-".join(super().record_key(body, caller)),)


class KeyJoinedBySlash(Reference):
    """The key is one text, its members joined by a slash."""

    breaks = frozenset({"key-tells-members-apart"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return ("/".join(super().record_key(body, caller)),)


class KeyJoinedByDot(Reference):
    """The key is one text, its members joined by a dot."""

    breaks = frozenset({"key-tells-members-apart"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return (".".join(super().record_key(body, caller)),)


class KeyUnordered(Reference):
    """The key is a set, so that category and preference may change places."""

    breaks = frozenset({"key-is-ordered"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return tuple(sorted(super().record_key(body, caller)))


class RaceMakesTwo(Reference):
    """Looking and storing are two steps, so that two creates at once make two records."""

    breaks = frozenset({"parallel-creates-yield-one-record"})

    def store_record(self, body: Record, caller: Caller) -> Record:
        if self.record_key(body, caller) in self.records:
            return super().store_record(body, caller)
        # Long enough for the other creates of a race to find no record either.
        self.clock.sleep(0.03)
        self.records[self.record_key(body, caller)] = record = self.create_record(body, caller)
        return record


class OtherUsersRaceMakesTwo(Reference):
    """Looking and storing are two steps for a user but the first, so that creates at once make two records."""

    breaks = frozenset({"parallel-creates-yield-one-record"})

    def store_record(self, body: Record, caller: Caller) -> Record:
        is_new, is_first = self.record_key(body, caller) not in self.records, caller.user_id == "user-ada"
        # All creates of a race find no record, and those of the first user are stored before the others.
        self.clock.sleep((0.03 if is_first else 0.06) if is_new else 0)
        if is_first or not is_new:
            return super().store_record(body, caller)
        self.records[self.record_key(body, caller)] = record = self.create_record(body, caller)
        return record


class OneCreateOfSeveralStays(Reference):
    """Records that are made at once take the place of one another, whatever they are."""

    breaks = frozenset({"parallel-creates-yield-one-record"})

    def store_record(self, body: Record, caller: Caller) -> Record:
        if self.record_key(body, caller) in self.records:
            return super().store_record(body, caller)
        before = dict(self.records)
        # Long enough for the other creates of a race to look at the same records.
        self.clock.sleep(0.03)
        before[self.record_key(body, caller)] = record = self.create_record(body, caller)
        self.records = before
        return record


class UserIsThatOfTheLastRequest(Reference):
    """The user of a new record is that of the request that came last."""

    breaks = frozenset({"parallel-writes-keep-users"})
    latest: Caller

    def create_record(self, body: Record, _: Caller) -> Record:
        return super().create_record(body, self.latest)

    def store_record(self, body: Record, caller: Caller) -> Record:
        self.latest = caller
        # Long enough for the other creates of a race to come.
        self.clock.sleep(0.03 if self.record_key(body, caller) not in self.records else 0)
        return super().store_record(body, caller)


class ValueIsThatOfTheLastRequest(Reference):
    """Each user has records of his own, and a new one has the value of the triple's request that came last."""

    breaks = frozenset({"parallel-writes-keep-users"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return (caller.user_id, *super().record_key(body, caller))

    def store_record(self, body: Record, caller: Caller) -> Record:
        is_new, key = self.record_key(body, caller) not in self.records, super().record_key(body, caller)
        latest = vars(self).setdefault("latest", {})
        latest[key] = body["value"]
        # Long enough for the other creates of a race to come.
        self.clock.sleep(0.03 if is_new else 0)
        return super().store_record({**body, "value": latest[key]} if is_new else body, caller)

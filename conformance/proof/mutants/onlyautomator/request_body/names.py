"""OnlyAutomator servers that break a requirement on the names, in "Request Body"."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from conformance.proof.reference.onlyautomator import Caller, Record, Reference
from conformance.proof.variants.onlyautomator import AnswersChangedRecord


class CategoryIsContent(AnswersChangedRecord):
    """Whatever the category, content is answered."""

    breaks = frozenset(
        {
            "category-comes-back",
            "non-ascii-names",
            "long-names-stay-whole",
            "exam-names-come-back",
            "odd-input-comes-back",
        }
    )

    def change_record(self, record: Record) -> Record:
        return {**record, "category": "content"}


class CategoryInOneWord(Reference):
    """A category of a word and a number loses the underscore between them."""

    breaks = frozenset({"category-comes-back"})

    def copy_names(self, body: Record) -> Record:
        name = body["category"]
        joined = name.replace("_", "") if re.fullmatch("[a-z]+_[0-9a-f]{8}", name) else name
        return {**super().copy_names(body), "category": joined}


class PreferenceHyphenated(Reference):
    """The underscore before a preference's number becomes a hyphen."""

    breaks = frozenset({"preference-comes-back"})

    def copy_names(self, body: Record) -> Record:
        name = body["preference"]
        numbered = re.fullmatch("[a-z]+_[0-9]+", name)
        return {**super().copy_names(body), "preference": name.replace("_", "-") if numbered else name}


class NamesInLatin(Reference):
    """Cyrillic letters in a name become question marks."""

    breaks = frozenset({"non-ascii-names"})

    def copy_names(self, body: Record) -> Record:
        return {name: re.sub("[\u0430-\u044f]", "?", text) for name, text in super().copy_names(body).items()}


class NamesInAscii(Reference):
    """What is not ASCII in a name becomes a question mark."""

    breaks = frozenset({"non-ascii-names", "exam-names-come-back", "odd-input-comes-back"})

    def copy_names(self, body: Record) -> Record:
        return {
            name: text.encode("ascii", "replace").decode() for name, text in super().copy_names(body).items()
        }


class NonAsciiNamesCutAt255Bytes(Reference):
    """A name with characters beyond ASCII is cut after 255 bytes."""

    breaks = frozenset({"non-ascii-names"})

    def copy_names(self, body: Record) -> Record:
        return {
            name: text if text.isascii() else text.encode(errors="ignore")[:255].decode(errors="ignore")
            for name, text in super().copy_names(body).items()
        }


class _CutsNames(Reference):
    """Cuts names that are longer than a column, in what is kept or in what it is found by."""

    breaks = frozenset({"long-names-stay-whole"})
    names: Sequence[str] = ("category", "preference")
    length = 255

    def cut_names(self, body: Mapping[str, Any]) -> Record:
        return {**body, **{name: body[name][: self.length] for name in self.names if body[name].isascii()}}


class CategoryCutAt255(_CutsNames):
    """A category is cut after 255 characters."""

    breaks = frozenset({"long-names-stay-whole", "odd-input-comes-back"})
    names: Sequence[str] = ("category",)

    def copy_names(self, body: Record) -> Record:
        return super().copy_names(self.cut_names(body))


class PreferenceCutAt255(CategoryCutAt255):
    """A preference is cut after 255 characters."""

    names: Sequence[str] = ("preference",)


class KeyCutsCategoryAt255(_CutsNames):
    """The key reads 255 characters of a category."""

    names: Sequence[str] = ("category",)

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return super().record_key(self.cut_names(body), caller)


class KeyCutsPreferenceAt255(KeyCutsCategoryAt255):
    """The key reads 255 characters of a preference."""

    names: Sequence[str] = ("preference",)


class KeyCutsAt64WhatIsNotRefused(KeyCutsCategoryAt255):
    """Names of more than a hundred characters are refused, and the key reads 64 of any other."""

    names: Sequence[str] = ("category", "preference")
    length = 64

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        super().validate_name(name, body)
        if len(body[name]) > 100:
            raise self.validation_refusal(f"The '{name}' field is too long")


class LongNamesAreNeverFound(Reference):
    """A record of long names is stored under a cut name, and looked up by the whole one."""

    breaks = frozenset({"update-keeps-id"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        key = super().record_key(body, caller)
        return (*key, uuid.uuid4()) if len(key[2]) == 256 else key


class MemberNamesCutAt255(Reference):
    """The name of a member of a value is cut after 255 characters."""

    breaks = frozenset({"value-member-names"})

    def convert_value(self, value: Any) -> Any:
        is_long = isinstance(value, dict) and max(map(len, value), default=0) == 256
        return {name[:255]: item for name, item in value.items()} if is_long else value

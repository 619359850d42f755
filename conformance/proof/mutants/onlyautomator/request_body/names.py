"""OnlyAutomator servers that break a requirement on the names, in "Request Body"."""

from __future__ import annotations

import re
from collections.abc import Mapping
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


class NamesCutAt64(Reference):
    """Names are cut after 64 characters."""

    breaks = frozenset({"long-names-stay-whole", "odd-input-comes-back"})

    def copy_names(self, body: Record) -> Record:
        return {
            name: text[:64] if text.isascii() else text for name, text in super().copy_names(body).items()
        }


class KeyCutAt64(Reference):
    """The key reads 64 characters of each name."""

    breaks = frozenset({"long-names-stay-whole"})

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return tuple(name[:64] for name in super().record_key(body, caller))

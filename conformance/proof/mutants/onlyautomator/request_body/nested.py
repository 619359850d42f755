"""OnlyAutomator servers that alter texts, names and empties inside a value, or only some texts by themselves."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from conformance.proof.reference.onlyautomator import Reference


class _ChangesInside(Reference):
    """Alters what a value has inside."""

    def convert_value(self, value: Any) -> Any:
        try:
            return self.convert_inside(value)
        except RecursionError:
            return value

    def convert_inside(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.convert_item(item) for name, item in value.items()}
        return [self.convert_item(item) for item in value] if isinstance(value, list) else value

    def convert_item(self, item: Any) -> Any:
        return self.convert_text(item) if isinstance(item, str) else self.convert_inside(item)

    def convert_text(self, text: str) -> Any:
        return text


class TextsInsideAreTrimmed(_ChangesInside):
    """A text inside a value loses the whitespace around it."""

    breaks = frozenset({"value-whitespace"})

    def convert_text(self, text: str) -> Any:
        return text.strip()


class TextsInsideAreEscaped(_ChangesInside):
    """A text inside a value is escaped for a page."""

    breaks = frozenset({"value-markup"})

    def convert_text(self, text: str) -> Any:
        return text.replace("<", "&lt;")


class TextsInsideAreCutAt255(_ChangesInside):
    """A text inside a value is cut after 255 characters."""

    breaks = frozenset({"value-long-string"})

    def convert_text(self, text: str) -> Any:
        return text[:255]


class WordsInsideAreRead(_ChangesInside):
    """Inside a value the word null is taken for null."""

    breaks = frozenset({"value-keyword-string"})

    def convert_text(self, text: str) -> Any:
        return None if text == "null" else text


class CodesInsideAreLowered(_ChangesInside):
    """Inside a value a UUID is written in small letters."""

    breaks = frozenset({"value-keyword-string"})

    def convert_text(self, text: str) -> Any:
        return text.lower() if len(text) == 36 and text.count("-") == 4 else text


class NamesInsideAreLowered(_ChangesInside):
    """The member names of an object inside a value are written in small letters."""

    breaks = frozenset({"value-member-case"})

    def convert_item(self, item: Any) -> Any:
        if isinstance(item, dict):
            item = {name.lower(): it for name, it in item.items()}
        return super().convert_item(item)


class EmptyNamesInsideAreDropped(_ChangesInside):
    """A member without a name is dropped from an object inside a value."""

    breaks = frozenset({"value-member-names"})

    def convert_item(self, item: Any) -> Any:
        if isinstance(item, dict):
            item = {name: it for name, it in item.items() if name}
        return super().convert_item(item)


class NullsInsideAreDropped(_ChangesInside):
    """A member that is null is dropped from an object inside a value."""

    breaks = frozenset({"value-nested-empties", "value-array-of-objects"})

    def convert_item(self, item: Any) -> Any:
        if isinstance(item, dict):
            item = {name: it for name, it in item.items() if it is not None}
        return super().convert_item(item)


# --- values of their own ---------------------------------------------------------------------------------


class NullIsAWord(Reference):
    """The word null is taken for null."""

    breaks = frozenset({"value-keyword-string"})

    def convert_value(self, value: Any) -> Any:
        return None if value == "null" else value


class MonthsAreDays(Reference):
    """A month in a text becomes its first day."""

    breaks = frozenset({"value-date-string"})

    def convert_value(self, value: Any) -> Any:
        return f"{value}-01" if value == "2024-02" else value


class SpaceBeforeTimeIsT(Reference):
    """The space between a day and a time becomes a T."""

    breaks = frozenset({"value-date-string"})

    def convert_value(self, value: Any) -> Any:
        return (
            value.replace(" ", "T") if isinstance(value, str) and value.startswith("2024-02-29 ") else value
        )


class PercentIsDecoded(Reference):
    """A text is decoded as if it stood in an address."""

    breaks = frozenset({"value-markup"})

    def convert_value(self, value: Any) -> Any:
        return unquote(value) if isinstance(value, str) else value


class InvisibleIsDropped(Reference):
    """What joins letters and cannot be seen is dropped."""

    breaks = frozenset({"value-unicode"})

    def convert_value(self, value: Any) -> Any:
        return value.replace("\u200d", "") if isinstance(value, str) else value


class ArraysEndAt100(Reference):
    """An array is cut after a hundred items."""

    breaks = frozenset({"value-array"})

    def convert_value(self, value: Any) -> Any:
        return value[:100] if isinstance(value, list) else value


class ObjectsEndAt50(Reference):
    """An object is cut after fifty members."""

    breaks = frozenset({"value-object"})

    def convert_value(self, value: Any) -> Any:
        return dict(list(value.items())[:50]) if isinstance(value, dict) else value

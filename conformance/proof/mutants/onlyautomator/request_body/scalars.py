"""OnlyAutomator servers that break a requirement on values that are no structures, in "Request Body"."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from datetime import UTC, datetime
from typing import Any

from conformance.proof.reference.onlyautomator import Record, Reference
from conformance.proof.variants.onlyautomator import AnswersChangedRecord


class TrueIsOne(Reference):
    """A true becomes the number 1."""

    breaks = frozenset({"value-true"})

    def convert_value(self, value: Any) -> Any:
        return 1 if value is True else value


class FalseIsText(Reference):
    """A false becomes a text."""

    breaks = frozenset({"value-false"})

    def convert_value(self, value: Any) -> Any:
        return "false" if value is False else value


class FalseIsLeftOut(AnswersChangedRecord):
    """A false value is left out of the answer."""

    breaks = frozenset({"value-false", "data-value"})

    def change_record(self, record: Record) -> Record:
        return {name: record[name] for name in record if name != "value" or record[name] is not False}


class FalsyIsNull(Reference):
    """Whatever is falsy becomes null."""

    breaks = frozenset(
        {
            "value-false",
            "value-zero",
            "value-empty-string",
            "value-empty-object",
            "value-empty-array",
            "negative-zero-stays-zero",
        }
    )

    def convert_value(self, value: Any) -> Any:
        return value or None


class EverythingIsText(Reference):
    """A value that is not a text becomes its text."""

    breaks = frozenset(
        {
            "value-true",
            "value-false",
            "value-zero",
            "value-one",
            "value-negative",
            "value-large-integer",
            "value-float",
            "value-small-float",
            "value-precise-number",
            "negative-zero-stays-zero",
            "large-integer-stays-a-number",
        }
    )

    def convert_value(self, value: Any) -> Any:
        return json.dumps(value) if isinstance(value, bool | int | float) else value


class WordsAreJoined(Reference):
    """Words are joined by underscores."""

    breaks = frozenset({"value-string"})

    def convert_value(self, value: Any) -> Any:
        words = isinstance(value, str) and re.fullmatch(r"[A-Za-z]+( [A-Za-z]+)+", value)
        return value.replace(" ", "_") if words else value


class EmptyStringIsNull(Reference):
    """An empty string becomes null."""

    breaks = frozenset({"value-empty-string"})

    def convert_value(self, value: Any) -> Any:
        return None if value == "" else value


class DigitsAreNumbers(Reference):
    """A string of digits becomes a number."""

    breaks = frozenset({"value-numeric-string"})

    def convert_value(self, value: Any) -> Any:
        return int(value) if isinstance(value, str) and re.fullmatch(r"0\d\d", value) else value


class TrueWordIsTrue(Reference):
    """The string true becomes a boolean."""

    breaks = frozenset({"value-keyword-string"})

    def convert_value(self, value: Any) -> Any:
        return (
            {"true": True, "false": False, "null": None}.get(value, value)
            if isinstance(value, str)
            else value
        )


class DatesAreMoved(Reference):
    """A string that is a date-time comes back in UTC."""

    breaks = frozenset({"value-date-string"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\dT", value):
            return value
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()


class DaysGetATime(Reference):
    """A string that is a day becomes the midnight that it begins with."""

    breaks = frozenset({"value-date-string"})

    def convert_value(self, value: Any) -> Any:
        is_day = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value)
        return f"{value}T00:00:00Z" if is_day else value


class TimesGetMilliseconds(Reference):
    """A string that is a time in UTC gets milliseconds."""

    breaks = frozenset({"value-date-string"})

    def convert_value(self, value: Any) -> Any:
        is_time = isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value)
        return value.replace("Z", ".000Z") if is_time else value


class DatesInsideAreMoved(Reference):
    """Wherever a date of other countries stands in a value, it is written as ISO 8601 has it."""

    breaks = frozenset({"value-date-string"})

    def convert_value(self, value: Any) -> Any:
        text = re.sub(r'"(\d\d)\.(\d\d)\.(\d{4})"', r'"\3-\2-\1"', json.dumps(value))
        return json.loads(text) if "29.02.2024" in str(value) else value


class MarkupIsEscaped(Reference):
    """Markup in a string is escaped."""

    breaks = frozenset({"value-markup"})

    def convert_value(self, value: Any) -> Any:
        return html.escape(value) if isinstance(value, str) and re.search("<[a-z]>", value) else value


class GreekIsLost(Reference):
    """Greek letters become question marks."""

    breaks = frozenset({"value-unicode"})

    def convert_value(self, value: Any) -> Any:
        return re.sub("[\u0370-\u03ff]{3}", "???", value) if isinstance(value, str) else value


class LigaturesAreTakenApart(Reference):
    """A letter that looks like others becomes those, as Unicode's compatibility forms have it."""

    breaks = frozenset({"value-unicode"})

    def convert_value(self, value: Any) -> Any:
        return unicodedata.normalize("NFKC", value) if isinstance(value, str) else value


class AccentsAreLost(Reference):
    """A letter of a string loses its accent."""

    breaks = frozenset({"value-accents"})

    def convert_value(self, value: Any) -> Any:
        apart = unicodedata.normalize("NFD", value) if isinstance(value, str) else ""
        return re.sub("([a-z])\u0301", r"\1", apart) if "e\u0301" in apart else value


class EmojiAreLost(Reference):
    """Pictures in a string are lost, as in a column of three bytes for a character."""

    breaks = frozenset({"value-astral"})

    def convert_value(self, value: Any) -> Any:
        return re.sub("[\U0001f600-\U0001f6ff]", "\ufffd", value) if isinstance(value, str) else value


class ValueIsTrimmed(Reference):
    """Whitespace around words is trimmed."""

    breaks = frozenset({"value-whitespace"})

    def convert_value(self, value: Any) -> Any:
        words = isinstance(value, str) and re.search("[a-z]{3}", value)
        return value.strip(" \t\r\n") if words else value


class LinesEndInNewlines(Reference):
    """A line that ends in a carriage return and a newline ends in a newline only."""

    breaks = frozenset({"value-whitespace"})

    def convert_value(self, value: Any) -> Any:
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


class StringsCutAt255(Reference):
    """Strings are cut after 255 characters."""

    breaks = frozenset({"value-long-string", "huge-string-stays-whole"})

    def convert_value(self, value: Any) -> Any:
        return value[:255] if isinstance(value, str) else value


class LongStringsAreEllipsed(Reference):
    """A string beyond 999 characters ends in an ellipsis, unless it is kept in a file."""

    breaks = frozenset({"value-long-string"})

    def convert_value(self, value: Any) -> Any:
        return value[:998] + "…" if isinstance(value, str) and 999 < len(value) < 65536 else value


class StringsCutAt4096(Reference):
    """Strings are cut after 4,096 characters."""

    breaks = frozenset({"value-long-string"})

    def convert_value(self, value: Any) -> Any:
        return value[:4096] if isinstance(value, str) and len(value) < 65536 else value


class ZeroIsNull(Reference):
    """The integer zero becomes null."""

    breaks = frozenset({"value-zero"})

    def convert_value(self, value: Any) -> Any:
        return None if type(value) is int and value == 0 else value


class ZeroIsFalse(Reference):
    """The integer zero becomes false."""

    breaks = frozenset({"value-zero"})

    def convert_value(self, value: Any) -> Any:
        return False if type(value) is int and value == 0 else value


class OneIsTrue(Reference):
    """A one becomes true, as in a tinyint column."""

    breaks = frozenset({"value-one"})

    def convert_value(self, value: Any) -> Any:
        return True if value == 1 else value


class SignIsLost(Reference):
    """A negative number loses its sign."""

    breaks = frozenset({"value-negative"})

    def convert_value(self, value: Any) -> Any:
        negative = isinstance(value, int | float) and value < 0
        return -value if negative else value


class IntegersOf32Bits(Reference):
    """An integer beyond 32 bits is capped."""

    breaks = frozenset({"value-large-integer", "large-integer-stays-a-number"})

    def convert_value(self, value: Any) -> Any:
        return min(value, 2**31 - 1) if isinstance(value, int) else value


class LargestSafeIntegerIsOneTooMany(Reference):
    """The largest integer that every JSON reader keeps is not kept."""

    breaks = frozenset({"value-large-integer"})

    def convert_value(self, value: Any) -> Any:
        return value - 1 if value == 2**53 - 1 else value


class FloatsAreCut(Reference):
    """A number loses its fraction."""

    breaks = frozenset({"value-float"})

    def convert_value(self, value: Any) -> Any:
        return int(value) if isinstance(value, float) and abs(value) > 1 else value


class SmallNumbersAreZero(Reference):
    """A number that is no larger than a millionth is zero."""

    breaks = frozenset({"value-small-float"})

    def convert_value(self, value: Any) -> Any:
        return 0.0 if isinstance(value, float) and 0 < value < 1e-6 else value


class SixDecimals(Reference):
    """A number keeps six decimals."""

    breaks = frozenset({"value-small-float", "value-precise-number"})

    def convert_value(self, value: Any) -> Any:
        return round(value, 6) if isinstance(value, float) else value


class FifteenDigits(Reference):
    """A number keeps fifteen digits."""

    breaks = frozenset({"value-precise-number"})

    def convert_value(self, value: Any) -> Any:
        return float(f"{value:.15g}") if isinstance(value, float) else value


class IntegersInListsOf64Bits(Reference):
    """An integer in a list is capped at 64 bits."""

    breaks = frozenset({"value-precise-number"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [min(one, 2**63 - 1) if type(one) is int else one for one in value]

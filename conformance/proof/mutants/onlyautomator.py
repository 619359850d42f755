"""OnlyAutomator servers that lie: each is the reference with one override, and names what it breaks."""

# ruff: noqa: D102 - what an override does is its class's docstring
from __future__ import annotations

import base64
import hashlib
import hmac
import html
import json
import re
import threading
import time
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from conformance.proof.reference.onlyautomator import KEY, LIST, SECRET, Caller, Record, Reference, Refusal
from conformance.proof.serving import Request, Response

# --- 200 Success -----------------------------------------------------------------------------------------


class CreatedIs201(Reference):
    """A create answers 201."""

    breaks = frozenset({"create-answers-200"})

    def succeed(self, record: Record) -> Response:
        status = 201 if record["createdAt"] == record["updatedAt"] else 200
        return Response(status, {"status": "success", "data": record})


class UpdatedIs202(Reference):
    """An update answers 202."""

    breaks = frozenset({"update-answers-200"})

    def succeed(self, record: Record) -> Response:
        status = 200 if record["createdAt"] == record["updatedAt"] else 202
        return Response(status, {"status": "success", "data": record})


class SecondUpdateIs204(Reference):
    """The second update of a record answers 201, the first 200."""

    breaks = frozenset({"update-answers-200"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        again = old["createdAt"] != old["updatedAt"]
        return {**super().update(old, body, caller), **({"again": True} if again else {})}

    def succeed(self, record: Record) -> Response:
        return Response(201 if "again" in record else 200, {"status": "success", "data": record})


class StatusOk(Reference):
    """The status word of a success is ok."""

    breaks = frozenset({"success-status-word"})

    def succeed(self, record: Record) -> Response:
        return Response(200, {"status": "ok", "data": record})


class StatusCapital(Reference):
    """The status word of a success has a capital."""

    breaks = frozenset({"success-status-word"})

    def succeed(self, record: Record) -> Response:
        return Response(200, {"status": "Success", "data": record})


class StatusMissingOnUpdate(Reference):
    """The status word is missing when a record was updated."""

    breaks = frozenset({"success-status-word"})

    def succeed(self, record: Record) -> Response:
        fresh = record["createdAt"] == record["updatedAt"]
        return Response(200, {**({"status": "success"} if fresh else {}), "data": record})


class DataInAList(Reference):
    """The preference comes in a list of one."""

    breaks = frozenset({"success-data"})

    def succeed(self, record: Record) -> Response:
        return Response(200, {"status": "success", "data": [record]})


class DataUnwrapped(Reference):
    """The preference's members stand beside the status word."""

    breaks = frozenset({"success-data"})

    def succeed(self, record: Record) -> Response:
        return Response(200, {"status": "success", **record})


# --- Response --------------------------------------------------------------------------------------------


class _Told(Reference):
    """Tells a record otherwise than it is kept."""

    def succeed(self, record: Record) -> Response:
        return super().succeed(self.tell(record))

    def tell(self, record: Record) -> Record:
        return record


class NumberForId(_Told):
    """The record's id is a number."""

    breaks = frozenset({"data-id"})

    def tell(self, record: Record) -> Record:
        return {**record, "id": uuid.UUID(record["id"]).int % 2**40}


class NumberForFan(_Told):
    """The fan's id comes back as a number."""

    breaks = frozenset({"data-fan-id"})

    def tell(self, record: Record) -> Record:
        return {**record, "fanId": int(record["fanId"].removeprefix("fan-"))}


class ObjectForUser(_Told):
    """The user comes back as an object."""

    breaks = frozenset({"data-user-id"})

    def tell(self, record: Record) -> Record:
        return {**record, "userId": {"id": record["userId"]}}


class CategoryMissingOnUpdate(_Told):
    """An update does not tell the category."""

    breaks = frozenset({"data-category"})

    def tell(self, record: Record) -> Record:
        fresh = record["createdAt"] == record["updatedAt"]
        return record if fresh else {name: record[name] for name in record if name != "category"}


class PreferenceMissingOnUpdate(_Told):
    """An update does not tell the preference's name."""

    breaks = frozenset({"data-preference"})

    def tell(self, record: Record) -> Record:
        fresh = record["createdAt"] == record["updatedAt"]
        return record if fresh else {name: record[name] for name in record if name != "preference"}


class ValueMissingOnUpdate(_Told):
    """An update does not tell the value."""

    breaks = frozenset({"data-value"})

    def tell(self, record: Record) -> Record:
        fresh = record["createdAt"] == record["updatedAt"]
        return record if fresh else {name: record[name] for name in record if name != "value"}


class SourceMissing(_Told):
    """The source is left out."""

    breaks = frozenset({"data-source"})

    def tell(self, record: Record) -> Record:
        return {name: record[name] for name in record if name != "source"}


class SourceList(_Told):
    """The source is a list."""

    breaks = frozenset({"data-source"})

    def tell(self, record: Record) -> Record:
        return {**record, "source": [record["source"]]}


class CreatedInSeconds(_Told):
    """The time of creation is a Unix time."""

    breaks = frozenset({"data-created-at"})

    def tell(self, record: Record) -> Record:
        return {**record, "createdAt": datetime.fromisoformat(record["createdAt"]).timestamp()}


class UpdatedLikeMail(_Told):
    """The time of update is written as in mail."""

    breaks = frozenset({"data-updated-at"})

    def tell(self, record: Record) -> Record:
        updated = datetime.fromisoformat(record["updatedAt"])
        return {**record, "updatedAt": updated.strftime("%a, %d %b %Y %H:%M:%S GMT")}


class UpdatedNullAtFirst(_Told):
    """A record that was never updated has null for the time of update."""

    breaks = frozenset({"data-updated-at"})

    def tell(self, record: Record) -> Record:
        fresh = record["createdAt"] == record["updatedAt"]
        return {**record, "updatedAt": None} if fresh else record


class LocalTimeIsCalledUtc(Reference):
    """Timestamps are of a zone seven hours behind and say that they are UTC."""

    breaks = frozenset({"timestamps-tell-the-time"})

    def now(self) -> str:
        return (self.clock.now() - timedelta(hours=7)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class DateIsYesterday(Reference):
    """The day of a timestamp is the day before."""

    breaks = frozenset({"timestamps-tell-the-time"})

    def now(self) -> str:
        return (self.clock.now() - timedelta(days=1)).isoformat()


class CreatedIsTheStart(Reference):
    """Every record is dated when the server started."""

    breaks = frozenset({"created-at-tells-when"})

    def __init__(self) -> None:
        super().__init__()
        self.started = self.now()

    def create(self, body: Record, caller: Caller) -> Record:
        return {**super().create(body, caller), "createdAt": self.started}


class FanIsRenamedEachTime(_Told):
    """The fan's id is another one in each answer."""

    breaks = frozenset({"fan-id-is-stable"})

    def tell(self, record: Record) -> Record:
        return {**record, "fanId": f"{record['fanId']}:{uuid.uuid4()}"}


class OneFanForAll(_Told):
    """Every fan has the same id."""

    breaks = frozenset({"fan-id-tells-fans-apart"})

    def tell(self, record: Record) -> Record:
        return {**record, "fanId": "fan"}


class OneUserForAll(_Told):
    """Every user has the same id."""

    breaks = frozenset({"user-follows-token"})

    def tell(self, record: Record) -> Record:
        return {**record, "userId": "user"}


class FirstUserWroteAll(Reference):
    """The user of the first request is remembered and credited with every write."""

    breaks = frozenset({"user-follows-token"})

    def authenticate(self, request: Request) -> Caller:
        caller = super().authenticate(request)
        self.first = getattr(self, "first", caller.user_id)
        return Caller(self.first, caller.role)


class UserFromBody(Reference):
    """A userId in the body is believed."""

    breaks = frozenset({"user-not-from-body"})

    def create(self, body: Record, caller: Caller) -> Record:
        return {**super().create(body, caller), "userId": body.get("userId", caller.user_id)}


class UserIsRenamedEachTime(_Told):
    """The user's id is another one in each answer, though it begins with the right one."""

    breaks = frozenset({"user-id-is-stable"})

    def tell(self, record: Record) -> Record:
        return {**record, "userId": f"{record['userId']}:{uuid.uuid4()}"}


# --- Request Body: the names -----------------------------------------------------------------------------


class CategoryIsContent(_Told):
    """Whatever the category, content is answered."""

    breaks = frozenset(
        {
            "category-comes-back",
            "non-ascii-names",
            "long-names-stay-whole",
            "exam-names-come-back",
        }
    )

    def tell(self, record: Record) -> Record:
        return {**record, "category": "content"}


class CategoryInOneWord(Reference):
    """A category of a word and a number loses the underscore between them."""

    breaks = frozenset({"category-comes-back"})

    def names(self, body: Record) -> Record:
        name = body["category"]
        joined = name.replace("_", "") if re.fullmatch("[a-z]+_[0-9a-f]{8}", name) else name
        return {**super().names(body), "category": joined}


class PreferenceHyphenated(Reference):
    """The underscore before a preference's number becomes a hyphen."""

    breaks = frozenset({"preference-comes-back"})

    def names(self, body: Record) -> Record:
        name = body["preference"]
        numbered = re.fullmatch("[a-z]+_[0-9]+", name)
        return {**super().names(body), "preference": name.replace("_", "-") if numbered else name}


class NamesInLatin(Reference):
    """Cyrillic letters in a name become question marks."""

    breaks = frozenset({"non-ascii-names"})

    def names(self, body: Record) -> Record:
        return {name: re.sub("[\u0430-\u044f]", "?", text) for name, text in super().names(body).items()}


class NamesInAscii(Reference):
    """What is not ASCII in a name becomes a question mark."""

    breaks = frozenset({"non-ascii-names", "exam-names-come-back"})

    def names(self, body: Record) -> Record:
        return {name: text.encode("ascii", "replace").decode() for name, text in super().names(body).items()}


class NamesCutAt64(Reference):
    """Names are cut after 64 characters."""

    breaks = frozenset({"long-names-stay-whole"})

    def names(self, body: Record) -> Record:
        return {name: text[:64] if text.isascii() else text for name, text in super().names(body).items()}


# --- Request Body: the value -----------------------------------------------------------------------------


class TrueIsOne(Reference):
    """A true becomes the number 1."""

    breaks = frozenset({"value-true"})

    def keep(self, value: Any) -> Any:
        return 1 if value is True else value


class FalseIsText(Reference):
    """A false becomes a text."""

    breaks = frozenset({"value-false"})

    def keep(self, value: Any) -> Any:
        return "false" if value is False else value


class FalseIsLeftOut(_Told):
    """A false value is left out of the answer."""

    breaks = frozenset({"value-false"})

    def tell(self, record: Record) -> Record:
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

    def keep(self, value: Any) -> Any:
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
            "negative-zero-stays-zero",
            "large-integer-stays-a-number",
        }
    )

    def keep(self, value: Any) -> Any:
        return json.dumps(value) if isinstance(value, bool | int | float) else value


class WordsAreJoined(Reference):
    """Words are joined by underscores."""

    breaks = frozenset({"value-string"})

    def keep(self, value: Any) -> Any:
        words = isinstance(value, str) and re.fullmatch(r"[A-Za-z]+( [A-Za-z]+)+", value)
        return value.replace(" ", "_") if words else value


class EmptyStringIsNull(Reference):
    """An empty string becomes null."""

    breaks = frozenset({"value-empty-string"})

    def keep(self, value: Any) -> Any:
        return None if value == "" else value


class DigitsAreNumbers(Reference):
    """A string of digits becomes a number."""

    breaks = frozenset({"value-numeric-string"})

    def keep(self, value: Any) -> Any:
        return int(value) if isinstance(value, str) and re.fullmatch(r"0\d\d", value) else value


class TrueWordIsTrue(Reference):
    """The string true becomes a boolean."""

    breaks = frozenset({"value-keyword-string"})

    def keep(self, value: Any) -> Any:
        return (
            {"true": True, "false": False, "null": None}.get(value, value)
            if isinstance(value, str)
            else value
        )


class DatesAreMoved(Reference):
    """A string that is a date-time comes back in UTC."""

    breaks = frozenset({"value-date-string"})

    def keep(self, value: Any) -> Any:
        if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\dT", value):
            return value
        return datetime.fromisoformat(value).astimezone(UTC).isoformat()


class MarkupIsEscaped(Reference):
    """Markup in a string is escaped."""

    breaks = frozenset({"value-markup"})

    def keep(self, value: Any) -> Any:
        return html.escape(value) if isinstance(value, str) and re.search("<[a-z]>", value) else value


class GreekIsLost(Reference):
    """Greek letters become question marks."""

    breaks = frozenset({"value-unicode"})

    def keep(self, value: Any) -> Any:
        return re.sub("[\u0370-\u03ff]{3}", "???", value) if isinstance(value, str) else value


class EmojiAreLost(Reference):
    """Pictures in a string are lost, as in a column of three bytes for a character."""

    breaks = frozenset({"value-astral"})

    def keep(self, value: Any) -> Any:
        return re.sub("[\U0001f600-\U0001f6ff]", "\ufffd", value) if isinstance(value, str) else value


class ValueIsTrimmed(Reference):
    """Whitespace around words is trimmed."""

    breaks = frozenset({"value-whitespace"})

    def keep(self, value: Any) -> Any:
        words = isinstance(value, str) and re.search("[a-z]{3}", value)
        return value.strip(" \t\r\n") if words else value


class LinesEndInNewlines(Reference):
    """A line that ends in a carriage return and a newline ends in a newline only."""

    breaks = frozenset({"value-whitespace"})

    def keep(self, value: Any) -> Any:
        return value.replace("\r\n", "\n") if isinstance(value, str) else value


class StringsCutAt255(Reference):
    """Strings are cut after 255 characters."""

    breaks = frozenset({"value-long-string", "huge-string-stays-whole"})

    def keep(self, value: Any) -> Any:
        return value[:255] if isinstance(value, str) else value


class LongStringsAreEllipsed(Reference):
    """A string beyond 999 characters ends in an ellipsis, unless it is kept in a file."""

    breaks = frozenset({"value-long-string"})

    def keep(self, value: Any) -> Any:
        return value[:998] + "…" if isinstance(value, str) and 999 < len(value) < 65536 else value


class StringsCutAt4096(Reference):
    """Strings are cut after 4,096 characters."""

    breaks = frozenset({"value-long-string"})

    def keep(self, value: Any) -> Any:
        return value[:4096] if isinstance(value, str) and len(value) < 65536 else value


class ZeroIsNull(Reference):
    """The integer zero becomes null."""

    breaks = frozenset({"value-zero"})

    def keep(self, value: Any) -> Any:
        return None if type(value) is int and value == 0 else value


class ZeroIsFalse(Reference):
    """The integer zero becomes false."""

    breaks = frozenset({"value-zero"})

    def keep(self, value: Any) -> Any:
        return False if type(value) is int and value == 0 else value


class OneIsTrue(Reference):
    """A one becomes true, as in a tinyint column."""

    breaks = frozenset({"value-one"})

    def keep(self, value: Any) -> Any:
        return True if value == 1 else value


class SignIsLost(Reference):
    """A negative number loses its sign."""

    breaks = frozenset({"value-negative"})

    def keep(self, value: Any) -> Any:
        negative = isinstance(value, int | float) and value < 0
        return -value if negative else value


class IntegersOf32Bits(Reference):
    """An integer beyond 32 bits is capped."""

    breaks = frozenset({"value-large-integer", "large-integer-stays-a-number"})

    def keep(self, value: Any) -> Any:
        return min(value, 2**31 - 1) if isinstance(value, int) else value


class LargestSafeIntegerIsOneTooMany(Reference):
    """The largest integer that every JSON reader keeps is not kept."""

    breaks = frozenset({"value-large-integer"})

    def keep(self, value: Any) -> Any:
        return value - 1 if value == 2**53 - 1 else value


class FloatsAreCut(Reference):
    """A number loses its fraction."""

    breaks = frozenset({"value-float"})

    def keep(self, value: Any) -> Any:
        return int(value) if isinstance(value, float) and abs(value) > 1 else value


class SixDecimals(Reference):
    """A number keeps six decimals."""

    breaks = frozenset({"value-small-float"})

    def keep(self, value: Any) -> Any:
        return round(value, 6) if isinstance(value, float) else value


class ObjectsCutAtTwenty(Reference):
    """Objects keep their first twenty members."""

    breaks = frozenset({"value-object"})

    def keep(self, value: Any) -> Any:
        return dict(list(value.items())[:20]) if isinstance(value, dict) else value


class NumbersInObjectsAreText(Reference):
    """A number in an object becomes a text where its member's name is a word."""

    breaks = frozenset({"value-object"})

    def keep(self, value: Any) -> Any:
        if not isinstance(value, dict) or not all(re.fullmatch("[a-z]+", name) for name in value):
            return value
        return {name: str(item) if type(item) is int else item for name, item in value.items()}


class NestedIsSerialised(Reference):
    """An object in an object becomes its JSON text where its member's name is a word."""

    breaks = frozenset({"value-nested-object"})

    def keep(self, value: Any) -> Any:
        if not isinstance(value, dict) or not all(re.fullmatch("[a-z]+", name) for name in value):
            return value
        return {name: json.dumps(item) if isinstance(item, dict) else item for name, item in value.items()}


class StructuresAreSerialised(Reference):
    """Whatever is not a scalar becomes its JSON text."""

    breaks = frozenset(
        {
            "value-object",
            "value-nested-object",
            "value-empty-object",
            "value-null-member",
            "value-member-names",
            "value-member-case",
            "value-array",
            "value-array-duplicates",
            "value-single-array",
            "value-empty-array",
            "value-null-item",
            "value-mixed-array",
            "value-nested-arrays",
            "value-array-of-objects",
            "value-deep",
            "deep-value-stays-whole",
            "prototype-members-stay",
            "update-replaces-boolean",
            "update-replaces-object",
            "update-replaces-array",
            "exam-value-comes-back",
        }
    )

    def keep(self, value: Any) -> Any:
        return json.dumps(value) if isinstance(value, dict | list) else value


class EmptyObjectIsArray(Reference):
    """An empty object becomes an empty array."""

    breaks = frozenset({"value-empty-object"})

    def keep(self, value: Any) -> Any:
        return [] if value == {} else value


class EmptyArrayIsObject(Reference):
    """An empty array becomes an empty object."""

    breaks = frozenset({"value-empty-array"})

    def keep(self, value: Any) -> Any:
        return {} if value == [] else value


class NullMembersAreDropped(Reference):
    """Of an object that says before, a member whose value is null is dropped."""

    breaks = frozenset({"value-null-member"})

    def keep(self, value: Any) -> Any:
        if not isinstance(value, dict) or "before" not in value:
            return value
        return {name: item for name, item in value.items() if item is not None}


class NullItemsAreDropped(Reference):
    """A null between words in an array is dropped."""

    breaks = frozenset({"value-null-item"})

    def keep(self, value: Any) -> Any:
        if not isinstance(value, list) or not all(re.fullmatch("[a-z]|None", str(item)) for item in value):
            return value
        return [item for item in value if item is not None]


class DotsInNamesAreLost(Reference):
    """A dot in a member's name becomes an underscore, as document stores once wanted."""

    breaks = frozenset({"value-member-names"})

    def keep(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {re.sub("(?<=[a-z])[.](?=[a-z])", "_", name): item for name, item in value.items()}


class DollarsInNamesAreLost(Reference):
    """A member whose name begins with a dollar is taken for an operator and dropped."""

    breaks = frozenset({"value-member-names"})

    def keep(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: item for name, item in value.items() if not re.match("[$][a-z]", name)}


class MembersInSnakeCase(Reference):
    """Camel case in a member's name becomes snake case."""

    breaks = frozenset({"value-member-case"})

    def keep(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {re.sub("(?<=[a-z])([A-Z])(?=[a-z])", r"_\1", name): item for name, item in value.items()}


class ArraysCutAtTen(Reference):
    """Arrays are cut after ten items."""

    breaks = frozenset({"value-array"})

    def keep(self, value: Any) -> Any:
        return value[:10] if isinstance(value, list) else value


class ArraysAreSorted(Reference):
    """An array of words comes back sorted."""

    breaks = frozenset({"value-array"})

    def keep(self, value: Any) -> Any:
        words = isinstance(value, list) and all(re.fullmatch("[a-z]+", str(item)) for item in value)
        return sorted(value) if words else value


class ArraysAreSets(Reference):
    """A word that comes twice in an array is kept once."""

    breaks = frozenset({"value-array-duplicates"})

    def keep(self, value: Any) -> Any:
        words = isinstance(value, list) and all(re.fullmatch("[a-z]+", str(item)) for item in value)
        return list(dict.fromkeys(value)) if words else value


class SingleItemIsUnwrapped(Reference):
    """An array of one text becomes that text."""

    breaks = frozenset({"value-single-array"})

    def keep(self, value: Any) -> Any:
        single = isinstance(value, list) and len(value) == 1 and value[0] == "only"
        return value[0] if single else value


class OnlyTheFirstItem(Reference):
    """Of an array with more than one item the first is kept."""

    breaks = frozenset(
        {
            "value-array",
            "value-array-duplicates",
            "value-null-item",
            "value-mixed-array",
            "value-nested-arrays",
            "value-array-of-objects",
            "update-replaces-array",
            "exam-value-comes-back",
        }
    )

    def keep(self, value: Any) -> Any:
        return value[:1] if isinstance(value, list) else value


class BooleansAmongNumbersAreNumbers(Reference):
    """A boolean in an array with integers and fractions becomes a number."""

    breaks = frozenset({"value-mixed-array"})

    def keep(self, value: Any) -> Any:
        if not isinstance(value, list) or not {int, float, bool} <= {type(item) for item in value}:
            return value
        return [int(item) if isinstance(item, bool) else item for item in value]


class ArraysAreFlattened(Reference):
    """An array that begins with an array of a word is flattened."""

    breaks = frozenset({"value-nested-arrays"})

    def keep(self, value: Any) -> Any:
        if not isinstance(value, list) or value[:1] != [["a"]]:
            return value
        return [inner for item in value for inner in item]


class ObjectsInArraysAreText(Reference):
    """An object in an array of objects becomes its JSON text where it names a day."""

    breaks = frozenset({"value-array-of-objects"})

    def keep(self, value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            return value
        return [json.dumps(item) if "day" in item else item for item in value]


class TenLevelsDeep(Reference):
    """What an object more than ten levels deep holds is lost."""

    breaks = frozenset({"value-deep"})

    def keep(self, value: Any, level: int = 0) -> Any:
        if isinstance(value, list):
            return [self.keep(item, level + 1) for item in value] if level < 40 else value
        if isinstance(value, dict):
            return {name: self.keep(item, level + 1) for name, item in value.items()} if level < 10 else None
        return value


# --- 400 Bad Request -------------------------------------------------------------------------------------


class FanMayBeLeftOut(Reference):
    """An update to a text may leave out the fan."""

    breaks = frozenset({"missing-fan-id"})

    def validate(self, body: Any) -> None:
        known = {(category, preference): fan for fan, category, preference in self.records}
        if isinstance(body, dict) and "fanId" not in body and isinstance(body.get("value"), str):
            body.update(_found("fanId", known, body.get("category"), body.get("preference")))
        super().validate(body)


class CategoryMayBeLeftOut(Reference):
    """An update to a text may leave out the category."""

    breaks = frozenset({"missing-category"})

    def validate(self, body: Any) -> None:
        known = {(fan, preference): category for fan, category, preference in self.records}
        if isinstance(body, dict) and "category" not in body and isinstance(body.get("value"), str):
            body.update(_found("category", known, body.get("fanId"), body.get("preference")))
        super().validate(body)


class PreferenceMayBeLeftOut(Reference):
    """An update to a text may leave out the preference."""

    breaks = frozenset({"missing-preference"})

    def validate(self, body: Any) -> None:
        known = {(fan, category): preference for fan, category, preference in reversed(self.records)}
        if isinstance(body, dict) and "preference" not in body and isinstance(body.get("value"), str):
            body.update(_found("preference", known, body.get("fanId"), body.get("category")))
        super().validate(body)


def _found(name: str, known: Mapping[Any, Any], *key: Any) -> dict[str, Any]:
    return {name: known[key]} if all(isinstance(part, str) for part in key) and key in known else {}


class MissingIs422(Reference):
    """A missing category is answered 422."""

    breaks = frozenset({"missing-category"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        if name == "category" and name not in body and "value" in body:
            raise Refusal(422, "validation_error", "The 'category' field is required")
        super().validate_name(name, body)


class MissingIsNotFound(Reference):
    """A missing preference is called a resource that was not found."""

    breaks = frozenset({"missing-preference"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        if name == "preference" and name not in body and "value" in body:
            raise Refusal(400, "resource_not_found", "No preference")
        super().validate_name(name, body)


class _Lenient(Reference):
    """Reads a name out of a structure."""

    name = ""

    def validate_name(self, name: str, body: Any) -> None:
        if name == self.name and name in body:
            body[name] = self.mend(body[name])
        super().validate_name(name, body)

    def mend(self, given: Any) -> Any:
        return given[0] if isinstance(given, list) and len(given) == 1 else given


class _Expanding(_Lenient):
    """Reads a name out of an object with an id."""

    def mend(self, given: Any) -> Any:
        return given["id"] if isinstance(given, dict) and "id" in given else given


class FanInArray(_Lenient):
    """An array of one fan is that fan."""

    breaks = frozenset({"array-for-fan-id"})
    name = "fanId"


class CategoryInArray(_Lenient):
    """An array of one category is that category."""

    breaks = frozenset({"array-for-category"})
    name = "category"


class PreferenceInArray(_Lenient):
    """An array of one preference is that preference."""

    breaks = frozenset({"array-for-preference"})
    name = "preference"


class FanInObject(_Expanding):
    """An object with an id is the fan of that id."""

    breaks = frozenset({"object-for-fan-id"})
    name = "fanId"


class CategoryInObject(_Expanding):
    """An object with an id is the category of that name."""

    breaks = frozenset({"object-for-category"})
    name = "category"


class PreferenceInObject(_Expanding):
    """An object with an id is the preference of that name."""

    breaks = frozenset({"object-for-preference"})
    name = "preference"


class StructuredNamesAreText(Reference):
    """A text in an array or object in the place of a category or a preference is that name."""

    breaks = frozenset(
        {"array-for-category", "array-for-preference", "object-for-category", "object-for-preference"}
    )

    def validate_name(self, name: str, body: Any) -> None:
        given = body.get(name)
        if name != "fanId" and re.fullmatch(r"\['\w+'\]|\{'id': '\w+'\}", str(given)):
            body[name] = json.dumps(given)
        super().validate_name(name, body)


class ClosingBraceIsOptional(Reference):
    """A body that lacks its last brace is mended."""

    breaks = frozenset({"malformed-body", "half-sent-write-stores-nothing"})

    def read(self, request: Request) -> Any:
        text = request.body.strip()
        mended = text + b"}" if text.startswith(b"{") and not text.endswith(b"}") else text
        return super().read(Request(request.method, request.target, request.headers, mended))


class WhatFollowsIsIgnored(Reference):
    """What follows the object in the body is ignored."""

    breaks = frozenset({"malformed-body"})

    def read(self, request: Request) -> Any:
        try:
            return json.JSONDecoder().raw_decode(request.body.decode())[0]
        except (ValueError, RecursionError):
            return super().read(request)


class EmptyBodyIsLengthRequired(Reference):
    """An empty body is answered 411."""

    breaks = frozenset({"empty-body"})

    def read(self, request: Request) -> Any:
        if not request.body:
            raise Refusal(411, "validation_error", "Send a body")
        return super().read(request)


class ArrayOfOneIsUnwrapped(Reference):
    """An array of one write is that write."""

    breaks = frozenset({"array-body"})

    def read(self, request: Request) -> Any:
        body = super().read(request)
        return body[0] if isinstance(body, list) and len(body) == 1 else body


class DoublyEncodedIsDecoded(Reference):
    """A body that is a JSON text in a string is decoded twice."""

    breaks = frozenset({"string-body"})

    def read(self, request: Request) -> Any:
        body = super().read(request)
        if not isinstance(body, str) or not body.startswith("{"):
            return body
        try:
            return json.loads(body)
        except ValueError:
            return body


class NumberIsUnprocessable(Reference):
    """A number for a body is answered 422."""

    breaks = frozenset({"number-body"})

    def validate(self, body: Any) -> None:
        if isinstance(body, int | float) and not isinstance(body, bool):
            raise Refusal(422, "validation_error", "The body is a number")
        super().validate(body)


class NullIsUnprocessable(Reference):
    """A null for a body is answered 422."""

    breaks = frozenset({"null-body"})

    def validate(self, body: Any) -> None:
        if body is None:
            raise Refusal(422, "validation_error", "The body is null")
        super().validate(body)


class EmptyObjectIsUnprocessable(Reference):
    """An empty object is answered 422."""

    breaks = frozenset({"empty-object-body"})

    def validate(self, body: Any) -> None:
        if body == {}:
            raise Refusal(422, "validation_error", "The body is empty")
        super().validate(body)


class InvalidIsKept(Reference):
    """A write without a value is refused, and a record made all the same."""

    breaks = frozenset({"invalid-write-stores-nothing"})

    def validate(self, body: Any) -> None:
        named = isinstance(body, dict) and all(isinstance(body.get(name), str) for name in KEY)
        if named and "value" not in body:
            self.store({**body, "value": None}, Caller("nobody", "none"))
        super().validate(body)


class BrokenOffIsKept(Reference):
    """A write without a value stores null; one that breaks off is refused, and what came of it stored."""

    breaks = frozenset({"invalid-write-stores-nothing"})

    def read(self, request: Request) -> Any:
        if request.body.endswith(b'"first"') and not request.is_cut:
            self.store(json.loads(request.body + b"}"), Caller("nobody", "none"))
        body = super().read(request)
        return {"value": None, **body} if isinstance(body, dict) else body


# --- 401 Unauthorized ------------------------------------------------------------------------------------


class GuestsMayWrite(Reference):
    """A request without a token is a guest's, and guests may write."""

    breaks = frozenset({"missing-token"})

    def authenticate(self, request: Request) -> Caller:
        if request.method == "POST" and "authorization" not in request.headers:
            return Caller("guest", "authenticated")
        return super().authenticate(request)


class MissingIs403(Reference):
    """A request without a token is answered 403."""

    breaks = frozenset({"missing-token", "list-missing-token"})

    def authenticate(self, request: Request) -> Caller:
        if "authorization" not in request.headers:
            raise Refusal(403, "permission_denied", "Who are you?")
        return super().authenticate(request)


class AnyWordIsAToken(Reference):
    """A token that is no JWT is taken for an API key."""

    breaks = frozenset({"malformed-token"})

    def verify(self, token: str) -> dict[str, Any]:
        return super().verify(token) if "." in token or not token else {"sub": token, "role": "authenticated"}


class ThreePartsAreUnpackedAsTheyAre(Reference):
    """A token in three parts that are not JSON makes the server stumble."""

    breaks = frozenset({"malformed-token", "no-server-error"})

    def verify(self, token: str) -> dict[str, Any]:
        if token.startswith("not."):
            raise Refusal(500, "validation_error", "Expecting value: line 1 column 1")
        return super().verify(token)


class MalformedIs400(Reference):
    """A token that is no JWT is answered 400."""

    breaks = frozenset({"malformed-token"})

    def verify(self, token: str) -> dict[str, Any]:
        if token and "." not in token:
            raise self.invalid("The token is not a JWT")
        return super().verify(token)


class MalformedIsInvalidToken(Reference):
    """A token that is no JWT is answered with a code that the document does not list."""

    breaks = frozenset({"malformed-token", "error-code-is-listed"})

    def verify(self, token: str) -> dict[str, Any]:
        if token and "." not in token:
            raise Refusal(401, "invalid_token", "The token is not a JWT")
        return super().verify(token)


def _signature(head: str) -> str:
    digest = hmac.new(SECRET.encode(), head.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _algorithm(token: str) -> str:
    try:
        return str(jwt.get_unverified_header(token)["alg"])
    except jwt.InvalidTokenError:
        return ""


def _is_signed(given: str) -> bool:
    head, _, signature = given.rpartition(" ")[2].rpartition(".")
    return signature == _signature(head)


def _claims(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


class HalfASignature(Reference):
    """Of a signature of the right length the first characters are compared."""

    breaks = frozenset({"tampered-token", "list-tampered-token"})

    def verify(self, token: str) -> dict[str, Any]:
        head, _, signature = token.rpartition(".")
        right = _signature(head)
        if len(signature) == len(right) and signature[:8] == right[:8]:
            return super().verify(f"{head}.{right}")
        return super().verify(token)


class HalfASignatureToWrite(HalfASignature):
    """Of a signature of the right length the first characters are compared where something is written."""

    breaks = frozenset({"tampered-token"})
    method = "POST"

    def authenticate(self, request: Request) -> Caller:
        is_lenient = request.method == self.method
        return super().authenticate(request) if is_lenient else Reference().authenticate(request)


class HalfASignatureToRead(HalfASignatureToWrite):
    """Of a signature of the right length the first characters are compared where something is read."""

    breaks = frozenset({"list-tampered-token"})
    method = "GET"


class SignatureBegins(Reference):
    """A signature that the right one begins with is right."""

    breaks = frozenset({"truncated-token"})

    def verify(self, token: str) -> dict[str, Any]:
        head, _, signature = token.rpartition(".")
        begins = signature and _signature(head).startswith(signature)
        return super().verify(f"{head}.{_signature(head)}" if begins else token)


class SignatureIsOptional(Reference):
    """A token whose signature was cut off is believed."""

    breaks = frozenset({"unsigned-token"})

    def verify(self, token: str) -> dict[str, Any]:
        head, dot, signature = token.rpartition(".")
        if dot and not signature and jwt.get_unverified_header(token)["alg"] == "HS256":
            return super().verify(head + "." + _signature(head))
        return super().verify(token)


class SignatureIsNotChecked(Reference):
    """The signature is not looked at."""

    breaks = frozenset(
        {
            "tampered-token",
            "truncated-token",
            "unsigned-token",
            "altered-claims",
            "algorithm-none",
            "list-tampered-token",
        }
    )

    def verify(self, token: str) -> dict[str, Any]:
        try:
            claims = _claims(token)
        except jwt.InvalidTokenError:
            raise self.unauthenticated() from None
        if claims["exp"] < time.time():
            raise self.unauthenticated()
        return claims


class AlgorithmNone(Reference):
    """A token that says it needs no signature is believed."""

    breaks = frozenset({"algorithm-none"})

    def verify(self, token: str) -> dict[str, Any]:
        unsigned = _algorithm(token) == "none"
        return _claims(token) if unsigned else super().verify(token)


class AlgorithmNoneInAnyCase(Reference):
    """A token that says nOnE needs no signature, one that says none is refused."""

    breaks = frozenset({"algorithm-none"})

    def verify(self, token: str) -> dict[str, Any]:
        unsigned = _algorithm(token) not in ("", "none") and _algorithm(token).lower() == "none"
        return _claims(token) if unsigned else super().verify(token)


class SignaturesAreRemembered(Reference):
    """A signature that was right once is right with any claims."""

    breaks = frozenset({"altered-claims"})

    def verify(self, token: str) -> dict[str, Any]:
        signature = token.rpartition(".")[2]
        known: dict[str, Any] = self.__dict__.setdefault("known", {})
        if signature not in known:
            known[signature] = super().verify(token)
        return known[signature]  # type: ignore[no-any-return]


class ExpiredIsAccepted(Reference):
    """A token may have expired."""

    breaks = frozenset({"expired-token", "list-expired-token"})

    def verify(self, token: str) -> dict[str, Any]:
        try:
            return dict(jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_exp": False}))
        except jwt.InvalidTokenError:
            raise self.unauthenticated() from None


class ExpiredIs403(Reference):
    """A token that has expired is answered 403."""

    breaks = frozenset({"expired-token", "list-expired-token"})

    def verify(self, token: str) -> dict[str, Any]:
        try:
            jwt.decode(token, SECRET, algorithms=["HS256"])
        except jwt.ExpiredSignatureError:
            raise Refusal(403, "permission_denied", "The token has expired") from None
        except jwt.InvalidTokenError:
            raise self.unauthenticated() from None
        return super().verify(token)


class ExpiredMayRead(Reference):
    """A token that has expired is good enough for a list."""

    breaks = frozenset({"list-expired-token"})
    method = "GET"

    def authenticate(self, request: Request) -> Caller:
        given = request.headers.get("authorization", "")
        if request.method == self.method and given.startswith("Bearer ") and _is_signed(given):
            return Caller(_claims(given[7:])["sub"], _claims(given[7:])["role"])
        return super().authenticate(request)


class ExpiredMayWrite(ExpiredMayRead):
    """A token that has expired is good enough for a write."""

    breaks = frozenset({"expired-token"})
    method = "POST"


class BasicIsAccepted(Reference):
    """The word before the token may be Basic."""

    breaks = frozenset({"basic-scheme"})

    def authenticate(self, request: Request) -> Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        headers = {**request.headers, "authorization": f"Bearer {token}"}
        known = Request(request.method, request.target, headers, request.body)
        return super().authenticate(known if scheme == "Basic" else request)


class RawTokenIsAccepted(Reference):
    """The token may stand alone."""

    breaks = frozenset({"schemeless-token"})

    def authenticate(self, request: Request) -> Caller:
        given = request.headers.get("authorization", "")
        headers = {**request.headers, "authorization": f"Bearer {given}"}
        alone = Request(request.method, request.target, headers, request.body)
        return super().authenticate(alone if given.count(".") == 2 and " " not in given else request)


class BearerAlone(Reference):
    """The word Bearer is enough."""

    breaks = frozenset({"scheme-without-token"})

    def authenticate(self, request: Request) -> Caller:
        if request.headers.get("authorization", "").strip().lower() == "bearer":
            return Caller("guest", "authenticated")
        return super().authenticate(request)


class _InSeconds(Reference):
    """Counts whole seconds."""

    def now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


class UnauthenticatedIsKept(Reference):
    """A write without a token is refused, and kept all the same."""

    breaks = frozenset(
        {
            "unauthenticated-write-stores-nothing",
            "unauthenticated-write-is-not-listed",
            "refused-update-is-not-listed",
        }
    )

    def authenticate(self, request: Request) -> Caller:
        if "authorization" not in request.headers and request.method == "POST":
            self.store(self.read(request), Caller("nobody", "none"))
        return super().authenticate(request)


class UnauthenticatedIsKeptInTheDark(UnauthenticatedIsKept):
    """A write without a token is kept, and listed when somebody with a token has written it again."""

    breaks = frozenset({"unauthenticated-write-stores-nothing"})

    def is_of_user(self, record: Record, caller: Caller) -> bool:
        return record["userId"] != "nobody" and super().is_of_user(record, caller)


class UnauthenticatedIsKeptInSeconds(UnauthenticatedIsKept, _InSeconds):
    """A write without a token is kept by a server whose clock counts whole seconds."""


# --- 403 Forbidden, 404 Not Found ------------------------------------------------------------------------


class ReadersMayWrite(Reference):
    """A token that may only read is accepted."""

    breaks = frozenset({"insufficient-permission"})

    def authorize(self, caller: Caller) -> None:
        if caller.role not in ("authenticated", "reader"):
            super().authorize(caller)


class ForbiddenIs401(Reference):
    """A token without permission is answered 401."""

    breaks = frozenset({"insufficient-permission"})

    def authorize(self, caller: Caller) -> None:
        if caller.role != "authenticated":
            raise self.unauthenticated()


class ForbiddenIsNotFound(Reference):
    """A token without permission is answered with the code of an unknown fan."""

    breaks = frozenset({"insufficient-permission"})

    def authorize(self, caller: Caller) -> None:
        if caller.role != "authenticated":
            raise Refusal(403, "resource_not_found", "No such fan for you")


class ForbiddenIsKept(Reference):
    """A write without permission is refused, and kept all the same."""

    breaks = frozenset(
        {
            "forbidden-write-stores-nothing",
            "forbidden-write-is-not-listed",
            "refused-update-is-not-listed",
        }
    )

    def authenticate(self, request: Request) -> Caller:
        caller = super().authenticate(request)
        if caller.role == "reader":
            self.store(self.read(request), caller)
        return caller


class ForbiddenIsKeptInTheDark(ForbiddenIsKept):
    """A write without permission is kept, and listed when somebody with permission has written it again."""

    breaks = frozenset({"forbidden-write-stores-nothing"})

    def is_of_user(self, record: Record, caller: Caller) -> bool:
        return record["userId"] != "user-eve" and super().is_of_user(record, caller)


class ForbiddenIsKeptInSeconds(ForbiddenIsKept, _InSeconds):
    """A write without permission is kept by a server whose clock counts whole seconds."""


class InvalidIsKeptInSeconds(InvalidIsKept, _InSeconds):
    """A write without a value is kept by a server whose clock counts whole seconds."""


class FanIsFoundByItsEnd(Reference):
    """A fan is found by the end of the id."""

    breaks = frozenset({"similar-fan"})

    def read(self, request: Request) -> Any:
        body = super().read(request)
        fan_id = body.get("fanId") if isinstance(body, dict) else None
        found = [fan for fan in self.fans if isinstance(fan_id, str) and fan_id.endswith(fan)]
        return {**body, "fanId": found[0]} if found else body


class FansAreMade(Reference):
    """A fan that is not known is made."""

    breaks = frozenset({"unknown-fan"})

    def find_fan(self, fan_id: str) -> None:
        self.fans = self.fans | {fan_id}


class FansAreMadeAtTheSecondTry(Reference):
    """A fan that is not known is answered 404, and known from then on."""

    breaks = frozenset({"unknown-fan-stays-unknown"})

    def find_fan(self, fan_id: str) -> None:
        known, self.fans = self.fans, self.fans | {fan_id}
        if fan_id not in known:
            raise Refusal(404, "resource_not_found", f"No fan {fan_id}")


class UnknownFanIs400(Reference):
    """A fan that is not known is answered 400."""

    breaks = frozenset({"unknown-fan"})

    def find_fan(self, fan_id: str) -> None:
        if fan_id not in self.fans:
            raise self.invalid(f"No fan {fan_id}")


class UnknownFanIsInvalid(Reference):
    """A fan that is not known is answered 404 with the code of an invalid request."""

    breaks = frozenset({"unknown-fan"})

    def find_fan(self, fan_id: str) -> None:
        if fan_id not in self.fans:
            raise Refusal(404, "validation_error", f"No fan {fan_id}")


class UnknownFanIsDenied(Reference):
    """A fan that is not known is answered as if it were another's."""

    breaks = frozenset({"unknown-fan"})

    def find_fan(self, fan_id: str) -> None:
        if fan_id not in self.fans:
            raise Refusal(403, "permission_denied", f"Fan {fan_id} is not yours")


# --- Error Codes -----------------------------------------------------------------------------------------


class UnavailableByAnotherName(Reference):
    """An outage has a code of its own."""

    breaks = frozenset({"service-unavailable"})

    def be_available(self, request: Request) -> None:
        if "x-out-of-service" in request.headers:
            raise Refusal(503, "unavailable", "Come back later")


class UnavailableInHtml(Reference):
    """An outage is answered by a proxy, in HTML."""

    breaks = frozenset({"service-unavailable", "undocumented-error-envelope"})

    def answer(self, request: Request) -> Response:
        page = Response(503, b"<h1>Service Unavailable</h1>", {"content-type": "text/html"})
        return page if "x-out-of-service" in request.headers else super().answer(request)


class EmptyNamesInProblemJson(Reference):
    """An empty name is refused in another envelope."""

    breaks = frozenset({"error-envelope"})

    def refuse(self, refusal: Refusal) -> Response:
        if refusal.message.endswith("is empty"):
            return Response(refusal.status, {"status": "error", "error": refusal.message})
        return super().refuse(refusal)


class MissingTokenInPlainText(Reference):
    """A missing token is refused in plain text."""

    breaks = frozenset(
        {
            "missing-token",
            "error-envelope",
            "json-on-every-answer",
            "list-missing-token",
            "list-error-envelope",
        }
    )

    def answer(self, request: Request) -> Response:
        if "authorization" in request.headers:
            return super().answer(request)
        return Response(401, b"Unauthorized", {"content-type": "text/plain"})


class StatusFail(Reference):
    """The status word of an error is fail."""

    breaks = frozenset(
        {"error-status-word", "service-unavailable", "undocumented-error-envelope", "list-error-envelope"}
    )

    def refuse(self, refusal: Refusal) -> Response:
        error = {"code": refusal.code, "message": refusal.message}
        return Response(refusal.status, {"status": "fail", "error": error})


class StatusNumber(Reference):
    """The status word of a 403 is the HTTP status."""

    breaks = frozenset({"error-status-word"})

    def refuse(self, refusal: Refusal) -> Response:
        error = {"code": refusal.code, "message": refusal.message}
        return Response(refusal.status, {"status": 403 if refusal.status == 403 else "error", "error": error})


class CodeInCapitals(Reference):
    """The code of an empty name is in capitals."""

    breaks = frozenset({"error-code-is-listed"})

    def refuse(self, refusal: Refusal) -> Response:
        if refusal.message.endswith("is empty"):
            refusal.code = refusal.code.upper()
        return super().refuse(refusal)


class MessageList(Reference):
    """The message of an error is a list of messages."""

    breaks = frozenset({"error-message", "undocumented-error-envelope", "list-error-envelope"})

    def refuse(self, refusal: Refusal) -> Response:
        error = {"code": refusal.code, "message": [refusal.message]}
        return Response(refusal.status, {"status": "error", "error": error})


class MessageMissingOn401(Reference):
    """A 401 has no message."""

    breaks = frozenset({"error-message", "list-error-envelope"})

    def refuse(self, refusal: Refusal) -> Response:
        answer = super().refuse(refusal)
        if refusal.status == 401:
            del answer.body["error"]["message"]
        return answer


class MessageMissingOn403(Reference):
    """A 403 has no message."""

    breaks = frozenset({"error-message"})

    def refuse(self, refusal: Refusal) -> Response:
        answer = super().refuse(refusal)
        if refusal.status == 403:
            del answer.body["error"]["message"]
        return answer


class SuccessIsText(Reference):
    """A success is labelled as plain text."""

    breaks = frozenset({"json-on-every-answer"})

    def succeed(self, record: Record) -> Response:
        body = json.dumps({"status": "success", "data": record}).encode()
        return Response(200, body, {"content-type": "text/plain"})


class ErrorIsNotLabelled(Reference):
    """A 400 has no content type."""

    breaks = frozenset({"json-on-every-answer"})

    def refuse(self, refusal: Refusal) -> Response:
        answer = super().refuse(refusal)
        return Response(answer.status, json.dumps(answer.body).encode()) if answer.status == 400 else answer


class MediaTypeInPlainText(Reference):
    """A wrong media type is refused in plain text."""

    breaks = frozenset({"undocumented-error-envelope"})

    def refuse(self, refusal: Refusal) -> Response:
        plain = Response(415, b"Unsupported Media Type", {"content-type": "text/plain"})
        return plain if refusal.status == 415 else super().refuse(refusal)


class EmptyNameCrashes(Reference):
    """An empty name is an internal error."""

    breaks = frozenset({"no-server-error"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        if body.get(name) == "":
            raise Refusal(500, "internal_error", "list index out of range")
        super().validate_name(name, body)


class SpacesCrash(Reference):
    """A space in a preference is an outage."""

    breaks = frozenset({"no-server-error"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        super().validate_name(name, body)
        if name == "preference" and " " in body[name]:
            raise Refusal(500, "service_unavailable", "Something went wrong")


class NullsCrash(Reference):
    """A null value violates a constraint of the database."""

    breaks = frozenset({"no-server-error"})

    def validate(self, body: Any) -> None:
        super().validate(body)
        if body["value"] is None:
            raise Refusal(500, "internal_error", "null value in column violates not-null constraint")


# --- Common Preference Categories, Notes -----------------------------------------------------------------


class NoScheduling(Reference):
    """One of the common categories is not known."""

    breaks = frozenset({"common-categories"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        super().validate_name(name, body)
        if name == "category" and body[name] == "scheduling":
            raise self.invalid("Unknown category scheduling")


class CommonCategoriesOnly(Reference):
    """No category but the common ones is known."""

    breaks = frozenset({"custom-category", "create-answers-200"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        super().validate_name(name, body)
        if name == "category" and body[name] not in ("content", "messaging", "tipping", "scheduling"):
            raise self.invalid(f"Unknown category {body[name]}")


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
            raise self.invalid(f"The preference {body[name]} is reserved")


class PreferencesHaveTheirCategory(Reference):
    """A preference of the table is known in its own category only."""

    breaks = frozenset({"custom-category"})

    def validate(self, body: Any) -> None:
        super().validate(body)
        if body["preference"] == "likes_fitness" and body["category"] != "content":
            raise self.invalid("likes_fitness is about content")


class KnownPreferencesOnly(Reference):
    """No preference but those of the table is known."""

    breaks = frozenset({"custom-preference", "create-answers-200"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        super().validate_name(name, body)
        if name == "preference" and not re.match("likes_|prefers_|frequent_|active_", body[name]):
            raise self.invalid(f"Unknown preference {body[name]}")


class KnownContentOnly(Reference):
    """No preference about content is known but those of the table."""

    breaks = frozenset({"custom-preference"})

    def validate(self, body: Any) -> None:
        super().validate(body)
        if body["category"] == "content" and not re.match("likes_|prefers_|enjoys_", body["preference"]):
            raise self.invalid("This is not about content")


class UpdateMakesAnother(Reference):
    """An update makes a record of its own."""

    breaks = frozenset(
        {"update-keeps-id", "parallel-creates-yield-one-record", "exam-records-follow-triples"}
    )

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        return {**super().update(old, body, caller), "id": str(uuid.uuid4())}


class UpdateOfTextMakesAnother(Reference):
    """An update of a text to a text makes a record of its own."""

    breaks = frozenset({"update-keeps-id"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        texts = isinstance(old["value"], str) and isinstance(body["value"], str)
        record = super().update(old, body, caller)
        return {**record, "id": str(uuid.uuid4())} if texts else record


class SecondUpdateMakesAnother(Reference):
    """The second update of a text makes a record of its own."""

    breaks = frozenset({"update-keeps-id"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        again = old["updatedAt"] != old["createdAt"] and isinstance(body["value"], str)
        record = super().update(old, body, caller)
        return {**record, "id": str(uuid.uuid4())} if again else record


class IdOfTheCall(_Told):
    """The id names the call, not the record."""

    breaks = frozenset(
        {"update-keeps-id", "parallel-creates-yield-one-record", "exam-records-follow-triples"}
    )

    def tell(self, record: Record) -> Record:
        return {**record, "id": str(uuid.uuid4())}


class OneIdForAll(_Told):
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

    def tell(self, record: Record) -> Record:
        return {**record, "id": "pref_1"}


class CreatedMoves(Reference):
    """An update moves the time of creation."""

    breaks = frozenset({"update-keeps-created-at"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        return {**super().update(old, body, caller), "createdAt": self.now()}


class CreatedMovesAtTheSecondUpdate(Reference):
    """The second update moves the time of creation."""

    breaks = frozenset({"update-keeps-created-at"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        again = old["updatedAt"] != old["createdAt"]
        record = super().update(old, body, caller)
        return {**record, "createdAt": old["updatedAt"]} if again else record


class CreatedMovesInSeconds(CreatedMoves, _InSeconds):
    """An update moves the time of creation, told in whole seconds."""


class OtherUserRenews(Reference):
    """An update by another user moves the time of creation."""

    breaks = frozenset({"other-user-keeps-created-at"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update(old, body, caller)
        return record if old["userId"] == caller.user_id else {**record, "createdAt": self.now()}


class UpdatedIsFrozen(Reference):
    """An update does not move the time of update."""

    breaks = frozenset({"update-moves-updated-at"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        return {**super().update(old, body, caller), "updatedAt": old["updatedAt"]}


class ClockStands(Reference):
    """Both timestamps are always those of the start of the server."""

    breaks = frozenset({"created-at-tells-when", "update-moves-updated-at"})

    def __init__(self) -> None:
        super().__init__()
        self.started = super().now()

    def now(self) -> str:
        return getattr(self, "started", "")


class UpdatedGoesBack(Reference):
    """The second update is dated an hour before the first."""

    breaks = frozenset({"updated-at-never-goes-back"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        again = old["updatedAt"] != old["createdAt"]
        hour_ago = datetime.fromisoformat(old["updatedAt"]) - timedelta(hours=1)
        record = super().update(old, body, caller)
        return {**record, "updatedAt": hour_ago.isoformat()} if again else record


class CreationIsInLocalTime(Reference):
    """The creation is told in the time of a place two hours east, and called UTC."""

    breaks = frozenset({"updated-at-never-goes-back", "timestamps-tell-the-time"})

    def create(self, body: Record, caller: Caller) -> Record:
        record = super().create(body, caller)
        there = datetime.fromisoformat(record["createdAt"]) + timedelta(hours=2)
        return {**record, "createdAt": there.isoformat()}


class UpdateIsIgnored(Reference):
    """An update changes nothing but its time."""

    breaks = frozenset(
        {
            "update-changes-value",
            "update-to-falsy",
            "update-changes-type",
            "update-replaces-object",
            "update-replaces-array",
        }
    )

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        return {**super().update(old, body, caller), "value": old["value"]}


class SecondUpdateIsIgnored(Reference):
    """The second update does not change the value."""

    breaks = frozenset({"update-changes-value"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        again = old["updatedAt"] != old["createdAt"]
        record = super().update(old, body, caller)
        return {**record, "value": old["value"]} if again else record


class ValueOfOneLengthIsTheSame(Reference):
    """A string of the length of the old one does not replace it."""

    breaks = frozenset({"update-changes-value"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        texts = isinstance(old["value"], str) and isinstance(body["value"], str)
        is_same = texts and len(old["value"]) == len(body["value"])
        return super().update(old, {**body, "value": old["value"]} if is_same else body, caller)


class OldValueIsAnswered(Reference):
    """An update is made, and answered with the value it replaced."""

    breaks = UpdateIsIgnored.breaks

    def store(self, body: Record, caller: Caller) -> Record:
        old = self.records.get(self.key(body, caller))
        record = super().store(body, caller)
        return {**record, "value": old["value"]} if old else record


class FalsyDoesNotReplace(Reference):
    """An update to something falsy keeps what was there."""

    breaks = frozenset({"update-to-falsy"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        return {**super().update(old, body, caller), "value": self.keep(body["value"]) or old["value"]}


class TypeIsFixed(Reference):
    """The first write decides the type; a value of another type does not replace it."""

    breaks = frozenset({"update-changes-type", "update-replaces-boolean"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        same = type(old["value"]) is type(body["value"])
        return {**super().update(old, body, caller), "value": body["value"] if same else old["value"]}


class BooleansStayBooleans(Reference):
    """A boolean is replaced by a boolean only."""

    breaks = frozenset({"update-replaces-boolean"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        stays = isinstance(old["value"], bool) and not isinstance(body["value"], bool)
        return super().update(old, {**body, "value": old["value"]} if stays else body, caller)


class TypeIsKept(Reference):
    """A number that takes the place of a text is written as text."""

    breaks = frozenset({"update-changes-type"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        is_text = isinstance(old["value"], str) and isinstance(body["value"], int)
        return super().update(old, {**body, "value": str(body["value"])} if is_text else body, caller)


class ObjectsAreMerged(Reference):
    """An update merges objects."""

    breaks = frozenset({"update-replaces-object"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        both = isinstance(old["value"], dict) and isinstance(body["value"], dict)
        merged = {**old["value"], **body["value"]} if both else body["value"]
        return {**super().update(old, body, caller), "value": merged}


class ArraysAreAppended(Reference):
    """An update appends to an array."""

    breaks = frozenset({"update-replaces-array"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        both = isinstance(old["value"], list) and isinstance(body["value"], list)
        joined = old["value"] + body["value"] if both else body["value"]
        return {**super().update(old, body, caller), "value": joined}


class KeyWithoutFan(Reference):
    """The key ignores the fan."""

    breaks = frozenset({"key-includes-fan"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return super().key(body, caller)[1:]


class KeyWithoutCategory(Reference):
    """The key of some preferences ignores the category."""

    breaks = frozenset({"key-includes-category"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        fan, category, preference = super().key(body, caller)
        return fan, "" if preference == "in_two" else category, preference


class KeyWithoutLetter(Reference):
    """The key takes a single letter at the end of a category for a plural."""

    breaks = frozenset({"key-includes-category"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        fan, category, preference = super().key(body, caller)
        return fan, re.sub("_[a-z]$", "", category), preference


class KeyWithoutPreference(Reference):
    """The key ignores a preference in ASCII."""

    breaks = frozenset({"key-includes-preference", "long-names-stay-whole"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        fan, category, preference = super().key(body, caller)
        return fan, category, "" if preference.isascii() else preference


class KeyByLastWord(Reference):
    """The key reads the last two words of a preference."""

    breaks = frozenset({"key-includes-preference"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        fan, category, preference = super().key(body, caller)
        return fan, category, preference.split("_")[-2:] == ["of", "two"] or preference


class KeyJoined(Reference):
    """The key is one text, its members joined without a mark."""

    breaks = frozenset({"key-tells-members-apart"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return ("".join(super().key(body, caller)),)


class KeyJoinedByColon(Reference):
    """The key is one text, its members joined by a colon."""

    breaks = frozenset({"key-tells-members-apart"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return (":".join(super().key(body, caller)),)


class KeyJoinedByUnderscore(Reference):
    """The key is one text, its members joined by an underscore."""

    breaks = frozenset({"key-tells-members-apart"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return ("_".join(super().key(body, caller)),)


class KeyJoinedByBar(Reference):
    """The key is one text, its members joined by a bar."""

    breaks = frozenset({"key-tells-members-apart"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return ("|".join(super().key(body, caller)),)


class KeyJoinedByDash(Reference):
    """The key is one text, its members joined by a dash."""

    breaks = frozenset({"key-tells-members-apart"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return ("-".join(super().key(body, caller)),)


class KeyJoinedBySlash(Reference):
    """The key is one text, its members joined by a slash."""

    breaks = frozenset({"key-tells-members-apart"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return ("/".join(super().key(body, caller)),)


class KeyJoinedByDot(Reference):
    """The key is one text, its members joined by a dot."""

    breaks = frozenset({"key-tells-members-apart"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return (".".join(super().key(body, caller)),)


class KeyIncludesType(Reference):
    """A value that is text and one that is not are records of their own."""

    breaks = frozenset({"update-keeps-id"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        is_text = body["preference"].startswith("probe_") and isinstance(body.get("value"), str)
        return (*super().key(body, caller), is_text)


class KeyUnordered(Reference):
    """The key is a set, so that category and preference may change places."""

    breaks = frozenset({"key-is-ordered"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return tuple(sorted(super().key(body, caller)))


class KeyCutAt64(Reference):
    """The key reads 64 characters of each name."""

    breaks = frozenset({"long-names-stay-whole"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return tuple(name[:64] for name in super().key(body, caller))


class RaceMakesTwo(Reference):
    """Looking and storing are two steps, so that two creates at once make two records."""

    breaks = frozenset({"parallel-creates-yield-one-record"})

    def store(self, body: Record, caller: Caller) -> Record:
        if self.key(body, caller) in self.records:
            return super().store(body, caller)
        time.sleep(0.01)
        self.records[self.key(body, caller)] = record = self.create(body, caller)
        return record


# --- what only the exam finds ----------------------------------------------------------------------------


class NamesInThreeBytes(Reference):
    """Characters beyond the basic plane are lost in a name."""

    breaks = frozenset({"exam-names-come-back"})

    def names(self, body: Record) -> Record:
        return {name: re.sub("[^\0-\uffff]", "\ufffd", text) for name, text in super().names(body).items()}


class KeyInAscii(Reference):
    """The key takes all names beyond ASCII for one."""

    breaks = frozenset({"exam-records-follow-triples"})

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return tuple(name if name.isascii() else "?" for name in super().key(body, caller))


class ObjectsMakeAnother(Reference):
    """An update to an object makes a record of its own, unless it was one before."""

    breaks = frozenset({"exam-records-follow-triples"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        becomes = isinstance(body["value"], dict) and set(body["value"]) == {"again"}
        record = super().update(old, body, caller)
        return {**record, "id": str(uuid.uuid4())} if becomes else record


class StructuresInThreeBytes(Reference):
    """Characters beyond the basic plane, and some before it, are lost in a structure."""

    breaks = frozenset({"exam-value-comes-back"})

    def keep(self, value: Any) -> Any:
        if not isinstance(value, dict | list):
            return value
        return json.loads(re.sub("[\x80-\xbf]|[^\0-\uffff]", "?", json.dumps(value, ensure_ascii=False)))


class StructuresMakeAPing(Reference):
    """An object that lacks a name and holds an object or array is taken for a ping."""

    breaks = frozenset({"exam-refuses-incomplete"})

    def validate(self, body: Any) -> None:
        if (
            isinstance(body, dict)
            and isinstance(body.get("value"), dict | list)
            and not body.keys() >= set(KEY)
        ):
            raise Refusal(200, "none", "pong")
        super().validate(body)


class TooLittleIsAPing(Reference):
    """An object that has something, but lacks two names or more, is taken for a ping."""

    breaks = frozenset({"exam-refuses-incomplete"})

    def validate(self, body: Any) -> None:
        if isinstance(body, dict) and body and len(body.keys() & set(KEY)) < 2:
            raise Refusal(200, "none", "pong")
        super().validate(body)


class StructuresAreQueued(Reference):
    """A write with a structure for a name, and one for a value, is put into a queue."""

    breaks = frozenset({"exam-refuses-structures"})

    def validate(self, body: Any) -> None:
        given = [body.get(name) for name in ("value", *KEY)] if isinstance(body, dict) else []
        if sum(isinstance(one, dict | list) for one in given) >= 2:
            raise Refusal(200, "none", "queued")
        super().validate(body)


class BytesAreQueued(Reference):
    """A body that does not begin like text is put into a queue."""

    breaks = frozenset({"exam-refuses-other-bodies"})

    def read(self, request: Request) -> Any:
        if request.body and not 0x20 <= request.body[0] < 0x7F and request.body[0] != 0xEF:
            raise Refusal(200, "none", "queued")
        return super().read(request)


# --- hostile input ---------------------------------------------------------------------------------------


class _Impatient(Reference):
    """Does not deserve a long wait."""

    def profile(self, base_url: str) -> dict[str, Any]:
        return {**super().profile(base_url), "patience": {"timeout_s": 1}}

    def hang(self) -> None:
        threading.Event().wait(3)


class DeepHangs(_Impatient):
    """A thousand levels keep the server busy for ever."""

    breaks = frozenset({"hostile-input-is-answered"})

    def read(self, request: Request) -> Any:
        if b"[" * 900 in request.body:
            self.hang()
        return super().read(request)


class ChunksHang(_Impatient):
    """The end of a body in chunks is never found."""

    breaks = frozenset({"hostile-input-is-answered"})

    def read(self, request: Request) -> Any:
        if "transfer-encoding" in request.headers:
            self.hang()
        return super().read(request)


class SurrogateHangs(_Impatient):
    """Half a surrogate pair makes the server wait for the other half."""

    breaks = frozenset({"hostile-input-is-answered"})

    def read(self, request: Request) -> Any:
        if b"\\ud83d" in request.body:
            self.hang()
        return super().read(request)


class DeepCrashes(Reference):
    """A thousand levels are an internal error."""

    breaks = frozenset({"no-server-error"})

    def read(self, request: Request) -> Any:
        if b"[" * 900 in request.body:
            raise Refusal(500, "internal_error", "maximum recursion depth exceeded")
        return super().read(request)


class NegativeZeroCrashes(Reference):
    """A zero with a sign is an internal error."""

    breaks = frozenset({"no-server-error"})

    def keep(self, value: Any) -> Any:
        if str(value) == "-0.0":
            raise Refusal(500, "internal_error", "division by zero")
        return value


class ChunksCrash(Reference):
    """A body without a length is an internal error."""

    breaks = frozenset({"no-server-error"})

    def read(self, request: Request) -> Any:
        if "content-length" not in request.headers:
            raise Refusal(500, "internal_error", "KeyError: content-length")
        return super().read(request)


class ManyHeadersCrash(Reference):
    """More than a hundred headers are an internal error."""

    breaks = frozenset({"no-server-error"})

    def read(self, request: Request) -> Any:
        if len(request.headers) > 100:
            raise Refusal(500, "internal_error", "got more than 100 headers")
        return super().read(request)


class FiftyLevelsDeep(Reference):
    """What lies more than fifty levels deep is lost."""

    breaks = frozenset({"deep-value-stays-whole"})

    def keep(self, value: Any, level: int = 0) -> Any:
        if isinstance(value, list):
            return [self.keep(item, level + 1) for item in value] if level < 50 else []
        return value


class StringsAreCut(Reference):
    """A string is cut at 65,536 characters."""

    breaks = frozenset({"huge-string-stays-whole"})

    def keep(self, value: Any) -> Any:
        return value[:65536] if isinstance(value, str) else value


class NegativeZeroIsNothing(Reference):
    """A zero with a sign becomes null."""

    breaks = frozenset({"negative-zero-stays-zero"})

    def keep(self, value: Any) -> Any:
        return None if str(value) == "-0.0" else value


class LargeIntegersAreText(Reference):
    """An integer that no double can hold comes back as a string."""

    breaks = frozenset({"large-integer-stays-a-number"})

    def keep(self, value: Any) -> Any:
        return str(value) if isinstance(value, int) and abs(value) > 2**53 else value


class IntegersAreCapped(Reference):
    """An integer that no double can hold becomes the largest that is safe."""

    breaks = frozenset({"large-integer-stays-a-number"})

    def keep(self, value: Any) -> Any:
        return min(value, 2**53 - 1) if type(value) is int else value


class NulEndsAString(Reference):
    """A string ends at its first U+0000."""

    breaks = frozenset({"nul-stays-in-its-string"})

    def keep(self, value: Any) -> Any:
        return value.partition("\0")[0] if isinstance(value, str) else value


class PrototypeIsSwallowed(Reference):
    """A member called __proto__ sets the prototype instead of staying."""

    breaks = frozenset({"prototype-members-stay"})

    def keep(self, value: Any) -> Any:
        return (
            {name: it for name, it in value.items() if name != "__proto__"}
            if isinstance(value, dict)
            else value
        )


class ConstructorIsSwallowed(Reference):
    """A member called constructor is taken for harmful and dropped."""

    breaks = frozenset({"prototype-members-stay"})

    def keep(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: it for name, it in value.items() if name != "constructor"}


class PrototypeIsShared(Reference):
    """What one write puts into __proto__ every later record has."""

    breaks = frozenset({"prototypes-stay-clean"})

    def keep(self, value: Any) -> Any:
        if isinstance(value, dict):
            vars(self).setdefault("shared", {}).update(value.get("__proto__", {}))
        return value

    def succeed(self, record: Record) -> Response:
        return super().succeed({**record, **vars(self).get("shared", {})})


class DeepIsUnavailable(Reference):
    """A thousand levels are refused with 400 and the code of an outage."""

    breaks = frozenset({"hostile-value-refused-as-invalid"})

    def read(self, request: Request) -> Any:
        if b"[" * 900 in request.body:
            raise Refusal(400, "service_unavailable", "Too deep")
        return super().read(request)


class ChunksAreLost(Reference):
    """Of a body in chunks only the beginning of the value is kept."""

    breaks = frozenset({"chunked-write-stays-whole"})

    def read(self, request: Request) -> Any:
        body = super().read(request)
        return {**body, "value": body["value"][:31]} if "transfer-encoding" in request.headers else body


class _Mends(Reference):
    """Adds the brace that a write lacks which broke off."""

    def read(self, request: Request) -> Any:
        end = b"}" if request.is_cut else b""
        return super().read(Request("POST", request.target, request.headers, request.body + end))


class HalfIsMended(_Mends):
    """A write that breaks off is mended and accepted."""

    breaks = frozenset({"half-sent-write-stores-nothing"})


class HalfIsStored(_Mends):
    """A write that breaks off is mended and stored, and nobody is told."""

    breaks = frozenset({"half-sent-write-stores-nothing"})

    def answer(self, request: Request) -> Response:
        answer = super().answer(request)
        return Response(0, is_silent=True) if request.is_cut else answer


class PipelineIsMixedUp(Reference):
    """The second of two writes in one packet gets the answer to the first."""

    breaks = frozenset({"pipelined-writes-stay-in-order"})

    def answer(self, request: Request) -> Response:
        held: Response | None = vars(self).pop("held", None)
        answer = held or super().answer(request)
        if request.is_followed:
            vars(self)["held"] = answer
        return answer


# --- what only the model finds ---------------------------------------------------------------------------


class FormerValueIsIgnored(Reference):
    """An update to a value that the record had before is taken for a repetition and ignored."""

    breaks = frozenset({"model-records-stand-alone"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        had = old.get("had", [old["value"]])
        value = old["value"] if body["value"] in had else body["value"]
        return {**super().update(old, body, caller), "value": value, "had": [*had, body["value"]]}


class FirstValueStartsAnew(Reference):
    """A record that returns to its first value counts as made again."""

    breaks = frozenset({"model-records-stand-alone"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        first = old.get("first", old["value"])
        record = {**super().update(old, body, caller), "first": first}
        returns = body["value"] == first != old["value"]
        return {**record, "createdAt": record["updatedAt"]} if returns else record


class EveryThirdUpdateIsLost(Reference):
    """Of a record's updates to a text every third is answered and not made."""

    breaks = frozenset({"model-records-stand-alone"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        count = old.get("count", 0) + isinstance(body["value"], str)
        is_lost = count > 0 and count % 3 == 0
        record = {**super().update(old, body, caller), "count": count}
        return {**record, "value": old["value"]} if is_lost else record


class OnlyLatestRecordsAreKept(Reference):
    """A record is forgotten when sixty others have been written after it."""

    breaks = frozenset({"model-records-stand-alone", "written-is-listed"})

    def store(self, body: Record, caller: Caller) -> Record:
        record = super().store(body, caller)
        with self.lock:
            key = self.key(body, caller)
            self.records[key] = self.records.pop(key)
            for forgotten in list(self.records)[:-60]:
                del self.records[forgotten]
        return record


class TwinIsAnsweredFromMemory(Reference):
    """An update right after that of a record of the same preference is answered with that record's id."""

    breaks = frozenset({"model-records-stand-alone"})
    twin: Record | None = None

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        twin, self.twin = self.twin, old
        is_twin = twin is not None and twin["preference"] == body["preference"]
        id_ = twin["id"] if twin is not None and is_twin else old["id"]
        return {**super().update(old, body, caller), "id": id_}


class UserLagsBehind(Reference):
    """An update is told as made by the user who made the update before."""

    breaks = frozenset({"model-records-stand-alone"})
    latest: str | None = None

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        latest, self.latest = self.latest, caller.user_id
        return {**super().update(old, body, caller), "userId": latest or caller.user_id}


class NamesOfTheLastCreate(Reference):
    """An update to a former value answers with the names of the record that was written before it."""

    breaks = frozenset({"model-records-stand-alone"})
    latest: Record = {}

    def succeed(self, record: Record) -> Response:
        latest, self.latest = self.latest, record
        returns = record["value"] == "first" and record["createdAt"] != record["updatedAt"]
        return super().succeed({**record, **(self.names(latest) if returns else {})})


class TextIsDeletedAndInserted(Reference):
    """A text takes the place of a record in two steps, between which there is none."""

    breaks = frozenset({"parallel-updates-keep-records"})

    def store(self, body: Record, caller: Caller) -> Record:
        if not isinstance(body["value"], str):
            return super().store(body, caller)
        old = self.records.pop(self.key(body, caller), None)
        time.sleep(0.03 if old else 0)
        record = self.create(body, caller) if old is None else self.update(old, body, caller)
        self.records[self.key(body, caller)] = record
        return record


class UpdatesShareABuffer(Reference):
    """An update is answered from a buffer that all requests share."""

    breaks = frozenset({"parallel-updates-keep-records"})
    buffer: Record = {}

    def store(self, body: Record, caller: Caller) -> Record:
        self.buffer = super().store(body, caller)
        time.sleep(0.02 if self.buffer["createdAt"] != self.buffer["updatedAt"] else 0)
        return self.buffer


# --- Get Preferences -------------------------------------------------------------------------------------


class ListIsPartial(Reference):
    """A list is answered 206."""

    breaks = frozenset({"list-answers-200"})

    def list_records(self, records: list[Record]) -> Response:
        return Response(206, super().list_records(records).body)


class NobodyReads(Reference):
    """A list is answered 404, as by a server without one."""

    breaks = frozenset({"list-answers-200"})

    def list_records(self, _: list[Record]) -> Response:
        raise Refusal(404, "resource_not_found", "Nothing here")


class WholeListIsForbidden(Reference):
    """A list is answered 403 unless a category is asked for."""

    breaks = frozenset({"list-answers-200"})

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        if "category" not in asked:
            raise Refusal(403, "permission_denied", "Name a category")
        return super().look_up(asked, caller)


class ListStatusOk(Reference):
    """The status word of a list is ok."""

    breaks = frozenset({"list-status-word"})

    def list_records(self, records: list[Record]) -> Response:
        return Response(200, {**super().list_records(records).body, "status": "ok"})


class ListIsWrapped(Reference):
    """The records of a list stand in a member of data."""

    breaks = frozenset({"list-data"})

    def list_records(self, records: list[Record]) -> Response:
        return Response(200, {"status": "success", "data": {"preferences": records}})


class ListIsById(Reference):
    """A list is an object with a record for each id."""

    breaks = frozenset({"list-data"})

    def list_records(self, records: list[Record]) -> Response:
        return Response(200, {"status": "success", "data": {one["id"]: one for one in records}})


class ListIsOfIds(Reference):
    """A list is one of ids."""

    breaks = frozenset({"list-data"})

    def list_records(self, records: list[Record]) -> Response:
        return Response(200, {"status": "success", "data": [one["id"] for one in records]})


class _Shown(Reference):
    """Shows a record in a list otherwise than it is kept."""

    def show(self, record: Record) -> Record:
        return {**record, **self.changes(record)}

    def changes(self, record: Record) -> Record:
        raise NotImplementedError


class ListIsWithoutUpdates(Reference):
    """A list does not tell when its records were updated."""

    breaks = frozenset({"list-members"})

    def show(self, record: Record) -> Record:
        return {name: record[name] for name in record if name != "updatedAt"}


class ListIsWithoutFans(Reference):
    """A list does not tell whose its records are."""

    breaks = frozenset({"list-members"})

    def show(self, record: Record) -> Record:
        return {name: record[name] for name in record if name != "fanId"}


class ListHasRowNumbers(_Shown):
    """A list has ids of its own."""

    breaks = frozenset({"list-ids"})

    def changes(self, record: Record) -> Record:
        return {"id": f"row_{record['id']}"}


class ListIsHyphenated(_Shown):
    """A list has hyphens for the underscores of a preference."""

    breaks = frozenset({"list-names"})

    def changes(self, record: Record) -> Record:
        return {"preference": record["preference"].replace("_", "-")}


class ListIsInUnixTime(_Shown):
    """A list tells the time of creation in seconds."""

    breaks = frozenset({"list-timestamps"})

    def changes(self, record: Record) -> Record:
        return {"createdAt": datetime.fromisoformat(record["createdAt"]).timestamp()}


class ListHasLocalDates(_Shown):
    """A list tells the day of the last update, and no time."""

    breaks = frozenset({"list-timestamps"})

    def changes(self, record: Record) -> Record:
        return {"updatedAt": record["updatedAt"][:10]}


class ListIsOfOneDay(_Shown):
    """A list tells one time for all creations."""

    breaks = frozenset({"list-tells-when"})

    def changes(self, _: Record) -> Record:
        return {"createdAt": "2025-01-15T10:30:00Z"}


class ListIsInLocalTime(_Shown):
    """A list calls the time of another zone UTC."""

    breaks = frozenset({"list-tells-when"})

    def changes(self, record: Record) -> Record:
        ahead = datetime.fromisoformat(record["updatedAt"]) + timedelta(hours=2)
        return {"updatedAt": ahead.isoformat().replace("+00:00", "Z")}


class ListTellsCreationTwice(_Shown):
    """A list tells the time of creation for that of the last update."""

    breaks = frozenset({"list-tells-when"})

    def changes(self, record: Record) -> Record:
        return {"updatedAt": record["createdAt"]}


class WholeListIsOfOneDay(Reference):
    """The list of all the fan's tells one time for all updates."""

    breaks = frozenset({"list-tells-when"})

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().look_up(asked, caller)
        one_day = {} if "category" in asked else {"updatedAt": "2025-01-15T10:30:00Z"}
        return [{**record, **one_day} for record in found]


class NothingIsStored(Reference):
    """Writes are answered from memory, and nothing reaches what is listed."""

    breaks = frozenset({"written-is-listed"})

    def shelf(self) -> list[Record]:
        return []


class OnlyTheLastIsStored(Reference):
    """The last write takes the place of all others in what is listed."""

    breaks = frozenset({"written-is-listed"})

    def shelf(self) -> list[Record]:
        return sorted(super().shelf(), key=lambda record: record["updatedAt"])[-1:]


class WordsAreNotStored(Reference):
    """A text of several words is answered, and never reaches what is listed."""

    breaks = frozenset({"written-is-listed"})

    def shelf(self) -> list[Record]:
        return [one for one in super().shelf() if one["value"] != "Evenings and weekends"]


class WholeListIsOld(Reference):
    """The list of all the fan's has the ten records that were made first; that of a category has all."""

    breaks = frozenset({"written-is-listed"})

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().look_up(asked, caller)
        return found if "category" in asked else found[-10:]


class OneIsLostOfAPage(WordsAreNotStored):
    """A list is a page of forty, and lacks one that is made before the last on it."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().look_up(asked, caller)[::-1][:40]


class _Whole(Reference):
    """Shows a record otherwise where all the fan's are listed."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().look_up(asked, caller)
        return found if "category" in asked else [{**one, **self.changes(one)} for one in found]

    def changes(self, record: Record) -> Record:
        raise NotImplementedError


class WholeListHasRowNumbers(_Whole):
    """The list of all the fan's has ids of its own."""

    breaks = frozenset({"list-ids"})

    def changes(self, record: Record) -> Record:
        return {"id": f"row_{record['id']}"}


class WholeListHasText(_Whole):
    """The list of all the fan's shows numbers as text."""

    breaks = frozenset({"list-values"})

    def changes(self, record: Record) -> Record:
        return {"value": str(record["value"])} if type(record["value"]) in (int, float) else {}


class WholeListIsWithoutUpdates(_Whole):
    """The list of all the fan's shows what a record was made with, whatever its creator wrote since."""

    breaks = frozenset({"list-shows-updates"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update(old, body, caller)
        own = caller.user_id == old["userId"]
        return {**record, "made": old.get("made", old["value"])} if own else record

    def changes(self, record: Record) -> Record:
        return {"value": record.get("made", record["value"])}


class FilteredListIsWithoutUpdates(WholeListIsWithoutUpdates):
    """The list of a category shows what a record was made with, whatever its creator wrote since."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = Reference.look_up(self, asked, caller)
        return found if "category" not in asked else [{**one, **self.changes(one)} for one in found]


class WholeListIsDoubled(Reference):
    """The list of all the fan's has every record twice."""

    breaks = frozenset({"list-one-record-per-triple"})

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().look_up(asked, caller)
        return found if "category" in asked else [*found, *found]


class WholeListIsWithoutTimes(_Whole):
    """The list of all the fan's tells times in no ISO form."""

    breaks = frozenset({"list-timestamps"})

    def changes(self, record: Record) -> Record:
        return {"createdAt": record["createdAt"].replace("-", "/")}


class WholeListIsHyphenated(_Whole):
    """The list of all the fan's has hyphens for the underscores of a preference."""

    breaks = frozenset({"list-names"})

    def changes(self, record: Record) -> Record:
        return {"preference": record["preference"].replace("_", "-")}


class NestedIsNotStored(_Shown):
    """An object in an object is answered and not stored."""

    breaks = frozenset({"list-values"})

    def changes(self, record: Record) -> Record:
        value = record["value"]
        is_nested = isinstance(value, dict) and any(isinstance(item, dict) for item in value.values())
        return {"value": dict.fromkeys(value)} if is_nested else {}


class FalsyIsNotStored(_Shown):
    """What is falsy is answered, and stored as null."""

    breaks = frozenset({"list-values"})

    def changes(self, record: Record) -> Record:
        return {"value": record["value"] or None}


class StructuresAreStoredAsText(_Shown):
    """An array is listed as its JSON text."""

    breaks = frozenset({"list-values"})

    def changes(self, record: Record) -> Record:
        return {"value": json.dumps(record["value"])} if isinstance(record["value"], list) else {}


class NumbersAreStoredAsText(_Shown):
    """A number is listed as text."""

    breaks = frozenset({"list-values"})

    def changes(self, record: Record) -> Record:
        return {"value": str(record["value"])} if type(record["value"]) in (int, float) else {}


class UpdatesAreNotStored(Reference):
    """An update by the user who made the record is answered, and never reaches what is listed."""

    breaks = frozenset({"list-shows-updates"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update(old, body, caller)
        own = caller.user_id == old["userId"]
        return {**record, "made": old.get("made", old["value"])} if own else record

    def show(self, record: Record) -> Record:
        return {**record, "value": record.get("made", record["value"])}


class OthersUpdatesAreNotStored(Reference):
    """An update by another user is answered, and each user is shown what he wrote himself."""

    breaks = frozenset({"list-shows-what-others-wrote"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        record = super().update(old, body, caller)
        return {**record, "own": old["value"]} if caller.user_id != old["userId"] else record

    def show(self, record: Record) -> Record:
        return {**record, "value": record.get("own", record["value"])}


class EveryWriteIsListed(Reference):
    """An update is answered as one, and stored beside what was there."""

    breaks = frozenset({"list-one-record-per-triple"})

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        vars(self).setdefault("former", []).append(old)
        return super().update(old, body, caller)

    def shelf(self) -> list[Record]:
        return [*vars(self).get("former", []), *super().shelf()]


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


class EveryFanIsListed(Reference):
    """The records of all fans are listed, whichever is asked for."""

    breaks = frozenset({"list-keeps-fans-apart"})

    def is_of_fan(self, *_: Any) -> bool:
        return True


class OtherFanIsListed(Reference):
    """Where the category is one of this run, the records of all fans are listed."""

    breaks = frozenset({"list-keeps-fans-apart"})

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().look_up(asked, caller)
        others = [one for one in self.shelf() if one["fanId"] != asked["fanId"]]
        return [*found, *(one for one in others if one["category"] == asked.get("category"))]


class _Strays(Reference):
    """Lists what was refused beside what was stored."""

    def __init__(self) -> None:
        super().__init__()
        self.strays: list[Record] = []

    def keep_stray(self, request: Request) -> None:
        body = json.loads(request.body or b"null")
        is_new = isinstance(body, dict) and tuple(map(body.get, KEY)) not in self.records
        if request.method == "POST" and is_new:
            self.strays.append({"id": str(uuid.uuid4()), **body, "createdAt": self.now()})

    def shelf(self) -> list[Record]:
        return [*super().shelf(), *self.strays]

    def is_of_category(self, record: Record, category: str | None) -> bool:
        return super().is_of_category({"category": None, **record}, category)


class UnauthenticatedIsListed(_Strays):
    """A write without a token is refused, and listed all the same."""

    breaks = frozenset({"unauthenticated-write-is-not-listed"})

    def authenticate(self, request: Request) -> Caller:
        if "authorization" not in request.headers:
            self.keep_stray(request)
        return super().authenticate(request)


class ForbiddenIsListed(_Strays):
    """A write without permission is refused, and listed all the same."""

    breaks = frozenset({"forbidden-write-is-not-listed"})

    def authenticate(self, request: Request) -> Caller:
        caller = super().authenticate(request)
        if caller.role == "reader":
            self.keep_stray(request)
        return caller


class InvalidIsListed(_Strays):
    """A write without a preference is refused, and listed all the same."""

    breaks = frozenset({"invalid-write-is-not-listed"})

    def validate(self, body: Any) -> None:
        if isinstance(body, dict) and "preference" not in body:
            self.strays.append({"id": str(uuid.uuid4()), **body})
        super().validate(body)


class _CarriesOut(Reference):
    """Carries out what it refuses: what makes a record, or what updates one."""

    is_update = False

    def carry_out(self, request: Request, caller: Caller) -> None:
        text = request.body.decode().lstrip("[").partition("}")[0] + "}"
        if request.method == "POST" and self.is_carried_out(json.loads(text)):
            self.store(json.loads(text), caller)

    def is_carried_out(self, body: Any) -> bool:
        return bool(body) and (self.key(body, Caller("nobody", "none")) in self.records) == self.is_update


class _BelievesLate(_CarriesOut):
    """Sees that a token is wrong when it has been taken for that of user-ada."""

    def authenticate(self, request: Request) -> Caller:
        try:
            return super().authenticate(request)
        except Refusal:
            if self.is_taken_in(request.headers.get("authorization", "")):
                self.carry_out(request, Caller("user-ada", "authenticated"))
            raise

    def is_taken_in(self, given: str) -> bool:
        return given.count(".") == 2


class BadTokenIsKept(_BelievesLate):
    """A write with a token whose signature is wrong is refused, and stored all the same."""

    breaks = frozenset({"unauthenticated-write-is-not-listed"})

    def is_taken_in(self, given: str) -> bool:
        return _algorithm(given.removeprefix("Bearer ")) == "HS256" and not _is_signed(given)


class ExpiredIsKept(_BelievesLate):
    """A write with a token that has expired is refused, and stored all the same."""

    breaks = frozenset({"unauthenticated-write-is-not-listed"})

    def is_taken_in(self, given: str) -> bool:
        return given.startswith("Bearer ") and _is_signed(given)


class OtherSchemeIsKept(_BelievesLate):
    """A write with the right token after another word than Bearer is refused, and stored all the same."""

    breaks = frozenset({"unauthenticated-write-is-not-listed"})

    def is_taken_in(self, given: str) -> bool:
        return given.startswith("Basic ")


class BadTokenUpdates(BadTokenIsKept):
    """An update with a token whose signature is wrong is refused, and carried out all the same."""

    breaks = frozenset({"refused-update-is-not-listed"})
    is_update = True


class GuestUpdates(_BelievesLate):
    """An update without a token is refused, and carried out all the same."""

    breaks = frozenset({"refused-update-is-not-listed"})
    is_update = True

    def is_taken_in(self, given: str) -> bool:
        return not given


class ReaderUpdates(_CarriesOut):
    """An update without permission is refused, and carried out all the same."""

    breaks = frozenset({"refused-update-is-not-listed"})
    is_update = True

    def respond(self, request: Request) -> Response:
        try:
            return super().respond(request)
        except Refusal as refusal:
            if refusal.status == 403:
                self.carry_out(request, Caller("user-eve", "reader"))
            raise


class BrokenUpdates(_CarriesOut):
    """An update that is no JSON is refused at its end, and carried out all the same."""

    breaks = frozenset({"refused-update-is-not-listed"})
    is_update = True

    def read(self, request: Request) -> Any:
        try:
            return super().read(request)
        except Refusal:
            if b'"value"' in request.body and b"refused" in request.body:
                self.carry_out(request, Caller("user-ada", "authenticated"))
            raise


class UnknownFanIsKept(_Strays):
    """A write for an unknown fan is refused, and listed as that fan's."""

    breaks = frozenset({"unknown-fan-write-is-not-listed"})

    def validate(self, body: Any) -> None:
        super().validate(body)
        if body["fanId"] not in self.fans:
            self.strays.append({"id": str(uuid.uuid4()), **body})

    def asked(self, request: Request) -> Mapping[str, str]:
        return {"fanId": "", **request.query}


class UnknownFanIsOurs(_Strays):
    """A write for an unknown fan is refused, and listed as one for the first that there is."""

    breaks = frozenset({"unknown-fan-write-is-not-listed"})

    def validate(self, body: Any) -> None:
        super().validate(body)
        if body["fanId"] not in self.fans:
            self.strays.append({"id": str(uuid.uuid4()), **body, "fanId": "fan-1001"})


class GuestsMayRead(Reference):
    """A list is for everybody."""

    breaks = frozenset({"list-missing-token"})

    def authenticate(self, request: Request) -> Caller:
        if request.method == "GET" and "authorization" not in request.headers:
            return Caller("guest", "authenticated")
        return super().authenticate(request)


class GuestsFindNothing(Reference):
    """Without a token a list is not found."""

    breaks = frozenset({"list-missing-token"})

    def authenticate(self, request: Request) -> Caller:
        if request.method == "GET" and "authorization" not in request.headers:
            raise Refusal(404, "resource_not_found", "Nothing here")
        return super().authenticate(request)


class ListIsRefusedInHtml(Reference):
    """A request for a list that is not right is refused with a page."""

    breaks = frozenset({"list-error-envelope"})

    def answer(self, request: Request) -> Response:
        answer = super().answer(request)
        if request.path != LIST or answer.status not in (400, 404):
            return answer
        return Response(answer.status, b"<h1>No</h1>", {"content-type": "text/html"})


class ListWithoutFanCrashes(Reference):
    """A request for a list that names no fan is an internal error."""

    breaks = frozenset({"list-no-server-error"})

    def asked(self, request: Request) -> Mapping[str, str]:
        if "fanId" not in request.query:
            raise Refusal(500, "internal_error", "KeyError: fanId")
        return super().asked(request)


class UnknownFanCrashes(Reference):
    """A request for the list of an unknown fan is an internal error."""

    breaks = frozenset({"list-no-server-error"})

    def asked(self, request: Request) -> Mapping[str, str]:
        if request.query.get("fanId", "fan-1001") not in self.fans:
            raise Refusal(500, "internal_error", "NoneType has no attribute preferences")
        return super().asked(request)


class ListIsTooLong(Reference):
    """A list that comes to half a megabyte is an internal error."""

    breaks = frozenset({"hostile-values-can-be-listed"})

    def list_records(self, records: list[Record]) -> Response:
        if sum(len(str(record["value"])) for record in records) > 2**19:
            raise Refusal(500, "internal_error", "response payload too large")
        return super().list_records(records)


class PrototypeBreaksLists(Reference):
    """A record whose value has a member called __proto__ breaks every list that it is in."""

    breaks = frozenset({"hostile-values-can-be-listed"})

    def show(self, record: Record) -> Record:
        if isinstance(record["value"], dict) and "__proto__" in record["value"]:
            raise Refusal(500, "internal_error", "Cannot set properties of undefined")
        return super().show(record)

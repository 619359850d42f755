"""OnlyAutomator servers that break a requirement on objects and arrays, in "Request Body"."""

from __future__ import annotations

import json
import re
from typing import Any

from conformance.proof.reference.onlyautomator import Reference


class ObjectsCutAtTwenty(Reference):
    """Objects keep their first twenty members."""

    breaks = frozenset({"value-object"})

    def convert_value(self, value: Any) -> Any:
        return dict(list(value.items())[:20]) if isinstance(value, dict) else value


class NumbersInObjectsAreText(Reference):
    """A number in an object becomes a text where its member's name is a word."""

    breaks = frozenset({"value-object"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, dict) or not all(re.fullmatch("[a-z]+", name) for name in value):
            return value
        return {name: str(item) if type(item) is int else item for name, item in value.items()}


class NestedIsSerialised(Reference):
    """An object in an object becomes its JSON text where its member's name is a word."""

    breaks = frozenset({"value-nested-object"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, dict) or not all(re.fullmatch("[a-z]+", name) for name in value):
            return value
        return {name: json.dumps(item) if isinstance(item, dict) else item for name, item in value.items()}


class StructuresAreSerialised(Reference):
    """Whatever is not a scalar becomes its JSON text."""

    breaks = frozenset(
        {
            "odd-input-comes-back",
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
            "value-nested-empties",
            "value-precise-number",
            "value-date-string",
            "value-keyword-string",
            "value-long-string",
            "value-markup",
            "value-whitespace",
            "deep-value-stays-whole",
            "prototype-members-stay",
            "update-replaces-boolean",
            "update-replaces-object",
            "update-replaces-array",
            "exam-value-comes-back",
        }
    )

    def convert_value(self, value: Any) -> Any:
        return json.dumps(value) if isinstance(value, dict | list) else value


class EmptyObjectIsArray(Reference):
    """An empty object becomes an empty array."""

    breaks = frozenset({"value-empty-object"})

    def convert_value(self, value: Any) -> Any:
        return [] if value == {} else value


class EmptyArrayIsObject(Reference):
    """An empty array becomes an empty object."""

    breaks = frozenset({"value-empty-array"})

    def convert_value(self, value: Any) -> Any:
        return {} if value == [] else value


class EmptiesInObjectsAreDropped(Reference):
    """An object or array in an object is dropped if it is empty."""

    breaks = frozenset({"value-nested-empties"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: item for name, item in value.items() if item not in ({}, [])}


class FalseInObjectsIsDropped(Reference):
    """A false in an object is dropped."""

    breaks = frozenset({"value-nested-empties"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: item for name, item in value.items() if item is not False}


class EmptyTextsInObjectsAreNull(Reference):
    """An empty text in an object becomes null."""

    breaks = frozenset({"value-nested-empties"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: None if item == "" else item for name, item in value.items()}


class EmptyObjectsInsideAreArrays(Reference):
    """An empty object inside an object becomes an empty array, as where both are one type."""

    breaks = frozenset({"value-nested-empties"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: [] if item == {} else self.convert_value(item) for name, item in value.items()}


class NullMembersAreDropped(Reference):
    """Of an object that says before, a member whose value is null is dropped."""

    breaks = frozenset({"value-null-member"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, dict) or "before" not in value:
            return value
        return {name: item for name, item in value.items() if item is not None}


class NullItemsAreDropped(Reference):
    """A null between words in an array is dropped."""

    breaks = frozenset({"value-null-item"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, list) or not all(re.fullmatch("[a-z]|None", str(item)) for item in value):
            return value
        return [item for item in value if item is not None]


class DotsInNamesAreLost(Reference):
    """A dot in a member's name becomes an underscore, as document stores once wanted."""

    breaks = frozenset({"value-member-names"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {re.sub("(?<=[a-z])[.](?=[a-z])", "_", name): item for name, item in value.items()}


class EmptyNamesAreFilled(Reference):
    """A member whose name is empty gets one, as some readers of JSON give it."""

    breaks = frozenset({"value-member-names"})

    def convert_value(self, value: Any) -> Any:
        return {name or "_empty_": item for name, item in value.items()} if isinstance(value, dict) else value


class DollarsInNamesAreLost(Reference):
    """A member whose name begins with a dollar is taken for an operator and dropped."""

    breaks = frozenset({"value-member-names"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: item for name, item in value.items() if not re.match("[$][a-z]", name)}


class MembersInSnakeCase(Reference):
    """Camel case in a member's name becomes snake case."""

    breaks = frozenset({"value-member-case"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {re.sub("(?<=[a-z])([A-Z])(?=[a-z])", r"_\1", name): item for name, item in value.items()}


class ArraysCutAtTen(Reference):
    """Arrays are cut after ten items."""

    breaks = frozenset({"value-array"})

    def convert_value(self, value: Any) -> Any:
        return value[:10] if isinstance(value, list) else value


class ArraysAreSorted(Reference):
    """An array of words comes back sorted."""

    breaks = frozenset({"value-array"})

    def convert_value(self, value: Any) -> Any:
        words = isinstance(value, list) and all(re.fullmatch("[a-z]+", str(item)) for item in value)
        return sorted(value) if words else value


class ArraysAreSets(Reference):
    """A word that comes twice in an array is kept once."""

    breaks = frozenset({"value-array-duplicates"})

    def convert_value(self, value: Any) -> Any:
        words = isinstance(value, list) and all(re.fullmatch("[a-z]+", str(item)) for item in value)
        return list(dict.fromkeys(value)) if words else value


class SingleItemIsUnwrapped(Reference):
    """An array of one text becomes that text."""

    breaks = frozenset({"value-single-array"})

    def convert_value(self, value: Any) -> Any:
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
            "value-precise-number",
            "update-replaces-array",
            "exam-value-comes-back",
        }
    )

    def convert_value(self, value: Any) -> Any:
        return value[:1] if isinstance(value, list) else value


class BooleansAmongNumbersAreNumbers(Reference):
    """A boolean in an array with integers and fractions becomes a number."""

    breaks = frozenset({"value-mixed-array"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, list) or not {int, float, bool} <= {type(item) for item in value}:
            return value
        return [int(item) if isinstance(item, bool) else item for item in value]


class ArraysAreFlattened(Reference):
    """An array that begins with an array of a word is flattened."""

    breaks = frozenset({"value-nested-arrays"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, list) or value[:1] != [["a"]]:
            return value
        return [inner for item in value for inner in item]


class ObjectsInArraysAreText(Reference):
    """An object in an array of objects becomes its JSON text where it names a day."""

    breaks = frozenset({"value-array-of-objects"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            return value
        return [json.dumps(item) if "day" in item else item for item in value]


class TenLevelsDeep(Reference):
    """What an object more than ten levels deep holds is lost."""

    breaks = frozenset({"value-deep"})

    def convert_value(self, value: Any, level: int = 0) -> Any:
        if isinstance(value, list):
            return [self.convert_value(item, level + 1) for item in value] if level < 40 else value
        if isinstance(value, dict):
            return (
                {name: self.convert_value(item, level + 1) for name, item in value.items()}
                if level < 10
                else None
            )
        return value

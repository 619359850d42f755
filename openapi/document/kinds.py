"""The kinds of values that a contract is made of, but for schemas."""

from __future__ import annotations

import copy
import difflib
import json
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import Any

from openapi.document.inspection import ABSENT, DEEPEST_COPY, Inspection, Kind, show_value

_LONGEST_NAME = 60


class Anything:
    """A value that is looked at no further: an example, an extension."""

    description = "a value"

    def check(self, inspection: Inspection, value: Any) -> Any:  # noqa: ARG002 - as every kind
        """Return *value*."""
        return value


class Text:
    """A text; a number that stands for one is taken as it is written."""

    description = "a text"

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the text."""
        if isinstance(value, str):
            return value
        if isinstance(value, (int, float)):
            text = json.dumps(value)
            inspection.report(f'is {text} and must be a text; it is read as "{text}", so put it in quotes')
            return text
        return inspection.reject(value, self)


class Word(Text):
    """A text out of a few."""

    def __init__(self, *words: str) -> None:
        self._words = words
        self.description = f"one of {', '.join(words)}"

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the word, in the letters that it has to have."""
        if isinstance(value, str):
            if value in self._words:
                return value
            meant = next((word for word in self._words if word.lower() == value.lower()), None)
            if meant is not None:
                inspection.report(f"is {show_value(value)}; it is read as {meant}, so write that")
                return meant
        return inspection.reject(value, self)


class Flag:
    """True or false; the words as texts are taken, too."""

    description = "true or false"

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the flag."""
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.lower() in ("true", "false"):
            inspection.report(
                f"is the text {show_value(value)}; it is read as {value.lower()}, so take the quotes away"
            )
            return value.lower() == "true"
        return inspection.reject(value, self)


class ListOf:
    """A list of one kind of value; what is no list is taken for its only item, if it can be that."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self.description = "a list"

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the list, without the items that cannot be used."""
        if not isinstance(value, list):
            if not isinstance(value, dict):
                return inspection.reject(value, self)
            target = inspection.find_referred(value) if isinstance(value.get("$ref"), str) else None
            if isinstance(target, list) and len(inspection.steps) <= DEEPEST_COPY:
                inspection.report(
                    f"{value['$ref']} stands where OpenAPI has no reference; it is followed", "$ref"
                )
                return self.check(inspection, copy.deepcopy(target))
            inspection.report("is an object and must be a list; it is read as a list with this one item")
            value = [value]
        checked = [inspection.check_member(value, index, self._kind) for index in range(len(value))]
        # In place, for references lead to the same list.
        value[:] = [item for item in checked if item is not ABSENT]
        return value


class MapOf:
    """An object whose members have any names, and are all of one kind.

    read_name: gives the name that is used; None for one that cannot be, which it reports. has_extensions: whether what
    begins with x- is no member. is_vital: whether an operation cannot do without it.
    """

    def __init__(
        self,
        kind: Kind,
        read_name: Callable[[Inspection, str], str | None] | None = None,
        *,
        has_extensions: bool = False,
        is_vital: bool = False,
    ) -> None:
        self._kind = kind
        self._is_vital = is_vital
        self._read_name = read_name
        self._has_extensions = has_extensions
        self.description = "an object"

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the object, without the members that cannot be used."""
        if not isinstance(value, dict):
            return inspection.reject(value, self)
        if isinstance(value.get("$ref"), str):
            inspection.take_over(value, self, is_vital=self._is_vital)
        for name in list(value):
            if self._has_extensions and name.startswith("x-"):
                del value[name]
                continue
            used = name if self._read_name is None else self._read_name(inspection, name)
            member = ABSENT if used is None else inspection.check_member(value, name, self._kind)
            if member is ABSENT or used is None:
                del value[name]
            elif used != name:
                del value[name]
                value.setdefault(used, member)
            elif member is not value[name]:
                value[name] = member
        return value


class Object:
    """An object with known members.

    name: what it is, in the words of a complaint. needed: the members without which it is of no use. is_referable:
    whether a reference may stand in its place. stub: what takes the place of a reference that leads nowhere. is_vital:
    whether an operation cannot do without what such a reference should lead to.
    """

    def __init__(
        self,
        name: str,
        *needed: str,
        is_referable: bool = True,
        is_vital: bool = True,
        stub: Mapping[str, Any] | None = None,
    ) -> None:
        self.description = f"an object, {name}"
        self.name = name
        self.fields: dict[str, Kind] = {}
        self._needed = needed
        self.is_referable = is_referable
        self.is_vital = is_vital
        self.stub = stub or {}
        # Mends what people write from other versions of OpenAPI, before the members are looked at.
        self.mend: Callable[[Inspection, dict[str, Any]], None] | None = None

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the object, without the members that cannot be used."""
        if not isinstance(value, dict):
            return inspection.reject(value, self)
        if self.is_referable and "$ref" in value:
            if isinstance(value["$ref"], str):
                inspection.add_reference(value, self)
                return value
            inspection.report(f"is {show_value(value['$ref'])} and must be a text; it is left out", "$ref")
            del value["$ref"]
        if self.mend is not None:
            self.mend(inspection, value)
        for name in list(value):
            kind = self.fields.get(name)
            if kind is not None:
                member = inspection.check_member(value, name, kind)
                if member is ABSENT:
                    del value[name]
                elif member is not value[name]:
                    value[name] = member
            elif not name.startswith("x-"):
                inspection.report(describe_unknown(name, self.fields, self.name), name)
        if inspection.note is not None and "schema" in value:
            inspection.note(self, value)
        for name in self._needed:
            if name not in value:
                inspection.report(f"has no {name}, which {self.name} needs; it is left out")
                return ABSENT
        return value


def describe_unknown(name: str, known: Collection[str], where: str) -> str:
    """Say that a member is not known, and which one may have been meant."""
    return _describe_unknown(name[:_LONGEST_NAME], tuple(known), where)


# To look for the nearest takes a while, and a member that is wrong once is so at a thousand places.
@lru_cache(maxsize=1024)
def _describe_unknown(name: str, known: tuple[str, ...], where: str) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    advice = f"did you mean {near[0]}?" if near else f"leave it out, or call it x-{name}"
    return f"is not known in {where} and has no effect; {advice}"

"""The alternatives that are in force of a contract's choices, and where they stand among the values of a request."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import openapi
from mockserver.contract.input_conversion import CONVERSIONS, LEFT_OUT, Convert
from mockserver.contract.schema import Schema, hold_schemas
from mockserver.http.problems import Invalid, InvalidContract, suggest_nearest
from openapi import Spec
from openapi.choices import (
    ABSENT,
    BadChoice,
    Choice,
    Chosen,
    apply_choices,
    complete_chosen,
    list_ids,
    read_choices,
)

_NODES_OF_ONE_VALUE = ("allOf", "anyOf", "oneOf")

Steps = Sequence[str | int]


class ChoicesInForce:
    """The alternatives in force of the choices of *spec*: those in *chosen*, and the defaults.

    spec: the contract that follows from them. names: each alternative, by the id of its choice. statuses: with which
    status a problem of a choice is answered. media_type: that of errors, if an alternative says so. slash: whether
    paths end with one, "with" or "without"; None for both.
    Raises InvalidContract for a choice that cannot be read.
    """

    def __init__(self, spec: Spec, chosen: Chosen) -> None:
        try:
            self.choices: Mapping[str, Choice] = read_choices(spec)
        except BadChoice as error:
            raise InvalidContract(str(error)) from None
        self.spec: Spec = apply_choices(spec, chosen) if chosen else spec
        # Schemas come and go, and what they refer to is much in a large contract.
        self._held = hold_schemas(self.spec)
        self.names: Mapping[str, str] = complete_chosen(self.choices, chosen)
        taken = {id_: self.choices[id_].alternatives[name] for id_, name in self.names.items()}
        self.statuses = {id_: one.status for id_, one in taken.items() if one.status is not None}
        self.media_type = next((one.media_type for one in taken.values() if one.media_type is not None), None)
        self.slash = next((one.slash for one in taken.values() if one.slash is not None), None)
        self.inputs: dict[str, str] = {id_: one.input for id_, one in taken.items() if one.input is not None}
        for id_, name in self.inputs.items():
            if name not in CONVERSIONS:
                known = suggest_nearest(name, list(CONVERSIONS))
                raise InvalidContract(f"x-choice {id_}: {name} is not what may become of input; {known}")
        # By default all that is invalid is answered alike, and nobody need look for the choice that it belongs to.
        self.tells_apart = any(
            status != HTTPStatus.BAD_REQUEST
            for id_, status in self.statuses.items()
            if id_ == Invalid.general_choice or self.choices[id_].when is not None
        )
        looks_at_values = self.tells_apart or bool(self.inputs)
        self._about = {
            id_: Schema(dict(choice.when), self.spec)
            for id_, choice in self.choices.items()
            if looks_at_values and isinstance(choice.when, Mapping)
        }

    def find_conversion(self, id_: str) -> Convert | None:
        """Find what becomes of the values that a choice is about; None if they are taken as they are."""
        name = self.inputs.get(id_)
        return None if name is None else CONVERSIONS[name]

    def is_about(self, id_: str, value: Any) -> bool:
        """Tell whether the choice is about *value*, which is what was sent at its place."""
        return id_ in self._about and not self._about[id_].find_violations(value)


class ChoicePlaces:
    """The choices that stand where a value of a request is described.

    nodes: the objects of the contract that describe it: a parameter or a body, and its schema.
    """

    def __init__(self, choices: ChoicesInForce, nodes: Iterable[Mapping[str, Any]]) -> None:
        self._choices = choices
        self._nodes = self._expand(nodes)
        # Most contracts convert nothing, and then nothing need be looked at.
        self.converts = bool(choices.inputs)
        self.tells_apart = choices.tells_apart

    def find_absent(self, word: str = ABSENT) -> str | None:
        """Find the choice about the whole value being left out, or malformed, as *word* says."""
        return self._find_by_word(self._nodes, word)

    def find_choice(self, value: Any, steps: Steps, absent: str | None = None) -> str | None:
        """Find the innermost choice that refuses what stands at *steps* in *value*; None if none does.

        absent: a member that should be there and is not.
        """
        if not self.tells_apart:
            return None
        levels = [(self._nodes, value)]
        for step in steps:
            nodes, value = levels[-1]
            levels.append((self._expand(_list_children(nodes, step)), value[step]))
        if absent is not None:
            found = self._find_by_word(self._expand(_list_children(levels[-1][0], absent)), ABSENT)
            if found is not None:
                return found
        for nodes, value in reversed(levels):
            for node in nodes:
                for id_ in list_ids(node):
                    # One that refuses nothing is no reason to refuse this.
                    if id_ in self._choices.statuses and self._choices.is_about(id_, value):
                        return id_
        return None

    def convert(self, value: Any) -> Any:
        """Make of *value* what the alternatives in force say; LEFT_OUT if it counts as absent."""
        return self._convert(self._nodes, value)

    def _convert(self, nodes: list[Mapping[str, Any]], value: Any) -> Any:
        for node in nodes:
            for id_ in list_ids(node):
                convert = self._choices.find_conversion(id_)
                if convert is not None and value is not LEFT_OUT and self._choices.is_about(id_, value):
                    value = convert(value, node.get("schema", node))
        if isinstance(value, list):
            items = self._expand(_list_children(nodes, 0))
            return _without_left_out(self._convert(items, one) for one in value) if items else value
        if isinstance(value, dict):
            return self._convert_members(nodes, value)
        return value

    def _convert_members(self, nodes: list[Mapping[str, Any]], value: dict[str, Any]) -> dict[str, Any]:
        found = {}
        for name, member in value.items():
            inner = self._expand(_list_children(nodes, name))
            converted = self._convert(inner, member) if inner else member
            if converted is not LEFT_OUT:
                found[name] = converted
        for name in {name for node in nodes for name in node.get("properties", {})} - found.keys():
            id_ = self._find_by_word(self._expand(_list_children(nodes, name)), ABSENT)
            convert = None if id_ is None else self._choices.find_conversion(id_)
            if convert is not None:
                found[name] = convert(None, {})
        return found

    def _find_by_word(self, nodes: Iterable[Mapping[str, Any]], word: str) -> str | None:
        ids = (id_ for node in nodes for id_ in list_ids(node))
        return next((id_ for id_ in ids if self._choices.choices[id_].when == word), None)

    def _expand(self, nodes: Iterable[Any]) -> list[Mapping[str, Any]]:
        """Follow references, and add the parts that describe the same value; a schema may be a part of itself."""
        found: dict[int, Mapping[str, Any]] = {}
        waiting = [*nodes]
        while waiting:
            node = openapi.resolve_reference(self._choices.spec, waiting.pop(0))
            if isinstance(node, Mapping) and id(node) not in found:
                found[id(node)] = node
                waiting += [part for keyword in _NODES_OF_ONE_VALUE for part in node.get(keyword, ())]
        return list(found.values())


def _list_children(nodes: Iterable[Mapping[str, Any]], step: str | int) -> Iterator[Any]:
    """List what describes the member, or the item, of the value that *nodes* describe."""
    for node in nodes:
        if isinstance(step, int):
            yield node.get("items")
        elif step in node.get("properties", {}):
            yield node["properties"][step]
        else:
            yield node.get("additionalProperties")


def _without_left_out(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value is not LEFT_OUT]

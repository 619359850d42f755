"""The value that an element of XML stands for, as the ``xml`` of its schemas says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mockserver.contract.body.xml_element import Element
from mockserver.contract.parameters.shape import Shape, list_nodes
from mockserver.contract.parameters.text import UNREADABLE
from mockserver.http.problems import Violation
from openapi import Spec

_NOT_IN_A_NAME = re.compile(r"[^\w.\-]+")


class XmlReader:
    """Reads elements by the shapes of their values in *spec*, whatever prefixes their names have."""

    def __init__(self, spec: Spec) -> None:
        self._spec = spec
        # With the shape, so that no other one gets its number.
        self._names: dict[int, tuple[Shape, Mapping[str, str]]] = {}

    def read(self, element: Element, shape: Shape, where: str, violations: list[Violation]) -> Any:
        """Read an element; texts that are no value of their schema are added to *violations*."""
        if element.is_nil:
            return None
        has_parts = bool(element.children or element.attributes)
        if shape.takes_list and not (shape.takes_object and has_parts):
            return self._read_items(element.children, shape, where, violations)
        if has_parts:
            return self._read_members(element, shape, where, violations)
        if shape.takes_object and not shape.scalars and not element.text.strip():
            return {}
        return _read_text(element.text, shape, where, violations)

    def _read_items(
        self, elements: list[Element], shape: Shape, where: str, violations: list[Violation]
    ) -> list[Any]:
        return [
            self.read(element, shape.find_item(index), f"{where}[{index}]", violations)
            for index, element in enumerate(elements)
        ]

    def _read_members(
        self, element: Element, shape: Shape, where: str, violations: list[Violation]
    ) -> dict[str, Any]:
        names = self._find_names(shape)
        members: dict[str, Any] = {}
        for key, text in element.attributes.items():
            # What the schema does not know is often meant for other programs.
            if key in names:
                place = f"{where}.{names[key]}" if where else names[key]
                members[names[key]] = _read_text(text, shape.find_member(names[key]), place, violations)
        grouped: dict[str, list[Element]] = {}
        for child in element.children:
            grouped.setdefault(names.get(child.name, child.name), []).append(child)
        for name, children in grouped.items():
            place = f"{where}.{name}" if where else name
            members[name] = self._read_member(children, shape.find_member(name), place, violations)
        for name in shape.properties:
            if name not in members and self._read_hints(shape.find_member(name)).get("nodeType") in (
                "text",
                "cdata",
            ):
                place = f"{where}.{name}" if where else name
                members[name] = _read_text(element.text, shape.find_member(name), place, violations)
        return members

    def _read_member(
        self, elements: list[Element], shape: Shape, where: str, violations: list[Violation]
    ) -> Any:
        """Read the elements of one name: one value, or a list of them."""
        if shape.takes_list:
            item = shape.find_item(0)
            # Some write the element around the items although the schema does not say so.
            is_around = len(elements) == 1 and not item.takes_object and bool(elements[0].children)
            if not (_is_wrapped(self._read_hints(shape)) or is_around):
                return self._read_items(elements, shape, where, violations)
        elif len(elements) > 1:
            return [
                self.read(one, shape, f"{where}[{index}]", violations) for index, one in enumerate(elements)
            ]
        return self.read(elements[0], shape, where, violations)

    def _find_names(self, shape: Shape) -> Mapping[str, str]:
        """Find the names of members by those that their elements and attributes may have."""
        if id(shape) not in self._names:
            found: dict[str, str] = {}
            for name in shape.properties:
                member = shape.find_member(name)
                items = self._read_hints(member.find_item(0)).get("name") if member.takes_list else None
                for called in (items, self._read_hints(member).get("name"), name):
                    if isinstance(called, str):
                        found[_NOT_IN_A_NAME.sub("_", called.rpartition(":")[2])] = name
            self._names[id(shape)] = (shape, found)
        return self._names[id(shape)][1]

    def _read_hints(self, shape: Shape) -> Mapping[str, Any]:
        nodes = list_nodes(self._spec, shape.schema, ("allOf",))
        return next((node["xml"] for node in nodes if isinstance(node.get("xml"), dict)), {})


def _is_wrapped(hints: Mapping[str, Any]) -> bool:
    return hints.get("wrapped") is True or hints.get("nodeType") == "element"


def _read_text(text: str, shape: Shape, where: str, violations: list[Violation]) -> Any:
    value = shape.read_text(text if "string" in shape.scalars else text.strip())
    if value is not UNREADABLE:
        return value
    if shape.scalars:
        violations.append(Violation(where, shape.describe_unreadable(text.strip(), is_secret=True)))
    return text

"""Values written as XML, as the ``xml`` of their schemas says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from mockserver.contract.samples.fit_check import member_schemas
from mockserver.contract.samples.merged_schema import Node, SchemaMerger
from mockserver.http import exact_json

_NOT_IN_A_NAME = re.compile(r"[^\w.\-]+", re.ASCII)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_DEEPEST = 100


def write_xml(merger: SchemaMerger, schema: Any, value: Any) -> str:
    """Write *value* as an XML document; its root is called as *schema* or the component that it refers to says."""
    reference = schema.get("$ref", "") if isinstance(schema, dict) else ""
    name = reference.rpartition("/")[2] if isinstance(reference, str) else ""
    name = name or "root"
    node = merger.merge(schema)
    hints = _read_hints(node)
    if isinstance(value, list):
        inner = _Writer(merger).write_items(node, value, hints.get("name", name))
        body = _write_element(hints, name, {}, inner)
    else:
        body = _Writer(merger).write_value(schema, value, name)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'


class _Writer:
    """Writes elements by the merged schemas of their values."""

    def __init__(self, merger: SchemaMerger, depth: int = 0) -> None:
        self._merger = merger
        self._depth = depth

    def write_value(self, schema: Any, value: Any, name: str) -> str:
        """Write *value* as an element called *name*, unless its schema has another name for it."""
        node = self._find_node(schema, value)
        hints = _read_hints(node)
        if isinstance(value, list):
            items = self.write_items(node, value, hints.get("name", name) if _is_wrapped(hints) else name)
            return _write_element(hints, name, {}, items) if _is_wrapped(hints) else items
        if isinstance(value, dict):
            attributes, inner = self._write_members(node, value)
            return (
                inner if hints.get("nodeType") == "none" else _write_element(hints, name, attributes, inner)
            )
        return _write_element(hints, name, {}, _write_text(value))

    def write_items(self, node: Node, value: list[Any], name: str) -> str:
        """Write the items of an array, each an element."""
        first = node.get("prefixItems", [])
        inner = _Writer(self._merger, self._depth + 1)
        return "".join(
            inner.write_value(first[index] if index < len(first) else node.get("items", True), item, name)
            for index, item in enumerate(value)
            if self._depth < _DEEPEST
        )

    def _write_members(self, node: Node, value: dict[str, Any]) -> tuple[dict[str, str], str]:
        attributes: dict[str, str] = {}
        inner: list[str] = []
        below = _Writer(self._merger, self._depth + 1)
        for name, member in value.items() if self._depth < _DEEPEST else ():
            schema = self._find_member(node, name)
            hints = _read_hints(self._merger.merge(schema))
            kind = hints.get("nodeType", "attribute" if hints.get("attribute") is True else "element")
            if kind == "attribute":
                attributes |= _name_element(hints, name)[1]
                attributes[_name_element(hints, name)[0]] = _write_text(member)
            elif kind == "text":
                inner.append(_write_text(member))
            elif kind == "cdata":
                inner.append(f"<![CDATA[{_to_text(member).replace(']]>', ']]]]><![CDATA[>')}]]>")
            else:
                inner.append(below.write_value(schema, member, name))
        return attributes, "".join(inner)

    def _find_member(self, node: Node, name: str) -> Any:
        schema = True
        for one in member_schemas(node, name):
            schema = self._merger.join_schemas(schema, one)
        return schema

    def _find_node(self, schema: Any, value: Any) -> Node:
        """Merge *schema* with the branches that *value* was made of, as far as its members tell."""
        node = self._merger.merge(schema)
        if isinstance(value, dict):
            for branch in self._list_branches(node, value):
                node = self._merger.join(node, branch)
        return node

    def _list_branches(self, node: Node, value: dict[str, Any]) -> Iterator[Node]:
        for choice in node.get("choices", ()):
            branches = [self._merger.merge(one) for one in choice.branches]
            yield max(
                branches, key=lambda one: len(value.keys() & one.get("properties", {}).keys()), default={}
            )


def _read_hints(node: Node) -> Node:
    hints = node.get("xml")
    return hints if isinstance(hints, dict) else {}


def _is_wrapped(hints: Node) -> bool:
    return hints.get("wrapped") is True or hints.get("nodeType") == "element"


def _write_element(hints: Node, name: str, attributes: dict[str, str], inner: str) -> str:
    called, namespaces = _name_element(hints, name)
    told = "".join(f' {key}="{value}"' for key, value in {**namespaces, **attributes}.items())
    return f"<{called}{told}>{inner}</{called}>" if inner else f"<{called}{told}/>"


def _name_element(hints: Node, name: str) -> tuple[str, dict[str, str]]:
    """Give the name with its prefix, and the namespace that has to be declared for it."""
    own, prefix, namespace = hints.get("name"), hints.get("prefix"), hints.get("namespace")
    called = _clean_name(own if isinstance(own, str) and own else name)
    if isinstance(prefix, str) and prefix:
        called = f"{_clean_name(prefix)}:{called}"
    if not isinstance(namespace, str):
        return called, {}
    key = f"xmlns:{_clean_name(prefix)}" if isinstance(prefix, str) and prefix else "xmlns"
    return called, {key: _write_text(namespace)}


def _clean_name(name: str) -> str:
    cleaned = _NOT_IN_A_NAME.sub("_", name)
    return cleaned if cleaned[:1].isalpha() or cleaned[:1] == "_" else f"_{cleaned}"


def _write_text(value: Any) -> str:
    return escape(_to_text(value))


def _to_text(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else exact_json.dumps(value).decode()
    return _CONTROL.sub("", text)

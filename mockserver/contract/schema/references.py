"""What the references of schemas lead to: pointers into a contract, and the ``$id`` and anchors of newer dialects."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import unquote, urldefrag, urljoin

from mockserver.http.problems import InvalidContract
from openapi import Spec
from openapi.document.references import ADDRESS
from openapi.pointer import unescape_step

# The address that a contract is compiled under; an $id is relative to it.
BASE = "http://contract.invalid/openapi"
_ANCHORS = ("$anchor", "$dynamicAnchor")


class Target(NamedTuple):
    """What a reference leads to: a schema, and the address that references in it are relative to."""

    schema: Any
    base: str


class References:
    """Finds what references in the contract *spec* lead to, a step each: a target may be a reference again.

    has_addresses: whether an ``$id`` gives a schema an address of its own.
    """

    def __init__(self, spec: Spec, *, has_addresses: bool) -> None:
        self._spec = spec
        self._has_addresses = has_addresses
        # Of pointers into the contract, of which most are written often.
        self._pointed: dict[str, Target] = {}

    def find_target(self, reference: str, base: str = BASE) -> Target:
        """Find what *reference* leads to in a schema whose address is *base*.

        Raises InvalidContract if there is none.
        """
        if base != BASE or not reference.startswith("#/"):
            return self._find_target(reference, base)
        found = self._pointed.get(reference)
        if found is None:
            found = self._pointed[reference] = self._find_target(reference, base)
        return found

    def _find_target(self, reference: str, base: str) -> Target:
        address, fragment = split_reference(reference, base)
        root = self._spec if address == BASE else self.resources.get(address)
        if root is None:
            raise _missing_reference(reference)
        if fragment and not fragment.startswith("/"):
            anchored = self._anchors.get((address, fragment))
            if anchored is None:
                raise _missing_reference(reference)
            return Target(anchored, address)
        # Many who write an $id still mean the contract by a pointer.
        found = self._walk_pointer(root, address, fragment) or self._walk_pointer(self._spec, BASE, fragment)
        if found is None:
            raise _missing_reference(reference)
        return found

    def _walk_pointer(self, node: Any, base: str, pointer: str) -> Target | None:
        try:
            for step in pointer.split("/")[1:]:
                name = unescape_step(step)
                node = node[int(name) if isinstance(node, list) else name]
                base = read_base(node, base) if self._has_addresses else base
        except (LookupError, TypeError, ValueError):
            return None
        return Target(node, base)

    @cached_property
    def resources(self) -> Mapping[str, Any]:
        """The schemas with an ``$id``, by their addresses."""
        self._index_names()
        return self._resources

    @cached_property
    def _anchors(self) -> Mapping[tuple[str, str], Any]:
        self._index_names()
        return self._named

    def _index_names(self) -> None:
        # Only where a reference has no pointer, since few contracts have any of this.
        self._resources: dict[str, Any] = {}
        self._named: dict[tuple[str, str], Any] = {}
        waiting: list[tuple[Any, str]] = [(self._spec, BASE)]
        while waiting:
            node, base = waiting.pop()
            if isinstance(node, dict):
                if has_address(node):
                    base = read_base(node, base)
                    self._resources.setdefault(base, node)
                for keyword in _ANCHORS:
                    if isinstance(node.get(keyword), str):
                        self._named.setdefault((base, node[keyword]), node)
                waiting += [(value, base) for value in node.values() if isinstance(value, dict | list)]
            elif isinstance(node, list):
                waiting += [(value, base) for value in node if isinstance(value, dict | list)]


def read_base(schema: Any, base: str) -> str:
    """Read what references in *schema* are relative to: its own ``$id``, or else *base*."""
    if not isinstance(schema, dict) or not has_address(schema):
        return base
    return urldefrag(_join_reference(base, str(schema.get(ADDRESS, schema.get("$id"))))).url


def has_address(schema: dict[str, Any]) -> bool:
    """Tell whether *schema* has an address of its own: an ``$id``, which may have been put aside."""
    return isinstance(schema.get(ADDRESS, schema.get("$id")), str)


def split_reference(reference: str, base: str) -> tuple[str, str]:
    """Split a reference in a schema whose address is *base* into an address, and what is meant at that address."""
    address, fragment = urldefrag(_join_reference(base, reference))
    return address, unquote(fragment)


def _join_reference(base: str, reference: str) -> str:
    try:
        return f"{base}{reference}" if reference.startswith("#") else urljoin(base, reference)
    except ValueError:
        raise _missing_reference(reference) from None


def _missing_reference(reference: str) -> InvalidContract:
    return InvalidContract(f"there is no {reference[:200]}")

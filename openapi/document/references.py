"""The references of a contract, made to lead to a part of it of the right kind."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin

import openapi
from openapi import METHODS, Spec
from openapi.document.grammar import MEDIA_TYPE, PATH_ITEM, ROOMS, SECURITY_SCHEME
from openapi.document.inspection import ABSENT, OUTCOMES, Inspection, Owner, Referable, Reference
from openapi.document.schema_kinds import Schema
from openapi.pointer import Steps, unescape_step

# What needs no escape in a reference, so that all who follow one find the same.
_PLAIN = re.compile(r"[A-Za-z0-9._-]+")
# The name of a component, or a reference that lacks a slash or is one of Swagger 2.0.
_LOOSE = re.compile(r"(?:#(?:components/\w+/|/?(?:definitions|parameters|responses)/)?)?([^/#]+)")
_DEFINITIONS = "#/$defs/"
# Keeps the $id of a schema, which who follows pointers is not to take for a root.
ADDRESS = "x-schema-id"
# Who reads these expects no reference in their place.
_WRITTEN_OUT = (PATH_ITEM, SECURITY_SCHEME, MEDIA_TYPE)


class BadReference(LookupError):
    """A reference that cannot be followed; the message says why, behind its text."""


class _Names(NamedTuple):
    """The schemas with names of their own, by the whole of a name, by its last part, and the names by place."""

    size: int
    by_name: dict[str, Steps]
    by_last_part: dict[str, Steps]
    by_steps: dict[Steps, str]


class References:
    """Follows the references that a walk through *spec* came by.

    reported: the places of references that were reported already.
    """

    def __init__(
        self,
        spec: Spec,
        inspection: Inspection,
        reported: Collection[Steps] = (),
    ) -> None:
        self._spec = spec
        self._inspection = inspection
        self._reported = reported
        self._missing = inspection.missing
        self._names = _Names(0, {}, {}, {})
        self._settled: dict[tuple[str, str, Steps], str | BadReference] = {}
        # Those that are known to come to an end, and how many components there are of a name.
        self._sound: set[str] = set()
        self._numbers: dict[tuple[str, str], int] = {}
        # Which components and operations need which.
        self._needs: dict[Owner, set[Owner]] = {}
        self._broken = dict(inspection.broken)

    def settle_all(self) -> dict[Owner, str]:
        """Make all references lead somewhere; return what needs one that does not, and why that one does not."""
        # Where one leads may have others in it, which are added behind.
        for reference in self._inspection.references:
            self._settle_reference(reference)
        for reference in self._inspection.references:
            if "$ref" in reference.holder:
                self._check_circle(reference)
        for reference in self._inspection.references:
            if reference.kind in _WRITTEN_OUT and "$ref" in reference.holder:
                self._write_out(reference)
        schemes = self._spec.get("components", {}).get("securitySchemes", {})
        for name in [name for name, scheme in schemes.items() if "type" not in scheme]:
            del schemes[name]  # since a reference in its place leads nowhere
        for schema in self._inspection.identified_schemas:
            # References count from the root of the file now, and would count from here.
            address = schema.pop("$id", None)
            # Which of several dynamic anchors is meant depends on it.
            if self._inspection.has_dynamic_references and address is not None:
                schema[ADDRESS] = address
        return self._spread_broken()

    def _settle_reference(self, reference: Reference) -> None:
        holder = reference.holder
        text = holder.get("$ref")
        if not isinstance(text, str):  # which two walks came by
            return
        try:
            holder["$ref"] = self._find_plain(text, reference)
        except BadReference as error:
            self._drop_reference(reference, text, str(error))
            return
        _, room, name = holder["$ref"].split("/", 2)
        self._needs.setdefault(reference.owner, set()).add(Owner(room, *name.split("/", 1)))

    def _check_circle(self, reference: Reference) -> None:
        followed: set[str] = set()
        node: Any = reference.holder
        # All are plain by now, and none is followed twice: a chain may have thousands.
        while isinstance(node, dict) and "$ref" in node and node["$ref"] not in self._sound:
            text = node["$ref"]
            if text in followed:
                self._drop_reference(reference, reference.holder["$ref"], "leads back to itself")
                return
            followed.add(text)
            _, _, room, name = text.split("/")
            node = self._spec["components"][room][name]
        self._sound |= followed

    def _drop_reference(self, reference: Reference, text: str, reason: str) -> None:
        holder, kind, place, owner = reference
        del holder["$ref"]
        if not isinstance(kind, Schema):
            holder.clear()
            holder.update(copy.deepcopy(dict(kind.stub)))
        outcome = OUTCOMES[kind.is_vital]
        if place not in self._reported and (*place, "$ref") not in self._reported:
            self._inspection.report_at((*place, "$ref"), f"{text} {reason}; {outcome}")
        if kind.is_vital:
            self._broken.setdefault(owner, f"{text} {reason}")

    def _find_plain(self, text: str, reference: Reference) -> str:
        """Write a reference to what *text* leads to, with three steps that need no escapes."""
        scope = self._find_scope(reference.place) if self._inspection.identified_schemas else ()
        if not scope and text.startswith(_DEFINITIONS) and "$defs" not in self._spec:
            scope = self._find_definitions(reference.place, text.removeprefix(_DEFINITIONS).partition("/")[0])
        key = (text, reference.kind.name, scope)
        if key not in self._settled:
            try:
                self._settled[key] = self._make_plain(text, reference, scope)
            except BadReference as error:
                self._settled[key] = error
        found = self._settled[key]
        if isinstance(found, BadReference):
            raise found
        return found

    def _make_plain(self, text: str, reference: Reference, scope: Steps) -> str:
        kind = reference.kind
        try:
            steps, target = self._find_target(text, scope)
        except BadReference:
            if (found := self._find_meant(text, kind)) is None:
                raise
            steps, target = found
            self._inspection.report_at(
                (*reference.place, "$ref"),
                f"{text} is read as a reference to {kind.name} of that name, so write it as one",
            )
        if not steps:
            raise BadReference(f"leads to the whole file, and must lead to {kind.name}")
        room = ROOMS.get(str(steps[1])) if len(steps) == 3 and steps[0] == "components" else None
        if room is kind:
            if isinstance(target, dict):
                return self._name_plainly(str(steps[1]), str(steps[2]), target)
        elif room is not None:
            if isinstance(room, Schema) or isinstance(kind, Schema):
                raise BadReference(f"leads to {room.name}, and must lead to {kind.name}")
            self._inspection.report_at(
                (*reference.place, "$ref"),
                f"leads to {room.name}, and must lead to {kind.name}; it is read as one",
            )
        if not isinstance(target, (dict, bool)):
            raise BadReference(f"does not lead to {kind.name}")
        return self._add_component(kind, steps, target)

    def _find_target(self, text: str, scope: Steps) -> tuple[Steps, Any]:
        """Find what *text* leads to; names of schemas come first, as in JSON Schema."""
        base, _, fragment = text.strip().partition("#")
        named_base = self._find_base(base, scope)
        if named_base is None:
            raise BadReference(
                self._missing.get(text, "lies in another file that cannot be had; bundle both into one")
            )
        for start in dict.fromkeys((named_base, scope, ())):
            if fragment and not fragment.startswith("/"):
                named = self._find_anchor(fragment, start)
                if named is not None:
                    return named, self._walk(named)
                continue
            for escaped in dict.fromkeys((unquote(fragment), fragment)):
                steps = (*start, *map(unescape_step, escaped.split("/")[1:]))
                try:
                    return self._follow(steps)
                except (LookupError, TypeError, ValueError):
                    continue
        raise BadReference(self._missing.get(text, "leads nowhere in this file"))

    def _find_anchor(self, name: str, scope: Steps) -> Steps | None:
        """Find the schema with the anchor *name* in the one with an address at *scope*; else the only one there is."""
        places = self._inspection.anchors.get(name, [])
        found = next((one for one in places if self._find_scope(one) == scope), None)
        return places[0] if found is None and len(places) == 1 else found

    def _find_meant(self, text: str, kind: Referable) -> tuple[Steps, Any] | None:
        """Find the component that *text* means where it is a name alone, or written as in another version."""
        match = _LOOSE.fullmatch(text.strip())
        room = next(room for room, one in ROOMS.items() if one is kind)
        components = self._spec.get("components", {}).get(room, {})
        if match is None or match[1] not in components:
            return None
        return ("components", room, match[1]), components[match[1]]

    def _find_base(self, base: str, scope: Steps) -> Steps | None:
        """Find the schema, or the whole file, that *base* is the name of; None if nothing has it."""
        if not base:
            return scope
        if base == self._spec.get("$self"):
            return ()
        names = self._index_names()
        try:
            joined = urljoin(names.by_steps.get(scope, ""), base)
        except ValueError:  # which is no address
            return None
        for name in (joined, base):
            if name in names.by_name:
                return names.by_name[name]
        return names.by_last_part.get(base)

    def _find_scope(self, place: Steps) -> Steps:
        """Find the innermost schema around *place* with a name of its own, from which references count."""
        named = self._index_names().by_steps
        return next((place[:end] for end in range(len(place), 0, -1) if place[:end] in named), ())

    def _find_definitions(self, place: Steps, name: str) -> Steps:
        """Find the innermost schema around *place* whose ``$defs`` has *name*; the whole file if none has.

        Some generators, pydantic's among them, write a schema for a file of its own into a contract.
        """
        for end in range(len(place), 0, -1):
            try:
                node = self._walk(place[:end])
            except (LookupError, TypeError, ValueError):
                continue
            if isinstance(node, dict) and isinstance(node.get("$defs"), dict) and name in node["$defs"]:
                self._inspection.report_at(
                    (*place, "$ref"),
                    f"{_DEFINITIONS}{name} leads nowhere in this file; the nearest $defs is read, so "
                    "move what it has to components.schemas",
                )
                return place[:end]
        return ()

    def _index_names(self) -> _Names:
        """Index the schemas with names of their own, of which a contract may have thousands."""
        found = self._inspection.named_schemas
        if len(found) != self._names.size:
            names = dict(found)
            self._names = _Names(
                len(found),
                names,
                {name.rpartition("/")[2]: steps for name, steps in names.items()},
                {steps: name for name, steps in names.items()},
            )
        return self._names

    def _walk(self, steps: Steps) -> Any:
        return self._follow(steps)[1]

    def _follow(self, steps: Steps) -> tuple[Steps, Any]:
        """Follow *steps* through the document, and through the references on the way."""
        node: Any = self._spec
        taken: list[str | int] = []
        for number, step in enumerate(steps):
            if number and isinstance(node, dict) and isinstance(node.get("$ref"), str) and step not in node:
                node = openapi.resolve_reference(self._spec, node)
            index = int(step) if isinstance(node, list) else step
            node = node[index]
            taken.append(index)
        return tuple(taken), node

    def _name_plainly(self, room: str, name: str, target: Any) -> str:
        if _PLAIN.fullmatch(name) is None:
            plain = self._find_free_name(room, name)
            self._spec["components"][room][plain] = target
            self._needs.setdefault(Owner("components", room, plain), set()).add(
                Owner("components", room, name)
            )
            name = plain
        return f"#/components/{room}/{name}"

    def _add_component(self, kind: Referable, steps: Steps, target: Any) -> str:
        """Make a component of a copy of *target*, which stands where other kinds of things may do, too."""
        room = next(room for room, one in ROOMS.items() if one is kind)
        name = self._find_free_name(room, str(steps[-1]) if steps else "root")
        inspection = self._inspection
        inspection.owner = Owner("components", room, name)
        inspection.steps[:] = steps
        checked = kind.check(inspection, copy.deepcopy(target))
        inspection.steps.clear()
        if checked is ABSENT:
            raise BadReference(f"does not lead to {kind.name}")
        self._spec.setdefault("components", {}).setdefault(room, {})[name] = checked
        return f"#/components/{room}/{name}"

    def _find_free_name(self, room: str, name: str) -> str:
        taken = self._spec.setdefault("components", {}).setdefault(room, {})
        plain = free = re.sub(r"[^A-Za-z0-9._-]+", "_", name).strip("_") or "part"
        number = self._numbers.get((room, plain), 1)
        while free in taken:
            number += 1
            free = f"{plain}-{number}"
        self._numbers[room, plain] = number
        return free

    def _write_out(self, reference: Reference) -> None:
        """Put what *reference* leads to in its place."""
        holder = reference.holder
        target = openapi.resolve_reference(self._spec, holder)
        beside = {name: value for name, value in holder.items() if name != "$ref"}
        holder.clear()
        holder.update(target)
        if reference.kind is PATH_ITEM:
            # An operation under two paths is two operations.
            holder.update({name: dict(holder[name]) for name in (*METHODS, "query") if name in holder})
            others = holder.get("additionalOperations", {})
            holder["additionalOperations"] = {name: dict(one) for name, one in others.items()}
            holder.update(beside)

    def _spread_broken(self) -> dict[Owner, str]:
        """Find all that needs something broken, however far."""
        needed_by: dict[Owner, list[Owner]] = {}
        for owner, needs in self._needs.items():
            for need in needs:
                needed_by.setdefault(need, []).append(owner)
        waiting = list(self._broken)
        while waiting:
            broken = waiting.pop()
            for owner in needed_by.get(broken, ()):
                if owner not in self._broken:
                    self._broken[owner] = self._broken[broken]
                    waiting.append(owner)
        return self._broken

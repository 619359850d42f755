"""Translates the schemas of a contract into those that the library compiles: only what validates, all in one place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from jsonschema_rs import Draft4Validator, Draft202012Validator

from mockserver.contract.schema.dialect import Dialect, is_known_address
from mockserver.contract.schema.discriminator import KEYWORD, read_discriminator, tag_branches
from mockserver.contract.schema.family import Families
from mockserver.contract.schema.keywords import LISTED_SCHEMAS, NAMED_SCHEMAS, ONE_SCHEMA, READERS
from mockserver.contract.schema.references import BASE, References, has_address, read_base, split_reference
from openapi import Spec

_NOT_IN_DRAFT_4 = frozenset(
    {
        "contains", "dependentRequired", "dependentSchemas", "else", "if", "maxContains", "minContains", "prefixItems",
        "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties",
    }
)  # fmt: skip
_INTEGER_FORMAT = re.compile(r"(u?)int(8|16|32|64)")
_NULL = {"type": "null"}


class Translated(NamedTuple):
    """A schema as the library takes it, and what it needs.

    references: the names of the definitions that it refers to. weight: how many schemas it consists of.
    """

    schema: dict[str, Any]
    references: frozenset[str]
    weight: int


class Translator:
    """Translates schemas of the contract *spec*, in one direction.

    What they refer to becomes definitions, which are translated once and shared by all that refer to them.
    needless: readOnly or writeOnly; members marked so are not required.
    """

    def __init__(self, spec: Spec, dialect: Dialect, needless: str) -> None:
        self._dialect = dialect
        self._is_draft_4 = dialect.compiler is Draft4Validator
        self._references = References(spec, has_addresses=not dialect.is_openapi_3_0)
        self._families = Families(self._references, needless)
        # By the identity of a schema, and with the schema itself, so that no other one gets its identity.
        self._names: dict[int, str] = {}
        self._targets: dict[str, tuple[Any, str]] = {}
        self._definitions: dict[str, Translated] = {}
        # Of the schema that is being translated.
        self._found: set[str] = set()
        self._weight = 0
        self._copied: list[int] = []

    def translate_schema(self, schema: Any) -> Translated:
        """Translate *schema*, but not what it refers to; a schema that others refer to becomes a reference itself.

        Raises InvalidContract for a reference that leads nowhere.
        """
        name = self._names.get(id(schema))
        if name is not None:
            return Translated({"$ref": write_reference(name)}, frozenset({name}), 1)
        return self._translate_root(schema, BASE)

    def list_definitions(self, names: Iterable[str]) -> Mapping[str, Translated]:
        """Translate the definitions *names*, and all that they refer to.

        Raises InvalidContract for a reference that leads nowhere.
        """
        found: dict[str, Translated] = {}
        waiting = [*names]
        while waiting:
            name = waiting.pop()
            if name not in found:
                if name not in self._definitions:
                    self._definitions[name] = self._translate_root(*self._targets[name], is_definition=True)
                found[name] = self._definitions[name]
                waiting += found[name].references
        return found

    def _translate_root(self, schema: Any, base: str, *, is_definition: bool = False) -> Translated:
        self._found, self._weight = set(), 0
        found = self._translate(schema, base, is_resource=is_definition)
        if isinstance(found, bool):
            found = {} if found else {"not": {}}
        return Translated(found, frozenset(self._found), self._weight)

    def _translate(
        self, schema: Any, base: str, excused: frozenset[str] = frozenset(), *, is_resource: bool = False
    ) -> Any:
        """Translate one schema and those in it.

        excused: members that are not required, since another part of an ``allOf`` marks them. is_resource: whether this
        is a definition, whose own ``$id`` is *base*.
        """
        self._weight += 1
        if isinstance(schema, bool):
            return schema if not self._is_draft_4 else {} if schema else {"not": {}}
        if not isinstance(schema, dict):
            return {}
        found: dict[str, Any] = {}
        if has_address(schema) and not self._dialect.is_openapi_3_0:
            if not is_resource:
                address = read_base(schema, base)
                # One that stands in several places is one.
                return {"$ref": self._refer_to(self._references.resources.get(address, schema), address)}
            found["$id"] = base
        has_siblings = self._dialect.reads_siblings and "$ref" in schema and len(schema) > 1
        if "allOf" in schema or "required" in schema or has_siblings:
            excused |= self._families.list_needless_names(schema, base)
        if isinstance(schema.get("$ref"), str):
            pointed = self._translate_reference(schema["$ref"], base, excused)
            if not self._dialect.reads_siblings:
                return {"anyOf": [pointed, _NULL]} if self._is_nullable(schema) else pointed
            self._add_siblings(schema, base, excused, found)
            if "$ref" not in pointed:
                found["allOf"] = [*found.get("allOf", ()), pointed]
            return {**pointed, **found} if "$ref" in pointed else found
        self._add_siblings(schema, base, excused, found)
        return self._allow_null(schema, found)

    def _translate_reference(self, reference: str, base: str, excused: frozenset[str]) -> dict[str, Any]:
        if not reference.startswith("#") and is_known_address(split_reference(reference, base)[0]):
            return {"$ref": reference}
        target, its_base = self._references.find_target(reference, base)
        if not excused or id(target) in self._copied:
            return {"$ref": self._refer_to(target, its_base)}
        needed = excused - self._families.list_needless_names(target, its_base)
        if needed.isdisjoint(self._families.list_required_names(target, its_base)):
            return {"$ref": self._refer_to(target, its_base)}
        # What requires them is changed in this place only.
        self._copied.append(id(target))
        copy = self._translate(target, its_base, excused)
        self._copied.pop()
        return copy if isinstance(copy, dict) else {"allOf": [copy]}

    def _refer_to(self, target: Any, base: str) -> str:
        name = self._names.setdefault(id(target), f"s{len(self._names)}")
        self._targets.setdefault(name, (target, base))
        self._found.add(name)
        return write_reference(name)

    def _add_siblings(
        self, schema: dict[str, Any], base: str, excused: frozenset[str], found: dict[str, Any]
    ) -> None:
        for keyword, value in schema.items():
            if self._is_draft_4 and keyword in _NOT_IN_DRAFT_4:
                continue
            if keyword in READERS:
                usable = READERS[keyword](value)
                if usable is not None:
                    found[keyword] = usable
            elif keyword in ONE_SCHEMA:
                self._add_inner(keyword, value, base, found)
            elif keyword in LISTED_SCHEMAS:
                if isinstance(value, list) and value:
                    inner = excused if keyword == "allOf" else frozenset()
                    found[keyword] = [self._translate(one, base, inner) for one in value]
            elif keyword in NAMED_SCHEMAS:
                if isinstance(value, dict):
                    found[keyword] = {name: self._translate(one, base) for name, one in value.items()}
            elif not self._dialect.is_openapi_3_0:
                self._add_of_newer_dialects(keyword, value, base, found)
        if excused and "required" in found:
            found["required"] = [name for name in found["required"] if name not in excused]
        if found.get("required") == []:  # an empty list is no JSON Schema in draft 4
            del found["required"]
        self._tag_branches(schema, base, found)
        _add_bounds(schema, found, is_draft_4=self._is_draft_4)

    def _add_inner(self, keyword: str, value: Any, base: str, found: dict[str, Any]) -> None:
        if keyword == "items" and isinstance(value, list):
            if value:
                listed = "prefixItems" if self._dialect.compiler is Draft202012Validator else "items"
                found[listed] = [self._translate(one, base) for one in value]
        elif keyword in ("additionalItems", "additionalProperties") and isinstance(value, bool):
            found[keyword] = value
        elif isinstance(value, dict | bool):
            found[keyword] = self._translate(value, base)

    def _add_of_newer_dialects(self, keyword: str, value: Any, base: str, found: dict[str, Any]) -> None:
        if keyword == "const":
            found[keyword] = value
        elif keyword == "dependencies" and isinstance(value, dict) and not self._dialect.reads_siblings:
            read = {name: READERS["required"](one) for name, one in value.items()}
            found[keyword] = {
                name: read[name] or ([] if isinstance(one, list) else self._translate(one, base))
                for name, one in value.items()
            }
        elif keyword == "$defs" and isinstance(value, dict):
            # References to them become references to definitions; a dynamic anchor counts where it is.
            found[keyword] = {
                name: self._translate(one, base)
                for name, one in value.items()
                if isinstance(one, dict) and "$dynamicAnchor" in one
            }
        elif keyword == "$dynamicAnchor" and isinstance(value, str):
            found[keyword] = value
        elif keyword == "$dynamicRef" and isinstance(value, str):
            target, its_base = self._references.find_target(value, base)
            if not value.partition("#")[2] or value.partition("#")[2].startswith("/"):
                found.setdefault("$ref", self._refer_to(target, its_base))  # as JSON Schema says
                return
            self._refer_to(target if its_base == BASE else self._references.resources[its_base], its_base)
            found[keyword] = f"{its_base}#{value.partition('#')[2]}"
        elif keyword == "$recursiveRef" and base != BASE:
            found["$ref"] = self._refer_to(self._references.resources[base], base)

    def _tag_branches(self, schema: dict[str, Any], base: str, found: dict[str, Any]) -> None:
        for keyword in ("oneOf", "anyOf"):
            if "discriminator" in schema and keyword in found:
                discriminator = read_discriminator(schema, schema[keyword], self._families, base)
                if discriminator is not None:
                    found[keyword] = tag_branches(discriminator, found[keyword])
                    found.setdefault(KEYWORD, {})[keyword] = [*discriminator]

    def _is_nullable(self, schema: dict[str, Any]) -> bool:
        return self._dialect.is_openapi_3_0 and schema.get("nullable") is True

    def _allow_null(self, schema: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
        if not self._is_nullable(schema):
            return found
        refuses = {"allOf", "anyOf", "oneOf", "not"} & found.keys() or None not in found.get("enum", [None])
        if isinstance(found.get("type"), str) and not refuses:
            return {**found, "type": [found["type"], "null"]}
        return found if isinstance(found.get("type"), list) else {"anyOf": [found, _NULL]}


def write_reference(name: str) -> str:
    """Write the reference to a definition."""
    return f"{BASE}#/definitions/{name}"


def _add_bounds(schema: dict[str, Any], found: dict[str, Any], *, is_draft_4: bool) -> None:
    """Write exclusive bounds as the dialect does, whichever way the contract has them, and those of its integers."""
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        value = schema.get(exclusive)
        if is_draft_4 and isinstance(value, bool):
            if bound in found:
                found[exclusive] = value
        elif is_draft_4 and exclusive in found:
            if bound not in found:
                found[bound] = found[exclusive]
                found[exclusive] = True
            else:
                found["allOf"] = [*found.get("allOf", ()), {bound: found.pop(exclusive), exclusive: True}]
        elif value is True and bound in found:
            found[exclusive] = found.pop(bound)
    size = _INTEGER_FORMAT.fullmatch(found.get("format", ""))
    if size and {"integer", "number"} & {*_list_types(found.get("type"))}:
        bits = int(size[2])
        least, most = (0, 2**bits - 1) if size[1] else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        found["minimum"] = max(found.get("minimum", least), least)
        found["maximum"] = min(found.get("maximum", most), most)


def _list_types(types: Any) -> list[str]:
    return [types] if isinstance(types, str) else list(types or ())

"""The schemas of a contract's answers as JSON Schema 2020-12, whatever the contract's version has in their place.

What a reader may take either way is taken in the target's favour: nothing is condemned that the contract allows.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import openapi
from openapi.media_type import is_json
from openapi.pointer import unescape_step

if TYPE_CHECKING:
    import jsonschema_rs

_SCHEMA = {
    "additionalProperties", "propertyNames", "items", "contains", "not", "unevaluatedProperties", "unevaluatedItems",
    "contentSchema",
}  # fmt: skip
# What holds of the same value as the schema that has it.
_IN_PLACE = {"if", "then", "else"}
_LISTS_IN_PLACE = {"allOf", "anyOf", "oneOf"}
_MAPS = {"properties", "patternProperties"}
_PLAIN = {
    "type", "enum", "const", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minLength",
    "maxLength", "minItems", "maxItems", "uniqueItems", "minContains", "maxContains", "minProperties", "maxProperties",
    "dependentRequired", "contentMediaType", "pattern",
}  # fmt: skip
_KEPT_VALIDATORS = 64
_MOST_STEPS_BACK = 100_000  # of a pattern with lookaround, on one text; some hundredths of a second
_SCHEMAS = "#/components/schemas/"
_NOTHING: frozenset[str] = frozenset()
_Named = tuple[str, frozenset[str]]


class AnswerSchemas:
    """The schemas of the contract *spec*, for answers.

    Formats are left out, for they are only hints. A member that is writeOnly is
    not required, wherever the schema says that it is, and may be there: it only should not.
    """

    def __init__(self, spec: openapi.Spec) -> None:
        self._spec = spec
        # Before 3.1 whatever stands beside a reference is ignored.
        self._ignores_siblings = str(spec.get("openapi", "3.0")).startswith("3.0")
        self._names: dict[_Named, str] = {}
        self._converted: dict[str, tuple[Any, frozenset[_Named]]] = {}
        self._references: set[_Named] = set()
        self._make_validator = lru_cache(_KEPT_VALIDATORS)(self._make_validator_of)

    def compile(self, schema: Any, *, reads_content: bool = False) -> jsonschema_rs.Draft202012Validator:
        """Return what validates by *schema*, a part of the contract.

        reads_content: whether a text that the schema says is JSON is read, and has to fit its contentSchema.
        Raises jsonschema_rs.ValidationError or LookupError if it is none.
        """
        reference = schema.get("$ref") if isinstance(schema, dict) and len(schema) == 1 else None
        key = _Key(schema, reference if isinstance(reference, str) else None)
        return self._make_validator(key, reads_content)

    def restore_place(self, steps: Sequence[str | int]) -> list[str]:
        """Return the place in the contract that *steps* lead to in a translated schema."""
        if len(steps) < 2 or steps[0] != "$defs":
            return list(map(str, steps))
        reference = next((named[0] for named, name in self._names.items() if name == steps[1]), "$defs")
        return [*map(unescape_step, reference.removeprefix("#/").split("/")), *map(str, steps[2:])]

    def translate(self, schema: Any) -> Any:
        """Return *schema* with all that it refers to, in ``$defs``."""
        root, wanted = self._convert_apart(schema, _NOTHING)
        if not isinstance(root, dict) or not wanted:
            return root
        definitions: dict[str, Any] = {}
        pending = list(wanted)
        while pending:
            named = pending.pop()
            name = self._names[named]
            if name not in definitions:
                definitions[name], further = self._convert_named(named)
                pending += further
        return {**root, "$defs": definitions}

    def _make_validator_of(self, key: _Key, reads_content: bool) -> jsonschema_rs.Draft202012Validator:
        document = self.translate(key.schema)
        definitions = document.get("$defs", {}) if isinstance(document, dict) else {}
        keywords = {"contentSchema": _make_content_keyword(definitions)} if reads_content else None
        return _compile_schema(document, keywords)

    def _convert_named(self, named: _Named) -> tuple[Any, frozenset[_Named]]:
        name = self._names[named]
        if name not in self._converted:
            reference, forgiven = named
            self._converted[name] = self._convert_apart(self._find_target(reference), forgiven)
        return self._converted[name]

    def _convert_apart(self, schema: Any, forgiven: frozenset[str]) -> tuple[Any, frozenset[_Named]]:
        """Convert *schema*, and return what it refers to beside it."""
        before, self._references = self._references, set()
        try:
            return self._convert(schema, forgiven), frozenset(self._references)
        finally:
            self._references = before

    def _convert(self, schema: Any, forgiven: frozenset[str] = _NOTHING) -> Any:
        """Convert a schema. forgiven: members of its value that need not be there, whatever it says."""
        if not isinstance(schema, dict):
            return schema
        if self._ignores_siblings and isinstance(schema.get("$ref"), str):
            schema = {key: schema[key] for key in ("$ref", "nullable") if key in schema}
        if self._has_write_only:
            forgiven |= frozenset(self._list_write_only(schema))
        found = {}
        for key, value in schema.items():
            converted = self._convert_keyword(key, value, forgiven)
            if converted is not None:
                found[key] = converted
        _mend_bounds(found)
        _mend_tuple(found, schema)
        if found.get("type") == "file":
            del found["type"]
        if isinstance(found.get("oneOf"), list) and isinstance(schema.get("discriminator"), dict):
            # The discriminator chooses the branch, so that the value may fit another one as well.
            chosen = self._convert_choices(schema["discriminator"], schema["oneOf"], forgiven)
            found["allOf"] = [*found.get("allOf", ()), {"anyOf": found.pop("oneOf")}, *chosen]
        return _allow_null(found) if schema.get("nullable") is True else found

    def _convert_keyword(self, key: str, value: Any, forgiven: frozenset[str]) -> Any:
        """Convert what a keyword says; None if nothing is validated by it."""
        if key in ("$ref", "$dynamicRef"):
            return self._refer(key, value, forgiven)
        if key in _SCHEMA:
            return self._convert(value) if not isinstance(value, list) else None
        if key in _IN_PLACE:
            return self._convert(value, forgiven)
        if key in _LISTS_IN_PLACE and isinstance(value, list):
            return [self._convert(one, forgiven) for one in value] or None
        if key == "prefixItems" and isinstance(value, list):
            return [self._convert(one) for one in value] or None
        if key in _MAPS and isinstance(value, dict):
            return {name: self._convert(one) for name, one in value.items()}
        if key == "dependentSchemas" and isinstance(value, dict):
            return {name: self._convert(one, forgiven) for name, one in value.items()}
        if key == "required" and isinstance(value, list):
            return [name for name in value if name not in forgiven]
        is_known = (
            key in _PLAIN or key in {"required", "prefixItems", "dependentSchemas"} | _MAPS | _LISTS_IN_PLACE
        )
        return value if is_known else None

    def _convert_choices(
        self, discriminator: Mapping[str, Any], branches: Sequence[Any], forgiven: frozenset[str]
    ) -> Iterator[Any]:
        """Yield, for each value that chooses one of *branches* beyond doubt, that what has it fits that branch."""
        name, mapping = discriminator.get("propertyName"), discriminator.get("mapping")
        references = [one.get("$ref") for one in branches if isinstance(one, dict)]
        named = {str(one).removeprefix(_SCHEMAS): one for one in references if one}
        given = mapping if isinstance(mapping, dict) else {}
        chosen = named | {value: named.get(str(one), one) for value, one in given.items()}
        for value, reference in chosen.items():
            if isinstance(name, str) and reference in references:
                is_chosen = {"properties": {name: {"const": str(value)}}, "required": [name]}
                yield {"if": is_chosen, "then": {"$ref": self._refer("$ref", reference, forgiven)}}

    # --- references ----------------------------------------------------------------------------------------

    def _refer(self, key: str, reference: Any, forgiven: frozenset[str]) -> Any:
        if not isinstance(reference, str):
            return reference
        is_pointer = reference.startswith("#/")
        if not is_pointer and len(self._anchors.get(reference.removeprefix("#"), ())) != 1:
            return None  # it may lead to any of them, or to nothing that we know
        if key == "$dynamicRef" and is_pointer:
            return None
        named = (reference, forgiven)
        self._references.add(named)
        return f"#/$defs/{self._names.setdefault(named, f's{len(self._names)}')}"

    def _find_target(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            return self._anchors[reference.removeprefix("#")][0]
        node: Any = self._spec
        for step in unquote(reference.removeprefix("#/")).split("/"):
            name = unescape_step(step)
            node = node[int(name) if isinstance(node, list) else name]
        return node

    @cached_property
    def _anchors(self) -> Mapping[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for node in _walk_objects(self._spec):
            for name in {node.get("$anchor"), node.get("$dynamicAnchor")} - {None}:
                found.setdefault(str(name), []).append(node)
        return found

    # --- writeOnly -----------------------------------------------------------------------------------------

    @cached_property
    def _has_write_only(self) -> bool:
        return any(node.get("writeOnly") is True for node in _walk_objects(self._spec))

    def _list_write_only(self, schema: Any) -> Iterator[str]:
        """Yield the members that any part of a schema, as far as it is of the same value, calls writeOnly."""
        for part in self._list_parts(schema):
            properties = part.get("properties")
            for name, member in properties.items() if isinstance(properties, dict) else ():
                if any(one.get("writeOnly") is True for one in self._list_parts(member)):
                    yield name

    def _list_parts(self, schema: Any) -> list[dict[str, Any]]:
        """List *schema* and all that holds of the same value in any case: what it refers to, and its branches."""
        found: list[dict[str, Any]] = []
        pending = [schema]
        while pending:
            node = pending.pop()
            if not isinstance(node, dict) or any(one is node for one in found):
                continue
            found.append(node)
            for keyword in _LISTS_IN_PLACE:
                branches = node.get(keyword)
                pending += branches if isinstance(branches, list) else []
            reference = node.get("$ref")
            if isinstance(reference, str) and reference.startswith("#/"):
                pending.append(self._find_target(reference))
        return found


class _Key:
    """A schema as the key of a cache: the reference that it is, or else the object itself."""

    def __init__(self, schema: Any, reference: str | None) -> None:
        self.schema = schema
        self._identity = reference or id(schema)

    def __hash__(self) -> int:
        return hash(self._identity)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._identity == other._identity


def _walk_objects(node: Any) -> Iterator[dict[str, Any]]:
    pending = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, dict):
            yield one
            pending.extend(one.values())
        elif isinstance(one, list):
            pending.extend(one)


def _mend_bounds(schema: dict[str, Any]) -> None:
    """Write a bound that ``true`` makes an exclusive one, as before OpenAPI 3.1, as one of its own."""
    for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(schema.get(exclusive), bool):
            is_exclusive = schema.pop(exclusive)
            if is_exclusive and bound in schema:
                schema[exclusive] = schema.pop(bound)


def _mend_tuple(schema: dict[str, Any], written: Mapping[str, Any]) -> None:
    """Leave out what a list of items, as before JSON Schema 2020-12, says of an array: nobody reads it alike."""
    if isinstance(written.get("items"), list):
        schema.pop("items", None)


def _allow_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Let null fit as well, also where a list of values does not name it."""
    if schema.keys() & {"$ref", "not", "if", "const", *_LISTS_IN_PLACE}:
        return {"anyOf": [schema, {"type": "null"}]}
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    if isinstance(schema.get("enum"), list) and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    return schema


def _compile_schema(
    document: Any, keywords: Mapping[str, Any] | None = None
) -> jsonschema_rs.Draft202012Validator:
    from jsonschema_rs import Draft202012Validator, FancyRegexOptions

    options = FancyRegexOptions(backtrack_limit=_MOST_STEPS_BACK)
    more: Any = {"keywords": keywords} if keywords else {}
    return Draft202012Validator(document, validate_formats=False, pattern_options=options, **more)


def _make_content_keyword(definitions: Mapping[str, Any]) -> type:
    """Make the keyword that reads the JSON in a text; *definitions* are what its schema may refer to."""

    class ContentSchema:
        def __init__(self, parent: dict[str, Any], schema: Any, _: Any) -> None:
            is_read = is_json(str(parent.get("contentMediaType", "")))
            document = {**schema, "$defs": definitions} if isinstance(schema, dict) else schema
            self._validator = _compile_schema(document) if is_read else None

        def validate(self, text: Any) -> None:
            if self._validator is None or not isinstance(text, str):
                return
            try:
                value = json.loads(text)
            except ValueError:
                raise ValueError("is no JSON") from None
            if error := next(self._validator.iter_errors(value), None):
                raise ValueError(error.message)

    return ContentSchema

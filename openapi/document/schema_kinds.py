"""Schemas as a kind of value, and the kinds of values that their keywords have."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from openapi.document.inspection import ABSENT, Inspection, Kind, show_value
from openapi.document.kinds import Anything, Flag, ListOf, MapOf, Object, Text, describe_unknown
from openapi.document.older_schemas import mend_schema

_TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
_MOST_DIGITS = 15
_NAMES = {"$id", "$anchor", "$dynamicAnchor"}


class Number:
    """A number that is not endless; a text that is one is read as it.

    least: the smallest that is allowed. is_whole: whether it counts something.
    """

    def __init__(self, description: str, *, least: float = -math.inf, is_whole: bool = False) -> None:
        self.description = description
        self._least = least
        self._is_whole = is_whole

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the number."""
        if isinstance(value, str) and len(value) <= _MOST_DIGITS:
            try:
                number = json.loads(value)
            except ValueError:
                return inspection.reject(value, self)
            if self._fits(number):
                inspection.report(
                    f"is the text {show_value(value)}; it is read as a number, so take the quotes away"
                )
                return number
        if not self._fits(value):
            return inspection.reject(value, self)
        return int(value) if self._is_whole else value

    def _fits(self, value: Any) -> bool:
        # In Python true is a number, too.
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            return False
        return value >= self._least and (not self._is_whole or value == int(value))


class TypeName:
    """The value of ``type``: the name of one, or a list of names."""

    description = f"one of {', '.join(_TYPES)}"

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the type."""
        if isinstance(value, str):
            return value if value in _TYPES else self._read_odd(inspection, value)
        if not isinstance(value, list):
            return inspection.reject(value, self)
        names = [name if name in _TYPES else self._read_odd(inspection, name) for name in value]
        known = list(dict.fromkeys(name for name in names if name is not ABSENT))
        if not known:
            return inspection.reject(value, self) if not names else ABSENT
        return value if known == value else known

    def _read_odd(self, inspection: Inspection, name: Any) -> Any:
        if name is None:
            inspection.report('is null and must be "null", in quotes; it is read so')
            return "null"
        lowered = name.lower() if isinstance(name, str) else None
        if lowered not in _TYPES:
            return inspection.reject(name, self)
        inspection.report(f"is {show_value(name)}; it is read as {lowered}, so write that")
        return lowered


class Names:
    """A list of names, each once."""

    description = "a list of names"

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the names; none of an empty list, which JSON Schema's first drafts do not have."""
        if isinstance(value, bool):
            inspection.report(
                f"is {show_value(value)} and must be a list of names; it is left out, "
                "since what is required is named in the object around it"
            )
            return ABSENT
        if not isinstance(value, list):
            return inspection.reject(value, self)
        for index, name in enumerate(value):
            if not isinstance(name, str):
                inspection.report(f"is {show_value(name)} and must be a text; it is left out", index)
        names = list(dict.fromkeys(name for name in value if isinstance(name, str)))
        return names or ABSENT


class Values:
    """The value of ``enum``."""

    description = "a list of values"

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the values, each once."""
        if not isinstance(value, list):
            return inspection.reject(value, self)
        if not value:
            inspection.report(
                "is empty, which allows no value at all; it is left out, so name the values or remove it"
            )
            return ABSENT
        return list({_write_key(one): one for one in value}.values())


def _write_key(value: Any) -> str:
    """Write *value* so that equal values are written alike; to JSON Schema 1 and 1.0 are equal."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)


class Pattern(Text):
    """A regular expression."""

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the pattern if it can be read."""
        if not isinstance(value, str):
            return inspection.reject(value, self)
        known = inspection.known_patterns
        if value not in known:
            known[value] = find_readable_pattern(value) is not None
        if known[value]:
            return value
        inspection.report(
            f"{show_value(value)} is no regular expression, or too large a one; nothing is compared with it"
        )
        return ABSENT


def find_readable_pattern(pattern: str) -> str | None:
    """Find what says to the validators what *pattern* says to a browser; None for nothing, or for too large a one."""
    # Here, since it takes a while to import, and most who read a contract have no use for it.
    from jsonschema_rs import Draft4Validator, FancyRegexOptions, RegexOptions, ValidationError

    for one in (pattern, _escape_literals(pattern)):
        for options in (RegexOptions(), FancyRegexOptions()):
            try:
                Draft4Validator({"pattern": one}, pattern_options=options)
            except ValidationError:
                continue
            return one
    return None


def _escape_literals(pattern: str) -> str:
    in_brackets = _BRACKETS.sub(lambda found: _HYPHEN_AT_CLASS.sub(r"\1\\-", found[0]), pattern)
    braces = _BRACES.sub(lambda found: f"\\{found[0]}" if found[0] in "{}" else found[0], in_brackets)
    return braces.replace("[^]", r"[\s\S]").replace(r"\Z", "$")


# In brackets a hyphen beside a class such as \w stands for itself.
_HYPHEN_AT_CLASS = re.compile(r"(?<!\\)((?:\\\\)*\\[wWdDsS])-(?!\])")
_BRACKETS = re.compile(r"\[(?:\\.|[^\]\\])*\]", re.DOTALL)
# A brace that is no part of a repetition, or of an escape, stands for itself.
_BRACES = re.compile(r"\\[pPuxk]\{[^}]*\}|\\.|\{\d+(?:,\d*)?\}|[{}]", re.DOTALL)


class Schema:
    """A schema, in the dialect of the contract."""

    description = "a schema"
    name = "a schema"

    def __init__(self) -> None:
        self.stub: Mapping[str, Any] = {}
        self.is_vital = True
        self.fields: dict[str, Kind] = {}
        self.older_fields: dict[str, Kind] = {}

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the schema, without the keywords that cannot be used."""
        if not isinstance(value, dict):
            return self._check_odd(inspection, value)
        if "$ref" in value:
            if not isinstance(value["$ref"], str):
                inspection.report(
                    f"is {show_value(value['$ref'])} and must be a text; it is left out", "$ref"
                )
                del value["$ref"]
            else:
                inspection.add_reference(value, self)
                # Beside it nothing counted before JSON Schema 2019-09.
                if not inspection.is_modern:
                    return value
        mend_schema(inspection, value)
        if inspection.is_modern and not _NAMES.isdisjoint(value):
            self._remember_names(inspection, value)
        inspection.has_dynamic_references |= "$dynamicRef" in value
        self._check_keywords(inspection, value)
        if inspection.note is not None:
            inspection.note(self, value)
        return value

    def _check_keywords(self, inspection: Inspection, schema: dict[str, Any]) -> None:
        fields = self.fields if inspection.is_modern else self.older_fields
        steps = inspection.steps
        for keyword in list(schema):
            kind = fields.get(keyword)
            if kind is ANYTHING:
                continue
            if kind is not None:
                steps.append(keyword)
                value = kind.check(inspection, schema[keyword])
                steps.pop()
                if value is ABSENT:
                    del schema[keyword]
                elif value is not schema[keyword]:
                    schema[keyword] = value
            # JSON Schema has been open to any other keyword since OpenAPI 3.1 took it over.
            elif not inspection.is_modern and not keyword.startswith("x-"):
                inspection.report(describe_unknown(keyword, fields, "a schema of OpenAPI 3.0"), keyword)
                del schema[keyword]

    @staticmethod
    def _remember_names(inspection: Inspection, schema: dict[str, Any]) -> None:
        place = tuple(inspection.steps)
        for keyword in ("$anchor", "$dynamicAnchor"):
            if isinstance(schema.get(keyword), str):
                inspection.anchors.setdefault(schema[keyword], []).append(place)
        if isinstance(schema.get("$id"), str):
            inspection.named_schemas.setdefault(schema["$id"].removesuffix("#"), place)
            inspection.identified_schemas.append(schema)

    def _check_odd(self, inspection: Inspection, value: Any) -> Any:
        if not isinstance(value, bool):
            inspection.reject(value, self, "any value is allowed there")
            return {}
        if inspection.is_modern:
            return value
        meaning: dict[str, Any] = {} if value else {"not": {}}
        inspection.report(
            f"is {show_value(value)}, which OpenAPI 3.0 does not have; it is read as {json.dumps(meaning)}"
        )
        return meaning


class AdditionalProperties:
    """A schema, or whether there may be more members at all."""

    description = "a schema, or true or false"

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return what it is."""
        if isinstance(value, bool):
            return value
        return SCHEMA.check(inspection, value) if isinstance(value, dict) else inspection.reject(value, self)


class SchemaList(ListOf):
    """The branches of ``allOf``, ``anyOf`` and ``oneOf``."""

    description = "a list of schemas"

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return the list; an empty one allows nothing, and is left out."""
        checked = super().check(inspection, value)
        if checked == []:
            inspection.report("is an empty list; it is left out, so add a schema or remove it")
            return ABSENT
        return checked


class Items:
    """The schema of all items of an array; a list of schemas, which is one for each, in JSON Schema's older drafts."""

    description = "a schema"

    def check(self, inspection: Inspection, value: Any) -> Any:
        """Return what it is."""
        if isinstance(value, list):
            return ListOf(SCHEMA).check(inspection, value)
        return SCHEMA.check(inspection, value)


ANYTHING = Anything()
SCHEMA = Schema()
TEXT, FLAG = Text(), Flag()
COUNT = Number("a whole number from 0 on", least=0, is_whole=True)
_LIMIT = Number("a number")
_SCHEMAS, _SCHEMA_LIST = MapOf(SCHEMA, is_vital=True), SchemaList(SCHEMA)

DISCRIMINATOR = Object("a discriminator", "propertyName", is_referable=False)
DISCRIMINATOR.fields = {"propertyName": TEXT, "mapping": MapOf(TEXT), "defaultMapping": TEXT}
XML = Object("hints for XML", is_referable=False)
XML.fields = {
    "name": TEXT,
    "namespace": TEXT,
    "prefix": TEXT,
    "attribute": FLAG,
    "wrapped": FLAG,
    "nodeType": TEXT,
}
_SHARED: dict[str, Kind] = {
    **dict.fromkeys(("title", "description", "format"), TEXT),
    **dict.fromkeys(("nullable", "readOnly", "writeOnly", "deprecated", "uniqueItems"), FLAG),
    **dict.fromkeys(
        ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), COUNT
    ),
    **dict.fromkeys(("minimum", "maximum"), _LIMIT),
    **dict.fromkeys(("allOf", "anyOf", "oneOf"), _SCHEMA_LIST),
    **dict.fromkeys(("example", "default", "externalDocs"), ANYTHING),
    "multipleOf": Number("a number above 0", least=math.ulp(0.0)),
    "type": TypeName(),
    "enum": Values(),
    "required": Names(),
    "pattern": Pattern(),
    "properties": _SCHEMAS,
    "additionalProperties": AdditionalProperties(),
    "items": Items(),
    "not": SCHEMA,
    "discriminator": DISCRIMINATOR,
    "xml": XML,
    # Where people put what they refer to, whatever the version has.
    "definitions": _SCHEMAS,
    "$defs": _SCHEMAS,
}
SCHEMA.older_fields = {**_SHARED, "exclusiveMinimum": FLAG, "exclusiveMaximum": FLAG}
SCHEMA.fields = {
    **_SHARED,
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _LIMIT),
    **dict.fromkeys(("minContains", "maxContains"), COUNT),
    **dict.fromkeys(("patternProperties", "dependentSchemas"), _SCHEMAS),
    **dict.fromkeys(
        (
            "contains",
            "propertyNames",
            "if",
            "then",
            "else",
            "contentSchema",
            "unevaluatedItems",
            "unevaluatedProperties",
        ),
        SCHEMA,
    ),
    **dict.fromkeys(
        (
            "$id",
            "$schema",
            "$anchor",
            "$dynamicRef",
            "$dynamicAnchor",
            "$recursiveRef",
            "$comment",
            "contentMediaType",
            "contentEncoding",
        ),
        TEXT,
    ),
    "prefixItems": _SCHEMA_LIST,
    "dependentRequired": MapOf(Names()),
    "examples": ListOf(ANYTHING),
    "const": ANYTHING,
}

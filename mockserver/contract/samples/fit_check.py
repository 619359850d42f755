"""Whether a value fits a merged schema, as far as a sample has to know it before it is complete."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from jsonschema_rs import Draft202012Validator, FancyRegexOptions, RegexOptions, ValidationError

from mockserver.contract.samples.budget import Budget
from mockserver.contract.samples.json_equality import is_same
from mockserver.contract.samples.merged_schema import Choice, Condition, Node, SchemaMerger

_BITS = {"int32": 31, "int64": 63}


class FitCheck:
    """Checks values against the schemas of one contract.

    It compiles no schema, and so costs little for a small value of a large contract; the last word on a sample has the
    schema compiled.
    hidden: names of members that need not be there. budget: what one check may cost.
    """

    def __init__(self, merger: SchemaMerger, hidden: set[str], budget: Budget) -> None:
        self._merger = merger
        self._hidden = hidden
        self.budget = budget

    def allows(self, schema: Any, value: Any) -> bool:
        """Tell whether *schema*, as the contract has it, allows *value*."""
        return self.fits(self._merger.merge(schema), value)

    def fits(self, node: Node, value: Any) -> bool:
        """Tell whether *value* fits the merged schema *node*."""
        self.budget.spend()
        if not _has_type(node, value) or not _is_in_enum(node, value):
            return False
        if isinstance(value, str) and not _fits_text(node, value):
            return False
        if _is_number(value) and not _fits_number(node, value):
            return False
        if isinstance(value, list) and not self._fits_array(node, value):
            return False
        if isinstance(value, dict) and not self._fits_object(node, value):
            return False
        return (
            all(self.keeps_choice(choice, value) for choice in node.get("choices", ()))
            and all(self.keeps_condition(one, value) for one in node.get("conditions", ()))
            and not any(self.allows(one, value) for one in node.get("nots", ()))
        )

    def keeps_choice(self, choice: Choice, value: Any) -> bool:
        """Tell whether *value* fits one branch, or exactly one where it has to be."""
        found = 0
        for branch in choice.branches:
            found += self.allows(branch, value)
            if found > choice.is_one_of:
                break
        return found == 1

    def keeps_condition(self, condition: Condition, value: Any) -> bool:
        """Tell whether *value* fits what follows from an ``if``."""
        follows = condition.then if self.allows(condition.test, value) else condition.otherwise
        return self.allows(follows, value)

    def _fits_array(self, node: Node, value: list[Any]) -> bool:
        if not node.get("minItems", 0) <= len(value) <= node.get("maxItems", len(value)):
            return False
        if node.get("uniqueItems") is True and has_doubles(value):
            return False
        first = node.get("prefixItems", [])
        for index, item in enumerate(value):
            if not self.allows(first[index] if index < len(first) else node.get("items", True), item):
                return False
        for schema, least, most in node.get("contained", ()):
            count = sum(self.allows(schema, item) for item in value)
            if count < least or (most is not None and count > most):
                return False
        return True

    def _fits_object(self, node: Node, value: Node) -> bool:
        if not node.get("minProperties", 0) <= len(value) <= node.get("maxProperties", len(value)):
            return False
        if any(name not in value and name not in self._hidden for name in node.get("required", ())):
            return False
        for name, needed in node.get("dependentRequired", {}).items():
            if name in value and any(one not in value for one in needed):
                return False
        if any(
            name in value and not self.allows(schema, value)
            for name, schema in node.get("dependentSchemas", {}).items()
        ):
            return False
        names = node.get("propertyNames", True)
        return all(
            self.allows(names, name)
            and all(self.allows(schema, one) for schema in member_schemas(node, name))
            for name, one in value.items()
        )


def member_schemas(node: Node, name: str) -> list[Any]:
    """List the schemas of the member *name*."""
    named = node.get("properties", {})
    found = [named[name]] if name in named else []
    found += [
        schema for pattern, schema in node.get("patternProperties", {}).items() if is_match(pattern, name)
    ]
    return found or [node.get("additionalProperties", node.get("unevaluatedProperties") is not False)]


def has_doubles(value: list[Any]) -> bool:
    """Tell whether an item is there twice."""
    if not any(isinstance(item, list | dict) for item in value):
        return len({(isinstance(item, bool), item) for item in value}) < len(value)
    return any(is_same(item, other) for index, item in enumerate(value) for other in value[:index])


def _has_type(node: Node, value: Any) -> bool:
    kinds = node.get("type")
    return kinds is None or any(_IS_OF_TYPE[kind](value) for kind in kinds)


def _is_in_enum(node: Node, value: Any) -> bool:
    return "enum" not in node or any(is_same(value, one) for one in node["enum"])


def _fits_text(node: Node, value: str) -> bool:
    if not node.get("minLength", 0) <= len(value) <= node.get("maxLength", len(value)):
        return False
    if not all(is_match(pattern, value) for pattern in node.get("patterns", ())):
        return False
    return "format" not in node or _compile_format(node["format"])(value)


def _fits_number(node: Node, value: float) -> bool:
    bits = _BITS.get(node.get("format", ""))
    if bits is not None and not -(2**bits) <= value < 2**bits:
        return False
    if not node.get("minimum", value) <= value <= node.get("maximum", value):
        return False
    if "exclusiveMinimum" in node and value <= node["exclusiveMinimum"]:
        return False
    if "exclusiveMaximum" in node and value >= node["exclusiveMaximum"]:
        return False
    return "multipleOf" not in node or Fraction(str(value)) % node["multipleOf"] == 0


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


_IS_OF_TYPE: dict[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: _is_number(value) and value == int(value),
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}


_LARGEST_PATTERN_BYTES = 1 << 20
_MOST_STEPS_BACK = 10_000


# By the engines that have the last word: their time does not run away.
@lru_cache(maxsize=1024)
def _compile_pattern(pattern: str) -> Callable[[Any], bool] | None:
    for options in (
        RegexOptions(size_limit=_LARGEST_PATTERN_BYTES),
        FancyRegexOptions(backtrack_limit=_MOST_STEPS_BACK, size_limit=_LARGEST_PATTERN_BYTES),
    ):
        try:
            return Draft202012Validator({"pattern": pattern}, pattern_options=options).is_valid
        except ValidationError:
            continue
    return None


def is_match(pattern: str, text: str) -> bool:
    """Tell whether *text* has what *pattern* looks for; true where that cannot be told."""
    check = _compile_pattern(pattern)
    return check is None or check(text)


def is_known_pattern(pattern: str) -> bool:
    """Tell whether there is an engine that knows *pattern*."""
    return _compile_pattern(pattern) is not None


@lru_cache(maxsize=256)
def _compile_format(name: str) -> Callable[[Any], bool]:
    return Draft202012Validator({"format": name}, validate_formats=True).is_valid

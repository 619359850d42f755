"""One schema of a contract, compiled; every violation of it is named in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Literal

from jsonschema_rs import ValidationError

from mockserver.contract.schema.compilation import Validator, find_contract_schemas
from mockserver.contract.schema.dialect import find_dialect
from mockserver.contract.schema.recursion import RecursiveChoice
from mockserver.contract.schema.violations import (
    cut_arrays,
    describe_error,
    expand_error,
    find_steps,
    is_flat,
)
from mockserver.http.problems import Violation
from openapi import Spec

_TOO_DEEP = "fits none of its schemas, and is nested too deep to find out why"
FindChoice = Callable[[Any, Sequence[str | int], str | None], str | None]


class Schema:
    """One schema of an OpenAPI file, compiled with the first value unless compile() was called before.

    source: the schema object; its references are resolved in the contract *spec*, which says its dialect.
    needless: readOnly in a request, writeOnly in an answer; members marked so are not required.
    find_choice: finds the choice of the contract that a violation belongs to, from the value, the steps to what is
    wrong in it, and the member that is missing there.
    """

    def __init__(
        self,
        source: Any,
        spec: Spec,
        needless: Literal["readOnly", "writeOnly"] = "readOnly",
        find_choice: FindChoice | None = None,
    ) -> None:
        self.source = source
        self._find_choice = find_choice
        self._recursion = RecursiveChoice(spec, source)
        self._schemas = find_contract_schemas(spec, find_dialect(spec, source), needless)
        # Stands in the place of the validator, so that no value asks whether there is one.
        self._validator: Validator = _NotCompiled(self.compile)
        self._document: Mapping[str, Any] = {}

    def compile(self) -> Validator:
        """Compile the schema, unless it is compiled.

        Raises InvalidContract for a schema that cannot be compiled.
        """
        if isinstance(self._validator, _NotCompiled):
            self._validator, self._document = self._schemas.compile(self)
        return self._validator

    def forget(self) -> None:
        """Give up what was compiled, until the next value."""
        self._validator = _NotCompiled(self.compile)

    def find_violations(self, value: Any, where: str = "") -> list[Violation]:
        """List everything wrong with *value*, one thing a place below *where*; empty if it is valid.

        Raises InvalidContract for a schema that cannot be compiled.
        Of a long array only the beginning is searched, so that no request can ask for a megabyte of complaints.
        """
        # Much faster than to look for errors, and most values are valid.
        if self._validator.is_valid(value):
            return []
        searched = value
        # Most bodies that are refused are objects of texts and numbers, in which nothing is deep or long.
        if not is_flat(value):
            if self._recursion.takes_too_long(value):
                return [Violation(where, _TOO_DEEP if where else f"the body {_TOO_DEEP}")]
            searched = cut_arrays(value)
        validator = self.compile()
        found: dict[str, Violation] = {}
        errors = list(validator.iter_errors(searched)) or _find_first_error(validator, value)
        for error in chain.from_iterable(expand_error(one, self._document) for one in errors):
            steps = find_steps(error, value)
            choice = None
            if self._find_choice is not None:
                choice = self._find_choice(value, steps, getattr(error.kind, "property", None))
            violation = describe_error(error, steps, where, self._document, choice)
            # Of several errors at one place the wrong type explains the others.
            if error.kind.name == "type" or violation.where not in found:
                found[violation.where] = violation
        return list(found.values())


class _NotCompiled:
    """Stands for the validator of a schema until the first value is validated, which compiles it."""

    def __init__(self, compile_schema: Callable[[], Validator]) -> None:
        self._compile = compile_schema

    def is_valid(self, instance: Any) -> bool:
        return self._compile().is_valid(instance)

    def validate(self, instance: Any) -> None:
        self._compile().validate(instance)

    def iter_errors(self, instance: Any) -> Iterator[ValidationError]:
        return self._compile().iter_errors(instance)


def _find_first_error(validator: Validator, value: Any) -> list[ValidationError]:
    try:
        validator.validate(value)
    except ValidationError as error:
        return [error]
    return []

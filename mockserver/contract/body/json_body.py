"""A body in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.contract.body.content import Reader
from mockserver.contract.choices_in_force import ChoicePlaces, ChoicesInForce
from mockserver.contract.input_conversion import LEFT_OUT
from mockserver.contract.media_type import MediaType
from mockserver.contract.schema import Schema
from mockserver.http import exact_json
from mockserver.http.json_by_choice import make_json_reader
from mockserver.http.problems import Invalid, Violation
from openapi.choices import ABSENT, MALFORMED

_EMPTY = "the request body must not be empty"


class JsonBody:
    """Reads a JSON body and checks it by the schema of its media type.

    media: the media type object. definition: the request body object that it belongs to.
    """

    def __init__(
        self, media: Mapping[str, Any], definition: Mapping[str, Any], choices: ChoicesInForce
    ) -> None:
        schema = media.get("schema", {})
        self._choices = choices
        self._is_required = definition.get("required") is True
        self._places = ChoicePlaces(choices, [definition, schema])
        self._schema = Schema(schema, choices.spec, find_choice=self._places.find_choice)
        self._read_json = make_json_reader(choices.names) or exact_json.loads

    def compile(self) -> None:
        """Compile the schema."""
        self._schema.compile()

    def is_absent(self, raw: bytes) -> bool:
        """Tell whether *raw* is white space."""
        return not raw.strip()

    def make_reader(self, _: MediaType) -> Reader:
        """Give what reads JSON, which is the same whatever it is called."""
        return self.read

    def read(self, raw: bytes, violations: list[Violation]) -> Any:
        """Read a body, also an empty one; raises Invalid for one that is no JSON."""
        if not raw.strip():
            return self._stand_in(ABSENT, _EMPTY, violations)
        try:
            body = self._read_json(raw)
        except exact_json.NotExact as error:
            if error.choice in self._choices.choices:
                raise Invalid([Violation("", str(error), error.choice)]) from None
            return self._stand_in(MALFORMED, str(error), violations)
        return self._check(body, violations)

    def _check(self, body: Any, violations: list[Violation]) -> Any:
        if self._places.converts:
            body = self._places.convert(body)
            if body is LEFT_OUT:
                return None
        violations.extend(self._schema.find_violations(body))
        return body

    def _stand_in(self, word: str, problem: str, violations: list[Violation]) -> Any:
        """Give what a body counts as that is absent or malformed; raise Invalid if it is refused."""
        choice = self._places.find_absent(word)
        convert = None if choice is None else self._choices.find_conversion(choice)
        if convert is not None:
            return self._check(convert(None, {}), violations)
        if word == MALFORMED or self._is_required:
            raise Invalid([Violation("", problem, choice)])
        return None


def stand_in_for_absent(definition: Mapping[str, Any]) -> None:
    """Give what an absent body counts as where no choice says more; raise Invalid if it is refused."""
    if definition.get("required") is True:
        raise Invalid([Violation("", _EMPTY)])

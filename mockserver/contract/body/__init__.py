"""The body of a request: which media types an operation takes, and how a body of each is read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.contract.choices_in_force import ChoicePlaces, ChoicesInForce
from mockserver.contract.input_conversion import LEFT_OUT, READ_AS_JSON
from mockserver.contract.media_type import is_accepted, json_content
from mockserver.contract.schema import Schema
from mockserver.http import exact_json
from mockserver.http.json_by_choice import make_json_reader
from mockserver.http.problems import Invalid, UnsupportedMediaType, Violation
from openapi.choices import ABSENT, MALFORMED
from openapi.media_type import JSON, bare_media_type, is_json

# The choices that the stub knows in every contract.
_CHARSET, _NO_MEDIA_TYPE = "charset-parameter", "missing-media-type"


class RequestBody:
    """The body of an operation, compiled from its contract.

    definition: the request body object. choices: the contract with the alternatives in force.
    """

    def __init__(self, definition: Mapping[str, Any], choices: ChoicesInForce) -> None:
        self._choices = choices
        self._is_required: bool = definition.get("required", False)
        self._media_types = frozenset(map(bare_media_type, definition["content"]))
        content = json_content(definition)
        self._places = ChoicePlaces(choices, [definition, content.get("schema", {})])
        self._schema = (
            Schema(content.get("schema", {}), choices.spec, find_choice=self._places.find_choice)
            if content
            else None
        )
        self._read_json = make_json_reader(choices.names)
        self._takes_parameters = choices.names.get(_CHARSET, "accepted") == "accepted"
        self._reads_as_json = choices.inputs.get(UnsupportedMediaType.general_choice or "") == READ_AS_JSON
        # A contract may tell a body with another label from one without any.
        unlabelled = (
            _NO_MEDIA_TYPE if _NO_MEDIA_TYPE in choices.choices else UnsupportedMediaType.general_choice
        )
        self._reads_unlabelled = choices.inputs.get(unlabelled or "") == READ_AS_JSON

    def compile(self) -> None:
        """Compile the schema now, instead of with the first body; raises InvalidContract if that cannot be."""
        if self._schema is not None:
            self._schema.compile()

    def choose_media_type(self, media_type: str | None) -> str | None:
        """Give the media type as which a body is read, from its Content-Type; None where it has none.

        Raises UnsupportedMediaType for one that the operation does not take.
        """
        if media_type is None:
            return None
        if not is_accepted(media_type[:200], self._media_types):
            if not self._reads_as_json:
                raise self._refuse_media_type(media_type)
            return JSON
        if not self._takes_parameters and ";" in media_type:
            raise self._refuse_media_type(media_type, _CHARSET)
        return media_type

    def parse(self, raw: bytes, media_type: str | None, violations: list[Violation]) -> Any:
        """Parse a body of *media_type*; what is wrong with it is added to *violations*.

        Raises Invalid for one that cannot be parsed, UnsupportedMediaType for one without a media type.
        """
        if not raw.strip():
            return self._stand_in(ABSENT, "the request body must not be empty", violations)
        if media_type is None and not self._reads_unlabelled:
            raise UnsupportedMediaType(
                f"Content-Type is missing; send {self._describe_media_types()}", choice=_NO_MEDIA_TYPE
            )
        if self._schema is None or not is_json(media_type or JSON):
            return raw
        try:
            body = exact_json.loads(raw) if self._read_json is None else self._read_json(raw)
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
        if self._schema is not None:
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

    def _refuse_media_type(self, media_type: str, choice: str | None = None) -> UnsupportedMediaType:
        return UnsupportedMediaType(
            f"Content-Type is {media_type[:200]!r}; send {self._describe_media_types()}", choice=choice
        )

    def _describe_media_types(self) -> str:
        return " or ".join(sorted(self._media_types))

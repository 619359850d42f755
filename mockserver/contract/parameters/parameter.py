"""One parameter of an operation, read from a request as its schema says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from mockserver.contract.choices_in_force import ChoicePlaces, ChoicesInForce
from mockserver.contract.input_conversion import LEFT_OUT
from mockserver.contract.parameters.reading import Sent, Steps, read_value
from mockserver.contract.parameters.shape import Shape
from mockserver.contract.parameters.style import Misspelt
from mockserver.contract.parameters.text import READERS, UNREADABLE, describe_unreadable
from mockserver.contract.schema import Schema
from mockserver.http import exact_json
from mockserver.http.problems import Violation
from mockserver.http.redaction import is_secret_member
from mockserver.http.request import Request

# Of texts that are kept with their values; whoever sends ever other ones does not fill the memory.
_MOST_KEPT, _LONGEST_KEPT = 256, 256

ReadText = Callable[[Request, tuple[str, ...]], "str | None"]
ListSent = Callable[[Request, tuple[str, ...]], "list[Sent] | None"]


class Parameter(ABC):
    """One path, query, header or cookie parameter of an operation.

    shape: that of its value. choices: the alternatives in force in the contract, whose spec this is.
    default: its value where it is left out. is_needless: whether it is left out where a request has no query.
    """

    def __init__(self, definition: Mapping[str, Any], shape: Shape, choices: ChoicesInForce) -> None:
        self.name: str = definition["name"]
        self._required: bool = definition.get("required", False) is True
        self._places = ChoicePlaces(choices, [definition, shape.schema])
        self._schema = Schema(shape.schema, choices.spec, find_choice=self._places.find_choice)
        self._shape = shape
        shape.compiled = self._schema
        self.default = shape.find_default()
        self.is_needless = definition["in"] in ("query", "querystring") and not self._required

    def compile(self) -> None:
        """Compile the schema now, instead of with the first value; raises InvalidContract if that cannot be."""
        self._schema.compile()

    @abstractmethod
    def read(self, request: Request, path_values: tuple[str, ...], violations: list[Violation]) -> Any:
        """Read the value, or the schema's default; what is wrong with it is added to *violations*.

        path_values: the values of the variables in the path.
        """

    def _use_default(self, violations: list[Violation], advice: str = "") -> Any:
        if self._required:
            violations.append(Violation(self.name, f"is required{advice}", self._places.find_absent()))
        return self.default


class PlainParameter(Parameter):
    """A parameter of one text and one type, as most are."""

    def __init__(
        self, definition: Mapping[str, Any], shape: Shape, choices: ChoicesInForce, read_text: ReadText
    ) -> None:
        super().__init__(definition, shape, choices)
        self._read_text = read_text
        self._types = self._shape.scalars
        # Which whole numbers there are depends on the dialect.
        self._parse = shape.read_text if self._types[0] == "integer" else READERS[self._types[0]]
        self._is_text = self._types == ["string"]
        # Of the texts in which nothing was wrong; the same few come with most calls.
        self._known_values: dict[str | None, Any] = {}

    def read(self, request: Request, path_values: tuple[str, ...], violations: list[Violation]) -> Any:
        """Read the text as the type."""
        text = self._read_text(request, path_values)
        known = self._known_values.get(text)
        if known is not None:
            return known
        if text is None:
            return self._use_default(violations)
        found: list[Violation] = []
        value = self._read_value(text, found)
        if found:
            violations.extend(found)
        elif len(text) <= _LONGEST_KEPT:
            if len(self._known_values) >= _MOST_KEPT:
                self._known_values.clear()
            self._known_values[text] = value
        return value

    def _read_value(self, text: str, violations: list[Violation]) -> Any:
        value = self._parse(text)
        if value is UNREADABLE:
            value = text
        if self._places.converts:
            value = self._places.convert(value)
            if value is LEFT_OUT:
                return self.default
        if not self._is_text and isinstance(value, str):
            message = describe_unreadable(value, self._types, is_secret=is_secret_member(self.name))
            violations.append(Violation(self.name, message, self._places.find_choice(value, ())))
            return value
        violations.extend(self._schema.find_violations(value, self.name))
        return value


class StyledParameter(Parameter):
    """A parameter of several texts, or of one that may be of several types.

    list_sent: lists what the request has for it, the likeliest reading first; None if it has nothing.
    """

    def __init__(
        self, definition: Mapping[str, Any], shape: Shape, choices: ChoicesInForce, list_sent: ListSent
    ) -> None:
        super().__init__(definition, shape, choices)
        self._list_sent = list_sent
        self._may_be_empty = definition["in"] == "query" and definition.get("allowEmptyValue") is True
        is_spread = self._shape.takes_object and definition["in"] in ("query", "cookie", "querystring")
        self._is_deep = is_spread and definition.get("style") == "deepObject"
        has_own_names = definition.get("explode", True) is True and definition.get("style", "form") == "form"
        self._has_bare_members = is_spread and has_own_names and not self._is_deep

    def read(self, request: Request, path_values: tuple[str, ...], violations: list[Violation]) -> Any:
        """Take the first of the readings that the schema allows."""
        try:
            readings = self._list_sent(request, path_values)
        except Misspelt as error:
            violations.append(Violation(self.name, str(error), self._places.find_choice(None, ())))
            return None
        if readings is None:
            return self._use_default(violations, self._describe_spelling())
        refused: tuple[Any, list[Violation]] | None = None
        for sent in readings:
            value, problems = read_value(sent, self._shape, self.name)
            if self._places.converts:
                value = self._places.convert(value)
                if value is LEFT_OUT:
                    return self.default
            found = self._find_violations(value, problems)
            if not found:
                return value
            refused = refused or (value, found)
        if self._may_be_empty and readings[-1] == [""]:
            return [] if self._shape.takes_list else {} if self._shape.takes_object else ""
        if refused is None:
            return None
        violations.extend(refused[1])
        return refused[0]

    def _find_violations(self, value: Any, problems: Mapping[Steps, str]) -> list[Violation]:
        unreadable = {self._write_place(steps): (steps, message) for steps, message in problems.items()}
        found = [
            Violation(where, message, self._places.find_choice(value, steps))
            for where, (steps, message) in unreadable.items()
        ]
        for violation in self._schema.find_violations(value, self.name):
            where = violation.where
            if self._has_bare_members:
                where = where.removeprefix(f"{self.name}.")
            # Of what lies around a text that cannot be read the schema has nothing to say but that.
            if not any(place.startswith(where) for place in unreadable):
                found.append(violation._replace(where=where))
        return found

    def _write_place(self, steps: Steps) -> str:
        where = "" if self._has_bare_members and steps else self.name
        for step in steps:
            where += f"[{step}]" if isinstance(step, int) else f".{step}" if where else step
        return where

    def _describe_spelling(self) -> str:
        if self._is_deep:
            return f", as {self.name}[NAME]=VALUE"
        if self._has_bare_members:
            example = next(iter(self._shape.properties), "NAME")
            return f"; each of its members is a parameter of its own, such as {example}=VALUE"
        return ""


class ContentParameter(Parameter):
    """A parameter that is written in a media type; is_json: whether that is JSON, and not a text as it is."""

    def __init__(
        self,
        definition: Mapping[str, Any],
        shape: Shape,
        choices: ChoicesInForce,
        read_text: ReadText,
        *,
        is_json: bool,
    ) -> None:
        super().__init__(definition, shape, choices)
        self._read_text = read_text
        self._is_json = is_json

    def read(self, request: Request, path_values: tuple[str, ...], violations: list[Violation]) -> Any:
        """Parse the text."""
        text = self._read_text(request, path_values)
        if text is None:
            return self._use_default(violations)
        value: Any = text
        if self._is_json:
            try:
                value = exact_json.loads(text.encode())
            except exact_json.NotExact as error:
                message = str(error).replace("the body ", "", 1)
                choice = self._places.find_choice(text, ())
                violations.append(Violation(self.name, f"must be JSON, but {message}", choice))
                return text
        violations.extend(self._schema.find_violations(value, self.name))
        return value

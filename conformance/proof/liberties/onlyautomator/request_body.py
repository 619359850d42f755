"""OnlyAutomator servers that take a liberty with what stands under "Request Body"."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from conformance.proof.messages import Request
from conformance.proof.reference.onlyautomator import (
    Caller,
    Record,
    Reference,
)


class NamesAreTrimmed(Reference):
    """Whitespace around names is trimmed, and control characters in them are dropped."""

    def copy_names(self, body: Record) -> Record:
        return {
            name: _drop_control_characters(text).strip() for name, text in super().copy_names(body).items()
        }


class LettersAreComposed(Reference):
    """Decomposed letters are stored composed, in names and values."""

    def copy_names(self, body: Record) -> Record:
        return {name: unicodedata.normalize("NFC", text) for name, text in super().copy_names(body).items()}

    def convert_value(self, value: Any) -> Any:
        return json.loads(unicodedata.normalize("NFC", json.dumps(value, ensure_ascii=False)))


class LettersAreDecomposed(Reference):
    """Composed letters are stored decomposed, in values."""

    def convert_value(self, value: Any) -> Any:
        return json.loads(unicodedata.normalize("NFD", json.dumps(value, ensure_ascii=False)))


class NumbersAreDoubles(Reference):
    """Every number is a double: 1 comes back as 1.0."""

    def convert_value(self, value: Any) -> Any:
        return json.loads(json.dumps(value), parse_int=float)


class WholeDoublesAreIntegers(Reference):
    """A double without a fraction comes back as an integer."""

    def convert_value(self, value: Any) -> Any:
        return json.loads(json.dumps(value), parse_float=lambda text: _drop_zero_fraction(float(text)))


class IntegersBeyond64BitsRefused(Reference):
    """An integer that 64 bits do not hold is refused, wherever it stands."""

    def validate_body(self, body: Any) -> None:
        super().validate_body(body)
        if re.search(r"(?<![\w.])\d{20}(?![\w.])", json.dumps(body["value"])):
            raise self.validation_refusal("The 'value' is out of range")


class MembersAreSorted(Reference):
    """The members of an object come back sorted, as from a binary column."""

    def convert_value(self, value: Any) -> Any:
        return json.loads(json.dumps(value, sort_keys=True))


class NamesAreLowered(Reference):
    """Categories and preferences are kept in lower case."""

    def copy_names(self, body: Record) -> Record:
        return {
            name: text.lower() if name != "fanId" else text for name, text in super().copy_names(body).items()
        }

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return super().record_key(self.copy_names(dict(body)), caller)


class ScalarsAreText(Reference):
    """A number or a boolean in the place of a name is taken for its text."""

    def validate_name(self, name: str, body: Any) -> None:
        if isinstance(body.get(name), int | float):
            body[name] = json.dumps(body[name])
        super().validate_name(name, body)


class EmptyNamesAreAccepted(Reference):
    """A category and a preference may be empty."""

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        if name == "fanId" or body.get(name) != "":
            super().validate_name(name, body)


class EachNameHasItsLongest(Reference):
    """A category has at most 60 characters, a preference 191, and a list is asked for by no more either."""

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        super().validate_name(name, body)
        if len(body[name]) > {"fanId": 36, "category": 60, "preference": 191}[name]:
            raise self.validation_refusal(f"The '{name}' field is too long")

    def read_query(self, request: Request) -> Mapping[str, str]:
        asked = super().read_query(request)
        if len(asked.get("category", "")) > 30:
            raise self.validation_refusal("The category is too long")
        return asked


class MissingValueIsNull(Reference):
    """Without a value null is stored."""

    def validate_body(self, body: Any) -> None:
        if isinstance(body, dict):
            body.setdefault("value", None)
        super().validate_body(body)


class NotANumberIsAccepted(Reference):
    """NaN is read, and stored as null."""

    def read_body(self, request: Request) -> Any:
        text = request.body.replace(b": NaN", b": null")
        return super().read_body(Request(request.method, request.target, request.headers, text))


def _drop_control_characters(text: str) -> str:
    return "".join(one for one in text if unicodedata.category(one)[0] != "C" or ord(one) > 0xFFFF)


def _drop_zero_fraction(number: float) -> int | float:
    return int(number) if number.is_integer() else number

"""OnlyAutomator servers that take a liberty with what stands under "400 Bad Request"."""

from __future__ import annotations

import json
from typing import Any

from conformance.proof.messages import Request
from conformance.proof.reference.onlyautomator import (
    KEY,
    Caller,
    Record,
    Reference,
    Refusal,
)


class _Refuses(Reference):
    """Refuses what the document does not promise to accept."""

    def validate_body(self, body: Any) -> None:
        super().validate_body(body)
        if self.is_strange(body):
            raise self.validation_refusal("That will not do")

    def is_strange(self, body: Record) -> bool:
        return bool(body.keys() - {*KEY, "value"})


class UnknownMembersAreRefused(_Refuses):
    """A member that the document does not know is refused."""


class NullIsRefused(_Refuses):
    """A null is no value."""

    def is_strange(self, body: Record) -> bool:
        return body["value"] is None


class NulIsRefused(_Refuses):
    """U+0000 is refused, as no text column holds it."""

    def is_strange(self, body: Record) -> bool:
        return "\\u0000" in json.dumps(body)


class SurrogatesAreRefused(_Refuses):
    """Half a surrogate pair is refused."""

    def is_strange(self, body: Record) -> bool:
        return any("\ud800" <= one <= "\udfff" for one in json.dumps(body, ensure_ascii=False))


class BigIntegersAreRefused(_Refuses):
    """An integer that no double can hold is refused."""

    def is_strange(self, body: Record) -> bool:
        return isinstance(body["value"], int) and abs(body["value"]) > 2**53


class NamesInSnakeCaseOnly(_Refuses):
    """Names with anything but ASCII letters, digits and underscores are refused."""

    def is_strange(self, body: Record) -> bool:
        names = [body["category"], body["preference"]]
        return not all(name.replace("_", "a").isalnum() and name.isascii() for name in names)


class CapitalsAreRefused(_Refuses):
    """A category or a preference with a capital in it is refused."""

    def is_strange(self, body: Record) -> bool:
        return any(body[name] != body[name].lower() for name in ("category", "preference"))


class LongNamesAreRefused(_Refuses):
    """Names of more than 64 characters are refused."""

    def is_strange(self, body: Record) -> bool:
        return any(len(body[name]) > 64 for name in KEY)


class DeepIsRefused(_Refuses):
    """More than a hundred levels are refused."""

    def is_strange(self, body: Record) -> bool:
        return json.dumps(body).count("[") + json.dumps(body).count("{") > 100


class ErrorsInNames(_Refuses):
    """What is refused for its names is refused with 422 in the same envelope."""

    def validate_body(self, body: Any) -> None:
        super(_Refuses, self).validate_body(body)
        if " " in body["preference"]:
            raise Refusal(422, "validation_error", "Use no spaces")


class BodyBeforeToken(Reference):
    """A body that is no JSON is refused before the token is looked at."""

    def authenticate_caller(self, request: Request) -> Caller:
        if request.method == "POST":
            self.read_body(request)
        return super().authenticate_caller(request)

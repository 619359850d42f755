"""OnlyAutomator servers that take a liberty with what stands under "404 Not Found"."""

from __future__ import annotations

import uuid
from typing import Any

from conformance.proof.reference.onlyautomator import (
    Caller,
    Reference,
    Refusal,
)


class FanBeforeBody(Reference):
    """The fan is looked up before the rest of the body is read."""

    def validate_body(self, body: Any) -> None:
        if isinstance(body, dict) and isinstance(body.get("fanId"), str) and body["fanId"]:
            self.find_fan(body["fanId"])
        super().validate_body(body)


class FansOfTheUserOnly(Reference):
    """A fan of another user is not found."""

    def authorize_caller(self, caller: Caller) -> None:
        super().authorize_caller(caller)
        if caller.user_id == "user-bob":
            raise Refusal(404, "resource_not_found", "No fan of yours")


class NumbersForFans(Reference):
    """Fans have numbers, as in the document's request."""

    fans = frozenset({"12345", "67890"})

    def profile(self, base_url: str) -> dict[str, Any]:
        fixtures = {"fan_id": "12345", "other_fan_id": "67890"}
        return {**super().profile(base_url), "fixtures": fixtures}

    def find_fan(self, fan_id: str) -> None:
        if not fan_id.isdigit() or int(fan_id) >= 2**31:
            raise self.validation_refusal("fanId is a number")
        super().find_fan(fan_id)


class UuidsForFans(Reference):
    """Fans have UUIDs, and anything else is no fanId."""

    fans = frozenset({"0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"})

    def profile(self, base_url: str) -> dict[str, Any]:
        one, other = sorted(self.fans)
        fixtures = {"fan_id": one, "other_fan_id": other}
        return {**super().profile(base_url), "fixtures": fixtures}

    def find_fan(self, fan_id: str) -> None:
        try:
            uuid.UUID(fan_id)
        except ValueError:
            raise self.validation_refusal("fanId is a UUID") from None
        super().find_fan(fan_id)


class WordsForFans(Reference):
    """Fans have names."""

    fans = frozenset({"ada", "of_ben"})

    def profile(self, base_url: str) -> dict[str, Any]:
        fixtures = {"fan_id": "ada", "other_fan_id": "of_ben"}
        return {**super().profile(base_url), "fixtures": fixtures}

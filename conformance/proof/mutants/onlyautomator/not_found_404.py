"""OnlyAutomator servers that break a requirement of "404 Not Found"."""

from __future__ import annotations

from typing import Any

from conformance.proof.messages import Request
from conformance.proof.reference.onlyautomator import Reference, Refusal


class FanIsFoundByItsEnd(Reference):
    """A fan is found by the end of the id."""

    breaks = frozenset({"similar-fan"})

    def read_body(self, request: Request) -> Any:
        body = super().read_body(request)
        fan_id = body.get("fanId") if isinstance(body, dict) else None
        found = [fan for fan in self.fans if isinstance(fan_id, str) and fan_id.endswith(fan)]
        return {**body, "fanId": found[0]} if found else body


class FansAreMade(Reference):
    """A fan that is not known is made."""

    breaks = frozenset({"unknown-fan"})

    def find_fan(self, fan_id: str) -> None:
        self.fans = self.fans | {fan_id}


class FansAreMadeAtTheSecondTry(Reference):
    """A fan that is not known is answered 404, and known from then on."""

    breaks = frozenset({"unknown-fan-stays-unknown"})

    def find_fan(self, fan_id: str) -> None:
        known, self.fans = self.fans, self.fans | {fan_id}
        if fan_id not in known:
            raise Refusal(404, "resource_not_found", f"No fan {fan_id}")


class UnknownFanIs400(Reference):
    """A fan that is not known is answered 400."""

    breaks = frozenset({"unknown-fan"})

    def find_fan(self, fan_id: str) -> None:
        if fan_id not in self.fans:
            raise self.validation_refusal(f"No fan {fan_id}")


class UnknownFanIsInvalid(Reference):
    """A fan that is not known is answered 404 with the code of an invalid request."""

    breaks = frozenset({"unknown-fan"})

    def find_fan(self, fan_id: str) -> None:
        if fan_id not in self.fans:
            raise Refusal(404, "validation_error", f"No fan {fan_id}")


class UnknownFanIsDenied(Reference):
    """A fan that is not known is answered as if it were another's."""

    breaks = frozenset({"unknown-fan"})

    def find_fan(self, fan_id: str) -> None:
        if fan_id not in self.fans:
            raise Refusal(403, "permission_denied", f"Fan {fan_id} is not yours")

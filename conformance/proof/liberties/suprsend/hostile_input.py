"""SuprSend servers that take a liberty with hostile input."""

from __future__ import annotations

from typing import Any

from conformance.proof.reference.suprsend import Reference, Refused
from conformance.proof.variants.hostile_input import (
    BehindFirewallWithSizeRule,
    BehindLimitingProxy,
    BehindProxyWithoutChunks,
    ClosesAfterTheFirst,
    ClosesOnOddRequests,
)


class ProxyWithLimits(BehindLimitingProxy, Reference):
    """The proxy refuses bodies beyond 64 KiB, bodies in chunks, many headers, and Expect, each with its own status."""

    costs = frozenset({"error-is-json"})


class ProxyWithoutChunks(BehindProxyWithoutChunks, Reference):
    """The proxy does not implement chunks, and calls many headers a bad request."""


class LargeIsForbidden(BehindFirewallWithSizeRule, Reference):
    """A firewall refuses what is larger than 8 KiB with 403."""


class ClosesInsteadOfRefusing(ClosesOnOddRequests, Reference):
    """The connection is closed on what is large, deep, in chunks, cut short or sent in one packet with more."""


class AnswersOnlyTheFirst(ClosesAfterTheFirst, Reference):
    """After the first of several requests in one packet the connection is closed."""


class PrototypesAreRefused(Reference):
    """A member called __proto__ is refused."""

    def _want_object(self, body: Any) -> dict[str, Any]:
        if "__proto__" in super()._want_object(body):
            raise Refused(400, "no prototypes here")
        return super()._want_object(body)

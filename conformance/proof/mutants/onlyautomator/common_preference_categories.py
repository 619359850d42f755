"""OnlyAutomator servers that break a requirement of "Common Preference Categories"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.proof.reference.onlyautomator import Reference


class NoScheduling(Reference):
    """One of the common categories is not known."""

    breaks = frozenset({"common-categories"})

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        super().validate_name(name, body)
        if name == "category" and body[name] == "scheduling":
            raise self.validation_refusal("Unknown category scheduling")

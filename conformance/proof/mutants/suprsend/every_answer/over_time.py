"""SuprSend servers whose answers to writes are each right by itself, and do not agree with one another."""

from __future__ import annotations

from typing import Any

from conformance.proof.reference.suprsend import Choice, Place, Reference
from conformance.proof.variants.suprsend import (
    WrongAfterAnOptOut,
    WrongAtTheTenthWrite,
    WrongForATenant,
    WrongForOtherObjects,
)


class TenthNameIsAnothers(WrongAtTheTenthWrite):
    """The tenth write is answered with the name of another category."""

    breaks = frozenset({"name-stays"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "name": "Newsletter"}


class TenantsCannotEditWhatIsOut(WrongForATenant):
    """A category that is in cannot be edited for a tenant while one of its channels is out."""

    breaks = frozenset({"is-editable-stays"})

    def is_concerned(self, place: Place, choice: Choice) -> bool:
        is_in = choice.preference == "opt_in"
        return super().is_concerned(place, choice) and is_in and bool(choice.opted_out)

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "is_editable": False}


class OriginalPreferenceIsTheChoice(Reference):
    """original_preference is what the object chose."""

    breaks = frozenset({"original-preference-stays"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "original_preference": choice.preference}


class OriginalPreferenceIsTheEarlierChoice(Reference):
    """original_preference is what the object chose before this request."""

    breaks = frozenset({"original-preference-stays"})
    _earlier: str | None = None

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        earlier, self._earlier = self._earlier, choice.preference
        return {**super()._render_preference(place, choice), "original_preference": earlier}


class TenantsDefaultIsAnotherTheSecondTime(WrongForATenant):
    """The second write for a tenant is answered with another default than the first."""

    breaks = frozenset({"original-preference-stays"})
    _writes = 0

    def is_concerned(self, place: Place, choice: Choice) -> bool:
        self._writes += super().is_concerned(place, choice)
        return super().is_concerned(place, choice) and self._writes == 2

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "original_preference": "opt_out"}


class AfterAnOptOutTheDefaultIsOut(WrongAfterAnOptOut):
    """Whatever is written after an opt-out is answered with opt_out for the default."""

    breaks = frozenset({"original-preference-stays"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "original_preference": "opt_out"}


class OtherObjectsHaveAnotherDefault(WrongForOtherObjects):
    """Each object has a default of its own."""

    breaks = frozenset({"original-preference-stays"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "original_preference": "opt_out"}

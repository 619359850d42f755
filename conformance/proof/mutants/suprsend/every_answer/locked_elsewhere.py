"""SuprSend servers on which a category that cannot be opted out of is another one elsewhere."""

from __future__ import annotations

from typing import Any

from conformance.proof.reference.suprsend import Choice, Place, Reference
from conformance.proof.variants.suprsend import WrongForATenant, WrongForOtherObjects, WrongForOtherTypes


class OtherObjectsLeaveLockedCategories(Reference):
    """Any object but the first one opts out of a locked category."""

    breaks = frozenset({"locked-category-stays-in"})

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        is_first = place.holder == ("departments", "engineering")
        return super()._opt_out(place, before) if is_first else Choice("opt_out", before.opted_out)


class OtherTypesLeaveLockedCategories(Reference):
    """An object of another type opts out of a locked category."""

    breaks = frozenset({"locked-category-stays-in"})

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        is_first = place.holder[0] == "departments"
        return super()._opt_out(place, before) if is_first else Choice("opt_out", before.opted_out)


class OtherObjectsMayEdit(WrongForOtherObjects):
    """For any object but the first one every category is editable."""

    breaks = frozenset({"locked-category-is-not-editable"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "is_editable": True}


class OtherTypesMayEdit(WrongForOtherTypes):
    """For an object of another type every category is editable."""

    breaks = frozenset({"locked-category-is-not-editable"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "is_editable": True}


class TenantsLeaveLockedCategories(Reference):
    """For a tenant an object opts out of a category that is answered as not editable."""

    breaks = frozenset({"opted-out-category-is-editable"})

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        return Choice("opt_out", before.opted_out) if place.tenant else super()._opt_out(place, before)


class TenantsUnlockByOptingOut(WrongForATenant):
    """For a tenant a locked category is editable once it is opted out of."""

    breaks = frozenset({"is-editable-stays"})

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        return Choice("opt_out", before.opted_out) if place.tenant else super()._opt_out(place, before)

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "is_editable": category["is_editable"] or category["preference"] == "opt_out"}

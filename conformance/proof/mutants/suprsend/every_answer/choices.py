"""SuprSend servers that do not do what one of the accepted writes asks, though they do it for others."""

from __future__ import annotations

from typing import Any

from conformance.proof.reference.suprsend import Choice, Place, Reference, Refused
from conformance.proof.variants.suprsend import (
    WrongForATenant,
    WrongForLockedCategories,
    WrongForOtherCategories,
    WrongForOtherObjects,
)


class TenantsStayOut(Reference):
    """Once a tenant's category is out, no preference leads back."""

    breaks = frozenset({"preference-follows-opt-in"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        is_out = place.tenant and before.preference == "opt_out"
        stays = is_out and body.get("preference") == "opt_in"
        return before if stays else super()._make_choice(place, before, preference, body)


class OtherCategoriesAreAlwaysOut(WrongForOtherCategories):
    """Every write to one category is answered opt_out."""

    breaks = frozenset({"preference-follows-opt-in", "category-stays-in", "defaults-to-opt-in"})

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "preference": "opt_out"}


class OtherCategoriesStayAsTheyAre(Reference):
    """One category accepts every write and keeps what it was by default."""

    breaks = frozenset({"preference-follows-opt-out", "channels-go-out", "tenant-channels-go-out"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update_choice(place, body)
        return Choice(place.category.default) if place.category.slug == "invoices" else choice


class LockedIsAnsweredOut(WrongForLockedCategories):
    """The category that cannot be opted out of is answered opt_out without a tenant."""

    breaks = frozenset({"locked-category-stays-in"})

    def is_concerned(self, place: Place, choice: Choice) -> bool:
        return super().is_concerned(place, choice) and not place.tenant

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "preference": "opt_out"}


class _AbsentKeepsHereAndThere(Reference):
    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        keeps = self.is_concerned(place, body) and "preference" not in body
        earlier = {"preference": self._find_choice(place).preference} if keeps else {}
        return super()._update_choice(place, {**earlier, **body})

    def is_concerned(self, place: Place, body: dict[str, Any]) -> bool:
        raise NotImplementedError


class AbsentKeepsForTenants(_AbsentKeepsHereAndThere):
    """For a tenant a body without a preference keeps the earlier one."""

    breaks = frozenset({"defaults-to-opt-in"})

    def is_concerned(self, place: Place, body: dict[str, Any]) -> bool:  # noqa: ARG002
        return place.tenant != ""


class AbsentKeepsForOtherCategories(_AbsentKeepsHereAndThere):
    """In one category a body without a preference keeps the earlier one."""

    breaks = frozenset({"defaults-to-opt-in"})

    def is_concerned(self, place: Place, body: dict[str, Any]) -> bool:  # noqa: ARG002
        return place.category.slug == "invoices"


class AbsentKeepsBesideAList(_AbsentKeepsHereAndThere):
    """A list without a preference keeps the earlier one."""

    breaks = frozenset({"defaults-to-opt-in"})

    def is_concerned(self, place: Place, body: dict[str, Any]) -> bool:  # noqa: ARG002
        return bool(body.get("opt_in_channels"))


class NothingKeeps(_AbsentKeepsHereAndThere):
    """An empty object keeps the earlier preference."""

    breaks = frozenset({"defaults-to-opt-in"})

    def is_concerned(self, place: Place, body: dict[str, Any]) -> bool:  # noqa: ARG002
        return body == {}


class TenantsWantAPreference(Reference):
    """For a tenant a body without a preference is refused."""

    breaks = frozenset({"defaults-to-opt-in"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        if place.tenant and "preference" not in body:
            raise Refused(400, "preference is required")
        return super()._update_choice(place, body)


class _ListsWantAPreference(Reference):
    member = ""

    def _want_object(self, body: Any) -> dict[str, Any]:
        read = super()._want_object(body)
        if read.get(self.member) and "preference" not in read:
            raise Refused(400, "preference is required")
        return read


class LeavingWantsAPreference(_ListsWantAPreference):
    """Channels to leave are refused without a preference."""

    breaks = frozenset({"channels-go-out-by-default"})
    member = "opt_out_channels"


class JoiningWantsAPreference(_ListsWantAPreference):
    """Channels to join are refused without a preference."""

    breaks = frozenset({"channels-come-in"})
    member = "opt_in_channels"


class JoiningIsIgnoredByDefault(Reference):
    """A single channel to join is ignored without a preference."""

    breaks = frozenset({"channels-come-in"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        is_ignored = body.keys() == {"opt_in_channels"} and len(body["opt_in_channels"] or ()) == 1
        return (
            Choice(preference, before.opted_out)
            if is_ignored
            else super()._make_choice(place, before, preference, body)
        )


class OtherCategoriesKeepTheirChannels(Reference):
    """In one category no channel goes out."""

    breaks = frozenset({"channels-go-out", "tenant-channels-go-out"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        choice = super()._make_choice(place, before, preference, body)
        return Choice(choice.preference) if place.category.slug == "invoices" else choice


class _NoChannelComesIn(Reference):
    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        choice = super()._make_choice(place, before, preference, body)
        is_ignored = body.get("opt_in_channels") and self.is_concerned(place)
        return Choice(choice.preference, before.opted_out) if is_ignored else choice

    def is_concerned(self, place: Place) -> bool:
        raise NotImplementedError


class OtherObjectsLetNoChannelIn(_NoChannelComesIn):
    """For any object but one opt_in_channels changes nothing."""

    breaks = frozenset({"channels-come-in"})

    def is_concerned(self, place: Place) -> bool:
        return place.holder[1] != "engineering"


class OtherCategoriesLetNoChannelIn(_NoChannelComesIn):
    """In one category opt_in_channels changes nothing."""

    breaks = frozenset({"channels-come-in"})

    def is_concerned(self, place: Place) -> bool:
        return place.category.slug == "invoices"


class _NotEditable(Reference):
    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "is_editable": False}


class TenantsCannotEdit(_NotEditable, WrongForATenant):
    """No category can be edited for a tenant, and each can be opted out of."""

    breaks = frozenset({"opted-out-category-is-editable"})


class OtherObjectsCannotEdit(_NotEditable, WrongForOtherObjects):
    """No category can be edited for any object but one, and each can be opted out of."""

    breaks = frozenset({"opted-out-category-is-editable"})


class OtherCategoriesCannotBeEdited(_NotEditable, WrongForOtherCategories):
    """One category cannot be edited, and can be opted out of."""

    breaks = frozenset({"opted-out-category-is-editable"})


class LockedIsEditableTheNextTime(WrongForLockedCategories):
    """The locked category can be edited from the second write on."""

    breaks = frozenset({"is-editable-stays", "locked-category-is-not-editable"})
    _writes = 0

    def is_concerned(self, place: Place, choice: Choice) -> bool:
        self._writes += super().is_concerned(place, choice)
        return super().is_concerned(place, choice) and self._writes > 1

    def spoil_category(self, category: dict[str, Any]) -> dict[str, Any]:
        return {**category, "is_editable": True}


class TenantsLeaveWithAChannel(Reference):
    """A tenant's category is answered opt_out while one of its channels is out."""

    breaks = frozenset({"category-stays-in", "preference-follows-opt-in"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        preference = "opt_out" if place.tenant and choice.opted_out else choice.preference
        return {**super()._render_preference(place, choice), "preference": preference}


class TenantsLoseEmailToo(Reference):
    """A channel that goes out for a tenant takes email along."""

    breaks = frozenset({"other-channels-stay-in"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        choice = super()._make_choice(place, before, preference, body)
        takes_along = place.tenant and body.get("opt_out_channels") == ["slack"]
        return Choice(choice.preference, choice.opted_out | {"email"}) if takes_along else choice

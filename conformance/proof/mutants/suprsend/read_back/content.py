"""SuprSend servers that break a requirement on what is read after a write."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import (
    Choice,
    Place,
    Reference,
)


class AnswersAndStoresNothing(Reference):
    """Every write is answered as it should be, and reads show what nobody ever chose."""

    breaks = frozenset({"written-preference-is-read", "written-channel-is-read"})

    def _find_read_choice(self, place: Place) -> Choice:
        return Choice(place.category.default)


class OptOutIsNotRead(Reference):
    """The channels are read as they were written, and the category as opted in."""

    breaks = frozenset({"written-preference-is-read"})

    def _find_read_choice(self, place: Place) -> Choice:
        return replace(super()._find_read_choice(place), preference="opt_in")


class OptOutIsNotReadForOtherTypes(OptOutIsNotRead):
    """For another type the category is read as opted in."""

    def _find_read_choice(self, place: Place) -> Choice:
        is_main_type = place.holder[0] == "departments"
        return self._find_choice(place) if is_main_type else super()._find_read_choice(place)


class OptOutIsNotReadForOtherObjects(OptOutIsNotRead):
    """For another object the category is read as opted in."""

    def _find_read_choice(self, place: Place) -> Choice:
        is_other = place.holder[1] == "sales"
        return super()._find_read_choice(place) if is_other else self._find_choice(place)


class OptInIsNotRead(Reference):
    """What was once opted out of is read as opted out."""

    breaks = frozenset({"written-preference-is-read"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update_choice(place, body)
        if choice.preference == "opt_out" and set(body) == {"preference"}:
            vars(self).setdefault("gone", set()).add(place)
        return choice

    def _find_read_choice(self, place: Place) -> Choice:
        choice = super()._find_read_choice(place)
        return Choice("opt_out", choice.opted_out) if place in vars(self).get("gone", ()) else choice


class OptInBesideAListIsNotRead(Reference):
    """What is opted in beside a list is answered so, and read as opted out as before."""

    breaks = frozenset({"written-preference-is-read"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        out: set[Place] = vars(self).setdefault("out", set())
        if preference == "opt_out" and place.category.is_editable:
            out.add(place)
        elif "opt_in_channels" not in body:
            out.discard(place)
        return super()._make_choice(place, before, preference, body)

    def _find_read_choice(self, place: Place) -> Choice:
        choice = super()._find_read_choice(place)
        return replace(choice, preference="opt_out") if place in vars(self).get("out", ()) else choice


class EveryRequestForgetsLists(Reference):
    """Whatever is asked next, the channels that are out are forgotten, also by a read."""

    breaks = frozenset({"written-channel-is-read"})

    def _handle_operation(self, request: Request) -> Response:
        if request.method == "GET":
            self._choices = {place: Choice(one.preference) for place, one in self._choices.items()}
        return super()._handle_operation(request)


class AllChannelsAreReadAsOut(Reference):
    """Once one channel is out, all are read as out."""

    breaks = frozenset({"written-channel-is-read"})

    def _find_read_choice(self, place: Place) -> Choice:
        choice = super()._find_read_choice(place)
        return replace(choice, opted_out=frozenset(place.category.channels)) if choice.opted_out else choice


class MergesAndAnswersOtherwise(Reference):
    """A list replaces the earlier one in the answer, and is added to it where it is read."""

    breaks = frozenset({"read-agrees-with-answer"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update_choice(place, body)
        ever = vars(self).setdefault("ever", {})
        ever[place] = choice.opted_out and choice.opted_out | ever.get(place, frozenset())
        return choice

    def _find_read_choice(self, place: Place) -> Choice:
        return replace(
            super()._find_read_choice(place), opted_out=vars(self).get("ever", {}).get(place, frozenset())
        )


class OneStateForAllObjects(Reference):
    """Answers follow the request; what is read is the latest that any object wrote."""

    breaks = frozenset({"write-to-another-object-is-not-read"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update_choice(place, body)
        vars(self).setdefault("latest", {})[place.category, place.tenant] = choice
        return choice

    def _find_read_choice(self, place: Place) -> Choice:
        latest = vars(self).get("latest", {})
        return latest.get((place.category, place.tenant)) or super()._find_read_choice(place)


class OneStateForAllCategories(Reference):
    """Answers follow the request; what is read is the latest that was written to any category."""

    breaks = frozenset({"write-to-another-category-is-not-read"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update_choice(place, body)
        vars(self).setdefault("latest", {})[place.holder, place.tenant] = choice
        return choice

    def _find_read_choice(self, place: Place) -> Choice:
        latest = vars(self).get("latest", {})
        return latest.get((place.holder, place.tenant)) or super()._find_read_choice(place)


class OptOutShowsAtOtherObjects(Reference):
    """What any object opts out of is read as opted out for all."""

    breaks = frozenset({"write-to-another-object-is-not-read"})

    def _find_read_choice(self, place: Place) -> Choice:
        others = (one for at, one in self._choices.items() if replace(at, holder=place.holder) == place)
        choice = super()._find_read_choice(place)
        return replace(choice, preference=_worst_preference(choice, *others))


class OptOutShowsInOtherCategories(Reference):
    """What is opted out of in any category is read as opted out in all."""

    breaks = frozenset({"write-to-another-category-is-not-read"})

    def _find_read_choice(self, place: Place) -> Choice:
        others = (one for at, one in self._choices.items() if replace(at, category=place.category) == place)
        choice = super()._find_read_choice(place)
        return replace(choice, preference=_worst_preference(choice, *others))


class OptOutShowsFromOneObject(Reference):
    """What one object opts out of is read as opted out for all others, and not the other way round."""

    breaks = frozenset({"write-is-not-read-elsewhere"})

    def _find_read_choice(self, place: Place) -> Choice:
        first = self._find_choice(replace(place, holder=("departments", "engineering")))
        choice = super()._find_read_choice(place)
        return replace(choice, preference=_worst_preference(choice, first))


class OptOutShowsFromOneCategory(Reference):
    """What is opted out of in one category is read as opted out in all others."""

    breaks = frozenset({"write-is-not-read-elsewhere"})

    def _find_read_choice(self, place: Place) -> Choice:
        first = self._find_choice(replace(place, category=self.categories["status-update-alert"]))
        choice = super()._find_read_choice(place)
        return replace(choice, preference=_worst_preference(choice, first))


class TenantsOptOutShowsAtOtherObjects(Reference):
    """What an object opts out of for a tenant is read as opted out for other objects without one."""

    breaks = frozenset({"write-is-not-read-elsewhere"})

    def _find_read_choice(self, place: Place) -> Choice:
        choices = self._choices.items()
        theirs = [one for at, one in choices if at.tenant and at.category == place.category]
        choice, is_there = super()._find_read_choice(place), place.holder != ("departments", "engineering")
        others = theirs if is_there and not place.tenant else []
        return replace(choice, preference=_worst_preference(choice, *others))


class TenantsOptOutShowsInTheirFirstCategory(Reference):
    """What a tenant opts out of in another category is read as opted out in its first one."""

    breaks = frozenset({"write-is-not-read-elsewhere"})

    def _find_read_choice(self, place: Place) -> Choice:
        choice = super()._find_read_choice(place)
        if not place.tenant or place.category.slug != "status-update-alert":
            return choice
        other = self._find_choice(replace(place, category=self.categories["invoices"]))
        return replace(choice, preference=_worst_preference(choice, other))


def _worst_preference(*choices: Choice) -> str:
    return "opt_out" if any(choice.preference == "opt_out" for choice in choices) else "opt_in"


class ReadsIgnoreTenants(Reference):
    """What is read for a tenant is what was chosen without one."""

    breaks = frozenset({"written-for-a-tenant-is-read"})

    def _find_read_choice(self, place: Place) -> Choice:
        return super()._find_read_choice(replace(place, tenant=""))


class WritesBeforeItAsksForTheKey(Reference):
    """A write without a key is refused, and carried out."""

    breaks = frozenset({"refused-write-is-not-read"})

    def _authenticate_caller(self, request: Request) -> None:
        if "authorization" not in request.headers and request.method == "PATCH":
            self._update_choice(self._find_place(request), self._read_body(request))
        super()._authenticate_caller(request)


class WritesBeforeItLooksAtTheKey(Reference):
    """A write with a wrong key is refused, and carried out."""

    breaks = frozenset({"refused-write-is-not-read"})

    def _authenticate_caller(self, request: Request) -> None:
        if request.method == "PATCH" and not self._is_known_key(
            request.headers.get("authorization", "Bearer x")[7:]
        ):
            self._update_choice(self._find_place(request), self._read_body(request))
        super()._authenticate_caller(request)


class WritesBeforeItChecks(Reference):
    """A write with a channel that there is not is refused, and its preference kept."""

    breaks = frozenset({"refused-write-is-not-read"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        if place.category.is_editable:
            self._choices[self._storage_place(place)] = Choice(preference, before.opted_out)
        return super()._make_choice(place, before, preference, body)

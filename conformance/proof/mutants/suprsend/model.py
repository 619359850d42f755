"""SuprSend servers that break a requirement on sequences of requests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.messages import Response
from conformance.proof.reference.suprsend import (
    Choice,
    Place,
    Reference,
)


class TenantsShareObjects(Reference):
    """All objects of a tenant share one preference set."""

    breaks = frozenset({"model-places-stand-alone"})

    def _storage_place(self, place: Place) -> Place:
        return replace(place, holder=("", "")) if place.tenant else place


class LetsInEverywhere(Reference):
    """A channel that is let in is let in for every object and category."""

    breaks = frozenset({"model-places-stand-alone"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update_choice(place, body)
        named = self._read_channels(body, "opt_in_channels") or frozenset()
        for shelf, other in self._choices.items():
            self._choices[shelf] = replace(other, opted_out=other.opted_out - named)
        return choice


class OptOutForgetsEverywhere(Reference):
    """An opt-out of a category forgets which channels any object opted out in it."""

    breaks = frozenset({"model-places-stand-alone"})

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        for shelf, other in self._choices.items():
            if shelf.category == place.category and shelf != place:
                self._choices[shelf] = Choice(other.preference)
        return super()._opt_out(place, before)


class TwoPlacesAreKept(Reference):
    """What was chosen is forgotten once two other places have been written to."""

    breaks = frozenset({"model-places-stand-alone"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update_choice(place, body)
        self._choices.pop(place)
        self._choices = {**dict(list(self._choices.items())[-1:]), place: choice}
        return choice


class OneObjectStaysIn(Reference):
    """Of the objects of a type one cannot opt out, and is answered as if it had not asked."""

    breaks = frozenset({"preference-follows-opt-out"})

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        return before if place.holder[1] == "sales" else super()._opt_out(place, before)


class OneObjectLeavesChannels(Reference):
    """Only engineering can leave channels; any other object stays in all of them."""

    breaks = frozenset({"channels-go-out"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        choice = super()._make_choice(place, before, preference, body)
        return choice if place.holder[1] == "engineering" else Choice(choice.preference)


class LosesAnOptOutBehindATenants(Reference):
    """An opt-out of one object is lost if what was written before was for a tenant of that object."""

    breaks = frozenset({"model-answers-follow-requests"})
    _latest: Place | None = None

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update_choice(place, body)
        self._latest = place
        return choice

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        follows_tenant = self._latest == replace(place, tenant="acme") != place
        is_lost = follows_tenant and place.holder[1] == "sales"
        return before if is_lost else super()._opt_out(place, before)


class LetsInFromAnOldState(Reference):
    """Which channels are out is read before others write, and written back after."""

    breaks = frozenset({"parallel-writes-have-an-order"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        if len(body.get("opt_in_channels") or ()) == 1:
            self._lock.release()
            # Meanwhile the other writes of a race are stored, and are forgotten afterwards.
            self.clock.sleep(0.05)
            self._lock.acquire()
        return super()._make_choice(place, before, preference, body)


class AnswersShareABuffer(Reference):
    """A write after which a channel is out is answered from a buffer that all requests share."""

    breaks = frozenset({"parallel-writes-have-an-order"})

    def _response_to_write(self, place: Place, choice: Choice) -> Response:
        self._buffer = super()._response_to_write(place, choice)
        if choice.opted_out:
            self._lock.release()
            # Meanwhile the other writes of a race fill the buffer.
            self.clock.sleep(0.08)
            self._lock.acquire()
        return self._buffer

"""SuprSend servers that take a liberty with reading back what was written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import Choice, Place, Reader, Reference, Refused


class OnlyTheCategoryIsRead(Reference):
    """GET reads a category; the operations around it do not exist."""

    def _handle_operation(self, request: Request) -> Response:
        if request.segments[-2:-1] != ["category"]:
            raise Refused(404, f"nothing at {request.path}")
        return super()._handle_operation(request)


class OnlyReadsAreThere(Reference):
    """All there is to read can be read, and nothing but a category be written."""

    def _restrict_channels(self, request: Request) -> Reader:
        raise Refused(405, f"{request.method} is not allowed here")


class ReadsLag(Reference):
    """A write takes a moment until it is read."""

    lag_s = 0.06

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update_choice(place, body)
        vars(self).setdefault("history", {}).setdefault(place, []).append((self.clock.monotonic(), choice))
        return choice

    def _find_read_choice(self, place: Place) -> Choice:
        until = self.clock.monotonic() - self.lag_s
        written = vars(self).get("history", {}).get(place, [])
        known = [choice for at, choice in written if at <= until]
        return known[-1] if known else Choice(place.category.default)


class ReadsSayLess(Reference):
    """Where a category is read, what it was before is null, it has no description, and opted out no channels."""

    takes = frozenset({"no-description=left-out"})

    def _render_read(self, place: Place, shows_channels: bool) -> dict[str, Any]:
        shown = {**super()._render_read(place, shows_channels), "original_preference": None}
        del shown["description"]
        return {**shown, "channels": shown["channels"] or None}


class OptedOutIsReadWithChannels(Reference):
    """The channels of an opted-out category are always shown."""

    takes = frozenset({"opted-out-channels-when-read=opted-out"})

    def _wants_opted_out_channels(self, _: Request) -> bool:
        return True


class ReadsChannelsOfItsOwn(Reference):
    """Where a category is read, only channels that the object has are listed, and some that others do not know."""

    def _response_to_read(self, place: Place, shows_channels: bool) -> Response:
        shown = self._render_read(place, shows_channels)
        own = [one for one in shown["channels"] if one["channel"] != "ms_teams"]
        return Response(200, {**shown, "channels": own and [*own, {**own[0], "channel": "rcs"}]})


class ReadsInOtherWords(Reference):
    """Locale and tags do something: other names, fewer categories."""

    takes = frozenset({"tags=filtered"})

    def _render_page(self, reader: Reader) -> dict[str, Any]:
        page = super()._render_page(reader)
        if "tags" in reader.query:
            return {"meta": {**page["meta"], "count": 0}, "results": []}
        return page


class TenantsInherit(Reference):
    """A tenant has what was chosen without one until something is chosen for it."""

    def _find_choice(self, place: Place) -> Choice:
        inherited = super()._find_choice(replace(place, tenant=""))
        return self._choices.get(self._storage_place(place), inherited)

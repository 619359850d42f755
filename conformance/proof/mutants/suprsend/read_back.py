"""SuprSend servers that break a requirement on reading back what was written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import (
    Choice,
    Place,
    Reader,
    Reference,
    Refused,
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


class ReadIs202(Reference):
    """A category is read with 202."""

    breaks = frozenset({"read-answers-200"})

    def _response_to_read(self, place: Place, shows_channels: bool) -> Response:
        return Response(202, self._render_read(place, shows_channels))


class ReadsAWord(Reference):
    """Where a category is read, is_editable is a word."""

    breaks = frozenset({"read-answers-the-category"})

    def _render_read(self, place: Place, shows_channels: bool) -> dict[str, Any]:
        return {**super()._render_read(place, shows_channels), "is_editable": "yes"}


class ReadsNames(Reference):
    """Where a category is read, its channels are bare names."""

    breaks = frozenset({"read-answers-the-category"})

    def _response_to_read(self, place: Place, shows_channels: bool) -> Response:
        shown = self._render_read(place, shows_channels)
        is_plain = shown["preference"] == "opt_out" and not shows_channels
        return Response(200, {**shown, "channels": list(place.category.channels)} if is_plain else shown)


class ReadsAnotherName(Reference):
    """Where a category is read, its name is its slug."""

    breaks = frozenset({"read-describes-the-category"})

    def _render_read(self, place: Place, shows_channels: bool) -> dict[str, Any]:
        return {**super()._render_read(place, shows_channels), "name": place.category.slug}


class ReadsAllAsEditable(Reference):
    """Where a category is read, it can be edited."""

    breaks = frozenset({"read-describes-the-category"})

    def _render_read(self, place: Place, shows_channels: bool) -> dict[str, Any]:
        return {**super()._render_read(place, shows_channels), "is_editable": True}


class ReadsMandatoryChannelsAsEditable(Reference):
    """Where a category is read, a channel can be edited unless it is restricted."""

    breaks = frozenset({"read-describes-the-category"})

    def _render_read(self, place: Place, shows_channels: bool) -> dict[str, Any]:
        shown, shut = super()._render_read(place, shows_channels), self._restricted_channels(place)
        listed = [{**one, "is_editable": one["channel"] not in shut} for one in shown["channels"]]
        return {**shown, "channels": listed}


class ReadsAnotherSlug(Reference):
    """Where a category is read, it is called by its name."""

    breaks = frozenset({"read-category-is-the-slug"})

    def _response_to_read(self, place: Place, shows_channels: bool) -> Response:
        return Response(200, {**self._render_read(place, shows_channels), "category": place.category.name})


class AnybodyReads(Reference):
    """Only writes ask for a key, and reads for a right one if there is one."""

    breaks = frozenset({"read-without-key"})

    def _authenticate_caller(self, request: Request) -> None:
        if request.method == "PATCH" or "authorization" in request.headers:
            super()._authenticate_caller(request)


class AnyKeyReads(Reference):
    """Whoever sends a key may read, whichever it is."""

    breaks = frozenset({"read-with-wrong-key"})

    def _authenticate_caller(self, request: Request) -> None:
        if request.method == "PATCH" or "authorization" not in request.headers:
            super()._authenticate_caller(request)


class AnybodyLists(Reference):
    """The full preference is read without a key."""

    breaks = frozenset({"read-without-key"})

    def _authenticate_caller(self, request: Request) -> None:
        if not request.path.endswith("/preference") or "authorization" in request.headers:
            super()._authenticate_caller(request)


class ReadWithoutKeyIsForbidden(Reference):
    """A read without a key is answered 403."""

    breaks = frozenset({"read-without-key-status"})

    def _authenticate_caller(self, request: Request) -> None:
        if request.method == "GET" and "authorization" not in request.headers:
            raise Refused(403, "forbidden")
        super()._authenticate_caller(request)


class UnknownCategoryIsABadRead(Reference):
    """An unknown category that is read is a bad request."""

    breaks = frozenset({"read-of-unknown-category"})

    def _handle_operation(self, request: Request) -> Response:
        *_, heading, slug = request.segments
        if request.method == "GET" and heading == "category" and slug not in self.categories:
            raise Refused(400, "no such category")
        return super()._handle_operation(request)


class AnybodyHasPreferences(Reference):
    """An object that does not exist has preferences to read."""

    breaks = frozenset({"read-of-unknown-object"})

    def _find_reader(self, request: Request) -> Reader:
        _, _, kind, name, *_ = request.segments
        return Reader((kind, name), self._find_tenant(request), False, request.query)


class ReadErrorsAreText(Reference):
    """What cannot be found to be read is a line of text."""

    breaks = frozenset({"read-error"})

    def _handle_operation(self, request: Request) -> Response:
        try:
            return super()._handle_operation(request)
        except Refused as refused:
            if request.method != "GET":
                raise
            return Response(refused.status, refused.message.encode(), {"content-type": "text/plain"})


class FlagIsIgnored(Reference):
    """show_opt_out_channels changes nothing."""

    breaks = frozenset({"opted-out-channels-are-shown"})

    def _wants_opted_out_channels(self, _: Request) -> bool:
        return False


class TagsAreRefused(Reference):
    """A list of categories of a tag is refused."""

    breaks = frozenset({"locale-and-tags"})

    def _render_page(self, reader: Reader) -> dict[str, Any]:
        if "tags" in reader.query:
            raise Refused(400, "unknown parameter")
        return super()._render_page(reader)

"""SuprSend servers that break a requirement on the form of what is read, and on who may read."""

from __future__ import annotations

from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import (
    Place,
    Reader,
    Reference,
    Refused,
)


class ReadIs202(Reference):
    """A category is read with 202."""

    breaks = frozenset({"read-answers-200"})

    def _response_to_read(self, place: Place, shows_channels: bool) -> Response:
        return Response(202, self._render_read(place, shows_channels))


class ReadsOneType(Reference):
    """A category is read for objects of one type, and for those of others there is nothing to read."""

    breaks = frozenset({"read-answers-200"})

    def _response_to_read(self, place: Place, shows_channels: bool) -> Response:
        if place.holder[0] != "departments":
            raise Refused(404, "nothing here")
        return super()._response_to_read(place, shows_channels)


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
        is_read = request.method == "GET" and request.path.endswith("/preference")
        if not is_read or "authorization" in request.headers:
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

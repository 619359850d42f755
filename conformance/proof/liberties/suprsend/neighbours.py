"""SuprSend servers that take a liberty with the operations around the category."""

from __future__ import annotations

from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import Reader, Reference, Refused


class ListsAreNotImplemented(Reference):
    """Neither categories nor channels are listed; channels can be restricted."""

    def _handle_operation(self, request: Request) -> Response:
        if request.method == "GET" and request.segments[-2:-1] != ["category"]:
            raise Refused(501, "not implemented")
        return super()._handle_operation(request)


class SmallPages(Reference):
    """A page has two categories if nobody says more, and four at most; the written category comes last."""

    def _render_all(self, reader: Reader) -> list[dict[str, Any]]:
        return super()._render_all(reader)[::-1]

    def _read_bounds(self, reader: Reader) -> tuple[int, int]:
        limit, offset = super()._read_bounds(reader)
        return min(limit, 4) if "limit" in reader.query else 2, offset


class OneSection(Reference):
    """The full preference has one section of everything, and pages and channels have members of their own."""

    def _render_full_preference(self, reader: Reader) -> dict[str, Any]:
        section = {"name": None, "slug": "all", "tags": [], "subcategories": self._render_all(reader)}
        return {
            "locale": "en",
            "sections": [section, {"subcategories": []}],
            **self._render_channel_preferences(reader),
        }

    def _render_page(self, reader: Reader) -> dict[str, Any]:
        page = super()._render_page(reader)
        return {**page, "meta": {**page["meta"], "next": None}, "links": {}}

    def _render_channel_preferences(self, reader: Reader) -> dict[str, Any]:
        listed = super()._render_channel_preferences(reader)["channel_preferences"]
        return {"channel_preferences": [{**one, "label": ""} for one in listed[::-1]], "updated_at": 0}


class ListsWantAKeyOfTheirOwn(Reference):
    """The lists are forbidden to the key of the profile."""

    costs = frozenset({"list-is-a-page", "full-preference", "channel-preferences-are-read"})

    def _find_reader(self, request: Request) -> Reader:
        if request.method == "GET":
            raise Refused(403, "not with this key")
        return super()._find_reader(request)

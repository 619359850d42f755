"""A small correct server for SuprSend's object preferences, kept in memory.

Every step of an answer is a method of its own, so that a mutant or a liberty changes just that step.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, ClassVar

from conformance.http.clock import Clock
from conformance.proof.messages import Request, Response

CHANNELS = ("email", "sms", "whatsapp", "androidpush", "iospush", "webpush", "inbox", "slack", "ms_teams")
PREFERENCES = ("opt_in", "opt_out")


class Refused(Exception):
    """A request that is not granted; *detail* says what is wrong per field."""

    def __init__(self, status: int, message: str, detail: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.detail = status, message, detail


@dataclass(frozen=True)
class Category:
    """One notification category; a *mandatory* channel cannot be left."""

    slug: str
    name: str
    channels: tuple[str, ...] = ("email", "ms_teams", "slack")
    description: str | None = None
    default: str = "opt_in"
    is_editable: bool = True
    mandatory: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Place:
    """Where a preference is kept."""

    holder: tuple[str, str]
    category: Category
    tenant: str


@dataclass(frozen=True)
class Choice:
    """What an object chose in a place: the preference, and the channels it left; *shut* are restricted everywhere."""

    preference: str
    left: frozenset[str] = frozenset()
    shut: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reader:
    """Who reads more than one place: for which object and tenant, and how."""

    holder: tuple[str, str]
    tenant: str
    shows_channels: bool
    query: Mapping[str, str]


_CATEGORIES = (
    Category("status-update-alert", "Status Update Alert", description="Changes of an account's status"),
    Category("security-alert", "Security Alert", is_editable=False, mandatory=frozenset({"email"})),
    Category("invoices", "Invoices", mandatory=frozenset({"email"})),
    Category("newsletter", "Newsletter", default="opt_out"),
)


class Reference:
    """The server; one instance holds one set of preferences."""

    needs_connection: ClassVar = False
    key = "SS.WSK.7f3kQ9vXbT2mR8cLwZ5nYpJ4"
    objects: ClassVar = {("departments", "engineering"), ("departments", "sales")}
    tenants: ClassVar = {"", "acme"}
    categories: ClassVar = {category.slug: category for category in _CATEGORIES}

    def __init__(self) -> None:
        self.clock = Clock()
        self._choices: dict[Place, Choice] = {}
        self._restricted: dict[tuple[tuple[str, str], str], frozenset[str]] = {}
        self._lock = Lock()

    def profile(self, base_url: str) -> dict[str, Any]:
        """Return a target profile that leaves nothing untested."""
        fixtures = {
            "object": {"type": "departments", "id": "engineering"},
            "other_object": {"type": "departments", "id": "sales"},
            "category": "status-update-alert",
            "other_category": "invoices",
            "locked_category": "security-alert",
            "tenant_id": "acme",
        }
        return {
            "api": "suprsend",
            "base_url": base_url,
            "credentials": {"api_key": self.key},
            "fixtures": fixtures,
            "capabilities": ["read_back"],
        }

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        with self._lock:
            try:
                self._authenticate(request)
                return self._operation(request)
            except Refused as refused:
                return self._refuse(refused)

    def _authenticate(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._knows(key):
            raise Refused(401, "Not authenticated")

    def _knows(self, key: str) -> bool:
        return key == self.key

    def _operation(self, request: Request) -> Response:
        match request.method, request.segments[4:5], request.segments[5:]:
            case "GET", ["preference"], []:
                return Response(200, self._full(self._reader(request)))
            case "PATCH", ["preference"], []:
                return Response(200, self._full(self._restrict(request)))
            case "GET", ["preference"], ["channel_preference"]:
                return Response(200, self._channel_preferences(self._reader(request)))
            case "PATCH", ["preference"], ["channel_preference"]:
                return Response(202, self._channel_preferences(self._restrict(request)))
            case "GET", ["preference"], ["category"]:
                return Response(200, self._page(self._reader(request)))
            case "GET", ["preference"], ["category", _]:
                return self._read(self._place(request), self._shows_channels(request))
        return self._write(request)

    def _write(self, request: Request) -> Response:
        place = self._place(request)
        if request.method != "PATCH":
            raise Refused(405, f"{request.method} is not allowed here; use GET or PATCH")
        self._shows_channels(request)
        return self._accept(place, self._update(place, self._body(request)))

    def _place(self, request: Request) -> Place:
        match request.segments:
            case ["v1", "object", kind, name, "preference", "category", slug]:
                return Place(self._holder(kind, name), self._category(slug), self._tenant(request))
        raise Refused(404, f"nothing at {request.path}")

    def _holder(self, kind: str, name: str) -> tuple[str, str]:
        if (kind, name) not in self.objects:
            raise Refused(404, f"object '{kind}/{name}' not found")
        return kind, name

    def _category(self, slug: str) -> Category:
        if slug not in self.categories:
            raise Refused(404, f"category '{slug}' not found")
        return self.categories[slug]

    def _tenant(self, request: Request) -> str:
        tenant = request.query.get("tenant_id", "")
        if tenant not in self.tenants:
            raise Refused(404, f"tenant '{tenant}' not found")
        return tenant

    def _body(self, request: Request) -> dict[str, Any]:
        if "application/json" not in request.headers.get("content-type", "").lower():
            raise Refused(415, "send application/json")
        return self._mapping(self._json(request.body))

    def _json(self, body: bytes) -> Any:
        try:
            return json.loads(body.decode(), parse_constant=_no_constant, object_pairs_hook=_no_duplicates)
        except (ValueError, RecursionError) as error:
            raise Refused(400, "the body is not JSON") from error

    def _mapping(self, body: Any) -> dict[str, Any]:
        if not isinstance(body, dict):
            raise Refused(400, "the body is not an object")
        return body

    def _update(self, place: Place, body: dict[str, Any]) -> Choice:
        before = self._before(place)
        choice = self._choice(place, before, self._preference(body), body)
        self._choices[self._shelf(place)] = choice
        return choice

    def _before(self, place: Place) -> Choice:
        return self._choices.get(self._shelf(place), Choice(place.category.default))

    def _shelf(self, place: Place) -> Place:
        return place

    def _choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        left = self._left(
            before.left, self._list(body, "opt_out_channels"), self._list(body, "opt_in_channels")
        )
        if preference == "opt_in":
            return Choice(preference, left - place.category.mandatory)
        return self._opted_out(place, before)

    def _opted_out(self, place: Place, before: Choice) -> Choice:
        if not place.category.is_editable:
            raise Refused(400, "this category cannot be opted out of")
        return Choice("opt_out", before.left)

    def _preference(self, body: dict[str, Any]) -> str:
        preference = body.get("preference")
        if preference is None:
            return "opt_in"
        return self._word(preference)

    def _word(self, preference: Any) -> str:
        if preference not in PREFERENCES:
            raise Refused(400, "preference is unknown", {"preference": "must be opt_in or opt_out"})
        return str(preference)

    def _list(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = body.get(member)
        if channels is None:
            return None
        if not isinstance(channels, list):
            raise Refused(400, f"{member} is not a list", {member: "must be a list"})
        return frozenset(
            self._channel(channel, f"{member}[{index}]") for index, channel in enumerate(channels)
        )

    def _channel(self, channel: Any, field: str) -> str:
        if channel not in CHANNELS:
            raise Refused(400, f"{field} is unknown", {field: f"must be one of {', '.join(CHANNELS)}"})
        return str(channel)

    def _left(
        self, before: frozenset[str], out: frozenset[str] | None, into: frozenset[str] | None
    ) -> frozenset[str]:
        if out and into and out & into:
            raise Refused(400, "a channel is in both lists", {"opt_in_channels": "also opted out"})
        if out is None:
            return before - into if into else frozenset()
        return out

    def _accept(self, place: Place, choice: Choice) -> Response:
        return Response(202, self._rendered(place, choice))

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {
            "name": place.category.name,
            "category": place.category.slug,
            "description": place.category.description,
            "original_preference": place.category.default,
            "preference": choice.preference,
            "is_editable": place.category.is_editable,
            "channels": self._rendered_channels(place.category, replace(choice, shut=self._shut(place))),
        }

    def _rendered_channels(self, category: Category, choice: Choice) -> Any:
        return [self._rendered_channel(channel, category, choice) for channel in category.channels]

    def _rendered_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        is_shut = channel in choice.shut - category.mandatory
        is_out = choice.preference == "opt_out" or channel in choice.left or is_shut
        return {
            "channel": channel,
            "preference": "opt_out" if is_out else "opt_in",
            "is_editable": not (channel in category.mandatory or is_shut),
        }

    # What only other pages of the vendor's have: reading, and channels that are restricted everywhere

    def _reader(self, request: Request) -> Reader:
        _, _, kind, name, *_ = request.segments
        return Reader(
            self._holder(kind, name), self._tenant(request), self._shows_channels(request), request.query
        )

    def _shows_channels(self, request: Request) -> bool:
        word = request.query.get("show_opt_out_channels", "false")
        if word not in ("true", "false"):
            raise Refused(400, "show_opt_out_channels is true or false")
        return word == "true"

    def _read(self, place: Place, shows_channels: bool) -> Response:
        return Response(200, self._shown(place, shows_channels))

    def _shown(self, place: Place, shows_channels: bool) -> dict[str, Any]:
        choice = self._kept(place)
        shown = self._rendered(place, choice)
        return shown if choice.preference == "opt_in" or shows_channels else {**shown, "channels": []}

    def _kept(self, place: Place) -> Choice:
        return self._before(place)

    def _all(self, reader: Reader) -> list[dict[str, Any]]:
        places = [Place(reader.holder, self._category(slug), reader.tenant) for slug in self.categories]
        return [self._shown(place, reader.shows_channels) for place in places]

    def _page(self, reader: Reader) -> dict[str, Any]:
        every = self._all(reader)
        limit, offset = self._bounds(reader)
        meta = {"count": len(every), "limit": limit, "offset": offset}
        return {"meta": meta, "results": every[offset : offset + limit]}

    def _bounds(self, reader: Reader) -> tuple[int, int]:
        try:
            limit, offset = int(reader.query.get("limit", 10)), int(reader.query.get("offset", 0))
        except ValueError:
            limit = offset = -1
        if not (1 <= limit <= 1000 and offset >= 0):
            raise Refused(400, "limit is a number from 1 to 1000, offset one from 0")
        return limit, offset

    def _full(self, reader: Reader) -> dict[str, Any]:
        first, *others = self._all(reader)
        sections = [{"name": "Account", "subcategories": [first]}, {"subcategories": others}]
        return {"sections": sections, **self._channel_preferences(reader)}

    def _channel_preferences(self, reader: Reader) -> dict[str, Any]:
        shut = self._restricted.get((reader.holder, reader.tenant), frozenset())
        listed = [{"channel": channel, "is_restricted": channel in shut} for channel in CHANNELS]
        return {"channel_preferences": listed}

    def _restrict(self, request: Request) -> Reader:
        reader = self._reader(request)
        wish = self._wish(self._json(request.body))
        shut = set(self._restricted.get((reader.holder, reader.tenant), frozenset()))
        for number, one in enumerate(wish):
            channel = self._channel(one.get("channel"), f"channel_preferences[{number}].channel")
            shut = shut | {channel} if one.get("is_restricted") else shut - {channel}
        self._restricted[reader.holder, reader.tenant] = frozenset(shut)
        return reader

    def _wish(self, body: Any) -> list[dict[str, Any]]:
        wish = body.get("channel_preferences") if isinstance(body, dict) else None
        if not isinstance(wish, list) or not all(isinstance(one, dict) for one in wish):
            raise Refused(400, "channel_preferences is not a list of objects")
        return wish

    def _shut(self, place: Place) -> frozenset[str]:
        return self._restricted.get((place.holder, place.tenant), frozenset())

    def _refuse(self, refused: Refused) -> Response:
        body: dict[str, Any] = {"code": refused.status, "message": refused.message}
        if refused.detail:
            body["detail"] = dict(refused.detail)
        return Response(refused.status, body)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member is there twice")
    return members

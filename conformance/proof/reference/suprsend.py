"""A small correct server for SuprSend's object preferences, kept in memory.

Every step of an answer is a method of its own, so that a mutant or a liberty changes just that step.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, ClassVar

from conformance.proof.messages import Request, Response
from conformance.proof.profiled_server import ProfiledServer

CHANNELS = ("email", "sms", "whatsapp", "androidpush", "iospush", "webpush", "inbox", "slack", "ms_teams")
PREFERENCES = ("opt_in", "opt_out")


class Refused(Exception):
    """A request that is not granted; *detail* says what is wrong per field."""

    def __init__(self, status: int, message: str, detail: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.detail = status, message, detail


@dataclass(frozen=True)
class Category:
    """One notification category; a *mandatory* channel cannot be opted out of."""

    slug: str
    name: str
    channels: tuple[str, ...] = ("email", "ms_teams", "slack")
    description: str | None = None
    default: str = "opt_in"
    is_editable: bool = True
    mandatory: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        return hash(self.slug)  # which hardly two share, and of every request a place is looked up


@dataclass(frozen=True)
class Place:
    """Where a preference is kept."""

    holder: tuple[str, str]
    category: Category
    tenant: str


@dataclass(frozen=True)
class Choice:
    """What an object chose in a place: the preference, and the channels opted out; *shut* are restricted everywhere."""

    preference: str
    opted_out: frozenset[str] = frozenset()
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


class Reference(ProfiledServer):
    """The server; one instance holds one set of preferences."""

    key = "SS.WSK.7f3kQ9vXbT2mR8cLwZ5nYpJ4"
    objects: ClassVar = {("departments", "engineering"), ("departments", "sales"), ("teams", "design")}
    tenants: ClassVar = {"", "acme"}
    categories: ClassVar = {category.slug: category for category in _CATEGORIES}

    def __init__(self) -> None:
        super().__init__()
        self._choices: dict[Place, Choice] = {}
        self._restricted: dict[tuple[tuple[str, str], str], frozenset[str]] = {}
        # One request at a time, so that the writes of a race are as if they had come in some order.
        self._lock = Lock()

    def profile(self, base_url: str) -> dict[str, Any]:
        """Return a target profile that leaves nothing untested."""
        fixtures = {
            "object": {"type": "departments", "id": "engineering"},
            "other_object": {"type": "departments", "id": "sales"},
            "other_type_object": {"type": "teams", "id": "design"},
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
                self._authenticate_caller(request)
                return self._handle_operation(request)
            except Refused as refused:
                return self._error_response(refused)

    def _authenticate_caller(self, request: Request) -> None:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._is_known_key(key):
            raise Refused(401, "Not authenticated")

    def _is_known_key(self, key: str) -> bool:
        return key == self.key

    def _handle_operation(self, request: Request) -> Response:
        match request.method, request.segments[4:5], request.segments[5:]:
            case "GET", ["preference"], []:
                return Response(200, self._render_full_preference(self._find_reader(request)))
            case "PATCH", ["preference"], []:
                return Response(200, self._render_full_preference(self._restrict_channels(request)))
            case "GET", ["preference"], ["channel_preference"]:
                return Response(200, self._render_channel_preferences(self._find_reader(request)))
            case "PATCH", ["preference"], ["channel_preference"]:
                return Response(202, self._render_channel_preferences(self._restrict_channels(request)))
            case "GET", ["preference"], ["category"]:
                return Response(200, self._render_page(self._find_reader(request)))
            case "GET", ["preference"], ["category", _]:
                return self._response_to_read(
                    self._find_place(request), self._wants_opted_out_channels(request)
                )
        return self._write_preference(request)

    def _write_preference(self, request: Request) -> Response:
        place = self._find_place(request)
        if request.method != "PATCH":
            raise Refused(405, f"{request.method} is not allowed here; use GET or PATCH")
        self._wants_opted_out_channels(request)
        return self._response_to_write(place, self._update_choice(place, self._read_body(request)))

    def _find_place(self, request: Request) -> Place:
        match request.segments:
            case ["v1", "object", kind, name, "preference", "category", slug]:
                return Place(
                    self._find_holder(kind, name), self._find_category(slug), self._find_tenant(request)
                )
        raise Refused(404, f"nothing at {request.path}")

    def _find_holder(self, kind: str, name: str) -> tuple[str, str]:
        if (kind, name) not in self.objects:
            raise Refused(404, f"object '{kind}/{name}' not found")
        return kind, name

    def _find_category(self, slug: str) -> Category:
        if slug not in self.categories:
            raise Refused(404, f"category '{slug}' not found")
        return self.categories[slug]

    def _find_tenant(self, request: Request) -> str:
        tenant = request.query.get("tenant_id", "")
        if tenant not in self.tenants:
            raise Refused(404, f"tenant '{tenant}' not found")
        return tenant

    def _read_body(self, request: Request) -> dict[str, Any]:
        if "application/json" not in request.headers.get("content-type", "").lower():
            raise Refused(415, "send application/json")
        return self._want_object(self._parse_json(request.body))

    def _parse_json(self, body: bytes) -> Any:
        try:
            return _DECODER.decode(body.decode())
        except (ValueError, RecursionError) as error:
            raise Refused(400, "the body is not JSON") from error

    def _want_object(self, body: Any) -> dict[str, Any]:
        if not isinstance(body, dict):
            raise Refused(400, "the body is not an object")
        return body

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        before = self._find_choice(place)
        choice = self._make_choice(place, before, self._read_preference(body), body)
        self._choices[self._storage_place(place)] = choice
        return choice

    def _find_choice(self, place: Place) -> Choice:
        return self._choices.get(self._storage_place(place), Choice(place.category.default))

    def _storage_place(self, place: Place) -> Place:
        return place

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        opted_out = self._opted_out_channels(
            before.opted_out,
            self._read_channels(body, "opt_out_channels"),
            self._read_channels(body, "opt_in_channels"),
        )
        if preference == "opt_in":
            return Choice(preference, opted_out - place.category.mandatory)
        return self._opt_out(place, before)

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        if not place.category.is_editable:
            raise Refused(400, "this category cannot be opted out of")
        return Choice("opt_out", before.opted_out)

    def _read_preference(self, body: dict[str, Any]) -> str:
        preference = body.get("preference")
        if preference is None:
            return "opt_in"
        return self._check_preference(preference)

    def _check_preference(self, preference: Any) -> str:
        if preference not in PREFERENCES:
            raise Refused(400, "preference is unknown", {"preference": "must be opt_in or opt_out"})
        return str(preference)

    def _read_channels(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = body.get(member)
        if channels is None:
            return None
        if not isinstance(channels, list):
            raise Refused(400, f"{member} is not a list", {member: "must be a list"})
        return frozenset(
            self._check_channel(channel, f"{member}[{index}]") for index, channel in enumerate(channels)
        )

    def _check_channel(self, channel: Any, field: str) -> str:
        if channel not in CHANNELS:
            raise Refused(400, f"{field} is unknown", {field: f"must be one of {', '.join(CHANNELS)}"})
        return str(channel)

    def _opted_out_channels(
        self, before: frozenset[str], out: frozenset[str] | None, into: frozenset[str] | None
    ) -> frozenset[str]:
        if out and into and out & into:
            raise Refused(400, "a channel is in both lists", {"opt_in_channels": "also opted out"})
        if out is None:
            return before - into if into else frozenset()
        return out

    def _response_to_write(self, place: Place, choice: Choice) -> Response:
        return Response(202, self._render_preference(place, choice))

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {
            "name": place.category.name,
            "category": place.category.slug,
            "description": place.category.description,
            "original_preference": place.category.default,
            "preference": choice.preference,
            "is_editable": place.category.is_editable,
            "channels": self._render_channels(
                place.category, replace(choice, shut=self._restricted_channels(place))
            ),
        }

    def _render_channels(self, category: Category, choice: Choice) -> Any:
        return [self._render_channel(channel, category, choice) for channel in category.channels]

    def _render_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        is_shut = channel in choice.shut - category.mandatory
        is_out = choice.preference == "opt_out" or channel in choice.opted_out or is_shut
        return {
            "channel": channel,
            "preference": "opt_out" if is_out else "opt_in",
            "is_editable": not (channel in category.mandatory or is_shut),
        }

    # What only other pages of the vendor's have: reading, and channels that are restricted everywhere

    def _find_reader(self, request: Request) -> Reader:
        _, _, kind, name, *_ = request.segments
        return Reader(
            self._find_holder(kind, name),
            self._find_tenant(request),
            self._wants_opted_out_channels(request),
            request.query,
        )

    def _wants_opted_out_channels(self, request: Request) -> bool:
        word = request.query.get("show_opt_out_channels", "false")
        if word not in ("true", "false"):
            raise Refused(400, "show_opt_out_channels is true or false")
        return word == "true"

    def _response_to_read(self, place: Place, shows_channels: bool) -> Response:
        return Response(200, self._render_read(place, shows_channels))

    def _render_read(self, place: Place, shows_channels: bool) -> dict[str, Any]:
        choice = self._find_read_choice(place)
        shown = self._render_preference(place, choice)
        return shown if choice.preference == "opt_in" or shows_channels else {**shown, "channels": []}

    def _find_read_choice(self, place: Place) -> Choice:
        return self._find_choice(place)

    def _render_all(self, reader: Reader) -> list[dict[str, Any]]:
        places = [Place(reader.holder, self._find_category(slug), reader.tenant) for slug in self.categories]
        return [self._render_read(place, reader.shows_channels) for place in places]

    def _render_page(self, reader: Reader) -> dict[str, Any]:
        every = self._render_all(reader)
        limit, offset = self._read_bounds(reader)
        meta = {"count": len(every), "limit": limit, "offset": offset}
        return {"meta": meta, "results": every[offset : offset + limit]}

    def _read_bounds(self, reader: Reader) -> tuple[int, int]:
        try:
            limit, offset = int(reader.query.get("limit", 10)), int(reader.query.get("offset", 0))
        except ValueError:
            limit = offset = -1
        if not (1 <= limit <= 1000 and offset >= 0):
            raise Refused(400, "limit is a number from 1 to 1000, offset one from 0")
        return limit, offset

    def _render_full_preference(self, reader: Reader) -> dict[str, Any]:
        first, *others = self._render_all(reader)
        sections = [{"name": "Account", "subcategories": [first]}, {"subcategories": others}]
        return {"sections": sections, **self._render_channel_preferences(reader)}

    def _render_channel_preferences(self, reader: Reader) -> dict[str, Any]:
        shut = self._restricted.get((reader.holder, reader.tenant), frozenset())
        listed = [{"channel": channel, "is_restricted": channel in shut} for channel in CHANNELS]
        return {"channel_preferences": listed}

    def _restrict_channels(self, request: Request) -> Reader:
        reader = self._find_reader(request)
        restrictions = self._read_restrictions(self._parse_json(request.body))
        shut = set(self._restricted.get((reader.holder, reader.tenant), frozenset()))
        for number, one in enumerate(restrictions):
            channel = self._check_channel(one.get("channel"), f"channel_preferences[{number}].channel")
            shut = shut | {channel} if one.get("is_restricted") else shut - {channel}
        self._restricted[reader.holder, reader.tenant] = frozenset(shut)
        return reader

    def _read_restrictions(self, body: Any) -> list[dict[str, Any]]:
        restrictions = body.get("channel_preferences") if isinstance(body, dict) else None
        if not isinstance(restrictions, list) or not all(isinstance(one, dict) for one in restrictions):
            raise Refused(400, "channel_preferences is not a list of objects")
        return restrictions

    def _restricted_channels(self, place: Place) -> frozenset[str]:
        return self._restricted.get((place.holder, place.tenant), frozenset())

    def _error_response(self, refused: Refused) -> Response:
        body: dict[str, Any] = {"code": refused.status, "message": refused.message}
        if refused.detail:
            body["detail"] = dict(refused.detail)
        return Response(refused.status, body)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member is there twice")
    return members


# By itself json accepts NaN and Infinity, which are no JSON, and lets the last of two equal names win.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, object_pairs_hook=_refuse_duplicates)

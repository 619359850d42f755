"""The fixtures of a workspace: objects, tenants, sections, categories, and the preferences that were stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain, islice
from typing import Any, Literal

from pydantic import BaseModel, Field, field_validator, model_validator

import openapi
from mockserver import fixtures
from mockserver.fixtures.complaint import EVERYTHING, MOST_COMPLAINTS, Complaint, Misfits, Step
from mockserver.http.problems import suggest_nearest
from mockserver.session.store import Key, Record

Preference = Literal["opt_in", "opt_out"]
Default = Literal["opt_in", "opt_out", "cant_unsubscribe"]
# The contract is the only place that lists the channels.
CHANNELS: list[str] = openapi.load_contract(__name__.split(".")[-2])["components"]["schemas"]["Channel"][
    "enum"
]


# The members of a category and of a tenant's settings that may name only the category's own channels.
_CHANNEL_LISTS = ("mandatory_channels", "default_opt_in_channels", "blocked_channels")


class _Part(fixtures.Part):
    @field_validator(
        "channel",
        "channels",
        "mandatory_channels",
        "blocked_channels",
        "default_opt_in_channels",
        "opt_outs",
        check_fields=False,
    )
    @classmethod
    def _check_channels(cls, channels: Any) -> Any:
        named = [channels] if isinstance(channels, str) else channels or []
        for unknown in (channel for channel in named if channel not in CHANNELS):
            raise ValueError(f"{unknown!r} is not a channel; {suggest_nearest(unknown, CHANNELS)}")
        return channels


class Object(_Part):
    """An object that has preferences; without *channels* it has all channels."""

    type: str = Field(min_length=1)
    id: str = Field(min_length=1)
    channels: list[str] | None = None


class ObjectName(_Part):
    """The type and id that name an object."""

    type: str
    id: str


class Translation(_Part):
    """A name and a description in another language."""

    name: str | None = None
    description: str | None = None


class Section(_Part):
    """A group of categories; its tags apply to each of them."""

    slug: str
    name: str
    description: str | None = None
    tags: list[str] = []
    translations: dict[str, Translation] = {}


class Category(_Part):
    """A notification category, and its settings for recipients that have not chosen.

    default_preference: cant_unsubscribe for a category that nobody can opt out of. default_opt_in_channels: the
    channels that are opted in when the default is opt_in; None for all. mandatory_channels: the channels that nobody
    can opt out of; None means all with cant_unsubscribe, and none otherwise. translations: name and description by
    language.
    """

    slug: str
    name: str
    description: str | None = None
    section: str | None = None
    tags: list[str] = []
    default_preference: Default
    channels: list[str]
    mandatory_channels: list[str] | None = None
    default_opt_in_channels: list[str] | None = None
    translations: dict[str, Translation] = {}

    @model_validator(mode="before")
    @classmethod
    def _refuse_former_key(cls, given: Any) -> Any:
        # Earlier releases knew this key; the general message would not say what replaces it.
        if isinstance(given, dict) and "is_editable" in given:
            raise ValueError("is_editable is not a key; write default_preference: cant_unsubscribe for false")
        return given


class TenantCategory(_Part):
    """A tenant's own settings for a category; None keeps the category's setting.

    blocked_channels: the channels that nobody can opt in to. visible_to_subscriber: false hides the category from
    recipients. is_switched_off: true opts everybody out, whatever they chose.
    """

    category: str
    default_preference: Default | None = None
    mandatory_channels: list[str] | None = None
    default_opt_in_channels: list[str] | None = None
    blocked_channels: list[str] = []
    visible_to_subscriber: bool = True
    is_switched_off: bool = False


class Tenant(_Part):
    """A tenant; an id alone names a tenant without settings of its own."""

    id: str = Field(min_length=1)
    categories: list[TenantCategory] = []

    @model_validator(mode="before")
    @classmethod
    def _accept_id_alone(cls, given: Any) -> Any:
        if not isinstance(given, str | dict | Tenant):
            raise ValueError(f"must be a tenant's id or an object with an id, not {given!r}")
        return {"id": given} if isinstance(given, str) else given


class StoredPreference(_Part):
    """An object's choice in a category, for one tenant or for none."""

    object: ObjectName
    tenant_id: str | None = None
    category: str
    preference: Preference
    opt_outs: list[str] = []


class Restriction(_Part):
    """A channel that an object uses only where the channel is mandatory, for one tenant or for none."""

    object: ObjectName
    tenant_id: str | None = None
    channel: str
    is_restricted: bool = True


class Fixtures(fixtures.Fixtures):
    """The records that a new session starts with.

    "*" in the place of objects or tenants: whatever is named exists, with all channels and no settings of its own.
    """

    objects: list[Object] | Literal["*"]
    tenants: list[Tenant] | Literal["*"] = []
    sections: list[Section] = []
    categories: list[Category]
    preferences: list[StoredPreference] = []
    channel_preferences: list[Restriction] = []

    @model_validator(mode="after")
    def _check_references(self) -> Fixtures:
        mistakes = chain(self._find_unknown_names(), self._find_duplicates(), self._find_foreign_channels())
        complaints = list(islice(mistakes, MOST_COMPLAINTS))
        if complaints:
            raise Misfits(complaints)
        return self

    @property
    def _named_objects(self) -> list[Object]:
        return [] if self.objects == EVERYTHING else self.objects

    @property
    def _named_tenants(self) -> list[Tenant]:
        return [] if self.tenants == EVERYTHING else self.tenants

    def _find_unknown_names(self) -> Iterator[Complaint]:
        known: dict[str, list[str]] = {
            "object": [f"{one.type}/{one.id}" for one in self._named_objects],
            "tenant_id": [one.id for one in self._named_tenants],
            "category": [one.slug for one in self.categories],
            "section": [one.slug for one in self.sections],
        }
        if self.objects == EVERYTHING:
            del known["object"]
        if self.tenants == EVERYTHING:
            del known["tenant_id"]
        names = {kind: frozenset(listed) for kind, listed in known.items()}
        for steps, part in self._list_parts():
            for kind, named in _list_references(part):
                if named is not None and named not in names.get(kind, (named,)):
                    said = f"{named!r} is not known; {suggest_nearest(named, known[kind])}"
                    yield Complaint((*steps, kind), said)

    def _find_duplicates(self) -> Iterator[Complaint]:
        lists: dict[tuple[Step, ...], list[Any]] = {
            ("objects",): [(one.type, one.id) for one in self._named_objects],
            ("tenants",): [one.id for one in self._named_tenants],
            ("sections",): [one.slug for one in self.sections],
            ("categories",): [one.slug for one in self.categories],
            ("preferences",): [tuple(_list_references(one)) for one in self.preferences],
            ("channel_preferences",): [
                (*_list_references(one), one.channel) for one in self.channel_preferences
            ],
        }
        for index, tenant in enumerate(self._named_tenants):
            lists["tenants", index, "categories"] = [one.category for one in tenant.categories]
        for steps, keys in lists.items():
            seen: set[Any] = set()
            for index, key in enumerate(keys):
                if key in seen:
                    yield Complaint((*steps, index), "is there twice")
                seen.add(key)

    def _find_foreign_channels(self) -> Iterator[Complaint]:
        """Find where a category, or a tenant's settings for it, names a channel that the category does not have.

        A stored preference may name any channel, since an update may too.
        """
        channels = {one.slug: one.channels for one in self.categories}
        for steps, part in self._list_parts():
            if isinstance(part, Category):
                yield from _list_foreign_channels(steps, part, part.channels)
            elif isinstance(part, TenantCategory) and part.category in channels:
                yield from _list_foreign_channels(steps, part, channels[part.category])

    def _list_parts(self) -> Iterator[tuple[tuple[Step, ...], BaseModel]]:
        """Yield each part that refers to others by name, with its place in the document."""
        lists: dict[tuple[Step, ...], Iterable[BaseModel]] = {
            ("categories",): self.categories,
            ("preferences",): self.preferences,
            ("channel_preferences",): self.channel_preferences,
        }
        for index, tenant in enumerate(self._named_tenants):
            lists["tenants", index, "categories"] = tenant.categories
        for steps, parts in lists.items():
            yield from (((*steps, index), part) for index, part in enumerate(parts))

    def records(self) -> Iterator[tuple[Key, Record]]:
        """Yield each record with its key."""
        if self.objects == EVERYTHING:
            yield wildcard_key("object"), {}
        if self.tenants == EVERYTHING:
            yield wildcard_key("tenant"), {}
        for item in self._named_objects:
            yield ("object", item.type, item.id), item.model_dump()
        for tenant in self._named_tenants:
            overrides = {one.category: one.model_dump() for one in tenant.categories}
            yield ("tenant", tenant.id), {"id": tenant.id, "categories": overrides}
        for section in self.sections:
            yield ("section", section.slug), section.model_dump()
        for category in self.categories:
            yield ("category", category.slug), category.model_dump()
        for stored in self.preferences:
            key = preference_key(stored.object.type, stored.object.id, stored.tenant_id, stored.category)
            yield key, {"preference": stored.preference, "opt_outs": stored.opt_outs}
        restricted: dict[Key, list[str]] = {}
        for one in self.channel_preferences:
            channels = restricted.setdefault(
                restriction_key(one.object.type, one.object.id, one.tenant_id), []
            )
            if one.is_restricted:
                channels.append(one.channel)
        yield from ((key, {"restricted": channels}) for key, channels in restricted.items())

    @classmethod
    def render_records(cls, records: Mapping[Key, Record]) -> dict[str, Any]:
        """Render the fixtures that would start a session with *records*."""
        kinds: dict[str, list[tuple[Key, Record]]] = {}
        for key, record in records.items():
            kinds.setdefault(key[0], []).append((key, record))
        plain = {
            name: [record for _, record in kinds.get(kind, [])]
            for name, kind in (("objects", "object"), ("sections", "section"), ("categories", "category"))
        }
        tenants = [_render_tenant(record) for _, record in kinds.get("tenant", [])]
        return {
            "objects": EVERYTHING if wildcard_key("object") in records else plain["objects"],
            "tenants": EVERYTHING if wildcard_key("tenant") in records else tenants,
            "sections": plain["sections"],
            "categories": plain["categories"],
            "preferences": [
                {**_parse_owner(key), "category": key[4], **record}
                for key, record in kinds.get("preference", [])
            ],
            "channel_preferences": [
                {**_parse_owner(key), "channel": channel, "is_restricted": True}
                for key, record in kinds.get("restriction", [])
                for channel in record["restricted"]
            ],
        }


def wildcard_key(kind: str) -> Key:
    """Return the key under which there is a record if every object, or tenant, exists that anybody names."""
    return (f"every_{kind}",)


# Kept, since what follows from a record is kept by its identity.
@lru_cache(1000)
def make_unnamed_record(kind: str, name: tuple[str, ...]) -> Record:
    """Make the record of an object, a tenant or a category that exists only since all do."""
    if kind == "object":
        return Object(type=name[0], id=name[1]).model_dump()
    if kind == "category":
        return Category(
            slug=name[0], name=name[0], default_preference="opt_in", channels=CHANNELS
        ).model_dump()
    return {"id": name[0], "categories": {}}


def preference_key(object_type: str, id: str, tenant_id: str | None, category: str) -> Key:
    """Return the key of an object's choice in a category."""
    return ("preference", object_type, id, tenant_id or "", category)


def restriction_key(object_type: str, id: str, tenant_id: str | None) -> Key:
    """Return the key of the channels that an object restricts."""
    return ("restriction", object_type, id, tenant_id or "")


def _list_foreign_channels(
    steps: tuple[Step, ...], part: Category | TenantCategory, channels: list[str]
) -> Iterator[Complaint]:
    for name in _CHANNEL_LISTS:
        for channel in getattr(part, name, None) or []:
            if channel not in channels:
                said = f"names {channel}, which is not one of the category's channels"
                yield Complaint((*steps, name), said)


def _list_references(part: BaseModel) -> Iterator[tuple[str, str | None]]:
    for kind in ("object", "tenant_id", "category", "section"):
        if kind in type(part).model_fields:
            named = getattr(part, kind)
            yield kind, f"{named.type}/{named.id}" if isinstance(named, ObjectName) else named


def _parse_owner(key: Key) -> dict[str, Any]:
    return {"object": {"type": key[1], "id": key[2]}, "tenant_id": key[3] or None}


def _render_tenant(record: Record) -> dict[str, Any]:
    return {"id": record["id"], "categories": list(record["categories"].values())}

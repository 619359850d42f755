"""What a workspace has at the start: objects, tenants, sections, categories, and what was chosen in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

import openapi
from mockserver import fixtures
from mockserver.http.problems import nearest
from mockserver.session.store import Key, Record

Preference = Literal["opt_in", "opt_out"]
Default = Literal["opt_in", "opt_out", "cant_unsubscribe"]
CHANNELS: list[str] = openapi.load_contract(__name__.split(".")[-2])["components"]["schemas"]["Channel"][
    "enum"
]


# Of a category, and of what a tenant has otherwise in it: names for some of its channels.
_WITHIN = ("mandatory_channels", "default_opt_in_channels", "blocked_channels")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

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
    def _channels_are_known(cls, channels: Any) -> Any:
        named = [channels] if isinstance(channels, str) else channels or []
        for stray in (channel for channel in named if channel not in CHANNELS):
            raise ValueError(f"{stray!r} is not a channel; {nearest(stray, CHANNELS)}")
        return channels


class Object(_Part):
    """An object that has preferences; one without *channels* has them all."""

    type: str = Field(min_length=1)
    id: str = Field(min_length=1)
    channels: list[str] | None = None


class ObjectName(_Part):
    """Names an object."""

    type: str
    id: str


class Words(_Part):
    """A name and a description in another language."""

    name: str | None = None
    description: str | None = None


class Section(_Part):
    """A group of categories; its tags count for each of them."""

    slug: str
    name: str
    description: str | None = None
    tags: list[str] = []
    translations: dict[str, Words] = {}


class Category(_Part):
    """A notification category, and what holds in it for who has not chosen.

    default_preference: cant_unsubscribe for one that cannot be opted out of. default_opt_in_channels: the channels
    that are in where the default is to opt in; None for all. mandatory_channels: those that cannot be opted out of;
    None for all where nobody can unsubscribe, and for none elsewhere. translations: its words by language.
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
    translations: dict[str, Words] = {}

    @model_validator(mode="before")
    @classmethod
    def _former_key(cls, given: Any) -> Any:
        if isinstance(given, dict) and "is_editable" in given:
            raise ValueError(
                "is_editable is not a key; false is told by default_preference: cant_unsubscribe"
            )
        return given


class Override(_Part):
    """What a tenant has otherwise in a category; None leaves it as it is there.

    blocked_channels: those that nobody can opt in to. visible_to_subscriber: false hides the category from recipients.
    is_switched_off: true opts everybody out, whatever they chose.
    """

    category: str
    default_preference: Default | None = None
    mandatory_channels: list[str] | None = None
    default_opt_in_channels: list[str] | None = None
    blocked_channels: list[str] = []
    visible_to_subscriber: bool = True
    is_switched_off: bool = False


class Tenant(_Part):
    """A tenant; its id alone will do for one that changes nothing."""

    id: str = Field(min_length=1)
    categories: list[Override] = []

    @model_validator(mode="before")
    @classmethod
    def _id_alone(cls, given: Any) -> Any:
        if not isinstance(given, str | dict | Tenant):
            raise ValueError(f"must be a tenant's id or an object with it, not {given!r}")
        return {"id": given} if isinstance(given, str) else given


class Stored(_Part):
    """What an object has chosen in a category, for a tenant or for none."""

    object: ObjectName
    tenant_id: str | None = None
    category: str
    preference: Preference
    opt_outs: list[str] = []


class Restriction(_Part):
    """A channel that an object has restricted to where it is mandatory, for a tenant or for none."""

    object: ObjectName
    tenant_id: str | None = None
    channel: str
    is_restricted: bool = True


class Fixtures(fixtures.Fixtures):
    """What a fresh session knows: who there is, what there is to receive, and what was chosen."""

    objects: list[Object]
    tenants: list[Tenant]
    sections: list[Section] = []
    categories: list[Category]
    preferences: list[Stored] = []
    channel_preferences: list[Restriction] = []

    @model_validator(mode="after")
    def _everything_fits(self) -> Fixtures:
        faults = [*self._unknown(), *self._twice(), *self._stray_channels()]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _unknown(self) -> Iterator[str]:
        known: dict[str, set[Any]] = {
            "object": {(one.type, one.id) for one in self.objects},
            "tenant_id": {None, *(one.id for one in self.tenants)},
            "category": {one.slug for one in self.categories},
            "section": {None, *(one.slug for one in self.sections)},
        }
        for where, part in self._parts():
            for kind, named in _names(part):
                if named not in known[kind]:
                    yield f"{where}.{kind} {named!r} is not known"

    def _twice(self) -> Iterator[str]:
        lists: dict[str, list[Any]] = {
            "objects": [(one.type, one.id) for one in self.objects],
            "tenants": [one.id for one in self.tenants],
            "sections": [one.slug for one in self.sections],
            "categories": [one.slug for one in self.categories],
            "preferences": [tuple(_names(one)) for one in self.preferences],
            "channel_preferences": [(*_names(one), one.channel) for one in self.channel_preferences],
        }
        for index, tenant in enumerate(self.tenants):
            lists[f"tenants[{index}].categories"] = [one.category for one in tenant.categories]
        for name, keys in lists.items():
            yield from (
                f"{name}[{index}] is there twice" for index, key in enumerate(keys) if key in keys[:index]
            )

    def _stray_channels(self) -> Iterator[str]:
        """Say where a category's channels, by itself or for a tenant, are none of its channels.

        What an object left in a category may name any channel, as a write may.
        """
        channels = {one.slug: one.channels for one in self.categories}
        for where, part in self._parts():
            if isinstance(part, Category):
                yield from _strays(where, part, part.channels)
            elif isinstance(part, Override) and part.category in channels:
                yield from _strays(where, part, channels[part.category])

    def _parts(self) -> Iterator[tuple[str, BaseModel]]:
        """Yield what may name something else, and where it stands."""
        lists: dict[str, Iterable[BaseModel]] = {
            "categories": self.categories,
            "preferences": self.preferences,
            "channel_preferences": self.channel_preferences,
        }
        lists |= {f"tenants[{index}].categories": one.categories for index, one in enumerate(self.tenants)}
        for name, parts in lists.items():
            yield from ((f"{name}[{index}]", part) for index, part in enumerate(parts))

    def records(self) -> Iterator[tuple[Key, Record]]:
        """Yield the records to start with."""
        for item in self.objects:
            yield ("object", item.type, item.id), item.model_dump()
        for tenant in self.tenants:
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
    def from_records(cls, records: Mapping[Key, Record]) -> Fixtures:
        """Make the document that would begin a session with *records*."""
        kinds: dict[str, list[tuple[Key, Record]]] = {}
        for key, record in records.items():
            kinds.setdefault(key[0], []).append((key, record))
        plain = {
            name: [record for _, record in kinds.get(kind, [])]
            for name, kind in (("objects", "object"), ("sections", "section"), ("categories", "category"))
        }
        return cls.model_validate(
            {
                **plain,
                "tenants": [_tenant(record) for _, record in kinds.get("tenant", [])],
                "preferences": [
                    {**_place(key), "category": key[4], **record}
                    for key, record in kinds.get("preference", [])
                ],
                "channel_preferences": [
                    {**_place(key), "channel": channel}
                    for key, record in kinds.get("restriction", [])
                    for channel in record["restricted"]
                ],
            }
        )


def preference_key(object_type: str, id: str, tenant_id: str | None, category: str) -> Key:
    """Name the record of an object's choice in a category."""
    return ("preference", object_type, id, tenant_id or "", category)


def restriction_key(object_type: str, id: str, tenant_id: str | None) -> Key:
    """Name the record of the channels that an object restricts."""
    return ("restriction", object_type, id, tenant_id or "")


def _strays(where: str, part: Category | Override, channels: list[str]) -> Iterator[str]:
    for name in _WITHIN:
        for stray in getattr(part, name, None) or []:
            if stray not in channels:
                yield f"{where}.{name} names {stray}, not among the category's channels"


def _names(part: BaseModel) -> Iterator[tuple[str, Any]]:
    for kind in ("object", "tenant_id", "category", "section"):
        if kind in type(part).model_fields:
            named = getattr(part, kind)
            yield kind, (named.type, named.id) if isinstance(named, ObjectName) else named


def _place(key: Key) -> dict[str, Any]:
    return {"object": {"type": key[1], "id": key[2]}, "tenant_id": key[3] or None}


def _tenant(record: Record) -> dict[str, Any]:
    return {"id": record["id"], "categories": list(record["categories"].values())}

"""SuprSend: what an object receives in a notification category, and through which channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

import openapi
from mockserver import fixtures
from mockserver.clock import Clock
from mockserver.exchange import Caller, Reply
from mockserver.ids import Ids
from mockserver.problems import Invalid, NotFound, Violation, nearest
from mockserver.store import Key, Record, Store

Preference = Literal["opt_in", "opt_out"]


class Object(BaseModel):
    """An object that has preferences."""

    model_config = ConfigDict(extra="forbid")

    type: str
    id: str


class Category(BaseModel):
    """A notification category; one that is not editable cannot be opted out of, nor can a mandatory channel."""

    model_config = ConfigDict(extra="forbid")

    slug: str
    name: str
    description: str | None = None
    default_preference: Preference
    is_editable: bool = True
    channels: list[str]
    mandatory_channels: list[str] = []

    @field_validator("channels")
    @classmethod
    def _channels_are_known(cls, channels: list[str]) -> list[str]:
        known = openapi.load(__name__.rpartition(".")[2])["components"]["schemas"]["Channel"]["enum"]
        for stray in (channel for channel in channels if channel not in known):
            raise ValueError(f"{stray!r} is not a channel; {nearest(stray, known)}")
        return channels

    @model_validator(mode="after")
    def _mandatory_channels_are_channels(self) -> Category:
        stray = [channel for channel in self.mandatory_channels if channel not in self.channels]
        if stray:
            raise ValueError(
                f"mandatory_channels names {', '.join(stray)}, not among the category's channels"
            )
        return self


class Stored(BaseModel):
    """What an object has chosen in a category, for a tenant or for none."""

    model_config = ConfigDict(extra="forbid")

    object: Object
    tenant_id: str | None = None
    category: str
    preference: Preference
    opt_outs: list[str] = []


class Fixtures(fixtures.Fixtures):
    """What a fresh session knows: objects, tenants, categories and what was chosen in them."""

    objects: list[Object]
    tenants: list[str]
    categories: list[Category]
    preferences: list[Stored] = []

    @model_validator(mode="after")
    def _preferences_belong_to_what_is_known(self) -> Fixtures:
        known: dict[str, set[Any]] = {
            "object": {(one.type, one.id) for one in self.objects},
            "tenant_id": {None, *self.tenants},
            "category": {one.slug for one in self.categories},
        }
        faults = []
        for index, stored in enumerate(self.preferences):
            named: dict[str, Any] = {
                "object": (stored.object.type, stored.object.id),
                **stored.model_dump(exclude={"object"}),
            }
            for kind in known:
                if named[kind] not in known[kind]:
                    faults.append(f"preferences[{index}].{kind} {named[kind]!r} is not known")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def records(self) -> Iterator[tuple[Key, Record]]:
        """Yield the records to start with."""
        for item in self.objects:
            yield ("object", item.type, item.id), item.model_dump()
        for tenant in self.tenants:
            yield ("tenant", tenant), {"id": tenant}
        for category in self.categories:
            yield ("category", category.slug), category.model_dump()
        for stored in self.preferences:
            key = _key(stored.object.type, stored.object.id, stored.tenant_id, stored.category)
            yield key, {"preference": stored.preference, "opt_outs": stored.opt_outs}

    @classmethod
    def of(cls, records: Mapping[Key, Record]) -> Fixtures:
        """Make the document that would begin a session with *records*."""
        return cls(
            objects=[Object(**record) for key, record in records.items() if key[0] == "object"],
            tenants=[key[1] for key in records if key[0] == "tenant"],
            categories=[Category(**record) for key, record in records.items() if key[0] == "category"],
            preferences=[_stored(key, record) for key, record in records.items() if key[0] == "preference"],
        )


def _key(object_type: str, id: str, tenant_id: str | None, category: str) -> Key:
    return ("preference", object_type, id, tenant_id or "", category)


def _stored(key: Key, record: Record) -> Stored:
    _, object_type, id, tenant_id, category = key
    return Stored(
        object=Object(type=object_type, id=id), tenant_id=tenant_id or None, category=category, **record
    )


class Api:
    """SuprSend's object category preferences, kept in a store."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:  # noqa: ARG002 - nothing here has a time or an id
        self._store = store

    async def update_object_category_preference(
        self,
        object_type: str,
        id: str,
        category_slug: str,
        body: dict[str, Any],
        caller: Caller,  # noqa: ARG002 - every key of the workspace writes the same preferences
        tenant_id: str | None = None,
    ) -> Reply:
        """Set an object's preference in a category and answer 202 with the category as it now stands.

        Source: suprsend, "Body" and "Response".
        """
        await self._must_exist("object", object_type, id)
        if tenant_id:
            await self._must_exist("tenant", tenant_id)
        category = await self._must_exist("category", category_slug)
        wish = _Wish(body)
        wish.check(category)
        key = _key(object_type, id, tenant_id, category_slug)
        stored = await self._store.update(key, lambda old: wish.applied(old, category))
        return Reply(202, _presented(category, stored))

    async def _must_exist(self, kind: str, *name: str) -> Record:
        record = await self._store.get((kind, *name))
        if record is None:
            raise NotFound(f"{kind} '{'/'.join(name)}' not found")
        return record


class _Wish:
    """What a body asks for; null counts as absent."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._preference: Preference = body.get("preference") or "opt_in"
        self._outs: list[str] | None = body.get("opt_out_channels")
        self._ins: list[str] | None = body.get("opt_in_channels")

    def check(self, category: Record) -> None:
        """Raise Invalid for a channel in both lists and for leaving a category that cannot be left."""
        ins = self._ins or []
        both = set(ins) & set(self._outs or [])
        violations = [
            Violation(f"opt_in_channels[{ins.index(channel)}]", f'"{channel}" is also in opt_out_channels')
            for channel in sorted(both, key=ins.index)
        ]
        if self._preference == "opt_out" and not category["is_editable"]:
            violations.append(
                Violation("preference", f"category '{category['slug']}' cannot be opted out of")
            )
        if violations:
            raise Invalid(violations)

    def applied(self, old: Record | None, category: Record) -> Record:
        """Give the preference and the opt-outs that follow from the ones stored so far."""
        opt_outs: list[str] = old["opt_outs"] if old else []
        if self._preference == "opt_in":
            if self._outs is not None:
                opt_outs = self._outs
            elif self._ins is None:
                opt_outs = []
            kept_in = {*(self._ins or []), *category["mandatory_channels"]}
            opt_outs = [channel for channel in dict.fromkeys(opt_outs) if channel not in kept_in]
        return {"preference": self._preference, "opt_outs": opt_outs}


def _presented(category: Record, stored: Record) -> dict[str, Any]:
    is_out = stored["preference"] == "opt_out"
    return {
        "name": category["name"],
        "category": category["slug"],
        "description": category["description"],
        "original_preference": category["default_preference"],
        "preference": stored["preference"],
        "is_editable": category["is_editable"],
        "channels": [
            {
                "channel": channel,
                "preference": "opt_out" if is_out or channel in stored["opt_outs"] else "opt_in",
                "is_editable": channel not in category["mandatory_channels"],
            }
            for channel in category["channels"]
        ],
    }

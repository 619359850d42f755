"""SuprSend: what an object receives in a notification category, and through which channels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from mockserver.apis.suprsend.standing import Standing
from mockserver.apis.suprsend.tags import wanted
from mockserver.apis.suprsend.workspace import CHANNELS, Fixtures, preference_key, restriction_key
from mockserver.dispatch.exchange import Caller, Reply
from mockserver.http.problems import Invalid, NotInFixtures, Violation
from mockserver.session.ids import Ids
from mockserver.session.store import Record, Store
from mockserver.simulation.clock import Clock

__all__ = ["Api", "Fixtures"]


class _Recipient(NamedTuple):
    """An object as one caller asks for it: for which tenant, and in how much detail."""

    object: Record
    tenant: Record | None
    restricted: Collection[str] = ()
    shows_opt_outs: bool = False
    locale: str | None = None

    @property
    def tenant_id(self) -> str | None:
        return self.tenant["id"] if self.tenant else None

    @property
    def place(self) -> tuple[str, str, str | None]:
        return self.object["type"], self.object["id"], self.tenant_id


class Api:
    """SuprSend's object preferences, kept in a store.

    Every answer follows one model: what the object chose counts before what the tenant has, and that before the
    category's default; a restricted or blocked channel stays out, a mandatory one in.
    """

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
        show_opt_out_channels: bool = False,
        locale: str | None = None,
    ) -> Reply:
        """Set an object's preference in a category and answer 202 with the category as it now stands.

        Source: suprsend, "Body" and "Response".
        """
        recipient = await self._recipient(object_type, id, tenant_id, show_opt_out_channels, locale)
        standing = await self._standing(category_slug, recipient)
        wish = _Wish(body)
        wish.check(standing)
        key = preference_key(*recipient.place, category_slug)
        choice = await self._store.update(key, lambda old: wish.applied(old, standing))
        return Reply(202, await self._shown(standing, choice, recipient))

    async def get_object_category_preference(
        self,
        object_type: str,
        id: str,
        category_slug: str,
        caller: Caller,  # noqa: ARG002
        tenant_id: str | None = None,
        show_opt_out_channels: bool = False,
        locale: str | None = None,
    ) -> Reply:
        """Answer a category as it stands for an object.

        Source: suprsend, "API specification".
        """
        recipient = await self._recipient(object_type, id, tenant_id, show_opt_out_channels, locale)
        return Reply(200, await self._read(await self._standing(category_slug, recipient), recipient))

    async def list_object_category_preferences(
        self,
        object_type: str,
        id: str,
        caller: Caller,  # noqa: ARG002
        limit: int,
        offset: int,
        tenant_id: str | None = None,
        show_opt_out_channels: bool = False,
        tags: str | None = None,
        locale: str | None = None,
    ) -> Reply:
        """Answer a page of an object's categories.

        Source: suprsend, "API specification".
        """
        recipient = await self._recipient(object_type, id, tenant_id, show_opt_out_channels, locale)
        visible = await self._visible(recipient, tags)
        results = [await self._read(one, recipient) for one in visible[offset : offset + limit]]
        return Reply(
            200, {"meta": {"count": len(visible), "limit": limit, "offset": offset}, "results": results}
        )

    async def get_object_channel_preference(
        self,
        object_type: str,
        id: str,
        caller: Caller,  # noqa: ARG002
        tenant_id: str | None = None,
    ) -> Reply:
        """Answer which of its channels an object restricts.

        Source: suprsend, "API specification".
        """
        return Reply(200, _restrictions(await self._recipient(object_type, id, tenant_id)))

    async def update_object_channel_preference(
        self,
        object_type: str,
        id: str,
        body: dict[str, Any],
        caller: Caller,  # noqa: ARG002
        tenant_id: str | None = None,
    ) -> Reply:
        """Restrict channels or free them, and answer 202 with all of the object's channels.

        Source: suprsend, "API specification".
        """
        return Reply(202, _restrictions(await self._restrict(object_type, id, tenant_id, body)))

    async def get_object_preference(
        self,
        object_type: str,
        id: str,
        caller: Caller,  # noqa: ARG002
        tenant_id: str | None = None,
        show_opt_out_channels: bool = False,
        tags: str | None = None,
        locale: str | None = None,
    ) -> Reply:
        """Answer all of an object's preferences, by section.

        Source: suprsend, "API specification".
        """
        recipient = await self._recipient(object_type, id, tenant_id, show_opt_out_channels, locale)
        return Reply(200, await self._full(recipient, tags))

    async def update_object_preference(
        self,
        object_type: str,
        id: str,
        body: dict[str, Any],
        caller: Caller,  # noqa: ARG002
        tenant_id: str | None = None,
    ) -> Reply:
        """Restrict channels or free them, and answer all of the object's preferences.

        Source: suprsend, "API specification".
        """
        return Reply(200, await self._full(await self._restrict(object_type, id, tenant_id, body), None))

    async def _recipient(
        self,
        object_type: str,
        id: str,
        tenant_id: str | None,
        shows_opt_outs: bool = False,
        locale: str | None = None,
    ) -> _Recipient:
        found = await self._must_exist("object", object_type, id)
        tenant = await self._must_exist("tenant", tenant_id) if tenant_id else None
        stored = await self._store.get(restriction_key(object_type, id, tenant_id))
        return _Recipient(found, tenant, stored["restricted"] if stored else (), shows_opt_outs, locale)

    async def _standing(self, slug: str, recipient: _Recipient) -> Standing:
        standing = Standing.of(await self._must_exist("category", slug), recipient.tenant)
        if not standing.is_visible:
            raise _not_found("category", slug)
        return standing

    async def _must_exist(self, kind: str, *name: str) -> Record:
        record = await self._store.get((kind, *name))
        if record is None:
            raise _not_found(kind, *name)
        return record

    async def _visible(self, recipient: _Recipient, tags: str | None) -> list[Standing]:
        """List the categories that *recipient* may see and *tags* asks for, in the order of the fixtures."""
        is_wanted = wanted(tags)
        standings = [
            Standing.of(category, recipient.tenant) for category in await self._store.items(("category",))
        ]
        return [
            one for one in standings if one.is_visible and is_wanted(await self._effective_tags(one.category))
        ]

    async def _effective_tags(self, category: Record) -> list[str]:
        section = await self._store.get(("section", category["section"])) if category["section"] else None
        return list(dict.fromkeys([*category["tags"], *(section["tags"] if section else ())]))

    async def _restrict(
        self, object_type: str, id: str, tenant_id: str | None, body: dict[str, Any]
    ) -> _Recipient:
        recipient = await self._recipient(object_type, id, tenant_id)
        wish = {one["channel"]: one["is_restricted"] for one in body["channel_preferences"]}

        def applied(old: Record | None) -> Record:
            before = old["restricted"] if old else ()
            kept = [channel for channel in before if wish.get(channel, True)]
            return {"restricted": kept + [one for one in wish if wish[one] and one not in before]}

        stored = await self._store.update(restriction_key(*recipient.place), applied)
        return recipient._replace(restricted=stored["restricted"])

    async def _full(self, recipient: _Recipient, tags: str | None) -> dict[str, Any]:
        visible = await self._visible(recipient, tags)
        sections = []
        for section in [*await self._store.items(("section",)), None]:
            slug = section["slug"] if section else None
            members = [one for one in visible if one.category["section"] == slug]
            if members:
                heading = _heading(section, recipient.locale) if section else {}
                subcategories = [await self._read(one, recipient) for one in members]
                sections.append({**heading, "subcategories": subcategories})
        return {"sections": sections, **_restrictions(recipient)}

    async def _read(self, standing: Standing, recipient: _Recipient) -> dict[str, Any]:
        key = preference_key(*recipient.place, standing.category["slug"])
        return await self._shown(standing, await self._store.get(key), recipient)

    async def _shown(
        self, standing: Standing, choice: Record | None, recipient: _Recipient
    ) -> dict[str, Any]:
        category, preference = standing.category, standing.preference(choice)
        words = _words(category, recipient.locale)
        lists_channels = preference == "opt_in" or recipient.shows_opt_outs
        channels = standing.channels(choice, recipient.restricted, recipient.object["channels"])
        return {
            "name": words["name"],
            "category": category["slug"],
            "description": words["description"],
            "original_preference": standing.default,
            "preference": preference,
            "is_editable": standing.is_editable,
            "channels": channels if lists_channels else [],
            **_said(tags=category["tags"], effective_tags=await self._effective_tags(category)),
        }


class _Wish:
    """What a body asks for; null counts as absent."""

    def __init__(self, body: dict[str, Any]) -> None:
        self._preference: str = body.get("preference") or "opt_in"
        self._outs: list[str] | None = body.get("opt_out_channels")
        self._ins: list[str] | None = body.get("opt_in_channels")

    def check(self, standing: Standing) -> None:
        """Raise Invalid for a channel in both lists and for changing a preference that cannot be changed."""
        ins = self._ins or []
        both = set(ins) & set(self._outs or [])
        violations = [
            Violation(f"opt_in_channels[{ins.index(channel)}]", f'"{channel}" is also in opt_out_channels')
            for channel in sorted(both, key=ins.index)
        ]
        if not standing.is_editable and self._preference != standing.preference(None):
            verb = "opted out of" if self._preference == "opt_out" else "opted in to"
            message = f"category '{standing.category['slug']}' cannot be {verb}"
            violations.append(Violation("preference", message))
        if violations:
            raise Invalid(violations)

    def applied(self, old: Record | None, standing: Standing) -> Record:
        """Give the preference and the opt-outs that follow from the ones stored so far."""
        opt_outs: Collection[str] = old["opt_outs"] if old else standing.outs
        if self._preference == "opt_in":
            if self._outs is not None:
                opt_outs = self._outs
            elif self._ins is None:
                opt_outs = []
            elif self._ins and standing.preference(old) == "opt_out":
                opt_outs = standing.category["channels"]
            kept_in = {*(self._ins or []), *standing.mandatory}
            opt_outs = [channel for channel in dict.fromkeys(opt_outs) if channel not in kept_in]
        return {"preference": self._preference, "opt_outs": list(opt_outs)}


def _not_found(kind: str, *name: str) -> NotInFixtures:
    return NotInFixtures(f"{kind} '{'/'.join(name)}' not found")


def _restrictions(recipient: _Recipient) -> dict[str, Any]:
    channels = recipient.object["channels"]
    return {
        "channel_preferences": [
            {"channel": channel, "is_restricted": channel in recipient.restricted}
            for channel in (CHANNELS if channels is None else channels)
        ]
    }


def _heading(section: Record, locale: str | None) -> dict[str, Any]:
    words = _words(section, locale)
    return {
        "name": words["name"],
        "slug": section["slug"],
        **_said(description=words["description"], tags=section["tags"]),
    }


def _said(**members: Any) -> dict[str, Any]:
    """Leave out what is empty."""
    return {name: value for name, value in members.items() if value}


def _words(named: Record, locale: str | None) -> Mapping[str, Any]:
    """Find name and description in the language asked for, in a wider one such as es for es-AR, or as they stand."""
    words = {"name": named["name"], "description": named["description"]}
    if locale and named["translations"]:
        known = {language.lower(): own for language, own in named["translations"].items()}
        wanted_language = locale.replace("_", "-").lower()
        for language in (wanted_language.partition("-")[0], wanted_language):
            words |= {name: word for name, word in known.get(language, {}).items() if word is not None}
    return words

"""SuprSend: the preferences of an object, by notification category and by channel."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from typing import Any, NamedTuple

from mockserver.apis.suprsend.effective_category import EffectiveCategories, EffectiveCategory
from mockserver.apis.suprsend.preference_change import PreferenceChange
from mockserver.apis.suprsend.rendering import render_category, render_section_heading, translate_words
from mockserver.apis.suprsend.tags import parse_tag_filter
from mockserver.apis.suprsend.workspace import (
    CHANNELS,
    Fixtures,
    make_unnamed_record,
    preference_key,
    restriction_key,
    wildcard_key,
)
from mockserver.auth.caller import Caller
from mockserver.http.problems import NotInFixtures
from mockserver.http.reply import Reply
from mockserver.session.ids import Ids
from mockserver.session.store import Key, Record, Store
from mockserver.simulation.clock import Clock

__all__ = ["Api", "Fixtures"]


# All sessions share the records of their fixtures.
_CATEGORIES = EffectiveCategories()
# What a request may name that nobody has made.
_UNKNOWN = ("object", "tenant", "category")


class _Recipient(NamedTuple):
    """The object that a call is about, its tenant, and how much of it the answer shows.

    scope: the tenant whose preferences these are; None if they are kept without one.
    """

    object: Record
    tenant: Record | None
    scope: str | None
    restricted: Collection[str] = ()
    shows_opt_outs: bool = False
    locale: str | None = None

    @property
    def key(self) -> tuple[str, str, str | None]:
        return self.object["type"], self.object["id"], self.scope


class Api:
    """SuprSend's object preferences, kept in a store.

    All answers follow one order of precedence: the object's own choice, then the tenant's settings, then the category's
    default. A restricted or blocked channel is opted out and a mandatory one opted in, whatever was chosen.

    choices: the alternative in force of each choice of the contract, by its id.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,  # noqa: ARG002 - no record here has a time or an id
        ids: Ids,  # noqa: ARG002
        choices: Mapping[str, str],
    ) -> None:
        self._store = store
        self._choices = choices
        self._springs_up = {kind for kind in _UNKNOWN if choices[f"unknown-{kind}"] == "springs-up"}

    async def update_object_category_preference(
        self,
        object_type: str,
        id: str,
        category_slug: str,
        body: dict[str, Any] | None,
        caller: Caller,  # noqa: ARG002 - every key of the workspace writes the same preferences
        tenant_id: str | None = None,
        show_opt_out_channels: bool = False,
        locale: str | None = None,
    ) -> Reply:
        """Set an object's preference in a category and answer 202 with the updated category.

        Source: suprsend, "Body" and "Response".
        """
        recipient = await self._load_recipient(object_type, id, tenant_id, show_opt_out_channels, locale)
        category = await self._load_category(category_slug, recipient)
        # No body counts as an empty object where one is accepted.
        change = PreferenceChange(body or {}, self._choices)
        change.check_against(category)
        if self._springs_up:
            await self._keep_what_sprang_up(recipient, category.category)
        key = preference_key(*recipient.key, category_slug)
        choice = await self._store.update(key, lambda old: change.apply_to(old, category))
        listing = self._choices["opted-out-channels"]
        return Reply(202, self._render_category(category, choice, recipient, listing))

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
        """Answer one category with the object's preference in it.

        Source: suprsend, "API specification".
        """
        recipient = await self._load_recipient(object_type, id, tenant_id, show_opt_out_channels, locale)
        category = await self._load_category(category_slug, recipient)
        return Reply(200, await self._render_stored_category(category, recipient))

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
        recipient = await self._load_recipient(object_type, id, tenant_id, show_opt_out_channels, locale)
        visible = await self._list_visible_categories(recipient, tags)
        results = [
            await self._render_stored_category(one, recipient) for one in visible[offset : offset + limit]
        ]
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
        """Answer the object's channels, each with whether the object restricts it.

        Source: suprsend, "API specification".
        """
        return Reply(200, _render_channels(await self._load_recipient(object_type, id, tenant_id)))

    async def update_object_channel_preference(
        self,
        object_type: str,
        id: str,
        body: dict[str, Any],
        caller: Caller,  # noqa: ARG002
        tenant_id: str | None = None,
    ) -> Reply:
        """Restrict channels, or lift restrictions, and answer 202 with all of the object's channels.

        Source: suprsend, "API specification".
        """
        return Reply(202, _render_channels(await self._update_restrictions(object_type, id, tenant_id, body)))

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
        recipient = await self._load_recipient(object_type, id, tenant_id, show_opt_out_channels, locale)
        return Reply(200, await self._render_preferences(recipient, tags))

    async def update_object_preference(
        self,
        object_type: str,
        id: str,
        body: dict[str, Any],
        caller: Caller,  # noqa: ARG002
        tenant_id: str | None = None,
    ) -> Reply:
        """Restrict channels, or lift restrictions, and answer all of the object's preferences.

        Source: suprsend, "API specification".
        """
        recipient = await self._update_restrictions(object_type, id, tenant_id, body)
        return Reply(200, await self._render_preferences(recipient, None))

    async def _load_recipient(
        self,
        object_type: str,
        id: str,
        tenant_id: str | None,
        shows_opt_outs: bool = False,
        locale: str | None = None,
    ) -> _Recipient:
        found = await self._require_record("object", object_type, id)
        tenant = await self._require_record("tenant", tenant_id) if tenant_id else None
        scope = tenant["id"] if tenant and self._choices["tenant-scope"] == "apart" else None
        stored = await self._store.get(restriction_key(object_type, id, scope))
        restricted = stored["restricted"] if stored else ()
        return _Recipient(found, tenant, scope, restricted, shows_opt_outs, locale)

    async def _load_category(self, slug: str, recipient: _Recipient) -> EffectiveCategory:
        record = await self._require_record("category", slug)
        category = await self._combine(record, recipient.tenant)
        if not category.is_visible:
            raise _not_found("category", slug)
        return category

    async def _require_record(self, kind: str, *name: str) -> Record:
        record = await self._store.get((kind, *name))
        if record is not None:
            return record
        if kind not in self._springs_up and await self._store.get(wildcard_key(kind)) is None:
            raise _not_found(kind, *name)
        return make_unnamed_record(kind, name)

    async def _keep_what_sprang_up(self, recipient: _Recipient, category: Record | None = None) -> None:
        """Store what a write names and nobody has made, so that a state in which it is named has it as well."""
        one, tenant = recipient.object, recipient.tenant
        named: dict[Key, Record | None] = {
            ("object", one["type"], one["id"]): one,
            ("tenant", tenant["id"] if tenant else ""): tenant,
            ("category", category["slug"] if category else ""): category,
        }
        for key, record in named.items():
            if record is not None and key[0] in self._springs_up:
                await self._store.update(key, partial(_keep_older, record))

    async def _list_visible_categories(
        self, recipient: _Recipient, tags: str | None
    ) -> list[EffectiveCategory]:
        """List the categories that *recipient* may see and *tags* selects, in the order of the fixtures."""
        is_selected = parse_tag_filter(tags if self._choices["tags"] == "filtered" else None)
        records = await self._store.list_records(("category",))
        sections = {section["slug"]: section for section in await self._store.list_records(("section",))}
        categories = [
            _CATEGORIES.combine(record, recipient.tenant, sections.get(record["section"]))
            for record in records
        ]
        return [one for one in categories if one.is_visible and is_selected(one.tags)]

    async def _combine(self, category: Record, tenant: Record | None) -> EffectiveCategory:
        section = await self._store.get(("section", category["section"])) if category["section"] else None
        return _CATEGORIES.combine(category, tenant, section)

    async def _update_restrictions(
        self, object_type: str, id: str, tenant_id: str | None, body: dict[str, Any]
    ) -> _Recipient:
        recipient = await self._load_recipient(object_type, id, tenant_id)
        wanted = {one["channel"]: one["is_restricted"] for one in body["channel_preferences"]}

        def change_restrictions(old: Record | None) -> Record:
            before = old["restricted"] if old else ()
            kept = [channel for channel in before if wanted.get(channel, True)]
            return {"restricted": kept + [one for one in wanted if wanted[one] and one not in before]}

        if self._springs_up:
            await self._keep_what_sprang_up(recipient)
        stored = await self._store.update(restriction_key(*recipient.key), change_restrictions)
        return recipient._replace(restricted=stored["restricted"])

    async def _render_preferences(self, recipient: _Recipient, tags: str | None) -> dict[str, Any]:
        visible = await self._list_visible_categories(recipient, tags)
        sections = []
        # None stands for the categories without a section, which come last.
        for section in [*await self._store.list_records(("section",)), None]:
            slug = section["slug"] if section else None
            members = [one for one in visible if one.category["section"] == slug]
            if members:
                heading = render_section_heading(section, recipient.locale) if section else {}
                rendered = [await self._render_stored_category(one, recipient) for one in members]
                subcategories = list(map(self._render_subcategory, members, rendered))
                sections.append({**heading, "subcategories": subcategories})
        return {"sections": sections, **_render_channels(recipient)}

    async def _render_stored_category(
        self, category: EffectiveCategory, recipient: _Recipient
    ) -> dict[str, Any]:
        key = preference_key(*recipient.key, category.category["slug"])
        listing = self._choices["opted-out-channels-when-read"]
        return self._render_category(category, await self._store.get(key), recipient, listing)

    def _render_category(
        self, effective: EffectiveCategory, choice: Record | None, recipient: _Recipient, listing: str
    ) -> dict[str, Any]:
        """Render a category; *listing* is the alternative that says how it lists its channels if it is opted out."""
        category, own = effective.category, recipient.object["channels"]
        words = translate_words(category, recipient.locale)
        rendered = render_category(
            effective,
            words["name"],
            words["description"],
            None if choice is None else choice["preference"],
            () if choice is None else tuple(choice["opt_outs"]),
            tuple(recipient.restricted),
            None if own is None else tuple(own),
            recipient.shows_opt_outs,
            listing,
        )
        if self._choices["original-preference"] == "always-null":
            rendered = {**rendered, "original_preference": None}
        return rendered if rendered["description"] else self._render_no_description(rendered)

    def _render_no_description(self, rendered: dict[str, Any]) -> dict[str, Any]:
        match self._choices["no-description"]:
            case "empty-text":
                return {**rendered, "description": ""}
            case "left-out":
                return {name: value for name, value in rendered.items() if name != "description"}
        return rendered

    def _render_subcategory(self, effective: EffectiveCategory, rendered: dict[str, Any]) -> dict[str, Any]:
        """Render a category in the full preference, from what it is everywhere else."""
        is_named = self._choices["locked-category-in-full-preference"] == "cant-unsubscribe"
        return (
            {**rendered, "preference": "cant_unsubscribe"} if is_named and effective.is_locked else rendered
        )


def _keep_older(new: Record, old: Record | None) -> Record:
    return new if old is None else old


def _not_found(kind: str, *name: str) -> NotInFixtures:
    return NotInFixtures(f"{kind} '{'/'.join(name)}' not found", choice=f"unknown-{kind}")


def _render_channels(recipient: _Recipient) -> dict[str, Any]:
    channels = recipient.object["channels"]
    return {
        "channel_preferences": [
            {"channel": channel, "is_restricted": channel in recipient.restricted}
            for channel in (CHANNELS if channels is None else channels)
        ]
    }

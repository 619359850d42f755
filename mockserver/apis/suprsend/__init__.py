"""SuprSend: the preferences of an object, by notification category and by channel."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from mockserver.apis.suprsend.catalogue import Catalogue, combine, list_catalogue
from mockserver.apis.suprsend.effective_category import EffectiveCategory
from mockserver.apis.suprsend.preference_change import PreferenceChange, list_rules
from mockserver.apis.suprsend.rendering import (
    Style,
    View,
    render_category,
    render_channels,
    render_section_headings,
    render_untouched_categories,
)
from mockserver.apis.suprsend.tags import parse_tag_filter
from mockserver.apis.suprsend.workspace import (
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

    def make_view(self, style: Style) -> View:
        """Make how it sees categories in an answer of *style*."""
        own = self.object["channels"]
        return View(
            style,
            tuple(self.restricted),
            None if own is None else tuple(own),
            self.shows_opt_outs,
            self.locale,
        )


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
        self._rules = list_rules(choices)
        listing = choices["opted-out-channels-when-read"]
        words = choices["original-preference"], choices["no-description"]
        self._style_when_updated = Style(choices["opted-out-channels"], *words)
        self._style_when_read = Style(listing, *words)
        self._style_of_all = Style(listing, *words, choices["locked-category-in-full-preference"])
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
        change.check_against(category, self._rules)
        if self._springs_up:
            await self._keep_what_sprang_up(recipient, category.category)
        key = preference_key(*recipient.key, category_slug)
        choice = await self._store.update(key, lambda old: change.apply_to(old, category))
        return Reply(202, _render_choice(category, recipient.make_view(self._style_when_updated), choice))

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
        choice = await self._store.get(preference_key(*recipient.key, category_slug))
        return Reply(200, _render_choice(category, recipient.make_view(self._style_when_read), choice))

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
        catalogue = await self._list_catalogue(recipient.tenant)
        visible = self._select_categories(catalogue, tags)
        page = visible[offset : offset + limit]
        rendered = await self._render_stored_categories(page, catalogue, recipient, self._style_when_read)
        results = list(rendered.values())
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

    async def _list_catalogue(self, tenant: Record | None) -> Catalogue:
        categories = await self._store.list_records(("category",))
        return list_catalogue(categories, await self._store.list_records(("section",)), tenant)

    def _select_categories(self, catalogue: Catalogue, tags: str | None) -> Sequence[EffectiveCategory]:
        """Select the categories that *tags* asks for, in the order of the fixtures."""
        if not tags or self._choices["tags"] != "filtered":
            return catalogue.categories
        is_selected = parse_tag_filter(tags)
        return [one for one in catalogue.categories if is_selected(one.tags)]

    async def _combine(self, category: Record, tenant: Record | None) -> EffectiveCategory:
        section = await self._store.get(("section", category["section"])) if category["section"] else None
        return combine(category, tenant, section)

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
        return _Recipient(recipient.object, recipient.tenant, recipient.scope, stored["restricted"])

    async def _render_preferences(self, recipient: _Recipient, tags: str | None) -> dict[str, Any]:
        catalogue = await self._list_catalogue(recipient.tenant)
        selected = self._select_categories(catalogue, tags)
        rendered = await self._render_stored_categories(selected, catalogue, recipient, self._style_of_all)
        sections = []
        headings = render_section_headings(catalogue, recipient.locale)
        for heading, (_, members) in zip(headings, catalogue.sections, strict=True):
            subcategories = [rendered[one.slug] for one in members if one.slug in rendered]
            if subcategories:
                sections.append({**heading, "subcategories": subcategories})
        return {"sections": sections, **_render_channels(recipient)}

    async def _render_stored_categories(
        self,
        categories: Iterable[EffectiveCategory],
        catalogue: Catalogue,
        recipient: _Recipient,
        style: Style,
    ) -> dict[str, dict[str, Any]]:
        """Render some categories of *catalogue*, by slug, with what the object chose in each."""
        view, key = recipient.make_view(style), recipient.key
        untouched = render_untouched_categories(catalogue, view)
        rendered = {}
        for one in categories:
            choice = await self._store.get(preference_key(*key, one.slug))
            rendered[one.slug] = untouched[one.slug] if choice is None else _render_choice(one, view, choice)
        return rendered


def _render_choice(category: EffectiveCategory, view: View, choice: Record | None) -> dict[str, Any]:
    if choice is None:
        return render_category(category, view)
    return render_category(category, view, choice["preference"], tuple(choice["opt_outs"]))


def _keep_older(new: Record, old: Record | None) -> Record:
    return new if old is None else old


def _not_found(kind: str, *name: str) -> NotInFixtures:
    return NotInFixtures(f"{kind} '{'/'.join(name)}' not found", choice=f"unknown-{kind}")


def _render_channels(recipient: _Recipient) -> dict[str, Any]:
    own = recipient.object["channels"]
    return {
        "channel_preferences": render_channels(
            tuple(recipient.restricted), None if own is None else tuple(own)
        )
    }

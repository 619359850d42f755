"""Servers that lie about SuprSend's object category preference: the reference with one fault each.

`breaks` names exactly the requirements that turn red.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import replace
from typing import Any

from conformance.proof.reference.suprsend import (
    PREFERENCES,
    Category,
    Choice,
    Place,
    Reader,
    Reference,
    Refused,
)
from conformance.proof.serving import Request, Response

# Object Preference Category - Opt Out Channel


class RepeatingResets(Reference):
    """The same opt-out a second time lets the channel in again."""

    breaks = frozenset({"same-request-twice"})

    def _choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        choice = super()._choice(place, before, preference, body)
        return Choice(preference) if len(choice.left) == 1 and choice == before else choice


class Toggles(Reference):
    """A plain opt_out a second time opts in again."""

    breaks = frozenset({"same-request-twice"})

    def _choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        choice = super()._choice(place, before, preference, body)
        is_repeated = body == {"preference": "opt_out"} and choice == before
        return Choice("opt_in") if is_repeated else choice


class NothingToDo(Reference):
    """An opt_out of what is opted out already is refused."""

    breaks = frozenset({"same-request-twice"})

    def _opted_out(self, place: Place, before: Choice) -> Choice:
        if before.preference == "opt_out":
            raise Refused(409, "the object has opted out already")
        return super()._opted_out(place, before)


class OneSlashForm(Reference):
    """The path with a trailing slash is unknown."""

    breaks = frozenset({"other-slash-form"})

    def _place(self, request: Request) -> Place:
        if request.path.endswith("/"):
            raise Refused(404, f"nothing at {request.path}")
        return super()._place(request)


class FailsOnDepth(Reference):
    """A deeply nested body is answered 500."""

    breaks = frozenset({"no-server-error"})

    def _json(self, body: bytes) -> Any:
        if body.count(b"[") > 100:
            raise Refused(500, "internal error")
        return super()._json(body)


class FailsOnUnknownTenant(Reference):
    """An unknown tenant is answered 502."""

    breaks = frozenset({"no-server-error"})

    def _tenant(self, request: Request) -> str:
        try:
            return super()._tenant(request)
        except Refused:
            raise Refused(502, "bad gateway") from None


# Authorizations


class AcceptsNoKey(Reference):
    """A request without any credential is granted."""

    breaks = frozenset({"missing-key"})

    def _authenticate(self, request: Request) -> None:
        if "authorization" in request.headers:
            super()._authenticate(request)


class AcceptsNoKeyWithSlash(Reference):
    """A path with a trailing slash passes by the door."""

    breaks = frozenset({"missing-key"})

    def _authenticate(self, request: Request) -> None:
        if "authorization" in request.headers or not request.path.endswith("/"):
            super()._authenticate(request)


class RedirectsNoKey(Reference):
    """A request without any credential is sent to a login page."""

    breaks = frozenset({"missing-key"})

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        if "authorization" not in request.headers:
            return Response(302, headers={"location": "/login"})
        return super().answer(request)


class AcceptsEmptyKey(Reference):
    """The word Bearer alone is granted."""

    breaks = frozenset({"empty-key"})

    def _knows(self, key: str) -> bool:
        return not key.strip() or super()._knows(key)


class AcceptsAnyKey(Reference):
    """Any key is granted, as long as there is one."""

    breaks = frozenset({"wrong-key", "cut-key", "lengthened-key", "key-in-other-case"})

    def _knows(self, key: str) -> bool:
        return bool(key.strip())


class AcceptsKeyShape(Reference):
    """A key of the right length and beginning is granted."""

    breaks = frozenset({"wrong-key"})

    def _knows(self, key: str) -> bool:
        return len(key) == len(self.key) and key[:4] == self.key[:4]


class IgnoresTheCaseOfAKey(Reference):
    """A key is granted in any case, as a database compares."""

    breaks = frozenset({"key-in-other-case"})

    def _knows(self, key: str) -> bool:
        return key.lower() == self.key.lower()


class AcceptsHalfAKey(Reference):
    """The beginning of a key is granted."""

    breaks = frozenset({"cut-key"})

    def _knows(self, key: str) -> bool:
        return len(key) > 5 and self.key.startswith(key)


class AcceptsLongerKeys(Reference):
    """A key with something behind it is granted."""

    breaks = frozenset({"lengthened-key"})

    def _knows(self, key: str) -> bool:
        return key.startswith(self.key)


class AcceptsAnyScheme(Reference):
    """The key is taken from behind whatever word stands before it."""

    breaks = frozenset({"basic-scheme"})

    def _authenticate(self, request: Request) -> None:
        if request.headers.get("authorization", "").split(" ")[1:] != [self.key]:
            super()._authenticate(request)


class AcceptsBasic(Reference):
    """The key as a Basic credential is granted."""

    breaks = frozenset({"basic-scheme"})

    def _authenticate(self, request: Request) -> None:
        if not request.headers.get("authorization", "").startswith("Basic "):
            super()._authenticate(request)


class NoKeyIsForbidden(Reference):
    """A missing key is answered 403."""

    breaks = frozenset({"missing-key-status"})

    def _authenticate(self, request: Request) -> None:
        if "authorization" not in request.headers:
            raise Refused(403, "forbidden")
        super()._authenticate(request)


class WrongKeyIsForbidden(Reference):
    """A wrong key is answered 403."""

    breaks = frozenset({"wrong-key-status"})

    def _knows(self, key: str) -> bool:
        if key and not super()._knows(key):
            raise Refused(403, "forbidden")
        return bool(key)


# Path Parameters


class EchoesAnotherCategory(Reference):
    """The answer names another category than the path."""

    breaks = frozenset({"category-is-the-slug"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "category": "status"}


class CategoryFromName(Reference):
    """The answer's category is the category's name."""

    breaks = frozenset({"category-is-the-slug"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "category": place.category.name}


class CategoryFromBody(Reference):
    """A category in the body is answered instead of the one in the path."""

    breaks = frozenset({"category-ignores-the-body"})

    def _update(self, place: Place, body: dict[str, Any]) -> Choice:
        self._said = body.get("category")
        return super()._update(place, body)

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "category": self._said or place.category.slug}


class InventsCategories(Reference):
    """An unknown category comes into being."""

    breaks = frozenset({"unknown-category"})

    def _category(self, slug: str) -> Category:
        return self.categories.get(slug) or Category(slug, slug)


class OneSetForAllObjects(Reference):
    """All objects share one preference set."""

    breaks = frozenset({"objects-are-apart"})

    def _shelf(self, place: Place) -> Place:
        return replace(place, holder=("", ""))


class OneSetForAllOfAType(Reference):
    """All objects of a type share one preference set."""

    breaks = frozenset({"objects-are-apart"})

    def _shelf(self, place: Place) -> Place:
        return replace(place, holder=(place.holder[0], ""))


class OneSetForAllCategories(Reference):
    """A channel that leaves one category leaves all of them."""

    breaks = frozenset({"categories-are-apart"})

    def _shelf(self, place: Place) -> Place:
        return replace(place, category=self.categories["newsletter"])


# Query Parameters


class RefusesTenants(Reference):
    """No tenant is ever found."""

    breaks = frozenset({"tenant"})

    def _tenant(self, request: Request) -> str:
        if "tenant_id" in request.query:
            raise Refused(404, "tenant not found")
        return ""


class ListsWantAPreference(Reference):
    """A list of one channel is looked at only beside a preference."""

    breaks = frozenset({"channels-go-out-by-default"})

    def _list(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = super()._list(body, member)
        return channels if "preference" in body or len(channels or ()) > 1 else None


class TenantsKeepTheirChannels(Reference):
    """A tenant's channels do not go out."""

    breaks = frozenset({"tenant-channels-go-out"})

    def _choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        choice = super()._choice(place, before, preference, body)
        return replace(choice, left=frozenset()) if place.tenant else choice


class RefusesClientOptions(Reference):
    """A query parameter of the official clients is refused."""

    breaks = frozenset({"client-options"})

    def _tenant(self, request: Request) -> str:
        if "locale" in request.query:
            raise Refused(400, "unknown query parameter")
        return super()._tenant(request)


# Body


class AbsentKeeps(Reference):
    """A body without a preference keeps the earlier one."""

    breaks = frozenset({"defaults-to-opt-in"})

    def _update(self, place: Place, body: dict[str, Any]) -> Choice:
        return super()._update(place, {"preference": self._before(place).preference, **body})


class AbsentIsOptOut(Reference):
    """A body without a preference opts out."""

    breaks = frozenset({"defaults-to-opt-in"})

    def _preference(self, body: dict[str, Any]) -> str:
        return super()._preference(body) if "preference" in body else "opt_out"


class AbsentIsRefused(Reference):
    """A body without a preference is refused."""

    breaks = frozenset({"defaults-to-opt-in"})

    def _preference(self, body: dict[str, Any]) -> str:
        if "preference" not in body:
            raise Refused(400, "preference is required")
        return super()._preference(body)


class AnyBodyOptsIn(Reference):
    """Whatever the body says, the object is opted in."""

    breaks = frozenset(
        {
            "preference-follows-opt-out",
            "generated-preference-is-followed",
            "preference-beside-hostile-members",
            "chunked-body-is-followed",
        }
    )

    def _preference(self, body: dict[str, Any]) -> str:
        super()._preference(body)
        return "opt_in"


class LoneOptOutIsIgnored(Reference):
    """An opt-out is believed only beside other members."""

    breaks = frozenset({"preference-follows-opt-out"})

    def _preference(self, body: dict[str, Any]) -> str:
        preference = super()._preference(body)
        return "opt_in" if len(body) == 1 else preference


class RefusesOptOut(Reference):
    """Nobody can opt out."""

    breaks = frozenset({"preference-follows-opt-out"})

    def _opted_out(self, place: Place, before: Choice) -> Choice:
        locked = replace(place.category, is_editable=False)
        return super()._opted_out(replace(place, category=locked), before)


class CategoryFollowsChannel(Reference):
    """A category goes out with a channel that is named alone."""

    breaks = frozenset({"category-stays-in"})

    def _update(self, place: Place, body: dict[str, Any]) -> Choice:
        named = body.get("opt_out_channels")
        vars(self).setdefault("lone", {})[place] = isinstance(named, list) and len(named) == 1
        return super()._update(place, body)

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        preference = "opt_out" if vars(self).get("lone", {}).get(place) else choice.preference
        return {**super()._rendered(place, choice), "preference": preference}


class OptOutSticks(Reference):
    """Once out, a plain opt_in does not lead back."""

    breaks = frozenset({"preference-follows-opt-in"})

    def _choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        if before.preference == "opt_out" and body == {"preference": "opt_in"}:
            return before
        return super()._choice(place, before, preference, body)


class ListsHideOptOut(Reference):
    """An opt-out beside channels is ignored."""

    breaks = frozenset({"generated-preference-is-followed"})

    def _preference(self, body: dict[str, Any]) -> str:
        preference = super()._preference(body)
        return "opt_in" if body.get("opt_out_channels") or body.get("opt_in_channels") else preference


class OptOutChannelsIgnored(Reference):
    """No channel ever goes out."""

    breaks = frozenset({"channels-go-out", "generated-channels-follow"})

    def _list(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = super()._list(body, member)
        return frozenset() if member == "opt_out_channels" and channels else channels


class OptOutChannelsRefused(Reference):
    """A list of channels to leave is refused unless it is empty."""

    breaks = frozenset({"channels-go-out", "documented-channels"})

    def _list(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        if member == "opt_out_channels" and body.get(member):
            raise Refused(400, "not supported")
        return super()._list(body, member)


class LoneChannelIgnored(Reference):
    """A list of a single channel is taken for an empty one."""

    breaks = frozenset({"channels-go-out"})

    def _list(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = super()._list(body, member)
        lone = member == "opt_out_channels" and len(body.get(member) or []) == 1
        return frozenset() if lone else channels


class OnlyFirstChannelGoesOut(Reference):
    """Of a list only the first channel goes out."""

    breaks = frozenset({"generated-channels-follow"})

    def _list(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = super()._list(body, member)
        first = member == "opt_out_channels" and channels
        return frozenset(body[member][:1]) if first else channels


class OthersFollow(Reference):
    """A channel that goes out takes ms_teams along."""

    breaks = frozenset({"other-channels-stay-in"})

    def _left(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        left = super()._left(before, out, into)
        return left | {"ms_teams"} if left else left


class AllFollow(Reference):
    """A channel that goes out takes all others along."""

    breaks = frozenset({"other-channels-stay-in", "list-replaces"})

    def _left(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        left = super()._left(before, out, into)
        return left | {"email", "slack", "ms_teams"} if out else left


class OptInChannelsIgnored(Reference):
    """opt_in_channels changes nothing."""

    breaks = frozenset({"channels-come-in", "generated-channels-follow"})

    def _left(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return frozenset(before) if into and out is None else super()._left(before, out, into)


class LoneOptInIgnored(Reference):
    """opt_in_channels with a single channel changes nothing."""

    breaks = frozenset({"channels-come-in"})

    def _left(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        is_lone = into is not None and len(into) == 1 and out is None
        return frozenset(before) if is_lone else super()._left(before, out, into)


class OptInChannelsRefused(Reference):
    """opt_in_channels is refused."""

    breaks = frozenset({"channels-come-in"})

    def _list(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        if member == "opt_in_channels" and member in body:
            raise Refused(400, "not supported")
        return super()._list(body, member)


class OptInChannelsInverted(Reference):
    """opt_in_channels is taken for opt_out_channels."""

    breaks = frozenset({"channels-come-in", "generated-channels-follow"})

    def _left(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return super()._left(before, into or out, None)


class Merges(Reference):
    """A list of opt-outs is added to the earlier ones."""

    breaks = frozenset({"list-replaces"})

    def _left(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return super()._left(before, before | out if out else out, into)


class RefusesNullLists(Reference):
    """A list that is null is refused."""

    breaks = frozenset({"null-list"})

    def _list(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        if member in body and body[member] is None:
            raise Refused(400, f"{member} is null")
        return super()._list(body, member)


class RefusesEmptyLists(Reference):
    """An empty list is refused."""

    breaks = frozenset({"empty-list"})

    def _list(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        if body.get(member) == []:
            raise Refused(400, f"{member} is empty")
        return super()._list(body, member)


class RefusesWebpush(Reference):
    """One of the documented channels is unknown."""

    breaks = frozenset({"documented-channels"})

    def _channel(self, channel: Any, field: str) -> str:
        if channel == "webpush":
            raise Refused(400, f"{field} is unknown")
        return super()._channel(channel, field)


class AcceptsAnyPreference(Reference):
    """Any value counts as an opt-in."""

    breaks = frozenset(
        {
            "unknown-preference",
            "number-as-preference",
            "boolean-as-preference",
            "object-as-preference",
            "array-as-preference",
            "generated-preference-is-refused",
        }
    )

    def _word(self, preference: Any) -> str:
        return preference if preference in PREFERENCES else "opt_in"


class FalsyIsAbsent(Reference):
    """Whatever counts as false counts as absent."""

    breaks = frozenset(
        {
            "number-as-preference",
            "boolean-as-preference",
            "object-as-preference",
            "array-as-preference",
        }
    )

    def _word(self, preference: Any) -> str:
        is_falsy = not preference and preference != ""
        return super()._word("opt_in" if is_falsy else preference)


class FalsyBodyIsAbsent(Reference):
    """A body that counts as false counts as an empty object."""

    breaks = frozenset({"array-body", "string-body", "number-body"})

    def _mapping(self, body: Any) -> dict[str, Any]:
        return super()._mapping(body or {})


class AcceptsUnknownPreferences(Reference):
    """A preference is taken by its first letters."""

    breaks = frozenset({"unknown-preference"})

    def _word(self, preference: Any) -> str:
        is_near = preference not in PREFERENCES and str(preference).startswith("opt_")
        return super()._word("opt_in" if is_near else preference)


class AcceptsOne(Reference):
    """The number 1 counts as an opt-in."""

    breaks = frozenset({"number-as-preference"})

    def _word(self, preference: Any) -> str:
        return "opt_in" if type(preference) is int and preference == 1 else super()._word(preference)


class AcceptsTrue(Reference):
    """True counts as an opt-in."""

    breaks = frozenset({"boolean-as-preference"})

    def _word(self, preference: Any) -> str:
        return "opt_in" if preference is True else super()._word(preference)


class AcceptsObjects(Reference):
    """An object with a value in it counts as that value."""

    breaks = frozenset({"object-as-preference"})

    def _word(self, preference: Any) -> str:
        if isinstance(preference, dict) and "value" in preference:
            preference = preference["value"]
        return super()._word(preference)


class AcceptsArrays(Reference):
    """An array counts as its only item."""

    breaks = frozenset({"array-as-preference"})

    def _word(self, preference: Any) -> str:
        if isinstance(preference, list) and len(preference) == 1:
            [preference] = preference
        return super()._word(preference)


class MendsTruncatedBodies(Reference):
    """A body that breaks off is completed, if all that was announced has come."""

    breaks = frozenset({"truncated-body"})

    def _body(self, request: Request) -> dict[str, Any]:
        breaks_off = request.body.startswith(b"{") and not request.body.endswith(b"}")
        end = b"}" if breaks_off and not request.is_cut else b""
        return super()._body(replace(request, body=request.body + end))


class ReadsForms(Reference):
    """A body that is a form is read as one."""

    breaks = frozenset({"text-body"})

    def _json(self, body: bytes) -> Any:
        name, equals, value = body.partition(b"=")
        return {name.decode(): value.decode()} if equals and name.isalpha() else super()._json(body)


class TakesArrays(Reference):
    """An array of an object counts as the object."""

    breaks = frozenset({"array-body"})

    def _mapping(self, body: Any) -> dict[str, Any]:
        return super()._mapping(body[0] if isinstance(body, list) and body else body)


class TakesStrings(Reference):
    """A string counts as the preference."""

    breaks = frozenset({"string-body"})

    def _mapping(self, body: Any) -> dict[str, Any]:
        return super()._mapping({"preference": body} if isinstance(body, str) else body)


class TakesNumbers(Reference):
    """A number counts as no wish at all."""

    breaks = frozenset({"number-body"})

    def _mapping(self, body: Any) -> dict[str, Any]:
        return super()._mapping({} if type(body) is int else body)


class NoTextIsNothing(Reference):
    """A body that begins with a byte that is no text counts as none at all."""

    breaks = frozenset({"generated-body-is-refused"})

    def _json(self, body: bytes) -> Any:
        is_text = body[:1].isascii() or body.startswith((b"\xff\xfe", b"\xef\xbb\xbf"))
        return super()._json(body) if is_text else {}


class KnowsTheUsualMistakes(Reference):
    """Only a list of usual mistakes is refused as a preference."""

    breaks = frozenset({"generated-preference-is-refused"})

    def _word(self, preference: Any) -> str:
        words = ("opt_sideways", "opt_out_later", "opt")
        usual: tuple[Any, ...] = (0, 1, [], {}, ["opt_in"], {"value": "opt_in"}, *words)
        return super()._word(preference if preference in (*PREFERENCES, *usual) else "opt_in")


class FailsOnForeignMembers(Reference):
    """A member whose name is not ASCII is answered 500."""

    breaks = frozenset({"generated-no-server-error"})

    def _mapping(self, body: Any) -> dict[str, Any]:
        if not all(name.isascii() for name in super()._mapping(body)):
            raise Refused(500, "internal error")
        return super()._mapping(body)


class FailsOnWrongTypes(Reference):
    """A list that is not one is answered 500."""

    breaks = frozenset({"no-server-error", "generated-no-server-error"})

    def _mapping(self, body: Any) -> dict[str, Any]:
        members = super()._mapping(body)
        if any(
            not isinstance(members.get(name) or [], list) for name in ("opt_out_channels", "opt_in_channels")
        ):
            raise Refused(500, "internal error")
        return members


# Response


class Answers200(Reference):
    """Success is 200."""

    breaks = frozenset({"answers-202"})

    def _accept(self, place: Place, choice: Choice) -> Response:
        return Response(200, self._rendered(place, choice))


class AnswersNothing(Reference):
    """Success has no body."""

    breaks = frozenset({"answers-the-category", "media-type"})

    def _accept(self, place: Place, choice: Choice) -> Response:
        return replace(super()._accept(place, choice), body=b"")


class AnswersAList(Reference):
    """Success is an array with the category in it."""

    breaks = frozenset({"answers-the-category"})

    def _accept(self, place: Place, choice: Choice) -> Response:
        return Response(202, [self._rendered(place, choice)])


class AnswersText(Reference):
    """Success is labelled as text."""

    breaks = frozenset({"media-type"})

    def _accept(self, place: Place, choice: Choice) -> Response:
        body = json.dumps(self._rendered(place, choice)).encode()
        return Response(202, body, {"content-type": "text/plain"})


class NameIsNull(Reference):
    """The name is null."""

    breaks = frozenset({"name"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "name": None}


class CategoryIsAnObject(Reference):
    """The category is an object."""

    breaks = frozenset({"category"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "category": {"slug": place.category.slug}}


class NoDescription(Reference):
    """The description is missing."""

    breaks = frozenset({"description"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        category = super()._rendered(place, choice)
        del category["description"]
        return category


class DescriptionIsAList(Reference):
    """The description is a list of lines."""

    breaks = frozenset({"description"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        category = super()._rendered(place, choice)
        return {**category, "description": [category["description"]]}


class OriginalPreferenceIsABoolean(Reference):
    """The default preference is a boolean."""

    breaks = frozenset({"original-preference"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "original_preference": True}


class PreferenceIsABoolean(Reference):
    """The preference is a boolean."""

    breaks = frozenset({"preference"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "preference": choice.preference == "opt_in"}


class PreferenceIsAnotherWord(Reference):
    """The preference is a word of the server's own."""

    breaks = frozenset({"preference"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "preference": "subscribed"}


class IsEditableIsAWord(Reference):
    """is_editable is a string."""

    breaks = frozenset({"is-editable"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "is_editable": "true"}


class ChannelsAreAnObject(Reference):
    """The channels are an object by name."""

    breaks = frozenset({"channels"})

    def _rendered_channels(self, category: Category, choice: Choice) -> Any:
        return {channel["channel"]: channel for channel in super()._rendered_channels(category, choice)}


class ChannelsAreNames(Reference):
    """The channels are bare names."""

    breaks = frozenset({"channels-are-objects"})

    def _rendered_channels(self, category: Category, choice: Choice) -> Any:
        return [channel["channel"] for channel in super()._rendered_channels(category, choice)]


class ChannelIsANumber(Reference):
    """A channel is named by a number."""

    breaks = frozenset({"channel-names"})

    def _rendered_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        return {**super()._rendered_channel(channel, category, choice), "channel": 7}


class ChannelPreferenceIsABoolean(Reference):
    """A channel's preference is a boolean."""

    breaks = frozenset({"channel-preferences"})

    def _rendered_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        return {**super()._rendered_channel(channel, category, choice), "preference": True}


class ChannelIsEditableIsANumber(Reference):
    """A channel's is_editable is 1."""

    breaks = frozenset({"channel-is-editable"})

    def _rendered_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        return {**super()._rendered_channel(channel, category, choice), "is_editable": 1}


class LocksAfterOptOuts(Reference):
    """A category is no longer editable once a channel left it."""

    breaks = frozenset({"is-editable-stays"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {
            **super()._rendered(place, choice),
            "is_editable": place.category.is_editable and not choice.left,
        }


class LocksAfterOptOut(Reference):
    """A category is no longer editable once it was opted out."""

    breaks = frozenset({"is-editable-stays", "opted-out-category-is-editable"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        is_editable = place.category.is_editable and choice.preference == "opt_in"
        return {**super()._rendered(place, choice), "is_editable": is_editable}


class NothingIsEditable(Reference):
    """No category says that it is editable."""

    breaks = frozenset({"opted-out-category-is-editable"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "is_editable": False}


class EverythingIsEditable(Reference):
    """A locked category says that it is editable."""

    breaks = frozenset({"locked-category-is-not-editable"})

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "is_editable": True}


class OpensLockedCategory(Reference):
    """A locked category is opted out like any other."""

    breaks = frozenset({"locked-category-stays-in"})

    def _opted_out(self, place: Place, before: Choice) -> Choice:
        editable = replace(place.category, is_editable=True)
        return super()._opted_out(replace(place, category=editable), before)


class OpensLockedCategorySilently(Reference):
    """A locked category refuses the opt-out, and keeps it all the same."""

    breaks = frozenset({"locked-category-stays-in"})

    def _opted_out(self, place: Place, before: Choice) -> Choice:
        self._choices[place] = Choice("opt_out")
        return super()._opted_out(place, before)


# Errors


class ErrorsAreText(Reference):
    """An error is a line of text."""

    breaks = frozenset({"error-is-json"})

    def _refuse(self, refused: Refused) -> Response:
        return Response(refused.status, refused.message.encode(), {"content-type": "text/plain"})


class ErrorCodeIsAWord(Reference):
    """An error's code is a word."""

    breaks = frozenset({"error-code"})

    def _refuse(self, refused: Refused) -> Response:
        return Response(refused.status, {"code": "error", "message": refused.message})


class ErrorCodeIsAnother(Reference):
    """An error's code is not its status."""

    breaks = frozenset({"error-code-is-the-status"})

    def _refuse(self, refused: Refused) -> Response:
        return Response(refused.status, {"code": 7, "message": refused.message})


class ErrorIsNested(Reference):
    """An error is wrapped in a member of its own."""

    breaks = frozenset({"error-code", "error-message"})

    def _refuse(self, refused: Refused) -> Response:
        return Response(refused.status, {"error": {"code": refused.status, "message": refused.message}})


class ErrorSaysNothing(Reference):
    """An error's message is empty."""

    breaks = frozenset({"error-message"})

    def _refuse(self, refused: Refused) -> Response:
        return Response(refused.status, {"code": refused.status, "message": ""})


# Reading back


class AnswersAndStoresNothing(Reference):
    """Every write is answered as it should be, and reads show what nobody ever chose."""

    breaks = frozenset({"written-preference-is-read", "written-channel-is-read"})

    def _kept(self, place: Place) -> Choice:
        return Choice(place.category.default)


class OptOutIsNotRead(Reference):
    """The channels are read as they were written, and the category as opted in."""

    breaks = frozenset({"written-preference-is-read"})

    def _kept(self, place: Place) -> Choice:
        return replace(super()._kept(place), preference="opt_in")


class OptInIsNotRead(Reference):
    """What was once opted out of is read as opted out."""

    breaks = frozenset({"written-preference-is-read"})

    def _update(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update(place, body)
        if choice.preference == "opt_out" and set(body) == {"preference"}:
            vars(self).setdefault("gone", set()).add(place)
        return choice

    def _kept(self, place: Place) -> Choice:
        choice = super()._kept(place)
        return Choice("opt_out", choice.left) if place in vars(self).get("gone", ()) else choice


class EveryRequestForgetsLists(Reference):
    """Whatever is asked next, the channels that are out are forgotten, also by a read."""

    breaks = frozenset({"written-channel-is-read"})

    def _operation(self, request: Request) -> Response:
        if request.method == "GET":
            self._choices = {place: Choice(one.preference) for place, one in self._choices.items()}
        return super()._operation(request)


class AllChannelsAreReadAsOut(Reference):
    """Once one channel is out, all are read as out."""

    breaks = frozenset({"written-channel-is-read"})

    def _kept(self, place: Place) -> Choice:
        choice = super()._kept(place)
        return replace(choice, left=frozenset(place.category.channels)) if choice.left else choice


class MergesAndAnswersOtherwise(Reference):
    """A list replaces the earlier one in the answer, and is added to it where it is read."""

    breaks = frozenset({"read-agrees-with-answer"})

    def _update(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update(place, body)
        ever = vars(self).setdefault("ever", {})
        ever[place] = choice.left and choice.left | ever.get(place, frozenset())
        return choice

    def _kept(self, place: Place) -> Choice:
        return replace(super()._kept(place), left=vars(self).get("ever", {}).get(place, frozenset()))


class OneStateForAllObjects(Reference):
    """Answers follow the request; what is read is the latest that any object wrote."""

    breaks = frozenset({"write-to-another-object-is-not-read"})

    def _update(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update(place, body)
        vars(self).setdefault("latest", {})[place.category, place.tenant] = choice
        return choice

    def _kept(self, place: Place) -> Choice:
        latest = vars(self).get("latest", {})
        return latest.get((place.category, place.tenant)) or super()._kept(place)


class OneStateForAllCategories(Reference):
    """Answers follow the request; what is read is the latest that was written to any category."""

    breaks = frozenset({"write-to-another-category-is-not-read"})

    def _update(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update(place, body)
        vars(self).setdefault("latest", {})[place.holder, place.tenant] = choice
        return choice

    def _kept(self, place: Place) -> Choice:
        latest = vars(self).get("latest", {})
        return latest.get((place.holder, place.tenant)) or super()._kept(place)


class OptOutShowsAtOtherObjects(Reference):
    """What any object opts out of is read as opted out for all."""

    breaks = frozenset({"write-to-another-object-is-not-read"})

    def _kept(self, place: Place) -> Choice:
        others = (one for at, one in self._choices.items() if replace(at, holder=place.holder) == place)
        choice = super()._kept(place)
        return replace(choice, preference=_worst(choice, *others))


class OptOutShowsInOtherCategories(Reference):
    """What is opted out of in any category is read as opted out in all."""

    breaks = frozenset({"write-to-another-category-is-not-read"})

    def _kept(self, place: Place) -> Choice:
        others = (one for at, one in self._choices.items() if replace(at, category=place.category) == place)
        choice = super()._kept(place)
        return replace(choice, preference=_worst(choice, *others))


def _worst(*choices: Choice) -> str:
    return "opt_out" if any(choice.preference == "opt_out" for choice in choices) else "opt_in"


class ReadsIgnoreTenants(Reference):
    """What is read for a tenant is what was chosen without one."""

    breaks = frozenset({"written-for-a-tenant-is-read"})

    def _kept(self, place: Place) -> Choice:
        return super()._kept(replace(place, tenant=""))


class WritesBeforeItAsksForTheKey(Reference):
    """A write without a key is refused, and carried out."""

    breaks = frozenset({"refused-write-is-not-read"})

    def _authenticate(self, request: Request) -> None:
        if "authorization" not in request.headers and request.method == "PATCH":
            self._update(self._place(request), self._body(request))
        super()._authenticate(request)


class WritesBeforeItLooksAtTheKey(Reference):
    """A write with a wrong key is refused, and carried out."""

    breaks = frozenset({"refused-write-is-not-read"})

    def _authenticate(self, request: Request) -> None:
        if request.method == "PATCH" and not self._knows(
            request.headers.get("authorization", "Bearer x")[7:]
        ):
            self._update(self._place(request), self._body(request))
        super()._authenticate(request)


class WritesBeforeItChecks(Reference):
    """A write with a channel that there is not is refused, and its preference kept."""

    breaks = frozenset({"refused-write-is-not-read"})

    def _choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        if place.category.is_editable:
            self._choices[self._shelf(place)] = Choice(preference, before.left)
        return super()._choice(place, before, preference, body)


class ReadIs202(Reference):
    """A category is read with 202."""

    breaks = frozenset({"read-answers-200"})

    def _read(self, place: Place, shows_channels: bool) -> Response:
        return Response(202, self._shown(place, shows_channels))


class ReadsAWord(Reference):
    """Where a category is read, is_editable is a word."""

    breaks = frozenset({"read-answers-the-category"})

    def _shown(self, place: Place, shows_channels: bool) -> dict[str, Any]:
        return {**super()._shown(place, shows_channels), "is_editable": "yes"}


class ReadsNames(Reference):
    """Where a category is read, its channels are bare names."""

    breaks = frozenset({"read-answers-the-category"})

    def _read(self, place: Place, shows_channels: bool) -> Response:
        shown = self._shown(place, shows_channels)
        is_plain = shown["preference"] == "opt_out" and not shows_channels
        return Response(200, {**shown, "channels": list(place.category.channels)} if is_plain else shown)


class ReadsAnotherName(Reference):
    """Where a category is read, its name is its slug."""

    breaks = frozenset({"read-describes-the-category"})

    def _shown(self, place: Place, shows_channels: bool) -> dict[str, Any]:
        return {**super()._shown(place, shows_channels), "name": place.category.slug}


class ReadsAllAsEditable(Reference):
    """Where a category is read, it can be edited."""

    breaks = frozenset({"read-describes-the-category"})

    def _shown(self, place: Place, shows_channels: bool) -> dict[str, Any]:
        return {**super()._shown(place, shows_channels), "is_editable": True}


class ReadsMandatoryChannelsAsEditable(Reference):
    """Where a category is read, a channel can be edited unless it is restricted."""

    breaks = frozenset({"read-describes-the-category"})

    def _shown(self, place: Place, shows_channels: bool) -> dict[str, Any]:
        shown, shut = super()._shown(place, shows_channels), self._shut(place)
        listed = [{**one, "is_editable": one["channel"] not in shut} for one in shown["channels"]]
        return {**shown, "channels": listed}


class ReadsAnotherSlug(Reference):
    """Where a category is read, it is called by its name."""

    breaks = frozenset({"read-category-is-the-slug"})

    def _read(self, place: Place, shows_channels: bool) -> Response:
        return Response(200, {**self._shown(place, shows_channels), "category": place.category.name})


class AnybodyReads(Reference):
    """Only writes ask for a key, and reads for a right one if there is one."""

    breaks = frozenset({"read-without-key"})

    def _authenticate(self, request: Request) -> None:
        if request.method == "PATCH" or "authorization" in request.headers:
            super()._authenticate(request)


class AnyKeyReads(Reference):
    """Whoever sends a key may read, whichever it is."""

    breaks = frozenset({"read-with-wrong-key"})

    def _authenticate(self, request: Request) -> None:
        if request.method == "PATCH" or "authorization" not in request.headers:
            super()._authenticate(request)


class AnybodyLists(Reference):
    """The full preference is read without a key."""

    breaks = frozenset({"read-without-key"})

    def _authenticate(self, request: Request) -> None:
        if not request.path.endswith("/preference") or "authorization" in request.headers:
            super()._authenticate(request)


class ReadWithoutKeyIsForbidden(Reference):
    """A read without a key is answered 403."""

    breaks = frozenset({"read-without-key-status"})

    def _authenticate(self, request: Request) -> None:
        if request.method == "GET" and "authorization" not in request.headers:
            raise Refused(403, "forbidden")
        super()._authenticate(request)


class UnknownCategoryIsABadRead(Reference):
    """An unknown category that is read is a bad request."""

    breaks = frozenset({"read-of-unknown-category"})

    def _operation(self, request: Request) -> Response:
        *_, heading, slug = request.segments
        if request.method == "GET" and heading == "category" and slug not in self.categories:
            raise Refused(400, "no such category")
        return super()._operation(request)


class AnybodyHasPreferences(Reference):
    """An object that does not exist has preferences to read."""

    breaks = frozenset({"read-of-unknown-object"})

    def _reader(self, request: Request) -> Reader:
        _, _, kind, name, *_ = request.segments
        return Reader((kind, name), self._tenant(request), False, request.query)


class ReadErrorsAreText(Reference):
    """What cannot be found to be read is a line of text."""

    breaks = frozenset({"read-error"})

    def _operation(self, request: Request) -> Response:
        try:
            return super()._operation(request)
        except Refused as refused:
            if request.method != "GET":
                raise
            return Response(refused.status, refused.message.encode(), {"content-type": "text/plain"})


class FlagIsIgnored(Reference):
    """show_opt_out_channels changes nothing."""

    breaks = frozenset({"opted-out-channels-are-shown"})

    def _shows_channels(self, _: Request) -> bool:
        return False


class TagsAreRefused(Reference):
    """A list of categories of a tag is refused."""

    breaks = frozenset({"locale-and-tags"})

    def _page(self, reader: Reader) -> dict[str, Any]:
        if "tags" in reader.query:
            raise Refused(400, "unknown parameter")
        return super()._page(reader)


# The neighbours


class PageWithoutOffset(Reference):
    """A page does not say where it begins."""

    breaks = frozenset({"list-is-a-page"})

    def _page(self, reader: Reader) -> dict[str, Any]:
        page = super()._page(reader)
        del page["meta"]["offset"]
        return page


class ListShowsDefaults(Reference):
    """A list shows the defaults of categories, whatever was chosen."""

    breaks = frozenset({"list-holds-the-category"})

    def _page(self, reader: Reader) -> dict[str, Any]:
        page = super()._page(reader)
        shown = [{**one, "preference": one["original_preference"]} for one in page["results"]]
        return {**page, "results": shown}


class ListIsBare(Reference):
    """A list has a category's slug and preference, and nothing else."""

    breaks = frozenset({"list-agrees-with-read"})

    def _page(self, reader: Reader) -> dict[str, Any]:
        page = super()._page(reader)
        bare = [{name: one[name] for name in ("category", "preference")} for one in page["results"]]
        return {**page, "results": bare}


class ListShowsEveryChannelIn(Reference):
    """A list shows each channel that it lists as opted in."""

    breaks = frozenset({"list-agrees-with-read", "list-for-a-tenant"})

    def _page(self, reader: Reader) -> dict[str, Any]:
        page = super()._page(reader)
        for one in page["results"]:
            one["channels"] = [{**channel, "preference": "opt_in"} for channel in one["channels"]]
        return page


class ListsIgnoreTenants(Reference):
    """What is listed for a tenant is what was chosen without one."""

    breaks = frozenset({"list-for-a-tenant"})

    def _page(self, reader: Reader) -> dict[str, Any]:
        return super()._page(replace(reader, tenant=""))


class LimitIsIgnored(Reference):
    """A page is as long as ever."""

    breaks = frozenset({"list-is-limited"})

    def _bounds(self, reader: Reader) -> tuple[int, int]:
        return 10, super()._bounds(reader)[1]


class OffsetIsIgnored(Reference):
    """Every page begins at the beginning."""

    breaks = frozenset({"list-goes-on"})

    def _bounds(self, reader: Reader) -> tuple[int, int]:
        return super()._bounds(reader)[0], 0


class CountsThePage(Reference):
    """A page counts its own categories."""

    breaks = frozenset({"list-counts-all"})

    def _page(self, reader: Reader) -> dict[str, Any]:
        page = super()._page(reader)
        return {**page, "meta": {**page["meta"], "count": len(page["results"])}}


class FullWithoutChannels(Reference):
    """The full preference has no channels."""

    breaks = frozenset({"full-preference"})

    def _full(self, reader: Reader) -> dict[str, Any]:
        return {"sections": super()._full(reader)["sections"]}


class SectionsAreCategories(Reference):
    """The full preference has categories where sections should be."""

    breaks = frozenset({"full-preference", "full-preference-holds-the-category"})

    def _full(self, reader: Reader) -> dict[str, Any]:
        return {**super()._full(reader), "sections": self._all(reader)}


class FullLeavesOutASection(Reference):
    """The full preference lacks the first section."""

    breaks = frozenset({"full-preference-holds-the-category"})

    def _full(self, reader: Reader) -> dict[str, Any]:
        full = super()._full(reader)
        return {**full, "sections": full["sections"][1:]}


class FullPreferenceIsOpen(Reference):
    """The full preference shows every category as opted in."""

    breaks = frozenset({"full-preference-holds-the-category"})

    def _full(self, reader: Reader) -> dict[str, Any]:
        shown = [{**one, "preference": "opt_in"} for one in self._all(reader)]
        return {**super()._full(reader), "sections": [{"subcategories": shown}]}


class FullPreferenceIsBare(Reference):
    """The full preference has a category's slug and preference, and nothing else."""

    breaks = frozenset({"full-preference-agrees-with-read"})

    def _full(self, reader: Reader) -> dict[str, Any]:
        bare = [{name: one[name] for name in ("category", "preference")} for one in self._all(reader)]
        return {**super()._full(reader), "sections": [{"subcategories": bare}]}


class FullPreferenceShowsNoRestriction(Reference):
    """The full preference shows every channel as free."""

    breaks = frozenset({"full-preference-shows-restrictions"})

    def _full(self, reader: Reader) -> dict[str, Any]:
        full = super()._full(reader)
        free = [{**one, "is_restricted": False} for one in full["channel_preferences"]]
        return {**full, "channel_preferences": free}


class FullUpdateAnswersTheChannels(Reference):
    """An update of the full preference is answered with the channel preferences alone."""

    breaks = frozenset({"full-preference-update-answers-all"})

    def _operation(self, request: Request) -> Response:
        answer = super()._operation(request)
        if request.method == "PATCH" and request.segments[-1] == "preference":
            return Response(200, self._channel_preferences(self._reader(request)))
        return answer


class RestrictionAnswersTheCategories(Reference):
    """An update of the channel preferences is answered with the list of categories."""

    breaks = frozenset({"restriction-answers-the-channels"})

    def _operation(self, request: Request) -> Response:
        answer = super()._operation(request)
        if request.method == "PATCH" and request.segments[-1] == "channel_preference":
            return Response(202, self._page(self._reader(request)))
        return answer


class FullUpdateDoesNothing(Reference):
    """An update of the full preference is answered 200, and is none."""

    breaks = frozenset({"full-preference-update-is-read"})

    def _operation(self, request: Request) -> Response:
        if request.method == "PATCH" and request.segments[-1] == "preference":
            return Response(200, self._full(self._reader(request)))
        return super()._operation(request)


class FullUpdateFreesNothing(Reference):
    """An update of the full preference restricts channels, and frees none."""

    breaks = frozenset({"full-preference-update-is-read"})

    def _operation(self, request: Request) -> Response:
        before = dict(self._restricted)
        answer = super()._operation(request)
        if request.method == "PATCH" and request.segments[-1] == "preference":
            for holder, shut in before.items():
                self._restricted[holder] |= shut
        return answer


class RestrictsEveryChannel(Reference):
    """One restricted channel shuts all."""

    breaks = frozenset({"restriction-leaves-other-channels"})

    def _shut(self, place: Place) -> frozenset[str]:
        return frozenset(place.category.channels if super()._shut(place) else ())


class RestrictionForgetsChoices(Reference):
    """Whatever is said of restrictions lets every channel in again that was out by itself."""

    breaks = frozenset({"restriction-leaves-other-channels", "restriction-keeps-choices"})

    def _restrict(self, request: Request) -> Reader:
        self._choices = {place: Choice(one.preference) for place, one in self._choices.items()}
        return super()._restrict(request)


class FreeingForgetsChoices(Reference):
    """Once a channel is free again, every channel is in again that was out by itself."""

    breaks = frozenset({"restriction-keeps-choices"})

    def _restrict(self, request: Request) -> Reader:
        reader = super()._restrict(request)
        if not self._restricted[reader.holder, reader.tenant]:
            self._choices = {place: Choice(one.preference) for place, one in self._choices.items()}
        return reader


class RestrictionShowsAtOtherObjects(Reference):
    """What any object restricts is shut for all."""

    breaks = frozenset({"restriction-stays-with-the-object"})

    def _shut(self, _: Place) -> frozenset[str]:
        return frozenset().union(*self._restricted.values())


class RestrictionIsListedForever(Reference):
    """What the update of the channel preferences frees is listed as restricted for good."""

    breaks = frozenset({"freed-channel-is-not-listed"})

    def _restrict(self, request: Request) -> Reader:
        reader = self._reader(request)
        before = self._restricted.get((reader.holder, reader.tenant), frozenset())
        after = self._restricted[super()._restrict(request).holder, reader.tenant]
        if request.segments[-1] == "channel_preference":
            vars(self).setdefault("gone", set()).update(before - after)
        return reader

    def _channel_preferences(self, reader: Reader) -> dict[str, Any]:
        listed = super()._channel_preferences(reader)
        for one in listed["channel_preferences"]:
            one["is_restricted"] |= one["channel"] in vars(self).get("gone", ())
        return listed


class ChannelWithoutAName(Reference):
    """One of the channel preferences is of no channel."""

    breaks = frozenset({"channel-preferences-are-read"})

    def _channel_preferences(self, reader: Reader) -> dict[str, Any]:
        listed = super()._channel_preferences(reader)["channel_preferences"]
        return {"channel_preferences": [*listed, {"channel": 7, "is_restricted": False}]}


class RestrictionIs200(Reference):
    """A restriction is answered 200."""

    breaks = frozenset({"restriction-answers-202"})

    def _operation(self, request: Request) -> Response:
        answer = super()._operation(request)
        is_restriction = request.method == "PATCH" and request.segments[-1] == "channel_preference"
        return replace(answer, status=200) if is_restriction else answer


class RestrictionIsNotListed(Reference):
    """A restricted channel is not said to be."""

    breaks = frozenset({"restriction-is-read"})

    def _channel_preferences(self, reader: Reader) -> dict[str, Any]:
        listed = super()._channel_preferences(reader)["channel_preferences"]
        return {"channel_preferences": [{**one, "is_restricted": False} for one in listed]}


class RestrictionIsOnlyListed(Reference):
    """A restricted channel is in wherever it was."""

    breaks = frozenset({"restricted-channel-is-out"})

    def _shut(self, _: Place) -> frozenset[str]:
        return frozenset()


class RestrictedStaysEditable(Reference):
    """A restricted channel is out, and said to be editable."""

    breaks = frozenset({"restricted-channel-is-out"})

    def _rendered_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        shown = super()._rendered_channel(channel, category, choice)
        return {**shown, "is_editable": True} if channel in choice.shut else shown


class FreedChannelIsLeft(Reference):
    """A channel that is no longer restricted has left every category."""

    breaks = frozenset({"freed-channel-is-in-again"})

    def _restrict(self, request: Request) -> Reader:
        before = dict(self._restricted)
        reader = super()._restrict(request)
        for place, choice in self._choices.items():
            freed = before.get((place.holder, place.tenant), frozenset()) - self._shut(place)
            self._choices[place] = replace(choice, left=choice.left | freed)
        return reader


class FullUpdateIs202(Reference):
    """An update of the full preference is answered 202."""

    breaks = frozenset({"full-preference-update"})

    def _operation(self, request: Request) -> Response:
        answer = super()._operation(request)
        is_update = request.method == "PATCH" and request.segments[-1] == "preference"
        return replace(answer, status=202) if is_update else answer


# Hostile input


class _Impatient(Reference):
    """Does not deserve a long wait."""

    def profile(self, base_url: str) -> dict[str, Any]:
        """Have the judge wait no longer than a second."""
        return {**super().profile(base_url), "patience": {"timeout_s": 1}}

    def _hang(self) -> None:
        threading.Event().wait(3)


class DeepHangs(_Impatient):
    """A thousand levels keep the server busy for ever."""

    breaks = frozenset({"hostile-input-is-answered"})

    def answer(self, request: Request) -> Response:
        """Answer when it is too late."""
        if b'"note": ' + b"[" * 900 in request.body:
            self._hang()
        return super().answer(request)


class ChunksHang(_Impatient):
    """The end of a body in chunks is never found."""

    breaks = frozenset({"hostile-input-is-answered"})

    def answer(self, request: Request) -> Response:
        """Answer when it is too late."""
        if "transfer-encoding" in request.headers:
            self._hang()
        return super().answer(request)


class DeepCrashes(Reference):
    """A hundred levels are answered 500."""

    breaks = frozenset({"no-server-error"})

    def _json(self, body: bytes) -> Any:
        if b"[" * 90 in body:
            raise Refused(500, "maximum recursion depth exceeded")
        return super()._json(body)


class ChunksCrash(Reference):
    """A body without a length is answered 500."""

    breaks = frozenset({"no-server-error"})

    def _body(self, request: Request) -> dict[str, Any]:
        if "content-length" not in request.headers:
            raise Refused(500, "KeyError: content-length")
        return super()._body(request)


class LongBodiesAreCut(Reference):
    """What is behind the first 65,536 bytes of a body is lost, and with it all that it says."""

    breaks = frozenset({"preference-beside-hostile-members"})

    def _json(self, body: bytes) -> Any:
        return {"preference": "opt_out"} if len(body) > 200_000 else super()._json(body)


class DeepMembersAreForgotten(Reference):
    """A body with a hundred levels in it is taken for an empty object."""

    breaks = frozenset({"preference-beside-hostile-members"})

    def _json(self, body: bytes) -> Any:
        return {} if b'"note": ' + b"[" * 100 + b"]" in body else super()._json(body)


class PrototypeCounts(Reference):
    """What a body does not say is looked up in its __proto__."""

    breaks = frozenset({"prototype-is-no-preference"})

    def _mapping(self, body: Any) -> dict[str, Any]:
        members = super()._mapping(body)
        return {**members.get("__proto__", {}), **members}


class PrototypeIsShared(Reference):
    """What a body does not say is looked up in the __proto__ of the one before."""

    breaks = frozenset({"prototypes-stay-clean"})

    def _mapping(self, body: Any) -> dict[str, Any]:
        members = super()._mapping(body)
        earlier: dict[str, Any] = vars(self).get("shared", {})
        vars(self)["shared"] = members.get("__proto__", {})
        return {**earlier, **members}


class ChunksAreNotRead(Reference):
    """A body in chunks is taken for an empty object."""

    breaks = frozenset({"chunked-body-is-followed"})

    def _body(self, request: Request) -> dict[str, Any]:
        return {} if "transfer-encoding" in request.headers else super()._body(request)


class _Mends(Reference):
    """Adds the brace that a body lacks which breaks off."""

    def _body(self, request: Request) -> dict[str, Any]:
        end = b"}" if request.is_cut else b""
        return super()._body(replace(request, body=request.body + end))


class HalfIsMended(_Mends):
    """A body that breaks off is mended and accepted."""

    breaks = frozenset({"half-sent-body-changes-nothing"})


class HalfIsCarriedOut(_Mends):
    """A body that breaks off is mended and carried out, and nobody is told."""

    breaks = frozenset({"half-sent-body-changes-nothing"})

    def answer(self, request: Request) -> Response:
        """Say nothing to half a request."""
        answer = super().answer(request)
        return Response(0, is_silent=True) if request.is_cut else answer


class PipelineIsMixedUp(Reference):
    """The second of two requests in one packet gets the answer to the first."""

    breaks = frozenset({"pipelined-requests-stay-in-order"})

    def answer(self, request: Request) -> Response:
        """Answer as the request before, if this one came with it."""
        held: Response | None = vars(self).pop("held", None)
        answer = held or super().answer(request)
        if request.is_followed:
            vars(self)["held"] = answer
        return answer


# What only the model finds


class TenantsShareObjects(Reference):
    """All objects of a tenant share one preference set."""

    breaks = frozenset({"model-places-stand-alone"})

    def _shelf(self, place: Place) -> Place:
        return replace(place, holder=("", "")) if place.tenant else place


class LetsInEverywhere(Reference):
    """A channel that is let in is let in for every object and category."""

    breaks = frozenset({"model-places-stand-alone"})

    def _update(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update(place, body)
        named = self._list(body, "opt_in_channels") or frozenset()
        for shelf, other in self._choices.items():
            self._choices[shelf] = replace(other, left=other.left - named)
        return choice


class OptOutForgetsEverywhere(Reference):
    """An opt-out of a category forgets which channels any object left in it."""

    breaks = frozenset({"model-places-stand-alone"})

    def _opted_out(self, place: Place, before: Choice) -> Choice:
        for shelf, other in self._choices.items():
            if shelf.category == place.category and shelf != place:
                self._choices[shelf] = Choice(other.preference)
        return super()._opted_out(place, before)


class TwoPlacesAreKept(Reference):
    """What was chosen is forgotten once two other places have been written to."""

    breaks = frozenset({"model-places-stand-alone"})

    def _update(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update(place, body)
        self._choices.pop(place)
        self._choices = {**dict(list(self._choices.items())[-1:]), place: choice}
        return choice


class OneObjectOptsOut(Reference):
    """Only engineering can opt out; any other object is answered as if it had not asked."""

    breaks = frozenset({"model-answers-follow-requests"})

    def _opted_out(self, place: Place, before: Choice) -> Choice:
        return super()._opted_out(place, before) if place.holder[1] == "engineering" else before


class OneObjectLeavesChannels(Reference):
    """Only engineering can leave channels; any other object stays in all of them."""

    breaks = frozenset({"model-answers-follow-requests"})

    def _choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        choice = super()._choice(place, before, preference, body)
        return choice if place.holder[1] == "engineering" else Choice(choice.preference)


class LetsInFromAnOldState(Reference):
    """Which channels are out is read before others write, and written back after."""

    breaks = frozenset({"parallel-writes-have-an-order"})

    def _choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        if len(body.get("opt_in_channels") or ()) == 1:
            self._lock.release()
            time.sleep(0.05)
            self._lock.acquire()
        return super()._choice(place, before, preference, body)


class AnswersShareABuffer(Reference):
    """A write after which a channel is out is answered from a buffer that all requests share."""

    breaks = frozenset({"parallel-writes-have-an-order"})

    def _accept(self, place: Place, choice: Choice) -> Response:
        self._buffer = super()._accept(place, choice)
        if choice.left:
            self._lock.release()
            time.sleep(0.08)
            self._lock.acquire()
        return self._buffer

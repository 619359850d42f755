"""SuprSend servers that take a liberty with what stands under "Response"."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import replace
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import Category, Choice, Place, Reference, Refused


class ExtraMembers(Reference):
    """Members beyond the documented ones at every level, before and after them."""

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {
            "tags": [],
            **super()._render_preference(place, choice),
            "effective_tags": ["x"],
            "updated_at": time.time(),
        }

    def _render_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        return {"label": None, **super()._render_channel(channel, category, choice), "is_restricted": False}


class OtherOrder(Reference):
    """Members and channels in another order each time."""

    _turn = 0

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        self._turn += 1
        members = list(super()._render_preference(place, choice).items())
        return dict(members[::-1] if self._turn % 2 else members)

    def _render_channels(self, category: Category, choice: Choice) -> Any:
        return super()._render_channels(category, choice)[:: -1 if self._turn % 3 else 1]


class OriginalPreferenceIsNull(Reference):
    """original_preference is null."""

    takes = frozenset({"original-preference=always-null"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "original_preference": None}


class DefaultThatWasChosenIsNull(Reference):
    """original_preference is null where nothing else than the default was chosen."""

    takes = frozenset({"original-preference=other"})

    def _response_to_write(self, place: Place, choice: Choice) -> Response:
        response = super()._response_to_write(place, choice)
        is_first = choice == Choice(place.category.default)
        return (
            replace(response, body={**response.body, "original_preference": None}) if is_first else response
        )


class TenantsHaveAnotherDefault(Reference):
    """A tenant has a default of its own."""

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        category = super()._render_preference(place, choice)
        return {**category, "original_preference": "opt_out"} if place.tenant else category


class DescriptionIsNull(Reference):
    """The category has no description."""

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "description": None}


class DescriptionIsEmpty(Reference):
    """The description is an empty string, the name a unicode one."""

    takes = frozenset({"no-description=empty-text"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._render_preference(place, choice), "description": "", "name": "Statusänderung 🔔"}


class OptedOutListsNoChannels(Reference):
    """A category that is opted out lists no channels, whatever is asked for."""

    costs = frozenset({"opted-out-channels-are-shown"})
    takes = frozenset({"opted-out-channels=left-out"})

    def _render_channels(self, category: Category, choice: Choice) -> Any:
        return super()._render_channels(category, choice) if choice.preference == "opt_in" else []


class OptedOutChannelsAreNull(Reference):
    """A category that is opted out has null for its channels."""

    costs = frozenset({"opted-out-channels-are-shown"})
    takes = frozenset({"opted-out-channels=told-as-null"})

    def _render_channels(self, category: Category, choice: Choice) -> Any:
        return super()._render_channels(category, choice) if choice.preference == "opt_in" else None


class OptedOutKeepsChannels(Reference):
    """A category that is opted out shows each channel's own state."""

    takes = frozenset({"opted-out-channels=as-chosen"})

    def _render_channels(self, category: Category, choice: Choice) -> Any:
        return super()._render_channels(category, replace(choice, preference="opt_in"))


class LeftChannelsAreNotListed(Reference):
    """Only channels that are in are listed."""

    costs = frozenset({"opted-out-channels-are-shown"})

    def _render_channels(self, category: Category, choice: Choice) -> Any:
        channels = super()._render_channels(category, choice)
        return [channel for channel in channels if channel["preference"] == "opt_in"]


class AllChannelsListed(Reference):
    """All nine channels are listed, and one that nobody knows yet."""

    def _render_channels(self, category: Category, choice: Choice) -> Any:
        nine = (
            "rcs",
            "ms_teams",
            "email",
            "sms",
            "whatsapp",
            "androidpush",
            "iospush",
            "webpush",
            "inbox",
            "slack",
        )
        return super()._render_channels(replace(category, channels=nine), choice)


class OtherChannels(Reference):
    """The object has neither email nor slack."""

    def _render_channels(self, category: Category, choice: Choice) -> Any:
        return super()._render_channels(replace(category, channels=("whatsapp", "ms_teams", "inbox")), choice)


class TwoChannels(Reference):
    """The object has two channels."""

    def _render_channels(self, category: Category, choice: Choice) -> Any:
        return super()._render_channels(replace(category, channels=("sms", "webpush")), choice)


class OneChannel(Reference):
    """The object has one channel."""

    channels: tuple[str, ...] = ("email",)
    mandatory: frozenset[str] = frozenset()

    def _find_category(self, slug: str) -> Category:
        return replace(super()._find_category(slug), channels=self.channels, mandatory=self.mandatory)


class OneChannelOfTheList(OneChannel):
    """The object has one of the document's channels, and one that only its example shows."""

    channels = ("slack", "ms_teams")


class NoChannelOfTheList(OneChannel):
    """The object has a channel that the document's list does not name, and no other."""

    channels = ("ms_teams",)


class OneChannelToEdit(OneChannel):
    """The object has two channels, one of them mandatory."""

    channels = ("email", "slack")
    mandatory = frozenset({"email"})


class GoesOutWithItsOnlyChannel(OneChannel):
    """The object has one channel, and a category goes out with it."""

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        is_in = choice.preference == "opt_in" and not choice.opted_out & set(self.channels)
        return {**super()._render_preference(place, choice), "preference": "opt_in" if is_in else "opt_out"}


class MandatoryChannels(Reference):
    """Some channels of the category are mandatory, and one is restricted for the object."""

    _locked = frozenset({"email", "ms_teams"})

    def _find_category(self, slug: str) -> Category:
        channels = ("email", "ms_teams", "slack", "inbox", "sms")
        return replace(super()._find_category(slug), channels=channels, mandatory=self._locked)

    def _render_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        shown = super()._render_channel(channel, category, choice)
        return {**shown, "preference": "opt_out"} if channel == "ms_teams" else shown


class CharsetParameter(Reference):
    """The media type has a charset and capitals."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        response = super().answer(request)
        headers = {"content-type": "Application/JSON;charset=UTF-8", "Access-Control-Allow-Origin": "*"}
        return replace(response, headers=headers)


class TypesBuiltOnJson(Reference):
    """Successes and errors have media types of their own, built on JSON."""

    takes = frozenset({"error-body=code-and-message"})

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        response = super().answer(request)
        label = "application/problem+json" if response.status >= 400 else "application/vnd.api+json"
        return replace(response, headers={**response.headers, "content-type": label})


class PrettyWithNewlines(Reference):
    """The body is indented, escaped and ends with a newline; the header names are capitals."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        response = super().answer(request)
        body = json.dumps(response.body, indent="\t").encode() + b"\r\n"
        return Response(response.status, body, {"CONTENT-TYPE": "application/json", "X-REQUEST-ID": "1"})


class GzipsInMembers(Reference):
    """Bodies are compressed where the client takes that, in two members with a padding."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        response = super().answer(request)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return response
        body = json.dumps(response.body).encode()
        members = gzip.compress(body[:10]) + gzip.compress(body[10:]) + b"\0\0"
        return Response(
            response.status, members, {"content-type": "application/json", "content-encoding": "gzip"}
        )


class ClosesEachTime(Reference):
    """Every connection is closed after its answer, and cookies are set."""

    needs_connection = True

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        return replace(super().answer(request), headers={"Connection": "close", "Set-Cookie": "a=b; Path=/"})


class LabelsNothing(Reference):
    """A success has no media type."""

    costs = frozenset({"media-type"})

    def _response_to_write(self, place: Place, choice: Choice) -> Response:
        return Response(202, json.dumps(self._render_preference(place, choice)).encode())


class IsSlow(Reference):
    """Every answer takes a moment."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        self.clock.sleep(0.003)
        return super().answer(request)


class LockedIsForbidden(Reference):
    """A locked category forbids its opt-out."""

    takes = frozenset({"locked-category=refused-403"})

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        if not place.category.is_editable:
            raise Refused(403, "locked")
        return super()._opt_out(place, before)


class LockedConflicts(Reference):
    """A locked category refuses every write."""

    takes = frozenset({"locked-category=refused-409"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        if not place.category.is_editable:
            raise Refused(409, "locked")
        return super()._update_choice(place, body)


class LockedIsUnmoved(Reference):
    """A locked category answers its opt-out with 202 and stays in."""

    takes = frozenset({"locked-category=ignored"})

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        return super()._opt_out(place, before) if place.category.is_editable else Choice("opt_in")


class LockedIsWhollyMandatory(Reference):
    """A locked category answers every write with 202, and none of its channels moves."""

    def _find_category(self, slug: str) -> Category:
        category = super()._find_category(slug)
        return category if category.is_editable else replace(category, mandatory=frozenset(category.channels))

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        return super()._opt_out(place, before) if place.category.is_editable else before


class LockedDefaultIsCantUnsubscribe(Reference):
    """A locked category's default is cant_unsubscribe, and for a tenant a category has another name."""

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        category = super()._render_preference(place, choice)
        if place.tenant:
            category["name"] = f"{category['name']} ({place.tenant})"
        return (
            category
            if place.category.is_editable
            else {**category, "original_preference": "cant_unsubscribe"}
        )


class TextIsIgnored(Reference):
    """What is labelled as text is answered 200 and has no effect."""

    takes = frozenset({"other-media-type=other"})

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        is_text = request.headers.get("content-type", "").startswith("text/")
        return Response(200, {}) if is_text else super().answer(request)

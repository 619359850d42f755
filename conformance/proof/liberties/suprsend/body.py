"""SuprSend servers that take a liberty with what stands under "Body"."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from conformance.proof.liberties.suprsend.response import LeftChannelsAreNotListed
from conformance.proof.messages import Request
from conformance.proof.reference.suprsend import Category, Choice, Place, Reference, Refused


class OutByDefault(Reference):
    """The category is opted out by default."""

    def _find_category(self, slug: str) -> Category:
        category = super()._find_category(slug)
        return replace(category, default="opt_out") if category.is_editable else category


class SomeChannelsOutByDefault(Reference):
    """Without a list, slack is out."""

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return (
            super()._opted_out_channels(before, out, into)
            if out is not None or into
            else frozenset({"slack"})
        )


class EmptyListIsNone(Reference):
    """An empty list counts as none, and without a list slack is out."""

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return super()._opted_out_channels(before, out, into) if out or into else frozenset({"slack"})


class Merges(Reference):
    """A list of opt-outs is added to the earlier ones."""

    costs = frozenset({"list-replaces"})
    takes = frozenset({"earlier-opt-outs=kept", "channel-in-both-lists=opted-in", "no-lists=kept"})

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return frozenset((before | (out or frozenset())) - (into or frozenset()))


class MergesAndListsWhatIsIn(LeftChannelsAreNotListed, Merges):
    """A list of opt-outs is added to the earlier ones, and only channels that are in are listed."""

    costs = LeftChannelsAreNotListed.costs | Merges.costs


class AlwaysReplaces(Reference):
    """Whatever is not named as out is in."""

    takes = frozenset({"unnamed-channels=opted-in"})

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return super()._opted_out_channels(before, out or frozenset(), into) - (into or frozenset())


class OnlyTheseChannels(Reference):
    """opt_in_channels names the only channels that are in."""

    takes = frozenset({"unnamed-channels=opted-out", "unnamed-channels-after-opt-out=opted-out"})

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        others = frozenset({"email", "slack", "ms_teams"} - into) if into else frozenset()
        return super()._opted_out_channels(before, (out or frozenset()) | others, into)


class OptInWins(Reference):
    """A channel in both lists is in."""

    takes = frozenset({"channel-in-both-lists=opted-in"})

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return super()._opted_out_channels(before, out - into if out and into else out, into)


class OneListOnly(Reference):
    """Both lists together are refused, empty ones too."""

    takes = frozenset({"both-lists=refused-400"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        if "opt_out_channels" in body and "opt_in_channels" in body:
            raise Refused(400, "one list or the other")
        return super()._make_choice(place, before, preference, body)


class NoListsWithOptOut(Reference):
    """A list beside opt_out is refused."""

    takes = frozenset({"list-beside-opt-out=refused-400"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        if preference == "opt_out" and len(body) > 1:
            raise Refused(400, "lists go with opt_in only")
        return super()._make_choice(place, before, preference, body)


class OptOutForgets(Reference):
    """Opting out of the category forgets the channels."""

    def _opt_out(self, place: Place, before: Choice) -> Choice:
        return super()._opt_out(place, Choice(before.preference))


class OptOutRemembersLists(Reference):
    """A list beside opt_out is kept for later."""

    takes = frozenset({"list-beside-opt-out=stored"})

    def _make_choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        kept = super()._make_choice(place, before, "opt_in", body)
        return kept if preference == "opt_in" else self._opt_out(place, kept)


class UnknownChannelsIgnored(Reference):
    """Channel names that nobody knows are passed over, whatever they are."""

    takes = frozenset(
        {"unknown-channel=ignored", "channels-as-a-string=ignored", "channels-of-other-types=ignored"}
    )

    def _read_channels(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = body.get(member)
        if not isinstance(channels, list):
            return None
        return frozenset(channel for channel in channels if isinstance(channel, str))


class UnknownChannelsStored(Reference):
    """Any name is one of a channel, which is listed where it is out."""

    takes = frozenset({"unknown-channel=other"})

    def _check_channel(self, channel: Any, field: str) -> str:
        return channel if isinstance(channel, str) else super()._check_channel(channel, field)

    def _render_channels(self, category: Category, choice: Choice) -> Any:
        names = dict.fromkeys((*category.channels, *sorted(choice.opted_out)))
        return [self._render_channel(name, category, choice) for name in names]


class UnheldChannelsRefused(Reference):
    """A channel that the object does not have is refused."""

    costs = frozenset({"documented-channels"})
    takes = frozenset({"unused-channel=refused-400"})

    def _check_channel(self, channel: Any, field: str) -> str:
        if channel not in ("email", "slack", "ms_teams"):
            raise Refused(400, f"{field} is not a channel of this object")
        return str(channel)


class DuplicatesRefused(Reference):
    """A channel named twice is refused."""

    takes = frozenset({"channel-named-twice=refused-400"})

    def _read_channels(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = super()._read_channels(body, member)
        if channels is not None and len(channels) < len(body[member]):
            raise Refused(400, f"{member} names a channel twice")
        return channels


class EmptyBodyIsEmptyObject(Reference):
    """No body, and null, count as an empty object; the media type is not looked at."""

    takes = frozenset(
        {"null-body=opts-in", "no-body=opts-in", "other-media-type=accepted", "missing-media-type=accepted"}
    )

    def _read_body(self, request: Request) -> dict[str, Any]:
        body = self._parse_json(request.body or b"{}")
        return self._want_object({} if body is None else body)


class EmptyObjectRefused(Reference):
    """An object without any known member is refused."""

    takes = frozenset({"empty-object=refused-400"})

    def _want_object(self, body: Any) -> dict[str, Any]:
        if not super()._want_object(body).keys() & {"preference", "opt_out_channels", "opt_in_channels"}:
            raise Refused(400, "Request body must not be empty")
        return super()._want_object(body)


class UnknownMembersRefused(Reference):
    """A member that is not documented is refused."""

    takes = frozenset({"unknown-member=refused-400"})

    def _want_object(self, body: Any) -> dict[str, Any]:
        if super()._want_object(body).keys() - {"preference", "opt_out_channels", "opt_in_channels"}:
            raise Refused(400, "unknown member")
        return super()._want_object(body)


class NullsAndEmptiesRefused(Reference):
    """Null, an empty list and a list beside nothing are refused."""

    costs = frozenset({"empty-list", "null-list"})
    takes = frozenset({"null-preference=refused-400", "null-list=refused-400", "empty-list=refused-400"})

    def _want_object(self, body: Any) -> dict[str, Any]:
        if any(value is None or value == [] for value in super()._want_object(body).values()):
            raise Refused(400, "say something")
        return super()._want_object(body)


class ReadsLeniently(Reference):
    """Duplicates, NaN, a byte order mark and bytes that are not UTF-8 are put up with."""

    def _parse_json(self, body: bytes) -> Any:
        try:
            return json.loads(body.decode("utf-8-sig", "replace"))
        except (ValueError, RecursionError) as error:
            raise Refused(400, "the body is not JSON") from error


class IgnoresCase(Reference):
    """OPT_OUT is opt_out, with or without spaces around it."""

    takes = frozenset({"upper-case-preference=lowered"})

    def _check_preference(self, preference: Any) -> str:
        return super()._check_preference(
            preference.strip().lower() if isinstance(preference, str) else preference
        )


class EmptyWordIsAbsent(Reference):
    """An empty preference counts as none, as an official client sends it."""

    takes = frozenset({"empty-preference=opts-in"})

    def _check_preference(self, preference: Any) -> str:
        return "opt_in" if preference == "" else super()._check_preference(preference)


class NullPreferenceRefused(Reference):
    """A preference that is null is refused."""

    takes = frozenset({"null-preference=refused-400"})

    def _read_preference(self, body: dict[str, Any]) -> str:
        return self._check_preference(body.get("preference", "opt_in"))


class KnowsCantUnsubscribe(Reference):
    """cant_unsubscribe is taken for opt_in."""

    takes = frozenset({"cant-unsubscribe=opts-in"})

    def _check_preference(self, preference: Any) -> str:
        return "opt_in" if preference == "cant_unsubscribe" else super()._check_preference(preference)


class LimitsBodies(Reference):
    """A body beyond two kilobytes is too large."""

    takes = frozenset({"largest-body=less-than-hundred-kilobytes"})

    def _parse_json(self, body: bytes) -> Any:
        if len(body) > 2000:
            raise Refused(413, "too large")
        return super()._parse_json(body)


class GoesOutWithItsLastChannel(Reference):
    """A category whose last channel goes out goes out with it."""

    takes = frozenset({"last-channel=goes-out"})

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        is_in = choice.preference == "opt_in" and set(place.category.channels) - choice.opted_out
        return {**super()._render_preference(place, choice), "preference": "opt_in" if is_in else "opt_out"}


class MergesAndGoesOutWithItsLastChannel(GoesOutWithItsLastChannel, Merges):
    """A list of opt-outs is added to the earlier ones, and a category goes out with its last channel, and in with one.

    So an opt_in without a list leaves it out as long as no channel is in.
    """


class StaysOutUntilAChannelComesIn(GoesOutWithItsLastChannel):
    """Without a list all channels stay as they are, and a category whose channels are all out is out."""

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        is_silent = out is None and into is None
        return frozenset(before) if is_silent else super()._opted_out_channels(before, out, into)

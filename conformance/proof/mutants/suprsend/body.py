"""SuprSend servers that break a requirement of "Body"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.messages import Request
from conformance.proof.reference.suprsend import (
    PREFERENCES,
    Choice,
    Place,
    Reference,
    Refused,
)


class ListsWantAPreference(Reference):
    """A list of one channel is looked at only beside a preference."""

    breaks = frozenset({"channels-go-out-by-default"})

    def _read_channels(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = super()._read_channels(body, member)
        return channels if "preference" in body or len(channels or ()) > 1 else None


class AbsentKeeps(Reference):
    """A body without a preference keeps the earlier one."""

    breaks = frozenset({"defaults-to-opt-in"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        return super()._update_choice(place, {"preference": self._find_choice(place).preference, **body})


class AbsentIsOptOut(Reference):
    """A body without a preference opts out."""

    breaks = frozenset({"defaults-to-opt-in"})

    def _read_preference(self, body: dict[str, Any]) -> str:
        return super()._read_preference(body) if "preference" in body else "opt_out"


class AbsentIsRefused(Reference):
    """A body without a preference is refused."""

    breaks = frozenset({"defaults-to-opt-in"})

    def _read_preference(self, body: dict[str, Any]) -> str:
        if "preference" not in body:
            raise Refused(400, "preference is required")
        return super()._read_preference(body)


class CategoryFollowsChannel(Reference):
    """A category goes out with a channel that is named alone."""

    breaks = frozenset({"category-stays-in"})

    def _update_choice(self, place: Place, body: dict[str, Any]) -> Choice:
        named = body.get("opt_out_channels")
        vars(self).setdefault("lone", {})[place] = isinstance(named, list) and len(named) == 1
        return super()._update_choice(place, body)

    def _render_preference(self, place: Place, choice: Choice) -> dict[str, Any]:
        preference = "opt_out" if vars(self).get("lone", {}).get(place) else choice.preference
        return {**super()._render_preference(place, choice), "preference": preference}


class OptOutChannelsIgnored(Reference):
    """No channel ever goes out."""

    breaks = frozenset({"channels-go-out", "generated-channels-follow"})

    def _read_channels(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = super()._read_channels(body, member)
        return frozenset() if member == "opt_out_channels" and channels else channels


class OptOutChannelsRefused(Reference):
    """A list of channels to leave is refused unless it is empty."""

    breaks = frozenset({"channels-go-out", "documented-channels"})

    def _read_channels(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        if member == "opt_out_channels" and body.get(member):
            raise Refused(400, "not supported")
        return super()._read_channels(body, member)


class LoneChannelIgnored(Reference):
    """A list of a single channel is taken for an empty one."""

    breaks = frozenset({"channels-go-out"})

    def _read_channels(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = super()._read_channels(body, member)
        lone = member == "opt_out_channels" and len(body.get(member) or []) == 1
        return frozenset() if lone else channels


class OthersFollow(Reference):
    """A channel that goes out takes ms_teams along."""

    breaks = frozenset({"other-channels-stay-in"})

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        opted_out = super()._opted_out_channels(before, out, into)
        return opted_out | {"ms_teams"} if opted_out else opted_out


class AllFollow(Reference):
    """A channel that goes out takes all others along."""

    breaks = frozenset({"other-channels-stay-in", "list-replaces"})

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        opted_out = super()._opted_out_channels(before, out, into)
        return opted_out | {"email", "slack", "ms_teams"} if out else opted_out


class OptInChannelsIgnored(Reference):
    """opt_in_channels changes nothing."""

    breaks = frozenset({"channels-come-in", "generated-channels-follow"})

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return frozenset(before) if into and out is None else super()._opted_out_channels(before, out, into)


class LoneOptInIgnored(Reference):
    """opt_in_channels with a single channel changes nothing."""

    breaks = frozenset({"channels-come-in"})

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        is_lone = into is not None and len(into) == 1 and out is None
        return frozenset(before) if is_lone else super()._opted_out_channels(before, out, into)


class OptInChannelsRefused(Reference):
    """opt_in_channels is refused."""

    breaks = frozenset({"channels-come-in", "documented-channels"})

    def _read_channels(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        if member == "opt_in_channels" and member in body:
            raise Refused(400, "not supported")
        return super()._read_channels(body, member)


class OptInChannelsInverted(Reference):
    """opt_in_channels is taken for opt_out_channels."""

    breaks = frozenset({"channels-come-in", "generated-channels-follow"})

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return super()._opted_out_channels(before, into or out, None)


class Merges(Reference):
    """A list of opt-outs is added to the earlier ones."""

    breaks = frozenset({"list-replaces"})

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return super()._opted_out_channels(before, before | out if out else out, into)


class RefusesNullLists(Reference):
    """A list that is null is refused."""

    breaks = frozenset({"null-list"})

    def _read_channels(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        if member in body and body[member] is None:
            raise Refused(400, f"{member} is null")
        return super()._read_channels(body, member)


class RefusesEmptyLists(Reference):
    """An empty list is refused."""

    breaks = frozenset({"empty-list"})

    def _read_channels(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        if body.get(member) == []:
            raise Refused(400, f"{member} is empty")
        return super()._read_channels(body, member)


class EmptyListIsAll(Reference):
    """An empty list of channels to leave is taken for all of them."""

    breaks = frozenset({"empty-list-opts-nothing-out"})

    def _opted_out_channels(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        opted_out = super()._opted_out_channels(before, out, into)
        return frozenset({"email", "slack", "ms_teams"}) if out is not None and not out else opted_out


class LetsNobodyIntoInbox(Reference):
    """One of the documented channels can be left and not be joined."""

    breaks = frozenset({"documented-channels"})

    def _read_channels(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = super()._read_channels(body, member)
        if member == "opt_in_channels" and "inbox" in (channels or ()):
            raise Refused(400, "inbox is unknown")
        return channels


class RefusesWebpush(Reference):
    """One of the documented channels is unknown."""

    breaks = frozenset({"documented-channels"})

    def _check_channel(self, channel: Any, field: str) -> str:
        if channel == "webpush":
            raise Refused(400, f"{field} is unknown")
        return super()._check_channel(channel, field)


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

    def _check_preference(self, preference: Any) -> str:
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

    def _check_preference(self, preference: Any) -> str:
        is_falsy = not preference and preference != ""
        return super()._check_preference("opt_in" if is_falsy else preference)


class FalsyBodyIsAbsent(Reference):
    """A body that counts as false counts as an empty object."""

    breaks = frozenset({"array-body", "string-body", "number-body"})

    def _want_object(self, body: Any) -> dict[str, Any]:
        return super()._want_object(body or {})


class AcceptsUnknownPreferences(Reference):
    """A preference is taken by its first letters."""

    breaks = frozenset({"unknown-preference"})

    def _check_preference(self, preference: Any) -> str:
        is_near = preference not in PREFERENCES and str(preference).startswith("opt_")
        return super()._check_preference("opt_in" if is_near else preference)


class AcceptsOne(Reference):
    """The number 1 counts as an opt-in."""

    breaks = frozenset({"number-as-preference"})

    def _check_preference(self, preference: Any) -> str:
        return (
            "opt_in" if type(preference) is int and preference == 1 else super()._check_preference(preference)
        )


class AcceptsTrue(Reference):
    """True counts as an opt-in."""

    breaks = frozenset({"boolean-as-preference"})

    def _check_preference(self, preference: Any) -> str:
        return "opt_in" if preference is True else super()._check_preference(preference)


class AcceptsObjects(Reference):
    """An object with a value in it counts as that value."""

    breaks = frozenset({"object-as-preference"})

    def _check_preference(self, preference: Any) -> str:
        if isinstance(preference, dict) and "value" in preference:
            preference = preference["value"]
        return super()._check_preference(preference)


class AcceptsArrays(Reference):
    """An array counts as its only item."""

    breaks = frozenset({"array-as-preference"})

    def _check_preference(self, preference: Any) -> str:
        if isinstance(preference, list) and len(preference) == 1:
            [preference] = preference
        return super()._check_preference(preference)


class MendsTruncatedBodies(Reference):
    """A body that breaks off is completed, if all that was announced has come."""

    breaks = frozenset({"truncated-body"})

    def _read_body(self, request: Request) -> dict[str, Any]:
        breaks_off = request.body.startswith(b"{") and not request.body.endswith(b"}")
        end = b"}" if breaks_off and not request.is_cut else b""
        return super()._read_body(replace(request, body=request.body + end))


class ReadsForms(Reference):
    """A body that is a form is read as one."""

    breaks = frozenset({"text-body"})

    def _parse_json(self, body: bytes) -> Any:
        name, equals, value = body.partition(b"=")
        return {name.decode(): value.decode()} if equals and name.isalpha() else super()._parse_json(body)


class TakesArrays(Reference):
    """An array of an object counts as the object."""

    breaks = frozenset({"array-body"})

    def _want_object(self, body: Any) -> dict[str, Any]:
        return super()._want_object(body[0] if isinstance(body, list) and body else body)


class TakesStrings(Reference):
    """A string counts as the preference."""

    breaks = frozenset({"string-body"})

    def _want_object(self, body: Any) -> dict[str, Any]:
        return super()._want_object({"preference": body} if isinstance(body, str) else body)


class TakesNumbers(Reference):
    """A number counts as no preference at all."""

    breaks = frozenset({"number-body"})

    def _want_object(self, body: Any) -> dict[str, Any]:
        return super()._want_object({} if type(body) is int else body)

"""SuprSend servers that break a requirement on channels that are restricted everywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import (
    Category,
    Choice,
    Place,
    Reader,
    Reference,
)


class FullPreferenceShowsNoRestriction(Reference):
    """The full preference shows every channel as free."""

    breaks = frozenset({"full-preference-shows-restrictions"})

    def _render_full_preference(self, reader: Reader) -> dict[str, Any]:
        full = super()._render_full_preference(reader)
        free = [{**one, "is_restricted": False} for one in full["channel_preferences"]]
        return {**full, "channel_preferences": free}


class FullUpdateAnswersTheChannels(Reference):
    """An update of the full preference is answered with the channel preferences alone."""

    breaks = frozenset({"full-preference-update-answers-all"})

    def _handle_operation(self, request: Request) -> Response:
        answer = super()._handle_operation(request)
        if request.method == "PATCH" and request.segments[-1] == "preference":
            return Response(200, self._render_channel_preferences(self._find_reader(request)))
        return answer


class RestrictionAnswersTheCategories(Reference):
    """An update of the channel preferences is answered with the list of categories."""

    breaks = frozenset({"restriction-answers-the-channels"})

    def _handle_operation(self, request: Request) -> Response:
        answer = super()._handle_operation(request)
        if request.method == "PATCH" and request.segments[-1] == "channel_preference":
            return Response(202, self._render_page(self._find_reader(request)))
        return answer


class FullUpdateDoesNothing(Reference):
    """An update of the full preference is answered 200, and is none."""

    breaks = frozenset({"full-preference-update-is-read"})

    def _handle_operation(self, request: Request) -> Response:
        if request.method == "PATCH" and request.segments[-1] == "preference":
            return Response(200, self._render_full_preference(self._find_reader(request)))
        return super()._handle_operation(request)


class FullUpdateFreesNothing(Reference):
    """An update of the full preference restricts channels, and frees none."""

    breaks = frozenset({"full-preference-update-is-read"})

    def _handle_operation(self, request: Request) -> Response:
        before = dict(self._restricted)
        answer = super()._handle_operation(request)
        if request.method == "PATCH" and request.segments[-1] == "preference":
            for holder, shut in before.items():
                self._restricted[holder] |= shut
        return answer


class RestrictsEveryChannel(Reference):
    """One restricted channel shuts all."""

    breaks = frozenset({"restriction-leaves-other-channels"})

    def _restricted_channels(self, place: Place) -> frozenset[str]:
        return frozenset(place.category.channels if super()._restricted_channels(place) else ())


class RestrictionForgetsChoices(Reference):
    """Whatever is said of restrictions lets every channel in again that was out by itself."""

    breaks = frozenset({"restriction-leaves-other-channels", "restriction-keeps-choices"})

    def _restrict_channels(self, request: Request) -> Reader:
        self._choices = {place: Choice(one.preference) for place, one in self._choices.items()}
        return super()._restrict_channels(request)


class FreeingForgetsChoices(Reference):
    """Once a channel is free again, every channel is in again that was out by itself."""

    breaks = frozenset({"restriction-keeps-choices"})

    def _restrict_channels(self, request: Request) -> Reader:
        reader = super()._restrict_channels(request)
        if not self._restricted[reader.holder, reader.tenant]:
            self._choices = {place: Choice(one.preference) for place, one in self._choices.items()}
        return reader


class RestrictionShowsAtOtherObjects(Reference):
    """What any object restricts is shut for all."""

    breaks = frozenset({"restriction-stays-with-the-object"})

    def _restricted_channels(self, _: Place) -> frozenset[str]:
        return frozenset().union(*self._restricted.values())


class RestrictionIsListedForever(Reference):
    """What the update of the channel preferences frees is listed as restricted for good."""

    breaks = frozenset({"freed-channel-is-not-listed"})

    def _restrict_channels(self, request: Request) -> Reader:
        reader = self._find_reader(request)
        before = self._restricted.get((reader.holder, reader.tenant), frozenset())
        after = self._restricted[super()._restrict_channels(request).holder, reader.tenant]
        if request.segments[-1] == "channel_preference":
            vars(self).setdefault("gone", set()).update(before - after)
        return reader

    def _render_channel_preferences(self, reader: Reader) -> dict[str, Any]:
        listed = super()._render_channel_preferences(reader)
        for one in listed["channel_preferences"]:
            one["is_restricted"] |= one["channel"] in vars(self).get("gone", ())
        return listed


class RestrictionIs200(Reference):
    """A restriction is answered 200."""

    breaks = frozenset({"restriction-answers-202"})

    def _handle_operation(self, request: Request) -> Response:
        answer = super()._handle_operation(request)
        is_restriction = request.method == "PATCH" and request.segments[-1] == "channel_preference"
        return replace(answer, status=200) if is_restriction else answer


class RestrictionIsNotListed(Reference):
    """A restricted channel is not said to be."""

    breaks = frozenset({"restriction-is-read"})

    def _render_channel_preferences(self, reader: Reader) -> dict[str, Any]:
        listed = super()._render_channel_preferences(reader)["channel_preferences"]
        return {"channel_preferences": [{**one, "is_restricted": False} for one in listed]}


class RestrictionIsOnlyListed(Reference):
    """A restricted channel is in wherever it was."""

    breaks = frozenset({"restricted-channel-is-out"})

    def _restricted_channels(self, _: Place) -> frozenset[str]:
        return frozenset()


class RestrictedStaysEditable(Reference):
    """A restricted channel is out, and said to be editable."""

    breaks = frozenset({"restricted-channel-is-out"})

    def _render_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        shown = super()._render_channel(channel, category, choice)
        return {**shown, "is_editable": True} if channel in choice.shut else shown


class FreedChannelIsLeft(Reference):
    """A channel that is no longer restricted is opted out in every category."""

    breaks = frozenset({"freed-channel-is-in-again"})

    def _restrict_channels(self, request: Request) -> Reader:
        before = dict(self._restricted)
        reader = super()._restrict_channels(request)
        for place, choice in self._choices.items():
            freed = before.get((place.holder, place.tenant), frozenset()) - self._restricted_channels(place)
            self._choices[place] = replace(choice, opted_out=choice.opted_out | freed)
        return reader


class FullUpdateIs202(Reference):
    """An update of the full preference is answered 202."""

    breaks = frozenset({"full-preference-update"})

    def _handle_operation(self, request: Request) -> Response:
        answer = super()._handle_operation(request)
        is_update = request.method == "PATCH" and request.segments[-1] == "preference"
        return replace(answer, status=202) if is_update else answer


class RestrictsWithoutAKey(Reference):
    """Whoever has no key may restrict channels."""

    breaks = frozenset({"restriction-without-key"})

    def _authenticate_caller(self, request: Request) -> None:
        is_restriction = request.method == "PATCH" and request.segments[-1] == "channel_preference"
        if not is_restriction or "authorization" in request.headers:
            super()._authenticate_caller(request)


class FullUpdateWithoutAKey(Reference):
    """Whoever has no key may update the full preference."""

    breaks = frozenset({"restriction-without-key"})

    def _authenticate_caller(self, request: Request) -> None:
        is_update = request.method == "PATCH" and request.segments[-1] == "preference"
        if not is_update or "authorization" in request.headers:
            super()._authenticate_caller(request)


class RestrictsWithAnyKey(Reference):
    """Whoever has any key may restrict channels, in one way or the other."""

    breaks = frozenset({"restriction-with-wrong-key"})

    def _authenticate_caller(self, request: Request) -> None:
        is_restriction = request.method == "PATCH" and "category" not in request.segments
        if not is_restriction or "authorization" not in request.headers:
            super()._authenticate_caller(request)

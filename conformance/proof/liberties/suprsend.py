"""Servers that differ from the reference in what SuprSend's document leaves open; all of them conform.

`costs` names the SHOULDs that a liberty forgoes, if it forgoes any.
"""

from __future__ import annotations

import gzip
import json
import threading
import time
from dataclasses import replace
from typing import Any

from conformance.proof.reference.suprsend import Category, Choice, Place, Reader, Reference, Refused
from conformance.proof.serving import Request, Response

# How the answer is put


class ExtraMembers(Reference):
    """Members beyond the documented ones at every level, before and after them."""

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {
            "tags": [],
            **super()._rendered(place, choice),
            "effective_tags": ["x"],
            "updated_at": time.time(),
        }

    def _rendered_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        return {"label": None, **super()._rendered_channel(channel, category, choice), "is_restricted": False}


class OtherOrder(Reference):
    """Members and channels in another order each time."""

    _turn = 0

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        self._turn += 1
        members = list(super()._rendered(place, choice).items())
        return dict(members[::-1] if self._turn % 2 else members)

    def _rendered_channels(self, category: Category, choice: Choice) -> Any:
        return super()._rendered_channels(category, choice)[:: -1 if self._turn % 3 else 1]


class OriginalPreferenceIsNull(Reference):
    """original_preference is null."""

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "original_preference": None}


class OriginalPreferenceIsTheChoice(Reference):
    """original_preference is what the object chose."""

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "original_preference": choice.preference}


class OriginalPreferenceIsTheEarlierChoice(Reference):
    """original_preference is what the object chose before this request."""

    _earlier: str | None = None

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        earlier, self._earlier = self._earlier, choice.preference
        return {**super()._rendered(place, choice), "original_preference": earlier}


class DescriptionIsNull(Reference):
    """The category has no description."""

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "description": None}


class DescriptionIsEmpty(Reference):
    """The description is an empty string, the name a unicode one."""

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        return {**super()._rendered(place, choice), "description": "", "name": "Statusänderung 🔔"}


class OptedOutListsNoChannels(Reference):
    """A category that is opted out lists no channels, whatever is asked for."""

    costs = frozenset({"opted-out-channels-are-shown"})

    def _rendered_channels(self, category: Category, choice: Choice) -> Any:
        return super()._rendered_channels(category, choice) if choice.preference == "opt_in" else []


class OptedOutChannelsAreNull(Reference):
    """A category that is opted out has null for its channels."""

    costs = frozenset({"opted-out-channels-are-shown"})

    def _rendered_channels(self, category: Category, choice: Choice) -> Any:
        return super()._rendered_channels(category, choice) if choice.preference == "opt_in" else None


class OptedOutKeepsChannels(Reference):
    """A category that is opted out shows each channel's own state."""

    def _rendered_channels(self, category: Category, choice: Choice) -> Any:
        return super()._rendered_channels(category, replace(choice, preference="opt_in"))


class LeftChannelsAreNotListed(Reference):
    """Only channels that are in are listed."""

    costs = frozenset({"opted-out-channels-are-shown"})

    def _rendered_channels(self, category: Category, choice: Choice) -> Any:
        channels = super()._rendered_channels(category, choice)
        return [channel for channel in channels if channel["preference"] == "opt_in"]


class AllChannelsListed(Reference):
    """All nine channels are listed, and one that nobody knows yet."""

    def _rendered_channels(self, category: Category, choice: Choice) -> Any:
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
        return super()._rendered_channels(replace(category, channels=nine), choice)


class OtherChannels(Reference):
    """The object has neither email nor slack."""

    def _rendered_channels(self, category: Category, choice: Choice) -> Any:
        return super()._rendered_channels(
            replace(category, channels=("whatsapp", "ms_teams", "inbox")), choice
        )


class TwoChannels(Reference):
    """The object has two channels."""

    def _rendered_channels(self, category: Category, choice: Choice) -> Any:
        return super()._rendered_channels(replace(category, channels=("sms", "webpush")), choice)


class MandatoryChannels(Reference):
    """Some channels of the category are mandatory, and one is restricted for the object."""

    _locked = frozenset({"email", "ms_teams"})

    def _category(self, slug: str) -> Category:
        channels = ("email", "ms_teams", "slack", "inbox", "sms")
        return replace(super()._category(slug), channels=channels, mandatory=self._locked)

    def _rendered_channel(self, channel: str, category: Category, choice: Choice) -> Any:
        shown = super()._rendered_channel(channel, category, choice)
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


class Gzips(Reference):
    """Bodies are compressed where the client takes that."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        response = super().answer(request)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return response
        body = gzip.compress(json.dumps(response.body).encode())
        return Response(
            response.status, body, {"content-type": "application/json", "content-encoding": "gzip"}
        )


class ClosesEachTime(Reference):
    """Every connection is closed after its answer, and cookies are set."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        return replace(super().answer(request), headers={"Connection": "close", "Set-Cookie": "a=b; Path=/"})


class LabelsNothing(Reference):
    """A success has no media type."""

    costs = frozenset({"media-type"})

    def _accept(self, place: Place, choice: Choice) -> Response:
        return Response(202, json.dumps(self._rendered(place, choice)).encode())


class IsSlow(Reference):
    """Every answer takes a moment."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        time.sleep(0.003)
        return super().answer(request)


class KnowsOnlyPatch(Reference):
    """Any other method is not implemented, as the profile says, which promises no reads."""

    def profile(self, base_url: str) -> dict[str, Any]:
        """Return a target profile without capabilities."""
        return {name: part for name, part in super().profile(base_url).items() if name != "capabilities"}

    def _operation(self, request: Request) -> Response:
        if request.method != "PATCH":
            raise Refused(501, "not implemented")
        return self._write(request)


# What is done now and then


class LimitsItsRate(Reference):
    """Every ninth request is answered 429 with a Retry-After."""

    _turn = 0

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        self._turn += 1
        if self._turn % 9 == 0:
            return Response(429, {"code": 429, "message": "too many requests"}, {"Retry-After": "0"})
        return super().answer(request)


class IsSometimesUnavailable(Reference):
    """Every fiftieth request is answered 503 by a proxy."""

    _turn = 0

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        self._turn += 1
        if self._turn % 50 == 0:
            return Response(503, b"<html>try again</html>", {"content-type": "text/html"})
        return super().answer(request)


class RaceIsRefused(Reference):
    """While one write is under way all others are refused with a conflict."""

    def __init__(self) -> None:
        super().__init__()
        self._busy = threading.Lock()

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        if not self._busy.acquire(blocking=False):
            return self._refuse(Refused(409, "someone else is writing"))
        try:
            time.sleep(0.002)
            return super().answer(request)
        finally:
            self._busy.release()


# Slash forms


class RedirectsToSlash(Reference):
    """The path without a trailing slash leads to the one with it."""

    status = 308

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        path, question, query = request.target.partition("?")
        if not path.endswith("/"):
            return Response(self.status, headers={"Location": f"{path}/{question}{query}"})
        return super().answer(request)


class RedirectsToSlashForNow(RedirectsToSlash):
    """The same with 307."""

    status = 307


class RedirectsFromSlash(Reference):
    """The path with a trailing slash leads to the one without."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        path, question, query = request.target.partition("?")
        if path.endswith("/"):
            here = f"http://{request.headers['host']}"
            return Response(308, headers={"location": f"{here}{path.rstrip('/')}{question}{query}"})
        return super().answer(request)


class NoTrailingSlash(Reference):
    """Only the path as the document writes it is known."""

    costs = frozenset({"other-slash-form"})

    def _place(self, request: Request) -> Place:
        if request.path.endswith("/"):
            raise Refused(404, "nothing here")
        return super()._place(request)


class OnlyTrailingSlash(Reference):
    """Only the path with a trailing slash is known; the profile says so."""

    costs = frozenset({"other-slash-form"})

    def profile(self, base_url: str) -> dict[str, Any]:
        """Return a target profile that leaves nothing untested."""
        return {**super().profile(base_url), "path_style": "trailing_slash"}

    def _place(self, request: Request) -> Place:
        if not request.path.endswith("/"):
            raise Refused(404, "nothing here")
        return super()._place(request)


class BehindAPrefix(Reference):
    """The API lies behind a path of its own."""

    def profile(self, base_url: str) -> dict[str, Any]:
        """Return a target profile that leaves nothing untested."""
        return super().profile(f"{base_url}/hub/")

    def _operation(self, request: Request) -> Response:
        return super()._operation(replace(request, target=request.target.removeprefix("/hub")))


# Errors


class ErrorsAreHtml(Reference):
    """Errors are pages."""

    costs = frozenset({"error-is-json"})

    def _refuse(self, refused: Refused) -> Response:
        return Response(refused.status, b"<html><h1>No</h1></html>", {"content-type": "text/html"})


class ErrorsAreText(Reference):
    """Errors are lines of text."""

    costs = frozenset({"error-is-json"})

    def _refuse(self, refused: Refused) -> Response:
        return Response(refused.status, refused.message.encode(), {"content-type": "text/plain"})


class ErrorsAreStrings(Reference):
    """Errors are bare JSON strings."""

    costs = frozenset({"error-is-json"})

    def _refuse(self, refused: Refused) -> Response:
        return Response(refused.status, refused.message)


class ErrorsAreEmpty(Reference):
    """Errors have no body."""

    costs = frozenset({"error-is-json"})

    def _refuse(self, refused: Refused) -> Response:
        return Response(refused.status)


class ErrorsAreProblems(Reference):
    """Errors are application/problem+json."""

    costs = frozenset({"error-code", "error-message"})

    def _refuse(self, refused: Refused) -> Response:
        body = {"type": "about:blank", "title": refused.message, "status": refused.status}
        return Response(refused.status, body, {"content-type": "application/problem+json"})


class ErrorsAreRich(Reference):
    """Errors have the members of another operation of the vendor's."""

    def _refuse(self, refused: Refused) -> Response:
        body = {
            "code": refused.status,
            "error_code": "error",
            "type": "Error",
            "message": refused.message,
            "detail": "",
        }
        return Response(refused.status, body)


class Forbids(Reference):
    """A bad credential is 403."""

    costs = frozenset({"missing-key-status", "wrong-key-status"})

    def _refuse(self, refused: Refused) -> Response:
        refused.status = 403 if refused.status == 401 else refused.status
        return super()._refuse(refused)


class HidesFromStrangers(Reference):
    """A bad credential finds nothing: 404."""

    costs = frozenset({"missing-key-status", "wrong-key-status"})

    def _refuse(self, refused: Refused) -> Response:
        refused.status = 404 if refused.status == 401 else refused.status
        return super()._refuse(refused)


class BadHeaderIsABadRequest(Reference):
    """A missing or malformed credential is a bad request."""

    costs = frozenset({"missing-key-status"})

    def _authenticate(self, request: Request) -> None:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            raise Refused(400, "the header authorization is required")
        super()._authenticate(request)


class Unprocessable(Reference):
    """What cannot be used is 422."""

    def _refuse(self, refused: Refused) -> Response:
        refused.status = 422 if refused.status == 400 else refused.status
        return super()._refuse(refused)


# Credentials


class TakesOtherSchemes(Reference):
    """The key is also taken without a scheme, as a Basic credential, and signed."""

    costs = frozenset({"basic-scheme"})

    def _authenticate(self, request: Request) -> None:
        credential = request.headers.get("authorization", "")
        if credential.startswith(("Basic ", "wskey:")) or credential == self.key or ":" in credential:
            return
        super()._authenticate(request)


class SchemeAsWritten(Reference):
    """The scheme is Bearer with a capital, nothing else."""

    def _authenticate(self, request: Request) -> None:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            raise Refused(401, "not authenticated")
        super()._authenticate(request)


class LooksBeforeItAsks(Reference):
    """The object and the category are looked up before the key, and the body is read first of all."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        try:
            if request.segments[-2:-1] == ["category"]:
                self._body(request) if request.method != "GET" else None
                self._place(request)
        except Refused as refused:
            return self._refuse(refused)
        return super().answer(request)


# Objects, categories, tenants


class InventsObjects(Reference):
    """An unknown object comes into being."""

    def _holder(self, kind: str, name: str) -> tuple[str, str]:
        return kind, name


class InventsEverything(InventsObjects):
    """An unknown category and an unknown tenant come into being too."""

    costs = frozenset({"unknown-category"})

    def _category(self, slug: str) -> Category:
        return self.categories.get(slug) or Category(slug, slug)

    def _tenant(self, request: Request) -> str:
        return request.query.get("tenant_id", "")


class TenantsShare(Reference):
    """All tenants share one preference set."""

    def _shelf(self, place: Place) -> Place:
        return replace(place, tenant="")


class OutByDefault(Reference):
    """The category is opted out by default."""

    def _category(self, slug: str) -> Category:
        category = super()._category(slug)
        return replace(category, default="opt_out") if category.is_editable else category


class SomeChannelsOutByDefault(Reference):
    """Without a list, slack is out."""

    def _left(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return super()._left(before, out, into) if out is not None or into else frozenset({"slack"})


# The locked category


class LockedIsForbidden(Reference):
    """A locked category forbids its opt-out."""

    def _opted_out(self, place: Place, before: Choice) -> Choice:
        if not place.category.is_editable:
            raise Refused(403, "locked")
        return super()._opted_out(place, before)


class LockedConflicts(Reference):
    """A locked category refuses every write."""

    def _update(self, place: Place, body: dict[str, Any]) -> Choice:
        if not place.category.is_editable:
            raise Refused(409, "locked")
        return super()._update(place, body)


class LockedIsUnmoved(Reference):
    """A locked category answers its opt-out with 202 and stays in."""

    def _opted_out(self, place: Place, before: Choice) -> Choice:
        return super()._opted_out(place, before) if place.category.is_editable else Choice("opt_in")


class LockedIsWhollyMandatory(Reference):
    """A locked category answers every write with 202, and none of its channels moves."""

    def _category(self, slug: str) -> Category:
        category = super()._category(slug)
        return category if category.is_editable else replace(category, mandatory=frozenset(category.channels))

    def _opted_out(self, place: Place, before: Choice) -> Choice:
        return super()._opted_out(place, before) if place.category.is_editable else before


# The lists


class Merges(Reference):
    """A list of opt-outs is added to the earlier ones."""

    costs = frozenset({"list-replaces"})

    def _left(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return frozenset((before | (out or frozenset())) - (into or frozenset()))


class MergesAndListsWhatIsIn(LeftChannelsAreNotListed, Merges):
    """A list of opt-outs is added to the earlier ones, and only channels that are in are listed."""

    costs = LeftChannelsAreNotListed.costs | Merges.costs


class AlwaysReplaces(Reference):
    """Whatever is not named as out is in."""

    def _left(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return super()._left(before, out or frozenset(), into) - (into or frozenset())


class OnlyTheseChannels(Reference):
    """opt_in_channels names the only channels that are in."""

    def _left(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        others = frozenset({"email", "slack", "ms_teams"} - into) if into else frozenset()
        return super()._left(before, (out or frozenset()) | others, into)


class OptInWins(Reference):
    """A channel in both lists is in."""

    def _left(self, before: Any, out: Any, into: Any) -> frozenset[str]:
        return super()._left(before, out - into if out and into else out, into)


class OneListOnly(Reference):
    """Both lists together are refused, empty ones too."""

    def _choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        if "opt_out_channels" in body and "opt_in_channels" in body:
            raise Refused(400, "one list or the other")
        return super()._choice(place, before, preference, body)


class NoListsWithOptOut(Reference):
    """A list beside opt_out is refused."""

    def _choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        if preference == "opt_out" and len(body) > 1:
            raise Refused(400, "lists go with opt_in only")
        return super()._choice(place, before, preference, body)


class OptOutForgets(Reference):
    """Opting out of the category forgets the channels."""

    def _opted_out(self, place: Place, before: Choice) -> Choice:
        return super()._opted_out(place, Choice(before.preference))


class OptOutRemembersLists(Reference):
    """A list beside opt_out is kept for later."""

    def _choice(self, place: Place, before: Choice, preference: str, body: dict[str, Any]) -> Choice:
        kept = super()._choice(place, before, "opt_in", body)
        return kept if preference == "opt_in" else self._opted_out(place, kept)


class UnknownChannelsIgnored(Reference):
    """Channel names that nobody knows are passed over, whatever they are."""

    def _list(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = body.get(member)
        if not isinstance(channels, list):
            return None
        return frozenset(channel for channel in channels if isinstance(channel, str))


class UnheldChannelsRefused(Reference):
    """A channel that the object does not have is refused."""

    costs = frozenset({"documented-channels"})

    def _channel(self, channel: Any, field: str) -> str:
        if channel not in ("email", "slack", "ms_teams"):
            raise Refused(400, f"{field} is not a channel of this object")
        return str(channel)


class DuplicatesRefused(Reference):
    """A channel named twice is refused."""

    def _list(self, body: dict[str, Any], member: str) -> frozenset[str] | None:
        channels = super()._list(body, member)
        if channels is not None and len(channels) < len(body[member]):
            raise Refused(400, f"{member} names a channel twice")
        return channels


# Bodies


class EmptyBodyIsEmptyObject(Reference):
    """No body, and null, count as an empty object; the media type is not looked at."""

    def _body(self, request: Request) -> dict[str, Any]:
        body = self._json(request.body or b"{}")
        return self._mapping({} if body is None else body)


class EmptyObjectRefused(Reference):
    """An object without any known member is refused."""

    def _mapping(self, body: Any) -> dict[str, Any]:
        if not super()._mapping(body).keys() & {"preference", "opt_out_channels", "opt_in_channels"}:
            raise Refused(400, "Request body must not be empty")
        return super()._mapping(body)


class UnknownMembersRefused(Reference):
    """A member that is not documented is refused."""

    def _mapping(self, body: Any) -> dict[str, Any]:
        if super()._mapping(body).keys() - {"preference", "opt_out_channels", "opt_in_channels"}:
            raise Refused(400, "unknown member")
        return super()._mapping(body)


class NullsAndEmptiesRefused(Reference):
    """Null, an empty list and a list beside nothing are refused."""

    costs = frozenset({"empty-list", "null-list"})

    def _mapping(self, body: Any) -> dict[str, Any]:
        if any(value is None or value == [] for value in super()._mapping(body).values()):
            raise Refused(400, "say something")
        return super()._mapping(body)


class ReadsLeniently(Reference):
    """Duplicates, NaN, a byte order mark and bytes that are not UTF-8 are put up with."""

    def _json(self, body: bytes) -> Any:
        try:
            return json.loads(body.decode("utf-8-sig", "replace"))
        except (ValueError, RecursionError) as error:
            raise Refused(400, "the body is not JSON") from error


class IgnoresCase(Reference):
    """OPT_OUT is opt_out, with or without spaces around it."""

    def _word(self, preference: Any) -> str:
        return super()._word(preference.strip().lower() if isinstance(preference, str) else preference)


class EmptyWordIsAbsent(Reference):
    """An empty preference counts as none, as an official client sends it."""

    def _word(self, preference: Any) -> str:
        return "opt_in" if preference == "" else super()._word(preference)


class NullPreferenceRefused(Reference):
    """A preference that is null is refused."""

    def _preference(self, body: dict[str, Any]) -> str:
        return self._word(body.get("preference", "opt_in"))


class KnowsCantUnsubscribe(Reference):
    """cant_unsubscribe is taken for opt_in."""

    def _word(self, preference: Any) -> str:
        return "opt_in" if preference == "cant_unsubscribe" else super()._word(preference)


class LimitsBodies(Reference):
    """A body beyond two kilobytes is too large."""

    def _json(self, body: bytes) -> Any:
        if len(body) > 2000:
            raise Refused(413, "too large")
        return super()._json(body)


class GoesOutWithItsLastChannel(Reference):
    """A category whose last channel goes out goes out with it."""

    def _rendered(self, place: Place, choice: Choice) -> dict[str, Any]:
        is_in = choice.preference == "opt_in" and set(place.category.channels) - choice.left
        return {**super()._rendered(place, choice), "preference": "opt_in" if is_in else "opt_out"}


# Reading back


class OnlyTheCategoryIsRead(Reference):
    """GET reads a category; the operations around it do not exist."""

    def _operation(self, request: Request) -> Response:
        if request.segments[-2:-1] != ["category"]:
            raise Refused(404, f"nothing at {request.path}")
        return super()._operation(request)


class OnlyReadsAreThere(Reference):
    """All there is to read can be read, and nothing but a category be written."""

    def _restrict(self, request: Request) -> Reader:
        raise Refused(405, f"{request.method} is not allowed here")


class ListsAreNotImplemented(Reference):
    """Neither categories nor channels are listed; channels can be restricted."""

    def _operation(self, request: Request) -> Response:
        if request.method == "GET" and request.segments[-2:-1] != ["category"]:
            raise Refused(501, "not implemented")
        return super()._operation(request)


class ReadsLag(Reference):
    """A write takes a moment until it is read."""

    lag_s = 0.06

    def _update(self, place: Place, body: dict[str, Any]) -> Choice:
        choice = super()._update(place, body)
        vars(self).setdefault("history", {}).setdefault(place, []).append((self.clock.monotonic(), choice))
        return choice

    def _kept(self, place: Place) -> Choice:
        until = self.clock.monotonic() - self.lag_s
        written = vars(self).get("history", {}).get(place, [])
        known = [choice for at, choice in written if at <= until]
        return known[-1] if known else Choice(place.category.default)


class ReadsSayLess(Reference):
    """Where a category is read, what it was before is null, it has no description, and opted out no channels."""

    def _shown(self, place: Place, shows_channels: bool) -> dict[str, Any]:
        shown = {**super()._shown(place, shows_channels), "original_preference": None}
        del shown["description"]
        return {**shown, "channels": shown["channels"] or None}


class OptedOutIsReadWithChannels(Reference):
    """The channels of an opted-out category are always shown."""

    def _shows_channels(self, _: Request) -> bool:
        return True


class ReadsChannelsOfItsOwn(Reference):
    """Where a category is read, only channels that the object has are listed, and some that others do not know."""

    def _read(self, place: Place, shows_channels: bool) -> Response:
        shown = self._shown(place, shows_channels)
        own = [one for one in shown["channels"] if one["channel"] != "ms_teams"]
        return Response(200, {**shown, "channels": own and [*own, {**own[0], "channel": "rcs"}]})


class RestrictedChannelsAreNotListed(Reference):
    """A category does not list a channel that is restricted."""

    def _rendered_channels(self, category: Category, choice: Choice) -> Any:
        listed = super()._rendered_channels(category, choice)
        return [one for one in listed if one["channel"] not in choice.shut - category.mandatory]


class SmallPages(Reference):
    """A page has two categories if nobody says more, and four at most; the written category comes last."""

    def _all(self, reader: Reader) -> list[dict[str, Any]]:
        return super()._all(reader)[::-1]

    def _bounds(self, reader: Reader) -> tuple[int, int]:
        limit, offset = super()._bounds(reader)
        return min(limit, 4) if "limit" in reader.query else 2, offset


class OneSection(Reference):
    """The full preference has one section of everything, and pages and channels have members of their own."""

    def _full(self, reader: Reader) -> dict[str, Any]:
        section = {"name": None, "slug": "all", "tags": [], "subcategories": self._all(reader)}
        return {
            "locale": "en",
            "sections": [section, {"subcategories": []}],
            **self._channel_preferences(reader),
        }

    def _page(self, reader: Reader) -> dict[str, Any]:
        page = super()._page(reader)
        return {**page, "meta": {**page["meta"], "next": None}, "links": {}}

    def _channel_preferences(self, reader: Reader) -> dict[str, Any]:
        listed = super()._channel_preferences(reader)["channel_preferences"]
        return {"channel_preferences": [{**one, "label": ""} for one in listed[::-1]], "updated_at": 0}


class ReadsInOtherWords(Reference):
    """Locale and tags do something: other names, fewer categories."""

    def _page(self, reader: Reader) -> dict[str, Any]:
        page = super()._page(reader)
        if "tags" in reader.query:
            return {"meta": {**page["meta"], "count": 0}, "results": []}
        return page


class TenantsInherit(Reference):
    """A tenant has what was chosen without one until something is chosen for it."""

    def _before(self, place: Place) -> Choice:
        inherited = super()._before(replace(place, tenant=""))
        return self._choices.get(self._shelf(place), inherited)


class RestrictionsNameChannels(Reference):
    """The channel preferences list only channels that the object has, and one is restricted already."""

    def __init__(self) -> None:
        super().__init__()
        for holder in self.objects:
            self._restricted[holder, ""] = frozenset({"inbox"})

    def _channel_preferences(self, reader: Reader) -> dict[str, Any]:
        listed = super()._channel_preferences(reader)["channel_preferences"]
        own = ("email", "slack", "ms_teams", "inbox")
        return {"channel_preferences": [one for one in listed if one["channel"] in own]}


class EmptyListsAreNull(Reference):
    """The channel preferences list only what is restricted, and an empty list is null."""

    def _channel_preferences(self, reader: Reader) -> dict[str, Any]:
        listed = super()._channel_preferences(reader)["channel_preferences"]
        return {"channel_preferences": [one for one in listed if one["is_restricted"]] or None}

    def _full(self, reader: Reader) -> dict[str, Any]:
        full = super()._full(reader)
        return {**full, "sections": [*full["sections"], {"name": "Empty", "subcategories": None}]}


class ListsWantAKeyOfTheirOwn(Reference):
    """The lists are forbidden to the key of the profile."""

    costs = frozenset({"list-is-a-page", "full-preference", "channel-preferences-are-read"})

    def _reader(self, request: Request) -> Reader:
        if request.method == "GET":
            raise Refused(403, "not with this key")
        return super()._reader(request)


# Hostile input


class _BehindAProxy(Reference):
    """A proxy stands before it and says no in HTML."""

    def answer(self, request: Request) -> Response:
        """Answer what the proxy lets through."""
        status = self.refused(request)
        if status is None:
            return super().answer(request)
        return Response(status, b"<h1>No</h1>", {"content-type": "text/html", "connection": "close"})

    def refused(self, request: Request) -> int | None:
        """Say with which status a request is refused, if it is."""
        raise NotImplementedError


class ProxyWithLimits(_BehindAProxy):
    """The proxy refuses bodies beyond 64 KiB, bodies in chunks, many headers, and Expect, each with its own status."""

    costs = frozenset({"error-is-json"})

    def refused(self, request: Request) -> int | None:
        """Refuse it, or not."""
        if len(request.body) > 65536:
            return 413
        if "transfer-encoding" in request.headers:
            return 411
        if len(request.headers) > 50:
            return 431
        return 417 if "expect" in request.headers else None


class ProxyWithoutChunks(_BehindAProxy):
    """The proxy does not implement chunks, and calls many headers a bad request."""

    def refused(self, request: Request) -> int | None:
        """Refuse it, or not."""
        if "transfer-encoding" in request.headers:
            return 501
        return 400 if len(request.headers) > 50 else None


class ClosesInsteadOfRefusing(Reference):
    """The connection is closed on what is large, deep, in chunks, cut short or sent in one packet with more."""

    def answer(self, request: Request) -> Response:
        """Answer, or not."""
        is_odd = (
            len(request.body) > 65536 or b"[" * 64 in request.body or "transfer-encoding" in request.headers
        )
        if is_odd or request.is_cut or request.is_followed:
            return Response(0, is_silent=True)
        return super().answer(request)


class AnswersOnlyTheFirst(Reference):
    """After the first of several requests in one packet the connection is closed."""

    def answer(self, request: Request) -> Response:
        """Answer, or not."""
        answer = super().answer(request)
        return replace(answer, headers={"connection": "close"}) if request.is_followed else answer


class PrototypesAreRefused(Reference):
    """A member called __proto__ is refused."""

    def _mapping(self, body: Any) -> dict[str, Any]:
        if "__proto__" in super()._mapping(body):
            raise Refused(400, "no prototypes here")
        return super()._mapping(body)

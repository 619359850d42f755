"""The words in which SuprSend's requirements are written: places, writes, and exchanges that several share."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx2

from conformance.apis.suprsend import generated_cases as sitting
from conformance.apis.suprsend import model
from conformance.apis.suprsend.category import (
    DOCUMENTED_CHANNELS,
    IN,
    OUT,
    REFUSALS,
    agrees,
    category,
    editable,
    granted,
    preference,
    shows,
    stands,
)
from conformance.apis.suprsend.model import Write
from conformance.apis.suprsend.profile import ObjectName, Profile
from conformance.assertions.outcome import Inconclusive, NotTested, Outcome, Stopped, Unjudgeable
from conformance.generation.cases import Case
from conformance.http.client import UNSET, Client
from conformance.http.response import Response
from conformance.suite import driver as suite
from conformance.suite.driver import CaseResult, is_among, repeat_race
from conformance.suite.run import Run

OPT_IN: Mapping[str, Any] = {"preference": IN}
OPT_OUT: Mapping[str, Any] = {"preference": OUT}
UNKNOWN = "conformance_unknown"
RESTRICTION = "a channel restricted in all categories"
SHORTEST_KEY = 8
_FALSE_SIGNATURE = "conformance:bm90IGEgc2lnbmF0dXJl"
_HOW_MADE_UP = {
    "basic": "{} and a colon in Base64",
    "wrong": "{} with the next for each letter and digit of its second half",
    "unsigned": _FALSE_SIGNATURE,
    "cut": "the first half of {}",
    "lengthened": "{} with an x behind it",
    "swapped": "{} with small letters for capitals and capitals for small letters",
}
_OF_THE_EXAMPLE = ("ms_teams",)
_LAG_S = 3.0  # how long a write may take until it is read ...
_LATER_LAG_S = 0.2  # ... and how long later ones may, once one was not; or twice as long as any that was
_FIRST_PAUSE_S = 0.05


@dataclass(frozen=True)
class Place:
    """Where a preference is kept: an object, a category, and maybe a tenant."""

    object: ObjectName
    category: str
    tenant_id: str | None = None

    def path(self, style: str) -> str:
        """Return the path to it, percent-encoded."""
        return self.neighbour(style, "category", self.category)

    def neighbour(self, style: str, *names: str) -> str:
        """Return the path to what stands under *names* among the object's preferences."""
        parts = ("", "v1", "object", self.object.type, self.object.id, "preference", *names)
        slash = "/" if style == "trailing_slash" else ""
        return "/".join(quote(part, safe="") for part in parts) + slash

    @property
    def query(self) -> Mapping[str, str]:
        """The query that names the tenant, if there is one."""
        return {} if self.tenant_id is None else {"tenant_id": self.tenant_id}


# What a GET was answered in the middle of an exchange, which has to go on whatever that was: an outcome is kept for
# those who need the answer, and where the profile promises no GET there is nothing.
Reading = Response | Inconclusive | None


class Turns(NamedTuple):
    """A category opted in, out and in again."""

    first: Response
    out: Response
    back: Response


class ChannelTurns(NamedTuple):
    """One channel, *named*, taken out and let in again; *settled* came before, and *read* after it went out."""

    named: str
    settled: Response
    out: Response
    read: Reading
    back: Response


class Apart(NamedTuple):
    """A write here, *before* and *after* a channel goes out *elsewhere*, which is None if nothing shows that it did.

    In between this place is *read*. Then all of it goes out elsewhere, and what is read here is *left*; that is None if
    it did not go out there.
    """

    before: Response
    elsewhere: Response | None
    read: Reading
    after: Response
    left: Reading


class Alone(NamedTuple):
    """What was written to one *place*, about the two channels *names*, with nothing in between."""

    place: Place
    names: tuple[str, str]
    writes: Sequence[Write]


class Interleaved(NamedTuple):
    """The same writes with others in between: *own* to the place, *every* one that the model knows."""

    own: Sequence[Write]
    every: Sequence[Write]


class Race(NamedTuple):
    """Writes that overlapped: *own* to the place, those that were accepted, and *every* one."""

    own: Sequence[Write]
    every: Sequence[Write]


class Driver(suite.Driver):
    """Speaks to a SuprSend server."""

    def __init__(self, client: Client, target: Profile, run: Run) -> None:
        super().__init__(client, run)
        self._target = target
        self._touched: dict[Place, None] = {}
        self._latest: dict[Place, Response] = {}
        self.undo: Callable[[], str | None] | None = None  # puts back what no write of a category does
        self._lag_s = min(_LAG_S, target.patience.retry_s)
        self._longest_lag_s = 0.0
        self._seen: dict[Place, dict[str, str]] = {}
        self.place = Place(target.fixtures.object, target.fixtures.category)

    # Places

    @property
    def other_place(self) -> Place:
        """The same category for another object."""
        other = self._target.fixtures.other_object
        if other is None:
            raise NotTested("fixtures.other_object is not in the profile")
        return Place(other, self.place.category)

    @property
    def other_category(self) -> Place:
        """Another category for the same object."""
        slug = self._target.fixtures.other_category
        if slug is None:
            raise NotTested("fixtures.other_category is not in the profile")
        return Place(self.place.object, slug)

    @property
    def locked_place(self) -> Place:
        """A category that cannot be opted out of."""
        slug = self._target.fixtures.locked_category
        if slug is None:
            raise NotTested("fixtures.locked_category is not in the profile")
        return Place(self.place.object, slug)

    @property
    def tenant_place(self) -> Place:
        """The same for a tenant."""
        tenant_id = self._target.fixtures.tenant_id
        if tenant_id is None:
            raise NotTested("fixtures.tenant_id is not in the profile")
        return Place(self.place.object, self.place.category, tenant_id)

    @property
    def unknown_category(self) -> Place:
        """A category that nobody made."""
        return Place(self.place.object, UNKNOWN)

    @property
    def unknown_object(self) -> Place:
        """An object that nobody made."""
        return Place(ObjectName(type=self.place.object.type, id=UNKNOWN), self.place.category)

    @property
    def unknown_tenant(self) -> Place:
        """A tenant that nobody made."""
        return Place(self.place.object, self.place.category, UNKNOWN)

    @property
    def other_style(self) -> str:
        """The slash form that the profile does not name."""
        return "no_slash" if self._target.path_style == "trailing_slash" else "trailing_slash"

    # Credentials

    @property
    def _key(self) -> str:
        return self._target.credentials.api_key.reveal()

    @property
    def bearer(self) -> str:
        """The credential as documented."""
        return f"Bearer {self._key}"

    @property
    def bare_key(self) -> str:
        """The key without a scheme."""
        return self._key

    @property
    def basic(self) -> str:
        """The key as a Basic credential, where a user name without a password would stand."""
        encoded = base64.b64encode(f"{self._key}:".encode()).decode()
        return f"Basic {self._concealed('basic', encoded)}"

    @property
    def wrong_key(self) -> str:
        """A key of the same shape that nobody was given."""
        half = len(self._key) // 2
        return self._made_up("wrong", self._key[:half] + "".join(map(_next, self._key[half:])))

    @property
    def false_signature(self) -> str:
        """The signed form that older clients send, with a signature of nothing."""
        return self._concealed("unsigned", _FALSE_SIGNATURE)

    @property
    def cut_key(self) -> str:
        """The first half of the key."""
        if len(self._key) < SHORTEST_KEY:
            raise NotTested("credentials.api_key is too short to be cut")
        return self._made_up("cut", self._key[: (len(self._key) + 1) // 2])

    @property
    def lengthened_key(self) -> str:
        """The key with something behind it."""
        return self._made_up("lengthened", f"{self._key}x")

    @property
    def key_in_other_case(self) -> str:
        """The key with small letters for capitals and capitals for small letters."""
        return self._made_up("swapped", self._key.swapcase())

    def _made_up(self, how: str, key: str) -> str:
        if key == self._key:
            raise NotTested("no other key can be made from credentials.api_key")
        return f"Bearer {self._concealed(how, key)}"

    def _concealed(self, how: str, credential: str) -> str:
        key = self._target.credentials.api_key.name
        return self.client.conceal_made_up(credential, f"{key}_{how}".upper(), _HOW_MADE_UP[how].format(key))

    # Writing

    def write(
        self,
        body: Any = UNSET,
        at: Place | None = None,
        *,
        content: bytes | None = None,
        authorization: str | None = "",
        media_type: str | None = "application/json",
        params: Mapping[str, str] | None = None,
        style: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Ask for a preference and return what is answered.

        body: a JSON value, or bytes as *content*. at: the place, by default the profile's. authorization: the
        credential, None to send none. style: of the path, by default the profile's.
        """
        place = at or self.place
        self._permit(place, body, content, authorization)
        sent = {"authorization": authorization or self.bearer, "content-type": media_type, **(headers or {})}
        if authorization is None:
            del sent["authorization"]
        if UNKNOWN not in (place.object.id, place.category, place.tenant_id):
            self._touched[place] = None
        latest = self._latest.pop(place, None)
        answer = self.client.send(
            "PATCH",
            place.path(style or self._target.path_style),
            headers={name: value for name, value in sent.items() if value is not None},
            json=body,
            content=content,
            params={**place.query, **(params or {})},
        )
        if answer.ok:
            self._touched[place] = None
            self._latest[place] = answer
            if body == OPT_IN:
                self._seen.setdefault(place, {}).update(editable(answer))
        elif answer.status in REFUSALS and latest:
            self._latest[place] = latest
        return answer

    def _permit(self, at: Place, body: Any, content: bytes | None, authorization: str | None) -> None:
        """Raise NotTested if the run's mode leaves such a request out."""
        mode = self.run.mode
        own = (self.place.category, self._target.fixtures.locked_category)
        if at.object != self.place.object or at.tenant_id is not None or at.category not in own:
            mode.want_full("a write for another object, category or tenant")
        mode.want_short(len(content or b""))
        scheme, _, key = (authorization or "").partition(" ")
        has_other_key = authorization is None or (scheme == "Bearer" and key != self._key)
        is_invalid = sitting.is_refused(body) if content is None else sitting.is_broken(content)
        if not has_other_key and not is_invalid:
            mode.want_write()

    def build_request(
        self, body: Any, at: Place | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx2.Request:
        """Make a write for a packet; it goes to the profile's place if none is named."""
        self.run.mode.want_full("what few clients send")
        place = at or self.place
        self._touched[self.place] = None
        self._latest.pop(self.place, None)
        sent = {"authorization": self.bearer, **(headers or {})}
        return self.client.build_request(
            "PATCH", place.path(self._target.path_style), headers=sent, json=body
        )

    @property
    def has_read_back(self) -> bool:
        """Whether the profile promises that GET reads a category."""
        return "read_back" in self._target.capabilities

    def read(
        self,
        at: Place,
        names: Sequence[str] | None = None,
        *,
        params: Mapping[str, str] | None = None,
        authorization: str | None = "",
    ) -> Response:
        """Ask with GET, which the document does not have but other pages of the vendor's do.

        names: the path under the object's preferences, by default the category's. authorization: as for write.
        """
        style = self._target.path_style
        path = at.path(style) if names is None else at.neighbour(style, *names)
        sent = {} if authorization is None else {"authorization": authorization or self.bearer}
        return self.client.send("GET", path, headers=sent, params={**at.query, **(params or {})})

    def read_until(
        self,
        agrees: Callable[[Response], bool],
        names: Sequence[str] | None = None,
        *,
        at: Place | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Reading:
        """Read until *agrees*, for a moment, and return the last answer.

        A write that is answered 202 need not be carried out at once, nor need what it made be found. Once something
        has not been read in all that time, later reads wait less for theirs.
        """
        return self.look_until(agrees, names, at=at, params=params) if self.has_read_back else None

    def look_until(
        self,
        agrees: Callable[[Response], bool],
        names: Sequence[str] | None = None,
        *,
        at: Place | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Response | Inconclusive:
        """Do the same, also where the profile promises no GET."""
        now = self.client.clock.monotonic
        asked, pause = now(), _FIRST_PAUSE_S
        until = asked + self._lag_s
        try:
            while True:
                began = now()
                answer = self.read(at or self.place, names, params=params)
                if answer.ok and agrees(answer):
                    self._longest_lag_s = max(self._longest_lag_s, began - asked)
                    return answer
                may_be_found_later = answer.status == 404 and names is None and self.has_read_back
                if not (answer.ok or may_be_found_later):
                    return answer
                if began >= until:
                    self._lag_s = min(self._lag_s, max(_LATER_LAG_S, 2 * self._longest_lag_s))
                    return answer
                self.client.pause(max(0, min(pause, until - now())))
                pause *= 2
        except Stopped:
            raise
        except Inconclusive as outcome:
            return outcome

    def restrict(self, channels: Mapping[str, bool], names: Sequence[str]) -> Response:
        """Say of each of *channels* whether the object restricts it in all categories, under *names*."""
        self.run.mode.want_full(RESTRICTION)
        self._latest.clear()
        wish = [{"channel": name, "is_restricted": channels[name]} for name in channels]
        answer = self.client.send(
            "PATCH",
            self.place.neighbour(self._target.path_style, *names),
            headers={"authorization": self.bearer},
            json={"channel_preferences": wish},
        )
        self.unjudged_answers.append(answer)
        return answer

    def settle(self, at: Place | None = None) -> Response:
        """Opt in with every editable channel, whatever the target makes of its lists.

        A target may list only the channels that are in, so one that was listed before and is missing is out. Where the
        latest write was answered with all of that, nothing is sent.
        """
        place = at or self.place
        seen, latest = self._seen.setdefault(place, {}), self._latest.get(place)
        if latest and seen and shows(latest, IN) and _is_whole(latest, seen):
            return latest
        answer = granted(self.write(OPT_IN, at))
        if _is_whole(answer, seen):
            return answer
        emptied = self.write({**OPT_IN, "opt_out_channels": []}, at)
        if emptied.ok and _is_whole(emptied, seen):
            return emptied
        return granted(self.write({**OPT_IN, "opt_in_channels": list(seen)}, at))

    def opt_out(self) -> Response:
        """Opt out, unless the latest write that was not refused has done so."""
        latest = self._latest.get(self.place)
        if latest is None or not shows(latest, OUT):
            return self.write(OPT_OUT)
        self.client.cite(latest.exchange)
        return latest

    def nameable(self, answer: Response) -> list[str]:
        """List the documented channels that are in and editable in *answer*, best known first."""
        listed = editable(answer)
        return [channel for channel in DOCUMENTED_CHANNELS if listed.get(channel) == IN]

    def two_channels(self, answer: Response, at: Place | None = None) -> tuple[str, str]:
        """Choose two channels to name."""
        there = "here" if at is None or at.tenant_id is None else f"for {at.tenant_id}"
        names = self.nameable(answer)
        if len(names) < 2:
            raise Inconclusive(
                f"of the documented channels {', '.join(names) or 'none'} can be edited {there}; "
                "fixtures.object needs two of them, best email and slack, and neither restricted everywhere"
            )
        return names[0], names[1]

    # Exchanges that several requirements share

    def settled(self) -> Response:
        """Return the answer in which everything had been let in once, to choose channels from."""
        return self.client.memoize("settled", self.settle)

    def turns(self) -> Turns:
        """Opt in, out and in again."""

        def ask() -> Turns:
            with suppress(Inconclusive):
                self.settle()
            return Turns(self.write(OPT_IN), self.write(OPT_OUT), self.write(OPT_IN))

        return self.client.memoize("turns", ask)

    def channel_turns(self) -> ChannelTurns:
        """Take one channel out and let it in again."""

        def ask() -> ChannelTurns:
            settled = self.settle()
            named, _ = self.two_channels(settled)
            out = self.write({**OPT_IN, "opt_out_channels": [named]})
            is_out = stands(out).get(named) != IN
            read = self.read_until(
                lambda answer: agrees(out, answer) and not (is_out and stands(answer).get(named) == IN)
            )
            back = self.write({**OPT_IN, "opt_in_channels": [named]})
            return ChannelTurns(named, settled, out, read, back)

        return self.client.memoize("channel turns", ask)

    def twice(self) -> Sequence[tuple[Response, Response]]:
        """Send a few requests a second time each."""

        def ask() -> Sequence[tuple[Response, Response]]:
            settled = self.settle()
            bodies = [{**OPT_IN, "opt_out_channels": self.nameable(settled)[:1]}, OPT_OUT, OPT_IN]
            return [(self.write(body), self.write(body)) for body in bodies]

        return self.client.memoize("twice", ask)

    def locked_turns(self) -> tuple[Response, Response]:
        """Opt in to the locked category, then try to opt out of it."""
        place = self.locked_place

        def ask() -> tuple[Response, Response]:
            return self.write(OPT_IN, place), self.write(OPT_OUT, place)

        return self.client.memoize("locked", ask)

    def apart(self, other: Place) -> tuple[Response, Response, Response]:
        """Let a channel in here, take another one out elsewhere, and let the first in here again.

        Raises NotTested where no channel can be taken out elsewhere, or nothing shows that one was.
        """
        apart = self.apart_with_reading(other)
        if apart.elsewhere is None:
            there = f"{other.object.type}/{other.object.id} in {other.category}"
            raise NotTested(f"no channel that both list can be opted out for {there}")
        return apart.before, apart.elsewhere, apart.after

    def apart_with_reading(self, other: Place) -> Apart:
        """Do the same, read here before it ends, and again while the whole category is out elsewhere."""
        return self.client.memoize(("apart", other), lambda: self._apart(other))

    def _apart(self, other: Place) -> Apart:
        here = self.two_channels(self.settle())
        there = self.write(OPT_IN, other)
        out = [channel for channel in editable(there) if channel in here][:1]
        body = {**OPT_IN, "opt_in_channels": [channel for channel in here if channel not in out]}
        before = self.write(body)
        elsewhere = self.write({**OPT_IN, "opt_out_channels": out}, other)
        went_out = out and elsewhere.ok and editable(elsewhere).get(out[0]) != IN
        read = self.read_until(lambda answer: agrees(before, answer)) if went_out else None
        after = self.write(body)
        return Apart(before, elsewhere if went_out else None, read, after, self._left(after, other))

    def _left(self, after: Response, other: Place) -> Reading:
        """Opt out elsewhere, read here what was answered *after* the latest write, and opt in there again."""
        if not self.has_read_back or not shows(after, IN):
            return None
        out = self.write(OPT_OUT, other)
        left = self.read_until(lambda answer: agrees(after, answer)) if shows(out, OUT) else None
        self.write(OPT_IN, other)
        return left

    def alone(self) -> Alone:
        """Take two channels out and let them in one by one, at the tenant's place if there is one."""

        def ask() -> Alone:
            with suppress(NotTested, Inconclusive):
                return self._alone(self.tenant_place)
            return self._alone(self.place)

        return self.client.memoize("alone", ask)

    def _alone(self, place: Place) -> Alone:
        names = self.two_channels(self.settle(place), place)
        return Alone(
            place, names, [Write(body, granted(self.write(body, place))) for body in model.own(*names)]
        )

    @property
    def elsewhere(self) -> Mapping[str, Place]:
        """Map the model's names of other places to those that the profile has."""
        places: dict[str, Place] = {}
        with suppress(NotTested):
            places["category"] = self.locked_place
        with suppress(NotTested):
            places["category"] = self.other_category
        with suppress(NotTested):
            places["other"] = self.other_place
            places["tenant"] = replace(self.other_place, tenant_id=self.tenant_place.tenant_id)
        return places

    def interleaved(self) -> Interleaved:
        """Write the same as alone, and elsewhere in between."""
        return self.client.memoize("interleaved", self._interleave)

    def _interleave(self) -> Interleaved:
        place, names, alone = self.alone()
        moves, places = model.draw_sequence(self.run.seed), self.elsewhere
        if not places:
            raise NotTested("neither fixtures.other_object nor fixtures.other_category is in the profile")
        self.settle(place)
        own: list[Write] = []
        every: list[Write] = []
        for write, turns in zip(alone, (*moves, ()), strict=True):
            own.append(Write(write.body, self.write(write.body, place)))
            every.append(own[-1])
            for name, move in turns:
                if name in places:
                    body = model.move(move, names)
                    written = Write(body, self.write(body, places[name]))
                    every += [] if name == "category" else [written]
        return Interleaved(own, every)

    def race(self) -> Race:
        """Let two channels in from two sides each while another object is written to.

        Raises Inconclusive if in none of some tries two requests overlapped.
        """
        self.run.mode.want_full("a race")
        return self.client.memoize("race", lambda: repeat_race(self._race))

    def _race(self) -> Race:
        place, names, (out, *_) = self.alone()
        if not model.is_same(out.answer, self.write(out.body, place)):
            raise Inconclusive(f"{names} do not go out as they did before")
        racers = [(model.move("in", [name]), place) for name in names * 2]
        if "other" in self.elsewhere:
            racers.append((out.body, self.elsewhere["other"]))
        answers: dict[int, Response] = {}

        def ask(number: int) -> Response:
            body, at = racers[number]
            answers[number] = self.write(body, at)
            return answers[number]

        overlapped = self.client.send_concurrently([partial(ask, number) for number in range(len(racers))])
        self._latest.clear()
        counting = [number for number, answer in sorted(answers.items()) if is_among(answer, overlapped)]
        every = [(racers[number][1], Write(racers[number][0], answers[number])) for number in counting]
        return Race(
            [write for at, write in every if at == place and write.answer.ok], [write for _, write in every]
        )

    def ask_once(self, key: str, ask: Callable[[], Response]) -> Response:
        """Ask the first time *key* is named and return the same answer afterwards."""
        return self.client.memoize(key, ask)

    def case_results(self) -> Sequence[CaseResult]:
        """Return every generated case with its answer; they are sent once."""
        self.run.mode.want_full("the exam")

        def ask() -> Sequence[CaseResult]:
            return [self.run_case(case) for case in self.run.exam.cases]

        return self.client.memoize("exam", ask)

    def run_case(self, case: Case) -> CaseResult:
        """Send one generated request to the profile's place, or to its tenant's."""
        has_tenant = self._target.fixtures.tenant_id is not None and "tenant_id" in case.query
        is_for_tenant = has_tenant and sitting.is_as_generated(case)
        place = self.tenant_place if is_for_tenant else self.place
        content = sitting.content(case)
        body = UNSET if content is not None else sitting.body(case)
        return CaseResult(case, self.write(body, place, content=content))

    # Before and after

    def preflight(self) -> None:
        """Stop where nothing could be judged: the key is refused, object or category are unknown, or it is locked."""
        answer = self.write(OPT_IN if self.run.mode.may_write else {"preference": UNKNOWN})
        status = answer.status
        if status in (401, 403):
            raise Unjudgeable(
                f"the API key is refused with {status}; credentials.api_key has to be one that may write preferences"
            )
        if status == 404:
            there = f"{self.place.object.type}/{self.place.object.id} in {self.place.category}"
            raise Unjudgeable(
                f"{there} is answered 404; fixtures.object and fixtures.category have to exist, "
                f"and path_style ({self._target.path_style}) has to be the target's"
            )
        if self.run.mode.may_write and answer.ok and category(answer).get("is_editable") is False:
            out = self.write(OPT_OUT)
            if not out.ok or preference(out) == IN:
                raise Unjudgeable(
                    f"{self.place.category} says that it is not editable, and cannot be opted out of; "
                    "name one in fixtures.category that can, and this one in fixtures.locked_category"
                )

    def restore(self) -> str | None:
        """Leave every place that was written to opted in, with all its channels, and no channel restricted.

        Returns a sentence about a restriction that the target did not take back, if there is one.
        """
        if not self.run.mode.may_write:
            return None
        remains = self.undo() if self.undo else None
        self._let_in()
        return remains

    def _let_in(self) -> None:
        for place in list(self._touched):
            try:
                # A target that merges lists may keep opt-outs of channels that it does not even list.
                every = {
                    **self._seen.get(place, {}),
                    **dict.fromkeys((*DOCUMENTED_CHANNELS, *_OF_THE_EXAMPLE)),
                }
                answer = self.write({**OPT_IN, "opt_in_channels": list(every)}, place)
                if not answer.ok or preference(answer) == OUT or OUT in editable(answer).values():
                    self.settle(place)
            except Stopped:
                return
            except Outcome:
                continue


def _is_whole(answer: Response, seen: Iterable[str]) -> bool:
    listed = editable(answer)
    return all(listed.get(channel) == IN for channel in {*seen, *listed})


def _next(character: str) -> str:
    if not (character.isascii() and character.isalnum()):
        return character
    return {"z": "a", "Z": "A", "9": "0"}.get(character, chr(ord(character) + 1))

"""How requirements speak to a SuprSend server: writes, and how all of it is opted in again at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

from conformance.apis.suprsend import generated_cases
from conformance.apis.suprsend.category import (
    DOCUMENTED_CHANNELS,
    IN,
    OUT,
    REFUSALS,
    category_of,
    describe_missing_channels,
    editable_channels,
    is_documented,
    preference_of,
    require_success,
    shows_preference,
)
from conformance.apis.suprsend.place import UNKNOWN, Place
from conformance.apis.suprsend.profile import Profile
from conformance.apis.suprsend.reading import ReadingDriver
from conformance.assertions.outcome import Inconclusive, Outcome, RunStopped, Unjudgeable
from conformance.generation.case import Case
from conformance.http.client import UNSET, Client
from conformance.http.connection import Request
from conformance.http.credentials.secret import Secret
from conformance.http.response import Response
from conformance.suite.driver import CaseResult
from conformance.suite.mode import Mode
from conformance.suite.run import Run

OPT_IN: Mapping[str, Any] = {"preference": IN}
OPT_OUT: Mapping[str, Any] = {"preference": OUT}
PLAIN, GENERATED, SEQUENCE, UNUSUAL = "plain", "generated", "sequence", "unusual"  # where a write comes from
RESTRICTION = "a channel restricted in all categories"
_CHANNELS_OF_THE_EXAMPLE = ("ms_teams",)


class AcceptedWrite(NamedTuple):
    """What was written where, and how it was answered.

    before: the answer of the latest write to the place, None where nobody knows what it held. origin: PLAIN where
    nothing but its body decides what its answer has to say; GENERATED, or one of a SEQUENCE, which are judged as such;
    UNUSUAL if it was sent as few clients send one.
    """

    place: Place
    body: Any
    answer: Response
    before: Response | None = None
    origin: str = UNUSUAL


class Driver(ReadingDriver):
    """Speaks to a SuprSend server during one run.

    accepted_writes: of a JSON value labelled as such, to a place that somebody has made, by the path as the profile
    writes it, and without options in the query: what the document says of an answer holds for each. Among them are
    generated writes, writes at once, and those in chunks or in a pipeline that were read.
    restore_restrictions: puts back what no write of a category does, where something has to be.
    """

    def __init__(self, client: Client, target: Profile, run: Run) -> None:
        super().__init__(client, target, run)
        self.accepted_writes: list[AcceptedWrite] = []
        self._origin = PLAIN
        self.restore_restrictions: Callable[[], str | None] | None = None
        self._touched: dict[Place, None] = {}
        self._may_have_lists: set[Place] = set()  # where anything else was asked than to opt in or out
        self._latest: dict[Place, Response] = {}  # what the latest write that was not refused was answered
        self._seen: dict[Place, dict[str, str]] = {}  # every channel that was listed as editable

    # --- writes ------------------------------------------------------------------------------------------

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
        """Ask for a preference and return the answer.

        body: a JSON value, or bytes as *content*. at: the place, by default the profile's. authorization: the
        credential, None to send none. style: of the path, by default the profile's.
        """
        place = at or self.places.main
        self._check_mode(place, body, content, authorization)
        sent = {
            "authorization": authorization or self.api_key.bearer_header,
            "content-type": media_type,
            **(headers or {}),
        }
        if authorization is None:
            del sent["authorization"]
        # Before it is sent: a write that gets no answer may have been carried out all the same.
        was_touched = place in self._touched
        if not place.is_unknown:
            self._touched[place] = None
        if body not in (OPT_IN, OPT_OUT):
            self._may_have_lists.add(place)
        # Until this one is answered nobody knows what the place holds.
        latest = self._latest.pop(place, None)
        with nullcontext() if is_documented(body) else self.watch_for_outages():
            answer = self.client.send(
                "PATCH",
                place.path(style or self.path_style),
                headers={name: value for name, value in sent.items() if value is not None},
                json=body,
                content=content,
                params={**place.query, **(params or {})},
            )
        if answer.ok:
            self._touched[place] = None
            self._latest[place] = answer
            is_plain = content is None and style is None and params is None and headers is None
            if is_plain and media_type == "application/json":
                self._keep(AcceptedWrite(place, body, answer, latest, self._origin))
            # Only a plain opt-in is sure to list every channel; others may list those that are in.
            if body == OPT_IN:
                if place not in self._may_have_lists and _is_all_in(answer):
                    del self._touched[place]
                self._seen.setdefault(place, {}).update(editable_channels(answer))
        elif answer.status in REFUSALS and latest:
            # A refusal changes nothing, so what was there before is there still.
            if not was_touched:
                self._touched.pop(place, None)
            self._latest.setdefault(place, latest)  # an ordinary write may have come in between
        return answer

    def keep_accepted(self, place: Place, body: Any, answer: Response) -> None:
        """Keep the answer to an accepted write of *body* to a place that somebody has made."""
        self._keep(AcceptedWrite(place, body, answer))

    @contextmanager
    def keep_writes_as(self, origin: str) -> Iterator[None]:
        """In the with block, keep plain writes that are accepted as those of another *origin*."""
        self._origin = origin
        try:
            yield
        finally:
            self._origin = PLAIN

    def _keep(self, write: AcceptedWrite) -> None:
        if not write.place.is_unknown:
            self.accepted_writes.append(write)

    def _check_mode(self, at: Place, body: Any, content: bytes | None, authorization: str | None) -> None:
        """Raise NotTested if the run's mode leaves such a request out."""
        mode, main = self.run.mode, self.places.main
        if mode is Mode.FULL:
            return
        own = (main.category, self._target.fixtures.locked_category)
        if at.object != main.object or at.tenant_id is not None or at.category not in own:
            mode.require_full_mode("a write for another object, category or tenant")
        mode.require_short_body(len(content or b""))
        # A body that every server refuses, and a credential that it refuses, change nothing: any mode may send them.
        has_other_key = authorization is None or self.api_key.is_bearer_of_another_key(authorization)
        is_invalid = (
            generated_cases.is_invalid_body(body)
            if content is None
            else generated_cases.is_invalid_content(content)
        )
        if not has_other_key and not is_invalid:
            mode.require_write()

    def build_write(
        self, body: Any, at: Place | None = None, headers: Mapping[str, str] | None = None
    ) -> Request:
        """Make a write that is to be sent as few clients send it, by default to the profile's place."""
        self.run.mode.require_full_mode("what few clients send")
        place = at or self.places.main
        self.distrust_main_place()
        sent = {"authorization": self.api_key.bearer_header, **(headers or {})}
        return self.client.build_request("PATCH", place.path(self.path_style), headers=sent, json=body)

    def distrust_main_place(self) -> None:
        """Forget what the profile's place holds: what few clients send may reach it, answered or not."""
        self.forget_latest_writes(self.places.main)
        self._touched[self.places.main] = None
        self._may_have_lists.add(self.places.main)

    @property
    def other_style(self) -> str:
        """The slash form that the profile does not name."""
        return "no_slash" if self.path_style == "trailing_slash" else "trailing_slash"

    def opt_in_fully(self, at: Place | None = None) -> Response:
        """Opt in with every editable channel, whatever the target makes of its lists.

        A target may list only the channels that are in, so one that was listed before and is missing is out. Where the
        latest write was answered with all of that, nothing is sent.
        """
        place = at or self.places.main
        seen, latest = self._seen.setdefault(place, {}), self._latest.get(place)
        if latest and seen and shows_preference(latest, IN) and _has_all_in(latest, seen):
            return latest
        answer = require_success(self.write(OPT_IN, at))
        if _has_all_in(answer, seen):
            return answer
        # Where a list replaces the one before, an empty one lets all channels in; where lists add up, naming them all
        # does, or those of the document.
        emptied = self.write({**OPT_IN, "opt_out_channels": []}, at)
        if emptied.ok and _has_all_in(emptied, seen):
            return emptied
        named = self.write({**OPT_IN, "opt_in_channels": list(seen)}, at)
        documented = [channel for channel in seen if channel in DOCUMENTED_CHANNELS]
        if named.ok or len(documented) == len(seen):
            return require_success(named)
        return self._opt_in_channels_of_the_document(documented, seen, at)

    def _opt_in_channels_of_the_document(
        self, documented: Sequence[str], seen: Mapping[str, str], at: Place | None
    ) -> Response:
        """Let these in, where a request may not name all that are listed; the others come in with the category."""
        answer = require_success(self.write({**OPT_IN, "opt_in_channels": documented}, at))
        if _has_all_in(answer, seen):
            return answer
        require_success(self.write(OPT_OUT, at))
        answer = require_success(self.write(OPT_IN, at))
        if not _has_all_in(answer, seen):  # without a list some of the document's may be out again
            answer = require_success(self.write({**OPT_IN, "opt_in_channels": documented}, at))
        listed = editable_channels(answer)
        if left := [channel for channel in documented if listed.get(channel) != IN]:
            raise Inconclusive(f"{', '.join(left)} stay out, whatever opts them in")
        return answer

    def opt_out(self) -> Response:
        """Opt out, unless the latest write that was not refused has done so."""
        latest = self._latest.get(self.places.main)
        if latest is None or not shows_preference(latest, OUT):
            return self.write(OPT_OUT)
        self.client.cite(latest.exchange)
        return latest

    def forget_latest_writes(self, at: Place | None = None) -> None:
        """Forget how the latest writes were answered, of one place or of all: others may have come after them."""
        if at is None:
            self._latest.clear()
        else:
            self._latest.pop(at, None)

    def update_restrictions(
        self,
        channels: Mapping[str, bool],
        names: Sequence[str],
        *,
        authorization: str | None = "",
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Response:
        """Say of each of *channels* whether the object restricts it in all categories, under *names*.

        authorization: as for write.
        """
        self.run.mode.require_full_mode(RESTRICTION)
        # What is restricted changes what a category lists, so no earlier answer says any more what is there.
        latest = dict(self._latest)
        self.forget_latest_writes()
        restrictions = [{"channel": name, "is_restricted": channels[name]} for name in channels]
        sent = {} if authorization is None else {"authorization": authorization or self.api_key.bearer_header}
        answer = self.client.send(
            "PATCH",
            self.places.main.neighbour_path(self.path_style, *names),
            headers={**sent, **(headers or {})},
            params=params,
            json={"channel_preferences": restrictions},
        )
        if answer.status in REFUSALS:
            self._latest = latest
        # The document has no such operation, so a server may answer it in any way.
        self.unjudged_answers.append(answer)
        return answer

    # --- generated cases ---------------------------------------------------------------------------------

    def case_results(self) -> Sequence[CaseResult]:
        """Return every generated case with its answer; they are sent once."""
        self.run.mode.require_full_mode("the exam")
        return self.client.memoize("exam", lambda: [self.run_case(case) for case in self.run.case_set.cases])

    def run_case(self, case: Case) -> CaseResult:
        """Send one generated request to the profile's place, or to its tenant's."""
        has_tenant = self._target.fixtures.tenant_id is not None and "tenant_id" in case.query
        is_for_tenant = has_tenant and generated_cases.is_sent_as_generated(case)
        place = self.places.tenant if is_for_tenant else self.places.main
        content = generated_cases.prepare_content(case)
        body = UNSET if content is not None else generated_cases.prepare_body(case)
        with self.watch_for_outages(), self.keep_writes_as(GENERATED):
            return CaseResult(case, self.write(body, place, content=content))

    def _write_ordinary(self) -> Response:
        return self.write(OPT_IN)

    def list_gaps(self) -> Sequence[str]:
        """Say which channels the fixtures do not show, as far as preflight has told, and whether one type is all."""
        place, answer, gaps = self.places.main, self._latest.get(self.places.main), []
        if missing := describe_missing_channels(answer) if answer else None:
            gaps.append(f"{place.object.type}/{place.object.id} in {place.category} {missing}")
        # The other modes write for no other object anyway.
        if self._target.fixtures.other_type_object is None and self.run.mode is Mode.FULL:
            gaps.append(
                "fixtures.other_type_object is not in the profile, so no accepted write is judged for an object of "
                f"another type than {place.object.type}"
            )
        return gaps

    # --- the ends of a run -------------------------------------------------------------------------------

    def preflight(self) -> None:
        """Stop where nothing could be judged: the key is refused, object or category are unknown, or it is locked."""
        place, may_write = self.places.main, self.run.mode.may_write
        # Nothing may be written in some modes, so then a preference is sent that every server refuses.
        answer = self.write(OPT_IN if may_write else {"preference": UNKNOWN})
        status = answer.status
        if status in (401, 403):
            raise Unjudgeable(
                f"the API key is refused with {status}; credentials.api_key has to be one that may write preferences"
            )
        if status == 404:
            there = f"{place.object.type}/{place.object.id} in {place.category}"
            raise Unjudgeable(
                f"{there} is answered 404 at {answer.exchange.url}; fixtures.object and fixtures.category "
                f"have to exist, and base_url and path_style ({self.path_style}) have to be the target's"
            )
        if may_write and answer.ok and category_of(answer).get("is_editable") is False:
            out = self.write(OPT_OUT)
            # A target may answer is_editable false to anything: it is only believed if the category cannot be opted
            # out of.
            if not out.ok or preference_of(out) == IN:
                raise Unjudgeable(
                    f"{place.category} says that it is not editable, and cannot be opted out of; "
                    "name one in fixtures.category that can, and this one in fixtures.locked_category"
                )

    def make_credential_probe(self, secret: Secret) -> Request:
        """Make the latest plain write that was accepted once more, or what preflight sends."""
        latest = [(write.place, write.body) for write in self.accepted_writes if write.answer.is_json][-1:]
        first = OPT_IN if self.run.mode.may_write else {"preference": UNKNOWN}
        place, body = latest[0] if latest else (self.places.main, first)
        self.forget_latest_writes()
        authorization = {"authorization": f"Bearer {secret.reveal()}"}
        path = place.path(self.path_style)
        return self.client.build_request("PATCH", path, headers=authorization, json=body, params=place.query)

    def restore(self) -> str | None:
        """Leave every place that was written to opted in, with all its channels, and no channel restricted.

        Returns a sentence about a restriction that the target did not take back, if there is one.
        """
        if not self.run.mode.may_write:
            return None
        remains = self.restore_restrictions() if self.restore_restrictions else None
        self.restore_restrictions = None  # not before: what breaks off has to be done again
        for place in list(self._touched):
            try:
                self._opt_everything_in(place)
            except RunStopped:
                break
            except Outcome:
                continue
        return remains

    def _opt_everything_in(self, place: Place) -> None:
        # A target that merges lists may keep opt-outs of channels that it does not even list.
        known = (*self._seen.get(place, {}), *DOCUMENTED_CHANNELS, *_CHANNELS_OF_THE_EXAMPLE)
        answer = self.write({**OPT_IN, "opt_in_channels": list(dict.fromkeys(known))}, place)
        if not answer.ok or preference_of(answer) == OUT or OUT in editable_channels(answer).values():
            self.opt_in_fully(place)


def _is_all_in(answer: Response) -> bool:
    """Tell whether an answer shows the category opted in, and no channel out that can be edited."""
    return shows_preference(answer, IN) and OUT not in editable_channels(answer).values()


def _has_all_in(answer: Response, seen: Iterable[str]) -> bool:
    """Tell whether an answer lists every channel that was *seen*, and every one that it lists as opted in."""
    listed = editable_channels(answer)
    return all(listed.get(channel) == IN for channel in {*seen, *listed})

"""The words in which requirements speak to an OnlyAutomator server."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import httpx2

from conformance.apis.onlyautomator import model
from conformance.apis.onlyautomator import unknown_fan as fans
from conformance.apis.onlyautomator.answers import Data, code_of, data_of, expect_member, moment, outcome
from conformance.apis.onlyautomator.generated_cases import KEY, CasePreparer, CaseResult, is_invalid, is_json
from conformance.apis.onlyautomator.model import Write
from conformance.apis.onlyautomator.profile import Profile
from conformance.apis.onlyautomator.tokens import Token
from conformance.assertions.expect import expect
from conformance.assertions.outcome import Inconclusive, NotTested, Stopped, Unjudgeable
from conformance.generation.cases import Case
from conformance.http.client import UNSET, Client
from conformance.http.pacing import RetryTimer
from conformance.http.response import Response
from conformance.suite import driver as suite
from conformance.suite.driver import is_among, repeat_race
from conformance.suite.mode import SAFE_METHODS
from conformance.suite.run import Run

PATH = "/api/v2/update-preference"
LIST = "/api/v2/get-preferences"
RACERS = 4
RACERS_VALUES = (("fourth", "fifth"), ("sixth", "seventh"))  # for each of two records
A_SECOND_S = 1.1
SILENT_READS = 2
TOO_MANY = 429
HISTORY = model.VALUES
LATER = "a second later"
BOOLEANS = (True, False, {"on": "weekends"})  # the values of one record in turn

Body = dict[str, Any]
Made = tuple[Body, str, Response]  # what was written, with whose credential, and how that was answered
Written = tuple[Body, Response]
Triple = tuple[Any, ...]


class Driver(suite.Driver):
    """Speaks to an OnlyAutomator server. Every name it writes is the run's own."""

    def __init__(self, client: Client, target: Profile, run: Run) -> None:
        super().__init__(client, run)
        self.target = target
        self.reads: list[Response] = []
        self.unread: dict[Any, Inconclusive] = {}
        self.lists: dict[Any, Response] = {}
        self.heavy: list[Body] = []
        self.written: dict[Triple, list[Written]] = {}
        self.triggered: list[Response] = []
        self.doubtful: list[tuple[Callable[[], Response], Response]] = []
        self._preparer = CasePreparer(target.fixtures.fan_id, run.prefix)
        self._numbers = itertools.count(1)

    # what is sent

    def body(self, **members: Any) -> Body:
        """Make the body of a write that no other request has made, but for the *members* given."""
        names = {
            "fanId": self.fan_id,
            "category": self.run.prefix,
            "preference": f"probe_{next(self._numbers)}",
        }
        return {**names, "value": HISTORY[0], **members}

    def without(self, name: str) -> Body:
        """Make a body that lacks one member."""
        return {key: value for key, value in self.body().items() if key != name}

    @property
    def fan_id(self) -> str:
        """The fan that is written for."""
        return self.target.fixtures.fan_id

    @property
    def other_fan_id(self) -> str:
        """Another fan."""
        if self.target.fixtures.other_fan_id is None:
            raise NotTested("the profile has no fixtures.other_fan_id")
        self.run.mode.want_full("a write for another fan")
        return self.target.fixtures.other_fan_id

    @property
    def unknown_fan_id(self) -> str:
        """A fan that there is not."""
        return self.target.fixtures.unknown_fan_id or fans.unknown(self.fan_id)

    @property
    def user(self) -> Token:
        """The user's token, to make bad ones of."""
        return Token(self.credential("user"))

    def credential(self, name: str) -> str:
        """Return a token of the profile; NotTested if it has none of that name."""
        secret = getattr(self.target.credentials, name)
        if secret is None:
            raise NotTested(f"the profile has no credentials.{name}")
        return str(secret.reveal())

    def authorization(self, credential: str = "user") -> dict[str, str]:
        """Return the header with a token of the profile."""
        return {"Authorization": f"Bearer {self.credential(credential)}"}

    # how it is sent

    def write(
        self, body: Any, *, credential: str = "user", headers: Mapping[str, str] | None = None
    ) -> Response:
        """Post *body* with a token of the profile."""
        if credential == "other_user":
            self.run.mode.want_full("a write as another user")
        answer = self.post(body, authorization=f"Bearer {self.credential(credential)}", headers=headers)
        if answer.ok and isinstance(body, dict):
            self.written.setdefault(triple(body), []).append((body, answer))
        return answer

    def post(
        self,
        body: Any = UNSET,
        *,
        content: bytes | None = None,
        authorization: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Post anything, as JSON unless it is given as *content*, with any authorization or none."""
        authorized = {} if authorization is None else {"Authorization": authorization}
        labelled = {} if content is None else {"Content-Type": "application/json"}
        sent = {**authorized, **labelled, **(headers or {})}
        self._permit(body, content, sent)

        def ask(retry_busy: bool = False) -> Response:
            return self.client.send(
                "POST", PATH, headers=sent, json=body, content=content, retry_busy=retry_busy
            )

        answer = self._doubted(ask)
        if answer.status >= 500 and code_of(answer) == "service_unavailable":
            self.doubtful.append((ask, answer))
        return answer

    def _permit(self, body: Any, content: bytes | None, headers: Mapping[str, str]) -> None:
        """Raise NotTested if the run's mode leaves such a request out."""
        sent = (b"" if body is UNSET else json.dumps(body).encode()) if content is None else content
        self.run.mode.want_short(len(sent))
        if self._is_authorized(headers) and not is_invalid(sent):
            self.run.mode.want_write()

    def _is_authorized(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a server may let the request in: any scheme but Bearer must be refused, a cookie need not."""
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        known = (self.target.credentials.user, self.target.credentials.other_user)
        is_bearer = scheme.lower() == "bearer" and token in [one.reveal() for one in known if one]
        return is_bearer or "Cookie" in headers

    def _doubted(self, ask: Callable[..., Response]) -> Response:
        known = len(self.client.responses)
        try:
            return ask(retry_busy=True)
        except Inconclusive:
            self.doubtful += [(ask, last) for last in self.client.responses[known:][-1:]]
            raise

    def build_request(self, body: Any, headers: Mapping[str, str] | None = None) -> httpx2.Request:
        """Make a write with the user's token for a packet."""
        self.run.mode.want_full("what few clients send")
        return self.client.build_request(
            "POST", PATH, headers={**self.authorization(), **(headers or {})}, json=body
        )

    def elsewhere(self, method: str, path: str, **how: Any) -> Response:
        """Send something that is not the documented operation, and that nothing is asked of."""
        if method not in SAFE_METHODS:
            self.run.mode.want_full("a write that is not documented")
        return self._noted(self.unjudged_answers, method, path, headers=self.authorization(), **how)

    def read(self, authorization: str | None, parameters: Mapping[str, str]) -> Response:
        """Ask for a list of preferences, where the target has such, with any authorization or none.

        A list that got no answer is not asked for again, and none is when two got none: lists may be slow, or
        larger than is read, and the target is not to be taken for one that is gone.
        """
        if "read_back" not in self.target.capabilities:
            raise NotTested("the profile's capabilities do not name read_back")
        asked = (authorization, *parameters.items())
        if asked in self.unread or len(self.unread) >= SILENT_READS:
            raise Inconclusive(f"a list got no answer before: {[*self.unread.values()][-1]}")
        headers = {} if authorization is None else {"Authorization": authorization}
        try:
            return self._noted(self.reads, "GET", LIST, headers=headers, params=parameters)
        except Stopped:
            raise
        except Inconclusive as trouble:
            self.unread[asked] = trouble
            raise

    def _noted(self, others: list[Response], method: str, path: str, **how: Any) -> Response:
        """Send what is not the documented operation, and put what is answered among *others*."""
        known = len(self.client.responses)
        try:
            return self.client.send(method, path, **how)
        finally:
            others += self.client.responses[known:]

    def raw(self, content: bytes | str) -> Response:
        """Post bytes or text as they are, labelled as JSON, with the user's token."""
        sent = content.encode() if isinstance(content, str) else content
        return self.post(content=sent, authorization=f"Bearer {self.credential('user')}")

    def unauthorized(self, authorization: str | None, body: Body | None = None) -> Response:
        """Write what would be accepted, by default a record of its own, with an authorization that must not be."""
        token = (authorization or "").rpartition(" ")[2]
        if token.count(".") == 2:
            self.conceal(token)
        return self.post(body or self.body(), authorization=authorization)

    def conceal(self, bad_token: str) -> str:
        """Keep a token that was made of the user's out of what is reported; returns it."""
        return self.client.conceal_made_up(
            bad_token, "BAD_TOKEN", "the token, changed as the requirement says"
        )

    # what requirements share

    def created(self) -> Response:
        """Return the answer to the run's first write."""
        return self.history(1)[0]

    def history(self, writes: int = 3) -> Sequence[Response]:
        """Return the answers to a create and the updates after it: first, second, third."""
        body = self.client.memoize("first body", self.body)
        asks = {value: partial(self.write, {**body, "value": value}) for value in HISTORY[:writes]}
        return [self.client.memoize(("history", value), ask) for value, ask in asks.items()]

    def first_body(self) -> Body:
        """Return what the first write sent."""
        if self.run.mode.may_write:
            self.base()
        return dict(self.client.memoize("first body", self.body))

    def base(self) -> Data:
        """Return the first record; Inconclusive if not even that was accepted."""
        return data_of(self.created())

    def another(self) -> Response:
        """Return the answer to a write of another preference than the first."""
        return self.named("one_of_two")

    def body_of_another(self) -> Body:
        """Return what another preference than the first is written with, once; its updates are all refused."""
        return self.body(preference="one_of_two")

    def named(self, preference: str) -> Response:
        """Return the answer to a write of a preference of this name, made once in a run."""
        ask = partial(self.write, self.body(preference=preference))
        return self.client.memoize(("named", preference), ask)

    def with_charset(self) -> Response:
        """Return the answer to a write of what is already there, with a charset in its media type."""
        body, _ = self.holding(1)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return self.client.memoize("charset", lambda: self.write(body, headers=headers))

    def in_mixed_case(self) -> Written:
        """Return a write with capitals in both names."""

        def ask() -> Written:
            body = self.body(category=f"{self.run.prefix}_EveningChat", preference="likesFitness_VIDEOS")
            return body, self.write(body)

        return self.client.memoize("mixed case", ask)

    def accepted(self, body: Body, **how: Any) -> Response:
        """Write what the document allows and want it to be accepted; Inconclusive where nothing is."""
        self.base()
        return want_accepted(self.write(body, **how))

    def record(self, **members: Any) -> Data:
        """Write and return the record that came of it."""
        return data_of(self.write(self.body(**members)))

    def keeps(self, value: Any) -> None:
        """Want a value to be accepted and to come back equal."""
        self.base()
        _, answer = self.holding(value)
        expect_member(want_accepted(answer), "value", value)

    def holding(self, value: Any) -> Written:
        """Return the write of a record that holds *value* and is written once in a run."""

        def ask() -> Written:
            body = self.body(value=value)
            return body, self.write(body)

        return self.client.memoize(("holding", json.dumps(value)), ask)

    def replacing(self, old: Any, *values: Any) -> Response:
        """Return the answer to the last of these updates, one after the other, of the record that holds *old*."""
        body, answer = self.holding(old)
        for value in values:
            data_of(answer)
            ask = partial(self.write, {**body, "value": value})
            answer = self.client.memoize(("replacing", json.dumps([old, value])), ask)
        return answer

    def body_of_other_user(self) -> Body:
        """Return what is written as the other user."""
        return self.client.memoize("body of other user", self.body)

    def of_other_user(self) -> Response:
        """Return the answer to a write as the other user; NotTested if that user may not write for the fan."""
        body = self.body_of_other_user()
        answer = self.client.memoize("other user", lambda: self.write(body, credential="other_user"))
        if answer.status in (403, 404):
            raise NotTested(f"credentials.other_user may not write for {self.fan_id}: {outcome(answer)}")
        return answer

    def bodies_of_both_fans(self) -> Sequence[Body]:
        """Return what is written for each of the two fans."""
        body = self.client.memoize("body of both fans", self.body)
        return [{**body, "fanId": fan_id} for fan_id in (self.fan_id, self.other_fan_id)]

    def of_both_fans(self) -> Sequence[Response]:
        """Return the answers to the same write for each of the two fans."""
        asks = [partial(self.write, body) for body in self.bodies_of_both_fans()]
        return [self.client.memoize(("of fan", at), ask) for at, ask in enumerate(asks)]

    def bodies_in_two_categories(self) -> Sequence[Body]:
        """Return what is written in each of two categories."""
        categories = (f"{self.run.prefix}_a", f"{self.run.prefix}_b")
        return [self.body(category=category, preference="in_two") for category in categories]

    def in_two_categories(self) -> Sequence[Response]:
        """Return the answers to the same write in each of two categories."""
        asks = [partial(self.write, body) for body in self.bodies_in_two_categories()]
        return [self.client.memoize(("in category", at), ask) for at, ask in enumerate(asks)]

    def of_two_users(self) -> tuple[Response, Response]:
        """Return the answers to a user's write and to the other user's of the same triple."""
        self.of_other_user()
        body = self.body_of_two_users()
        one = partial(self.write, body)
        other = partial(self.write, {**body, "value": "of another user"}, credential="other_user")
        return self.client.memoize("of one user", one), self.client.memoize("of the other user", other)

    def body_of_two_users(self) -> Body:
        """Return what a user writes, and another user after him."""
        return self.client.memoize("body of two users", self.body)

    def body_without_value(self) -> Body:
        """Return the body of a write that has no value."""
        return self.client.memoize("body without value", lambda: self.without("value"))

    def without_value(self) -> Response:
        """Return the answer to a write that has no value; whether it is accepted is the server's choice."""
        return self.client.memoize("without value", lambda: self.write(self.body_without_value()))

    def without_preference(self) -> Response:
        """Return the answer to a write that lacks its preference."""
        body = self.first_body()
        del body["preference"]
        return self.client.memoize("without preference", lambda: self.write(body))

    def body_without_token(self) -> Body:
        """Return what is written without a token."""
        return self.client.memoize("body without token", self.body)

    def without_token(self) -> Response:
        """Return the answer to a write without a token."""
        return self.client.memoize("without token", lambda: self.post(self.body_without_token()))

    def body_without_permission(self) -> Body:
        """Return what is written with a token that may not write."""
        return self.client.memoize("body without permission", self.body)

    def body_of_unknown_fan(self) -> Body:
        """Return what is written for a fan that there is not."""
        return self.client.memoize("body of unknown fan", lambda: self.body(fanId=self.unknown_fan_id))

    def of_unknown_fan(self) -> Response:
        """Return the answer to a write for a fan that there is not."""
        return self.client.memoize("unknown fan", lambda: self.write(self.body_of_unknown_fan()))

    def without_permission(self) -> Response:
        """Return the answer to a write with a token that may not write."""
        body = self.body_without_permission()
        return self.client.memoize("without permission", lambda: self.write(body, credential="forbidden"))

    def unavailable(self) -> Response:
        """Return what the target answers when it is triggered to be unavailable."""
        trigger = self.target.triggers.service_unavailable
        if trigger is None:
            raise NotTested("the profile has no triggers.service_unavailable")
        self.run.mode.want_full("a trigger")
        headers = {**self.authorization(), **trigger.headers}
        return self.client.memoize("unavailable", lambda: self._triggered(headers))

    def _triggered(self, headers: Mapping[str, str]) -> Response:
        patience = RetryTimer(self.target.patience.retry_s)
        while True:
            answer = self.client.send("POST", PATH, headers=headers, json=self.body(), retry_busy=False)
            self.triggered.append(answer)
            if answer.status != TOO_MANY or not patience.wait(answer.headers):
                return answer

    def expect_unwritten(self, body: Body, refused: Response | None, owed: str | None = None) -> None:
        """Want a write that was refused, or not even answered, to have made no record: the next one of *body* does.

        owed: a preference that the run writes once, sooner or later, and that may as well be written in between.

        A record that was there already was made before one that is made in between, and its two timestamps
        differ. Either may hold of a new record too: clocks stand still or disagree, and a server may look at
        one twice for the two timestamps. A clock that counts whole seconds is given one to move on, and so are
        several clocks that may be a moment apart.
        """
        if refused is not None and refused.ok:
            raise Inconclusive(f"the write was not refused but answered {outcome(refused)}")
        meanwhile = self._meanwhile(refused, owed)
        between = data_of(meanwhile)
        earlier = moment(between, "createdAt")
        is_told_twice = earlier != moment(between, "updatedAt")
        is_in_doubt = is_told_twice or self._counts_seconds()
        again = partial(self.a_second_later, meanwhile) if is_in_doubt else self.write
        data = data_of(again({**body, "value": "after a refusal"}))
        made, changed = moment(data, "createdAt"), moment(data, "updatedAt")
        is_new = made == changed or made > earlier or (made == earlier and is_told_twice)
        expect(
            is_new, "a record made by the write that was accepted", f"one made before, at {made.isoformat()}"
        )

    def _meanwhile(self, refused: Response | None, owed: str | None) -> Response:
        if refused is not None and owed is not None:
            answer = self.named(owed)
            if answer.ok and answer.sent_at >= refused.received_at:
                return answer
        return self.write(self.body())

    def _counts_seconds(self) -> bool:
        told = [
            moment(data_of(answer), name) for answer in self.history() for name in ("createdAt", "updatedAt")
        ]
        return not any(one.microsecond for one in told)

    def case_results(self) -> Sequence[CaseResult]:
        """Return every generated case as it was sent and answered; they are sent once."""
        self.run.mode.want_full("the exam")
        return self.client.memoize("exam", lambda: [self.run_case(case) for case in self.run.exam.cases])

    def run_case(self, case: Case) -> CaseResult:
        """Send one generated request, with the profile's fan in it."""
        content = self._preparer.content(case)
        answer = self.raw(content or b"")
        has_json = is_json(content)
        return CaseResult(case, answer, has_json, json.loads(content or b"null") if has_json else None)

    def everything(self) -> Iterator[Response]:
        """Yield every answer to the documented operation, and see to it that there are some, as the mode allows.

        Raises Inconclusive afterwards if something could not be asked.
        """
        troubles = []
        for ask in (self.history, self.without_token, self.without_value, self.case_results):
            try:
                ask()
            except NotTested:
                continue
            except Stopped:
                raise
            except Inconclusive as trouble:
                troubles.append(trouble)
        others = [*self.unjudged_answers, *self.unusual_answers, *self.reads]
        yield from (answer for answer in self.client.responses if not is_among(answer, others))
        if troubles:
            raise troubles[0]

    def untriggered(self) -> Iterator[Response]:
        """Yield those of them that no trigger asked for."""
        return (answer for answer in self.everything() if not is_among(answer, self.triggered))

    def expect_temporary(self) -> None:
        """Want what was called unavailable to be served now, or nothing to be.

        The document calls service_unavailable temporary, and so is any 503; an answer that one request gets
        again and again while others are served is another fault by that name.
        """
        for ask, answer in self.doubtful:
            again = ask()
            if again.status >= 500:
                data_of(self.write(self.body()))
                expect(False, "the outage to be over, as it is for others", outcome(again), answer)

    def a_second_later(self, first: Response, body: Body) -> Response:
        """Write *body* when even a clock that counts whole seconds has moved on since the *first* answer."""
        self.client.pause(first.received_at + A_SECOND_S - self.client.clock.monotonic())
        return self.write({**body, "value": LATER})

    def updated_a_second_later(self) -> Response:
        """Return the answer to an update of the first record when every clock has moved on."""
        return self.client.memoize(
            "later update", lambda: self.a_second_later(self.created(), self.first_body())
        )

    def race(self) -> list[Response]:
        """Create one record from several sides at once, and update it afterwards.

        Raises Inconclusive if in none of some tries two requests overlapped.
        """
        self.run.mode.want_full("a race")

        def run() -> list[Response]:
            body = self.body()
            asks = [partial(self.write, {**body, "value": at}) for at in range(RACERS)]
            return [*self.client.send_concurrently(asks), self.write({**body, "value": RACERS})]

        return repeat_race(run)

    # what the model is compared with

    def plain(self) -> Sequence[Write]:
        """Return the writes of one record that is updated again and again."""
        answers = dict(zip(HISTORY, self.history(), strict=True))
        with suppress(Inconclusive):
            if self._counts_seconds():
                answers[LATER] = self.updated_a_second_later()
        return [Write("plain", [value], answer) for value, answer in answers.items()]

    def made(self) -> Sequence[Write]:
        """Return the writes that made a few records: in two categories, for both fans, and as another user."""
        return [
            Write(number, [body["value"]], answer) for number, (body, _, answer) in enumerate(self._records())
        ]

    def interleaved(self) -> Sequence[Write]:
        """Update these records in turn."""
        return self.client.memoize("interleaved", lambda: list(self._interleave()))

    def _interleave(self) -> Iterator[Write]:
        records = self._records()
        for drawn, value in model.steps(self.run.seed):
            number = drawn % len(records)
            yield Write(number, [value], self._update(records[number], value))

    def raced(self) -> Sequence[Write]:
        """Update two of these records from two sides each, and return the writes that overlapped.

        Raises Inconclusive if in none of some tries two requests overlapped.
        """
        self.run.mode.want_full("a race")
        return self.client.memoize("raced", lambda: repeat_race(self._race))

    def _race(self) -> Sequence[Write]:
        records = self._records()
        racers = [(number, value) for number, values in enumerate(RACERS_VALUES) for value in values]
        answered: dict[tuple[int, str], Response] = {}

        def ask(racer: tuple[int, str]) -> Response:
            answered[racer] = self._update(records[racer[0]], racer[1])
            return answered[racer]

        overlapped = self.client.send_concurrently([partial(ask, racer) for racer in racers])
        return [
            Write(number, RACERS_VALUES[number], answer)
            for (number, _), answer in answered.items()
            if is_among(answer, overlapped)
        ]

    def _update(self, record: Made, value: str) -> Response:
        body, credential, _ = record
        return self.write({**body, "value": value}, credential=credential)

    def _records(self) -> list[Made]:
        self.run.mode.want_write()
        made = [("user", self.bodies_in_two_categories, self.in_two_categories)]
        made += [("user", self.bodies_of_both_fans, self.of_both_fans)]
        made += [("other_user", lambda: [self.body_of_other_user()], lambda: [self.of_other_user()])]
        records: list[Made] = []
        for credential, bodies, answers in made:
            with suppress(NotTested):
                records += [
                    (body, credential, answer) for body, answer in zip(bodies(), answers(), strict=True)
                ]
        return records

    # the ends of a run

    def preflight(self) -> None:
        """Raise Unjudgeable if the token is refused or the fan unknown."""
        answer = self.created() if self.run.mode.may_write else self.write(self.without("category"))
        if answer.status in (401, 403):
            raise Unjudgeable(
                f"credentials.user was refused with {outcome(answer)}; give a token that may write"
            )
        if answer.status == 404:
            raise Unjudgeable(
                f"fixtures.fan_id {self.fan_id!r} was answered {outcome(answer)}; "
                "name a fan that the user may write for, and check base_url"
            )

    def restore(self) -> str | None:
        """Put a word in the place of values that make a list hard to read; the API cannot delete."""
        for body in self.heavy:
            self.write({**body, "value": "lighter"})
        return None


def want_accepted(answer: Response) -> Response:
    """Want a write to be accepted."""
    expect(answer.ok, "the write to be accepted", outcome(answer), answer)
    return answer


def triple(body: Mapping[str, Any]) -> Triple:
    """Return the names that a write gives its record."""
    return tuple(str(body.get(name)) for name in KEY)

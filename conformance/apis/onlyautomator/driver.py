"""How requirements speak to an OnlyAutomator server: the bodies they send, the credentials, and the two operations."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from conformance.apis.onlyautomator import model, unknown_fan
from conformance.apis.onlyautomator.answers import code_of, describe_answer
from conformance.apis.onlyautomator.generated_cases import KEY, CasePreparer, CaseResult, is_invalid, is_json
from conformance.apis.onlyautomator.profile import Profile
from conformance.apis.onlyautomator.tokens import Token
from conformance.assertions.outcome import UNDECIDED, Inconclusive, NotTested, Unjudgeable
from conformance.generation.case import Case
from conformance.http.client import UNSET, Client
from conformance.http.connection import Request
from conformance.http.credentials.secret import Secret
from conformance.http.response import Response
from conformance.suite import driver as suite
from conformance.suite.bad_credentials import Carried
from conformance.suite.mode import SAFE_METHODS, Mode
from conformance.suite.run import Run

WRITE_PATH = "/api/v2/update-preference"
LIST_PATH = "/api/v2/get-preferences"
VALUE_OF_LATER_WRITE = "a second later"
A_SECOND_S = 1.1  # a clock that counts whole seconds has moved on by then
_FAILURES = 500
_MOST_UNANSWERED_LISTS = 2

Body = dict[str, Any]
Triple = tuple[Any, ...]


class SentWrite(NamedTuple):
    """What was written, and how it was answered."""

    body: Body
    answer: Response


class Driver(suite.Driver):
    """Speaks to an OnlyAutomator server during one run; every name it writes is the run's own.

    accepted_writes: by the triple that they name; among them generated ones, and those in chunks or a pipeline.
    answers_to_odd_headers: those of them that were sent with others.
    credentials_of_others: by the identity of the answer, for two answers may be equal in all they say.
    answers_at_once: to writes that overlapped with others. uncertain_triples: those whose last write was not answered,
    or with a failure. judged_triples: those whose writes in their order a requirement of its own judges.
    list_answers: to requests for lists, and odd_list_answers to odd ones. latest_lists: the list that was read last, by
    the query. heavy_bodies: writes whose values make a list hard to read. triggered_answers: to requests with the
    profile's trigger.
    possible_outages: answers that call the service unavailable, and how to ask again.
    """

    def __init__(self, client: Client, target: Profile, run: Run) -> None:
        super().__init__(client, run)
        self.target = target
        self.accepted_writes: dict[Triple, list[SentWrite]] = {}
        self.answers_to_odd_headers: list[Response] = []
        self.credentials_of_others: dict[int, str] = {}
        self.answers_at_once: list[Response] = []
        self.uncertain_triples: set[Triple] = set()
        self.judged_triples: set[Triple] = set()
        self.list_answers: list[Response] = []
        self.odd_list_answers: list[Response] = []
        self.latest_lists: dict[Any, Response] = {}
        self.heavy_bodies: list[Body] = []
        self.triggered_answers: list[Response] = []
        self.possible_outages: list[tuple[Callable[[], Response], Response]] = []
        self._unanswered_lists: dict[Any, Inconclusive] = {}
        self._preparer = CasePreparer(target.fixtures.fan_id, run.prefix)
        self._numbers = itertools.count(1)

    # --- bodies ------------------------------------------------------------------------------------------

    def make_body(self, **members: Any) -> Body:
        """Make the body of a write that no other request has made, but for the *members* given."""
        names = {
            "fanId": self.fan_id,
            "category": self.run.prefix,
            # A preference of its own makes a record of its own, so that no requirement sees the writes of another.
            "preference": f"probe_{next(self._numbers)}",
        }
        return {**names, "value": model.VALUES[0], **members}

    def make_body_without(self, name: str) -> Body:
        """Make a body that lacks one member."""
        return {key: value for key, value in self.make_body().items() if key != name}

    @property
    def fan_id(self) -> str:
        """The fan that is written for."""
        return self.target.fixtures.fan_id

    @property
    def other_fan_id(self) -> str:
        """Another fan; NotTested if the profile names none or the mode leaves other fans alone."""
        if self.target.fixtures.other_fan_id is None:
            raise NotTested("the profile has no fixtures.other_fan_id", "fixtures.other_fan_id")
        self.run.mode.require_full_mode("a write for another fan")
        return self.target.fixtures.other_fan_id

    @property
    def unknown_fan_id(self) -> str:
        """A fan that does not exist."""
        return self.target.fixtures.unknown_fan_id or unknown_fan.make_unknown_id(self.fan_id)

    # --- credentials -------------------------------------------------------------------------------------

    @property
    def user_token(self) -> Token:
        """The user's token, to make bad ones of."""
        return Token(self.reveal_credential("user"))

    def reveal_credential(self, name: str) -> str:
        """Return a token of the profile; NotTested if it has none of that name."""
        secret = getattr(self.target.credentials, name)
        if secret is None:
            raise NotTested(f"the profile has no credentials.{name}", f"credentials.{name}")
        return str(secret.reveal())

    def bearer_header(self, credential: str = "user") -> dict[str, str]:
        """Return the Authorization header with a token of the profile."""
        return {"Authorization": f"Bearer {self.reveal_credential(credential)}"}

    def conceal_token(self, bad_token: str, label: str, how: str) -> str:
        """Keep a token that was made of the user's out of what is reported; returns it.

        label: what reports call it, behind the name of the user's. how: it differs from the user's, in words.
        """
        name = self.target.credentials.user.name
        return self.client.conceal_made_up(bad_token, f"{name}_{label}", f"{name} {how}")

    # --- writes ------------------------------------------------------------------------------------------

    def write(
        self, body: Any, *, credential: str = "user", headers: Mapping[str, str] | None = None
    ) -> Response:
        """Post *body* with a token of the profile."""
        if credential == "other_user":
            self.run.mode.require_full_mode("a write as another user")
        triple = triple_of(body) if isinstance(body, dict) else None
        if triple:
            # Before it is sent: a write that gets no answer, or a 5xx, may have been carried out all the same.
            self.uncertain_triples.add(triple)
        answer = self.post(body, headers={**self.bearer_header(credential), **(headers or {})})
        if triple and answer.status < _FAILURES:
            self.uncertain_triples.discard(triple)
        if credential != "user":
            self.credentials_of_others[id(answer)] = credential
        if answer.ok and isinstance(body, dict):
            self.keep_accepted(body, answer)
            if headers:
                self.answers_to_odd_headers.append(answer)
        return answer

    def keep_accepted(self, body: Body, answer: Response) -> None:
        """Keep the answer to an accepted write of *body*: lists are searched for it and compared with it."""
        self.accepted_writes.setdefault(triple_of(body), []).append(SentWrite(body, answer))

    def credential_of(self, answer: Response) -> str:
        """Return the name of the credential that a write was sent with."""
        return self.credentials_of_others.get(id(answer), "user")

    def post(
        self,
        body: Any = UNSET,
        *,
        content: bytes | None = None,
        authorization: str | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Response:
        """Post anything, as JSON unless it is given as *content*, with any authorization or none."""
        authorized = {} if authorization is None else {"Authorization": authorization}
        labelled = {} if content is None else {"Content-Type": "application/json"}
        sent = {**authorized, **labelled, **(headers or {})}
        self._check_mode(body, content, sent)
        send = partial(
            self.client.send,
            "POST",
            WRITE_PATH,
            headers=sent,
            json=body,
            content=content,
            params=params,
            retry_busy=False,
        )
        is_ordinary = isinstance(body, dict) and all(isinstance(body.get(name), str) for name in KEY)
        with nullcontext() if is_ordinary else self.watch_for_outages():
            answer = self._send_patiently(send)
        if answer.status >= 500 and code_of(answer) == "service_unavailable":
            # The document calls this temporary, so at the end of the run it is asked again whether it has ended.
            self.possible_outages.append((send, answer))
        return answer

    def _check_mode(self, body: Any, content: bytes | None, headers: Mapping[str, str]) -> None:
        """Raise NotTested if the run's mode leaves such a request out."""
        if self.run.mode is Mode.FULL:
            return
        # A body that every server has to refuse changes nothing, so any mode may send it.
        sent = (b"" if body is UNSET else json.dumps(body).encode()) if content is None else content
        self.run.mode.require_short_body(len(sent))
        if self._may_be_authorized(headers) and not is_invalid(sent):
            self.run.mode.require_write()

    def _may_be_authorized(self, headers: Mapping[str, str]) -> bool:
        """Tell whether a server may accept the credential.

        It has to refuse any scheme but Bearer, and need not refuse a cookie.
        """
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        known = (self.target.credentials.user, self.target.credentials.other_user)
        is_bearer = scheme.lower() == "bearer" and token in [one.reveal() for one in known if one]
        # The document says that a cookie may carry the token, so a write with one may be accepted.
        return is_bearer or "Cookie" in headers

    def _send_patiently(self, send: Callable[..., Response]) -> Response:
        """Send, and keep the last answer as a possible outage if the service stays unavailable."""
        known = len(self.client.responses)
        try:
            return send(retry_busy=True)
        except UNDECIDED:
            self.possible_outages += [(send, last) for last in self.client.responses[known:][-1:]]
            raise

    def post_raw(self, content: bytes | str) -> Response:
        """Post bytes or text as they are, labelled as JSON, with the user's token."""
        sent = content.encode() if isinstance(content, str) else content
        return self.post(content=sent, authorization=f"Bearer {self.reveal_credential('user')}")

    def post_with_credential(self, carried: Carried, body: Body | None = None) -> Response:
        """Post what a valid token would get accepted, by default a record of its own, with any credential or none."""
        return self.post(
            body or self.make_body(),
            authorization=carried.authorization,
            headers=carried.headers,
            params=carried.params,
        )

    def first_body(self) -> Body:
        """Return the body of the run's first record."""
        return dict(self.client.memoize("first body", self.make_body))

    def write_first_record(self, value: str) -> Response:
        """Write the run's first record with *value*, once in a run; preflight writes it, and requirements go on."""
        body = {**self.first_body(), "value": value}
        return self.client.memoize(("first record", value), lambda: self.write(body))

    def write_a_second_after(self, first: Response, body: Body) -> Response:
        """Write *body* when even a clock that counts whole seconds has moved on since the *first* answer."""
        self.client.pause(first.received_at + A_SECOND_S - self.client.clock.monotonic())
        return self.write({**body, "value": VALUE_OF_LATER_WRITE})

    def build_write(self, body: Any, headers: Mapping[str, str] | None = None) -> Request:
        """Make a write with the user's token that is to be sent as few clients send it."""
        self.run.mode.require_full_mode("what few clients send")
        return self.client.build_request(
            "POST", WRITE_PATH, headers={**self.bearer_header(), **(headers or {})}, json=body
        )

    # --- other requests ----------------------------------------------------------------------------------

    def send_undocumented(self, method: str, path: str, **request: Any) -> Response:
        """Send something that is not the documented operation; its answer is not judged."""
        if method not in SAFE_METHODS:
            self.run.mode.require_full_mode("a write that is not documented")
        with self.watch_for_outages():
            return self._send_and_collect(
                self.unjudged_answers, method, path, headers=self.bearer_header(), **request
            )

    def read_list(
        self,
        authorization: str | None,
        parameters: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Ask for a list of preferences, where the target has such, with any authorization or none.

        A list that got no answer is not asked for again, and none is when two got none: lists may be slow, or
        larger than is read, and the target is not to be taken for one that is gone.
        """
        query = f"?{urlencode(parameters)}" if parameters else ""
        authorized = {} if authorization is None else {"Authorization": authorization}
        sent = {**authorized, **(headers or {})}
        self._require_lists()
        # By the headers and not by the credential's name: requirements make up tokens, too.
        asked = (query, *sent.items())
        if asked in self._unanswered_lists:
            raise self._repeat_trouble()
        is_ordinary = parameters == {"fanId": self.fan_id} and sent == self.bearer_header()
        watch = nullcontext() if is_ordinary else self.client.outage_watch.watch(self.read_ordinary_list)
        try:
            with watch:
                return self._send_and_collect(self.list_answers, "GET", f"{LIST_PATH}{query}", headers=sent)
        except Inconclusive as trouble:
            self._unanswered_lists[asked] = trouble
            raise

    def read_ordinary_list(self) -> Response:
        """Ask for all the preferences of the fan, which is answered as a rule."""
        return self.read_list(self.bearer_header()["Authorization"], {"fanId": self.fan_id})

    def read_odd_list(self, query: str) -> Response:
        """Ask for a list by a *query* as it is; the answer is no matter of what judges every list."""
        self._require_lists()
        path = f"{LIST_PATH}{query}"
        return self._send_and_collect(self.odd_list_answers, "GET", path, headers=self.bearer_header())

    def _require_lists(self) -> None:
        """Raise NotTested if the target has no lists, Inconclusive if too many got no answer."""
        if "read_back" not in self.target.capabilities:
            raise NotTested("the profile's capabilities do not name read_back", "capabilities")
        if len(self._unanswered_lists) >= _MOST_UNANSWERED_LISTS:
            raise self._repeat_trouble()

    def _repeat_trouble(self) -> Inconclusive:
        return Inconclusive(f"a list got no answer before: {[*self._unanswered_lists.values()][-1]}")

    def _send_and_collect(
        self, collected: list[Response], method: str, path: str, **request: Any
    ) -> Response:
        """Send, and add every answer to *collected*, also those after which it was sent again."""
        known = len(self.client.responses)
        try:
            return self.client.send(method, path, **request)
        finally:
            collected += self.client.responses[known:]

    # --- generated cases ---------------------------------------------------------------------------------

    def case_results(self) -> Sequence[CaseResult]:
        """Return every generated case as it was sent and answered; they are sent once."""
        self.run.mode.require_full_mode("the exam")
        return self.client.memoize("exam", lambda: [self.run_case(case) for case in self.run.case_set.cases])

    def _write_ordinary(self) -> Response:
        return self.write(self.make_body())

    def run_case(self, case: Case) -> CaseResult:
        """Send one generated request, with the profile's fan in it."""
        content = self._preparer.prepare_content(case)
        with self.watch_for_outages():
            answer = self.post_raw(content or b"")
        # What is kept is the body as it was sent: the preparer has put the profile's fan into it.
        has_json = is_json(content)
        body = json.loads(content or b"null") if has_json else None
        if answer.ok and isinstance(body, dict):
            self.keep_accepted(body, answer)
            self.judged_triples.add(triple_of(body))
        return CaseResult(case, answer, has_json, body)

    # --- the ends of a run -------------------------------------------------------------------------------

    def preflight(self) -> None:
        """Raise Unjudgeable if the token is refused or the fan unknown."""
        if self.run.mode.may_write:
            answer = self.write_first_record(model.VALUES[0])
        else:
            # Nothing may be written, so every server has to refuse this: for the token, the fan or the category.
            answer = self.write(self.make_body_without("category"))
        if answer.status in (401, 403):
            raise Unjudgeable(
                f"credentials.user was refused with {describe_answer(answer)}; give a token that may write"
            )
        if answer.status == 404:
            raise Unjudgeable(
                f"fixtures.fan_id {self.fan_id!r} was answered {describe_answer(answer)} at {answer.exchange.url}; "
                "name a fan that the user may write for, and check base_url"
            )

    def make_credential_probe(self, secret: Secret) -> Request:
        """Make a write of its own, or what preflight sends where nothing may be written."""
        body = self.make_body() if self.run.mode.may_write else self.make_body_without("category")
        authorization = {"Authorization": f"Bearer {secret.reveal()}"}
        return self.client.build_request("POST", WRITE_PATH, headers=authorization, json=body)

    def lighten_values(self) -> None:
        """Put a word in the place of values that make a list hard to read; the API cannot delete."""
        while self.heavy_bodies:
            # As their first writes, these are none of which the lists of records are asked.
            self.post_raw(json.dumps({**self.heavy_bodies[0], "value": "lighter"}))
            del self.heavy_bodies[0]

    def restore(self) -> str | None:
        """Leave no value that makes a list hard to read."""
        self.lighten_values()
        return None


def triple_of(body: Mapping[str, Any]) -> Triple:
    """Return the names that a write gives its record."""
    return tuple(str(body.get(name)) for name in KEY)

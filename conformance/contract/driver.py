"""How the checks of any contract speak to the target."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from conformance.assertions.outcome import ConnectionClosed, Inconclusive, NoAnswer, NotTested, Unjudgeable
from conformance.contract.contract_case import ContractCase
from conformance.contract.reading import Operation
from conformance.contract.request import make_request
from conformance.contract.silence import SilenceLimit
from conformance.generation.case import CaseMode
from conformance.http.client import Client, RequestParts
from conformance.http.connection import Request
from conformance.http.credentials.secret import Secret
from conformance.http.response import Response
from conformance.suite.driver import CaseResult, Driver
from conformance.suite.made_up_credential import HOW_CHANGED, change_second_half
from conformance.suite.mode import SAFE_METHODS, Mode
from conformance.suite.run import Run

if TYPE_CHECKING:
    from conformance.contract.profile import ContractProfile

_NO_CREDENTIAL: Mapping[str, str] = {}
_FIRST_CASES = 2  # that preflight sends: one request alone may get no answer, and a second one tells


@dataclass(frozen=True)
class ContractCaseResult(CaseResult):
    """One case and how it was answered. is_accepted: whether with a 2xx, or with a redirect that is documented."""

    case: ContractCase
    is_accepted: bool = False

    @property
    def is_positive(self) -> bool:
        """Whether the request follows the contract."""
        return self.case.mode == "positive"


@dataclass(frozen=True)
class OperationResults:
    """The results of one operation's cases.

    failure: why one of them has none. closings: the cases on which alone the connection was closed, which a broken one
    may be refused by. silences: those that got no answer in time, while others did. base_path: the contract's own.
    """

    results: Sequence[ContractCaseResult]
    failure: Inconclusive | None = None
    closings: Sequence[tuple[ContractCase, ConnectionClosed]] = ()
    silences: Sequence[tuple[ContractCase, NoAnswer]] = ()
    base_path: str = ""

    @property
    def accepted(self) -> list[ContractCaseResult]:
        """The results of valid requests that were accepted."""
        return [result for result in self.results if result.is_positive and result.is_accepted]

    def require_answers(self) -> None:
        """Raise Inconclusive if a case has no answer, and is not one that the connection was closed on."""
        if self.failure:
            raise self.failure

    def require_no_silence(self, mode: CaseMode) -> None:
        """Raise Inconclusive if a request of that mode got no answer in time: nobody knows what it would be."""
        for case, outcome in self.silences:
            if case.mode == mode:
                raise outcome

    def require_no_closing(self) -> None:
        """Raise Inconclusive if the connection was closed on a valid request: nobody knows what that means."""
        for case, outcome in self.closings:
            if case.mode == "positive":
                raise outcome

    def require_accepted(self) -> None:
        """Raise NotTested unless a request was accepted: a target that refuses everything shows little."""
        if not self.accepted:
            self.require_no_closing()
            self.require_no_silence("positive")
            counts = Counter(result.answer.status for result in self.results if result.is_positive)
            answers = ", ".join(f"{number} times {status}" for status, number in counts.most_common())
            raise NotTested(
                f"no generated request was accepted ({answers or 'none could be made'}); "
                f"name things that exist under fixtures, and credentials that may do it{self._describe_hint(counts)}"
            )

    def _describe_hint(self, counts: Mapping[int, int]) -> str:
        if counts.keys() != {404}:
            return ""
        path = f"; the contract's servers end with {self.base_path}" if self.base_path else ""
        return f", and check the path of base_url if other operations are answered 404 as well{path}"


class _Accepted(NamedTuple):
    """A request that was accepted, and how good it is to be sent again."""

    case: ContractCase
    credentials: Mapping[str, str]
    rank: tuple[bool, bool]


class ContractDriver(Driver):
    """Speaks to one target during one run."""

    def __init__(self, client: Client, target: ContractProfile, run: Run) -> None:
        super().__init__(client, run)
        self.target = target
        self.silence_limit = SilenceLimit()
        self._results: dict[str, OperationResults] = {}
        self._lets_in_anybody: dict[frozenset[str], str] = {}  # by the way in, the operation that showed it
        self._accepted: _Accepted | None = None  # with a credential
        self._accepted_read: _Accepted | None = None

    def case_results(self, operation: Operation | None = None) -> Sequence[ContractCaseResult]:
        """Return the results of *operation*, or of every one that was asked so far."""
        if operation is None:
            return [result for found in self._results.values() for result in found.results]
        return self.run_cases(operation).results

    def run_cases(self, operation: Operation) -> OperationResults:
        """Send the cases of *operation*, once in a run; raises NotTested if nothing may or can be sent to it."""
        if not self.target.may_send(operation):
            raise NotTested("DELETE is not sent; allow it with deletes: true in the profile", "deletes")
        if not self._may_send(operation):
            self.run.mode.require_full_mode(f"a generated {operation.method}")
        if operation.takes_no_known_body:
            raise NotTested(
                f"only bodies of JSON and of forms are made, and this takes {', '.join(operation.media_types)}"
            )
        if reason := self.run.case_set.undrawn.get(operation.id):
            raise NotTested(reason)
        found = self.client.memoize(("cases", operation.id), lambda: self._send_cases(operation))
        self._results[operation.id] = found
        return found

    def _may_send(self, operation: Operation) -> bool:
        return self.target.may_send(operation) and allows_operation(self.run.mode, operation)

    def _send_cases(self, operation: Operation) -> OperationResults:
        results: list[ContractCaseResult] = []
        closings: list[tuple[ContractCase, ConnectionClosed]] = []
        silences: list[tuple[ContractCase, NoAnswer]] = []
        failure: Inconclusive | None = None
        is_last_closed = False
        for case in self._list_cases(operation):
            if not self.silence_limit.is_worth_sending(case):
                continue
            try:
                response = self.send(case, self.credentials_for(operation))
                is_redirect = 300 <= response.status < 400 and operation.documents_status(response.status)
                results.append(ContractCaseResult(case, response, response.ok or is_redirect))
                is_last_closed = False
            except ConnectionClosed as outcome:
                closings.append((case, outcome))
                is_last_closed = True
            except NoAnswer as outcome:
                silences.append((case, outcome))
                self.silence_limit.note_silence(case)
                self._confirm_answers(operation, results)
            except Inconclusive as outcome:
                # The others may still show that the target does not conform, which outweighs this.
                failure = failure or outcome
                self.silence_limit.note_silence(case)
                self._confirm_answers(operation, results)
        # Where a read was accepted, it was sent again after each; else only what is answered after it shows that it was
        # alone.
        if is_last_closed and not self._accepted_read:
            failure = failure or closings[-1][1]
        return OperationResults(results, failure, closings, silences, self.target.spec.base_path)

    def _confirm_answers(self, operation: Operation, results: Sequence[ContractCaseResult]) -> None:
        """Send again what was answered: a target that is silent even then is not there, and the run stops soon."""
        read = self._accepted_read
        answered = [result.case for result in results if result.is_positive]
        with suppress(Inconclusive):
            if read:
                self.send(read.case, read.credentials)
            elif answered:
                self.send(answered[-1], self.credentials_for(operation))

    def describe_run(self) -> list[str]:
        """Say which requests got no answer that can be judged."""
        return self.silence_limit.describe()

    def _list_cases(self, operation: Operation) -> list[ContractCase]:
        return [
            case
            for case in self.run.case_set.cases
            if isinstance(case, ContractCase) and case.operation == operation.id
        ]

    def send(self, case: ContractCase, credentials: Mapping[str, str]) -> Response:
        """Send one case with *credentials*, the values of security schemes by name."""
        method, path, parts = self._compose_case(case, credentials)
        response = self.client.send(method, path, **parts)
        # One that changes nothing is best to be sent again, and a page may be that of a firewall.
        found = _Accepted(case, credentials, (not response.is_page, method == "GET"))
        if response.ok and credentials:
            self._accepted = max(self._accepted or found, found, key=lambda one: one.rank)
        if response.ok and method == "GET":
            self._accepted_read = max(self._accepted_read or found, found, key=lambda one: one.rank)
        return response

    def _compose_case(
        self, case: ContractCase, credentials: Mapping[str, str]
    ) -> tuple[str, str, RequestParts]:
        request = make_request(case, self.target.fixtures)
        headers, path = dict(request.headers), request.path
        for name, value in credentials.items():
            headers, path = self._add_credential(name, value, headers, path)
        return request.method, path, {"headers": headers, "content": request.content}

    def _add_credential(
        self, name: str, value: str, headers: dict[str, str], path: str
    ) -> tuple[dict[str, str], str]:
        scheme = self.target.spec.schemes[name]
        kind, where, key = scheme.get("type"), scheme.get("in"), str(scheme.get("name"))
        if kind == "apiKey" and where == "query":
            return headers, f"{path}{'&' if '?' in path else '?'}{quote(key)}={quote(value, safe='')}"
        if kind == "apiKey" and where == "cookie":
            cookies = [part for part in (headers.get("Cookie"), f"{key}={value}") if part]
            return {**headers, "Cookie": "; ".join(cookies)}, path
        if kind == "apiKey":
            return {**headers, key: value}, path
        if "basic" in (kind, str(scheme.get("scheme", "")).lower()):
            encoded = base64.b64encode(value.encode()).decode()
            return {**headers, "Authorization": f"Basic {encoded}"}, path
        return {**headers, "Authorization": f"Bearer {value}"}, path

    def credentials_for(self, operation: Operation) -> dict[str, str]:
        """Return the credentials that *operation* asks for; none if the profile does not have all of a way in."""
        given = self.target.credentials
        for way in operation.security:
            if way <= given.keys():
                return {name: given[name].reveal() for name in sorted(way)}
        return {}

    def send_without_credential(self, operation: Operation) -> Response:
        """Send a valid request without any credential."""
        return self.send(self._pick_valid_case(operation), _NO_CREDENTIAL)

    def send_with_made_up_credential(self, operation: Operation) -> Response:
        """Send a valid request with credentials that nobody was given."""
        known = self.credentials_for(operation)
        if not known:
            ways = " or ".join(" and ".join(sorted(way)) for way in operation.security)
            raise NotTested(
                f"the profile has no credentials for {ways}, to make another of their form from",
                *sorted({f"credentials.{name}" for way in operation.security for name in way}),
            )
        return self.send(
            self._pick_valid_case(operation), {name: self._make_up_credential(name) for name in known}
        )

    def find_alike(self, operation: Operation) -> str | None:
        """Return another operation that lets in with the same made-up credentials; notes this one if there is none."""
        way = frozenset(self.credentials_for(operation))
        first = self._lets_in_anybody.setdefault(way, operation.id)
        return None if first == operation.id else first

    def _make_up_credential(self, name: str) -> str:
        secret = self.target.credentials[name]
        value = secret.reveal()
        other = change_second_half(value)
        if other == value:
            raise NotTested(f"no other credential can be made from credentials.{name}")
        return self.client.conceal_made_up(other, f"{secret.name}_MADE_UP", f"{secret.name} {HOW_CHANGED}")

    def _pick_valid_case(self, operation: Operation) -> ContractCase:
        found = self.run_cases(operation)
        for result in (*found.accepted, *found.results):
            if result.is_positive:
                return result.case
        found.require_answers()
        found.require_accepted()
        raise NotTested("no request could be made")

    def preflight(self) -> None:
        """Raise Unreachable if nobody answers, Unjudgeable if the credentials are refused."""
        if not any(map(self._may_send, self.target.selected_operations())):
            self.run.mode.require_full_mode("a generated request")
        silence: ConnectionClosed | NoAnswer | None = None
        for operation, case in self._choose_first_cases():
            credentials = self.credentials_for(operation)
            try:
                response = self.send(case, credentials)
            except (ConnectionClosed, NoAnswer) as outcome:
                silence = silence or outcome
                continue
            if response.status == 401 and credentials:
                names = ", ".join(f"credentials.{name}" for name in credentials)
                raise Unjudgeable(
                    f"{names} was refused with 401 by {operation.id}; give what is let in, and check base_url"
                )
            # A page may be all that one operation has to say; if others have no more, the last one tells.
            if not response.is_page:
                return
        if silence:
            raise silence

    def make_credential_probe(self, secret: Secret) -> Request | None:
        """Make a request once more that was accepted, if it carries *secret*."""
        known = self._accepted
        return self._build_again(known) if known and secret.reveal() in known.credentials.values() else None

    def make_reach_probe(self, _main: Secret | None) -> Request | None:
        """Make a GET once more that was accepted; what another method does, it might do twice."""
        return self._build_again(self._accepted_read) if self._accepted_read else None

    def _build_again(self, known: _Accepted) -> Request:
        method, path, parts = self._compose_case(known.case, known.credentials)
        return self.client.build_request(method, path, **parts)

    def _choose_first_cases(self) -> list[tuple[Operation, ContractCase]]:
        """Choose what preflight sends, of another operation each if there are enough, and a read if there is one."""
        operations = [one for one in self.target.selected_operations() if self._list_sendable_cases(one)]
        operations.sort(key=lambda one: (not self.credentials_for(one), one.method != "GET"))
        cases = [[(one, case) for case in self._list_sendable_cases(one)] for one in operations]
        return [pair for turn in zip_longest(*cases) for pair in turn if pair][:_FIRST_CASES]

    def _list_sendable_cases(self, operation: Operation) -> list[ContractCase]:
        return self._list_cases(operation) if self._may_send(operation) else []


def allows_operation(mode: Mode, operation: Operation) -> bool:
    """Tell whether generated requests to *operation* may be sent in that mode."""
    return mode is Mode.FULL or (mode is Mode.READ_ONLY and operation.method in SAFE_METHODS)

"""The words in which the promises of any contract are asked for."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from conformance.assertions.outcome import Inconclusive, NotTested, Stopped, Unjudgeable
from conformance.contract.cases import ContractCase, sendable
from conformance.contract.reading import Operation
from conformance.http.client import Client
from conformance.http.response import Response
from conformance.suite.driver import CaseResult, Driver
from conformance.suite.run import Run

if TYPE_CHECKING:
    from conformance.contract.profile import ContractProfile

_HOW_MADE_UP = " with the next for each letter and digit of its second half"
_NO_CREDENTIAL: Mapping[str, str] = {}


@dataclass(frozen=True)
class Sat(CaseResult):
    """One case and what it was answered."""

    case: ContractCase

    @property
    def is_positive(self) -> bool:
        """Whether the request follows the contract."""
        return self.case.mode == "positive"


@dataclass(frozen=True)
class Sitting:
    """The cases of one operation. trouble: why one of them has no answer. base_path: the contract's own."""

    sats: Sequence[Sat]
    trouble: Inconclusive | None = None
    base_path: str = ""

    @property
    def accepted(self) -> list[Sat]:
        """The positives that were answered with a 2xx."""
        return [sat for sat in self.sats if sat.is_positive and sat.answer.ok]

    def settle(self) -> None:
        """Raise Inconclusive if a case has no answer."""
        if self.trouble:
            raise self.trouble

    def expect_accepted(self) -> None:
        """Raise NotTested unless at least one request was taken, without which little can be told."""
        if not self.accepted:
            counts = Counter(sat.answer.status for sat in self.sats if sat.is_positive)
            answers = ", ".join(f"{number} times {status}" for status, number in counts.most_common())
            raise NotTested(
                f"no generated request was accepted ({answers or 'none could be made'}); "
                f"name things that exist under fixtures, and credentials that may do it{self._hint(counts)}"
            )

    def _hint(self, counts: Mapping[int, int]) -> str:
        if counts.keys() != {404}:
            return ""
        path = f"; the contract's servers end with {self.base_path}" if self.base_path else ""
        return f", and check the path of base_url, as all was answered 404{path}"


class ContractDriver(Driver):
    """Speaks to one target during one run."""

    def __init__(self, client: Client, target: ContractProfile, run: Run) -> None:
        super().__init__(client, run)
        self.target = target
        self._sat: dict[str, Sitting] = {}

    def case_results(self, operation: Operation | None = None) -> Sequence[Sat]:
        """Return what was sat of *operation*, or of every one so far."""
        if operation is None:
            return [sat for sitting in self._sat.values() for sat in sitting.sats]
        return self.sitting(operation).sats

    def sitting(self, operation: Operation) -> Sitting:
        """Sit the exam of *operation*; NotTested if nothing may or can be sent to it."""
        if not self.target.may_send(operation):
            raise NotTested("DELETE is not sent; allow it with deletes: true in the profile")
        self.run.mode.want_full("a generated request")
        if operation.has_foreign_body:
            raise NotTested(f"only JSON bodies are made, and this takes {', '.join(operation.media_types)}")
        sitting = self.client.memoize(("sitting", operation.id), lambda: self._sit(operation))
        self._sat[operation.id] = sitting
        return sitting

    def _sit(self, operation: Operation) -> Sitting:
        sats: list[Sat] = []
        trouble: Inconclusive | None = None
        for case in self._cases(operation):
            try:
                sats.append(Sat(case, self.send(case, self.credentials(operation))))
            except Stopped:
                raise
            except Inconclusive as outcome:
                trouble = trouble or outcome
        return Sitting(sats, trouble, self.target.spec.base_path)

    def _cases(self, operation: Operation) -> list[ContractCase]:
        return [
            case
            for case in self.run.exam.cases
            if isinstance(case, ContractCase) and case.operation == operation.id
        ]

    def send(self, case: ContractCase, credentials: Mapping[str, str]) -> Response:
        """Send one case with *credentials*, the values of security schemes by name."""
        request = sendable(case, self.target.fixtures)
        headers, path = dict(request.headers), request.path
        for name, value in credentials.items():
            headers, path = self._signed(name, value, headers, path)
        return self.client.send(request.method, path, headers=headers, content=request.content)

    def _signed(
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

    def credentials(self, operation: Operation) -> dict[str, str]:
        """Return the credentials to be let in with, as far as the profile has them."""
        given = self.target.credentials
        for way in operation.security:
            if way <= given.keys():
                return {name: given[name].reveal() for name in sorted(way)}
        return {}

    def without_credential(self, operation: Operation) -> Response:
        """Send what would be taken, without any credential."""
        return self.send(self._example(operation), _NO_CREDENTIAL)

    def with_made_up_credential(self, operation: Operation) -> Response:
        """Send what would be taken, with credentials that nobody was given."""
        known = self.credentials(operation)
        if not known:
            ways = " or ".join(" and ".join(sorted(way)) for way in operation.security)
            raise NotTested(f"the profile has no credentials for {ways}, to make another of their form from")
        return self.send(self._example(operation), {name: self._made_up(name) for name in known})

    def _made_up(self, name: str) -> str:
        secret = self.target.credentials[name]
        value = secret.reveal()
        half = len(value) // 2
        other = value[:half] + "".join(map(_next, value[half:]))
        if other == value:
            raise NotTested(f"no other credential can be made from credentials.{name}")
        return self.client.conceal_made_up(other, f"{secret.name}_MADE_UP", f"{secret.name}{_HOW_MADE_UP}")

    def _example(self, operation: Operation) -> ContractCase:
        sitting = self.sitting(operation)
        for sat in (*sitting.accepted, *sitting.sats):
            if sat.is_positive:
                return sat.case
        sitting.settle()
        sitting.expect_accepted()
        raise NotTested("no request could be made")

    # the ends of a run

    def preflight(self) -> None:
        """Raise Unreachable if nobody answers, Unjudgeable if the credentials are refused."""
        self.run.mode.want_full("a generated request")
        operations = [one for one in self.target.asked() if self._cases_of(one)]
        for operation in sorted(operations, key=lambda one: not self.credentials(one))[:1]:
            credentials = self.credentials(operation)
            answer = self.send(self._cases_of(operation)[0], credentials)
            if answer.status == 401 and credentials:
                names = ", ".join(f"credentials.{name}" for name in credentials)
                raise Unjudgeable(
                    f"{names} was refused with 401 by {operation.id}; give what is let in, and check base_url"
                )

    def _cases_of(self, operation: Operation) -> list[ContractCase]:
        return self._cases(operation) if self.target.may_send(operation) else []


def _next(character: str) -> str:
    if not (character.isascii() and character.isalnum()):
        return character
    return {"z": "a", "Z": "A", "9": "0"}.get(character, chr(ord(character) + 1))

"""What the drivers of all APIs share: how requirements speak to one target during one run."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TypeVar

from conformance.assertions.outcome import Inconclusive, Unreachable
from conformance.generation.case import Case
from conformance.http.client import Client
from conformance.http.connection import Request
from conformance.http.credentials.secret import Secret
from conformance.http.raw_request import RawRequest
from conformance.http.response import Response
from conformance.suite.odd_input import Row
from conformance.suite.run import Run

RACES = 3

RaceT = TypeVar("RaceT")


@dataclass(frozen=True)
class CaseResult:
    """A generated request and how it was answered."""

    case: Case
    answer: Response


class Driver(ABC):
    """Speaks to one target during one run.

    unusual_answers: to what HTTP allows and few clients send, so that a proxy may have refused it in its own voice.
    unjudged_answers: to what no requirement on every answer may look at, since no document says how it is answered.
    odd_answers: to rows of the API's table of odd input.
    """

    def __init__(self, client: Client, run: Run) -> None:
        self.client = client
        self.run = run
        self.unusual_answers: list[Response] = []
        self.unjudged_answers: list[Response] = []
        self.odd_answers: list[tuple[Row, Response]] = []

    @abstractmethod
    def preflight(self) -> None:
        """Raise Unjudgeable or Unreachable if nothing could be judged."""

    @abstractmethod
    def case_results(self) -> Sequence[CaseResult]:
        """Return the run's generated requests with their answers; they are sent once."""

    def list_gaps(self) -> Sequence[str]:
        """Say in sentences what the target's fixtures cannot show, as far as preflight has told."""
        return ()

    def describe_run(self) -> Sequence[str]:
        """Say in sentences what else is to be known of what was sent."""
        return ()

    def make_credential_probe(self, secret: Secret) -> Request | None:  # noqa: ARG002 - for overrides
        """Make a request that is accepted if *secret* is, and that leaves all as it was; None if there is none."""
        return None

    def make_reach_probe(self, main: Secret | None) -> Request | None:
        """Make a request that the API accepts if it is there, and that leaves all as it was; None if there is none.

        main: the credential that was accepted first, if any was.
        """
        return self.make_credential_probe(main) if main else None

    def _write_ordinary(self) -> Response:
        """Send a write that is accepted as a rule."""
        raise NotImplementedError

    def watch_for_outages(self) -> AbstractContextManager[None]:
        """Look out, in a with block, for outages that odd input alone meets, while ordinary writes are accepted."""
        return self.client.outage_watch.watch(self._write_ordinary if self.run.mode.may_write else None)

    def restore(self) -> str | None:
        """Put back what the run has changed; return a sentence about what could not be put back."""
        return None

    def send_unusual(self, request: RawRequest) -> list[Response]:
        """Send what HTTP allows and few clients send, and keep the answers among the unusual ones."""
        answers = self.client.send_raw(request)
        self.unusual_answers += answers
        return answers


def repeat_race(race: Callable[[], RaceT]) -> RaceT:
    """Run *race* until requests overlapped, a few times at most.

    Raises Inconclusive if in none of the tries two requests overlapped.
    """
    for tries_left in reversed(range(RACES)):
        try:
            return race()
        except Inconclusive as outcome:
            # A target that is silent or gone is not asked again; only requests that missed each other are.
            if isinstance(outcome, Unreachable) or not tries_left:
                raise
    raise Inconclusive("no race was run")


def is_among(response: Response, others: Sequence[Response]) -> bool:
    """Tell whether *response* is one of *others*: the same object, for two responses may be equal in all they say."""
    return id(response) in map(id, others)

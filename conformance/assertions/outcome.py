"""The ways out of a requirement other than passing it, as exceptions.

Everything raises and nothing asserts, so that ``python -O`` cannot turn a verdict.
"""

from __future__ import annotations

from typing import Any, Protocol

from conformance.assertions.member import Member


class Response(Protocol):
    """What an outcome knows of the response that it blames; *exchange* is evidence for whoever reports it."""

    @property
    def status(self) -> int:
        """The HTTP status."""
        ...

    @property
    def exchange(self) -> Any:
        """The same as evidence."""
        ...


class Outcome(Exception):
    """A way out of a requirement other than passing it."""


class DoesNotConform(Outcome):
    """The target broke the requirement: what was expected, what came instead, in which answer and which *member*.

    subject: what it is about, where the request does not name that.
    """

    def __init__(
        self,
        expected: str,
        got: str,
        answer: Response | None = None,
        member: Member = (),
        subject: str | None = None,
    ) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.got = got
        self.answer = answer
        self.member = member
        self.subject = subject


class NotTested(Outcome):
    """The profile lacks a fixture or a credential; the reason names it.

    needs: the keys of the profile that would let the requirement be asked, one of several being enough; none if it is
    not for the profile that it was not.
    """

    def __init__(self, reason: str, *needs: str) -> None:
        super().__init__(reason)
        self.needs = needs


class LeftOut(NotTested):
    """The mode of the run does not allow what would be sent."""


class Inconclusive(Outcome):
    """Nobody can tell: a precondition was refused, nothing overlapped, patience ran out."""


class Unreachable(Inconclusive):
    """No HTTP answer came: no connection, no answer in time, or something that is not HTTP."""


class NoAnswer(Unreachable):
    """The whole request was sent and no answer came in time."""


class ConnectionClosed(Unreachable):
    """The target took the request, or part of it, and closed the connection without an answer."""


class RunStopped(Outcome):
    """The target gave no answer too often in a row, or the run's time is used up; the rest of the run is not asked.

    It is not Inconclusive, so that what does without one answer does not go on without any.
    """


# For what needs to know only that there is no answer: of this one, or of any from now on.
UNDECIDED = (Inconclusive, RunStopped)


class Unjudgeable(Outcome):
    """Preflight found what makes judging impossible; the sentence says what and what to do."""


class Observation(Outcome):
    """Ends an OBSERVED requirement with the sentence that records what was seen.

    alternative: which one of its choice that is; None if that could not be told, or if it sees no choice.
    """

    def __init__(self, text: str, alternative: str | None = None) -> None:
        super().__init__(text)
        self.alternative = alternative

"""One request on its way through the stub, and what was found out about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mockserver.contract.operation import Operation
from mockserver.http.problems import PROBLEM_HEADER, Problem, Violation
from mockserver.http.reply import Reply
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.session.journal import Call
from mockserver.session.session import Session
from mockserver.simulation.faults import Effect


@dataclass
class Preferences:
    """What became of a caller's preferences.

    applied: those that were followed. problems: why others were not, a sentence each. is_lenient: an invalid request
    is answered with a success.
    """

    applied: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    is_lenient: bool = False

    def add_headers(self, reply: Reply) -> Reply:
        """Say in the headers of *reply* what was followed and what was not."""
        headers: dict[str, str] = {}
        if self.applied:
            varies = [reply.headers["Vary"]] if "Vary" in reply.headers else []
            headers = {"Preference-Applied": ", ".join(self.applied), "Vary": ", ".join([*varies, "Prefer"])}
        if self.problems:
            others = [reply.headers[PROBLEM_HEADER]] if PROBLEM_HEADER in reply.headers else []
            headers[PROBLEM_HEADER] = "; ".join([*others, f"Prefer: {'; '.join(self.problems)}"])
        return reply.with_headers(headers)


class Exchange:
    """A request, its session, and what the steps of the dispatcher found out.

    operation: the matched one, or the nearest where near_miss says why it did not match. effect: what was done on
    purpose to the answer. preferences: None without a Prefer header that was looked at. is_recorded: whether the
    journal has it. problem: why it was refused. arguments: what a handler was called with that may have to answer anew.
    """

    # Slots, since one is made for every call; a dictionary for each would cost more.
    __slots__ = (
        "arguments", "effect", "has_entered", "is_recorded", "near_miss", "operation", "path_values", "preferences",
        "problem", "request", "session", "violations",
    )  # fmt: skip

    def __init__(self, request: Request, session: Session) -> None:
        self.request = request
        self.session = session
        self.has_entered = False
        self.operation: Operation | None = None
        self.path_values: tuple[str, ...] = ()
        self.violations: Sequence[Violation] = ()
        self.near_miss: str | None = None
        self.effect: Effect | None = None
        self.preferences: Preferences | None = None
        self.is_recorded = True
        self.problem: Problem | None = None
        self.arguments: dict[str, Any] | None = None

    def enter_session(self, session: Session) -> Session:
        """Go on in *session*, which is not forgotten until leave_session()."""
        session.calls += 1
        self.session, self.has_entered = session, True
        return session

    def leave_session(self) -> None:
        """Say that the call is answered."""
        if self.has_entered:
            self.session.calls -= 1
        # A call that came to no session is in the journal of the default one.
        if self.session.is_copy:
            self.session.leave()

    def note_effect(self, name: str) -> Effect:
        """Add *name* to what the journal lists as done on purpose."""
        if self.effect is None:
            self.effect = Effect()
        self.effect.names += (name,)
        return self.effect

    def record(self, response: Response | None, at_s: float, duration_s: float) -> None:
        """Enter the call into the session's journal; without a response if its connection is broken or it streams."""
        if not self.is_recorded:
            return
        self.session.journal.add(
            Call(
                self.request,
                response,
                at_s,
                duration_s,
                self.operation,
                self.violations,
                self.near_miss,
                self.effect,
            )
        )

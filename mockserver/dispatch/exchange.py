"""One request on its way through the stub, and what was found out about it."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.contract.operation import Operation
from mockserver.http.problems import Violation
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.session.session import Session
from mockserver.simulation.faults import Effect


class Exchange:
    """A request, its session, and what the steps of the dispatcher found out.

    operation: the matched one, or the nearest where near_miss says why it did not match. effect: what was done on
    purpose to the answer. applied: the preferences that were followed. is_lenient: an invalid request is answered
    with a success.
    """

    # Defaults of the class, since an ordinary call leaves most of them; setting nine of them would cost every call.
    operation: Operation | None = None
    path_values: tuple[str, ...] = ()
    violations: Sequence[Violation] = ()
    near_miss: str | None = None
    effect: Effect | None = None
    applied: tuple[str, ...] = ()
    is_lenient = False

    def __init__(self, request: Request, session: Session) -> None:
        self.request = request
        self.session = session

    def note_effect(self, name: str) -> Effect:
        """Add *name* to what the journal lists as done on purpose."""
        if self.effect is None:
            self.effect = Effect()
        self.effect.names += (name,)
        return self.effect

    def record(self, response: Response | None, at_s: float, duration_s: float) -> None:
        """Enter the call into the session's journal; without a response if its connection is broken or it streams."""
        self.session.journal.add(
            self.request,
            response,
            at_s,
            duration_s,
            self.operation,
            self.violations,
            self.near_miss,
            self.effect,
        )

"""What a run has received so far, and which exchanges are the evidence of the requirement that is being asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from conformance.assertions.outcome import UNDECIDED, DoesNotConform
from conformance.http.evidence import Exchange
from conformance.http.response import Response
from conformance.http.transport.body_store import BodyStore

T = TypeVar("T")

_OUTCOMES = (*UNDECIDED, DoesNotConform)


class EvidenceLog:
    """Keeps the responses and exchanges of a run, and the evidence of one requirement after the other.

    bodies: of all that was sent and received. responses: those that requirements got to see. exchanges: every one, in
    the order they ended. has_polled: whether
    the requirement looks, itself or by what is remembered, for what may come late.
    """

    def __init__(self) -> None:
        self.bodies = BodyStore()
        self.responses: list[Response] = []
        self.exchanges: list[Exchange] = []
        self.has_polled = False
        self._cited: list[Exchange] = []
        self._memory: dict[Any, tuple[Any, list[Exchange], bool]] = {}
        # Remembered outcomes that were raised since the requirement started.
        self._raised: list[Exception] = []
        self._thread = _ThreadLists()

    def start_requirement(self) -> None:
        """Start the evidence of the next requirement."""
        self._cited = []
        self.has_polled = False
        for outcome in self._raised:
            # What lies on its way holds bodies and their values, and nobody asks for it any more.
            outcome.__traceback__ = outcome.__context__ = None
        self._raised.clear()

    def list_evidence(self) -> list[Exchange]:
        """Return the exchanges cited since the requirement started, each once, where it was cited last."""
        return list(dict.fromkeys(reversed(self._cited)))[::-1]

    def cite(self, *exchanges: Exchange) -> None:
        """Add exchanges to the end of the evidence."""
        cited = self._thread.cited
        (self._cited if cited is None else cited).extend(exchanges)

    def add_response(self, response: Response) -> None:
        """Keep a response and cite its exchange."""
        responses = self._thread.responses
        (self.responses if responses is None else responses).append(response)
        self.cite(response.exchange)

    def memoize(self, key: Any, ask: Callable[[], T]) -> T:
        """Return what *ask* returned the first time, with its evidence; an outcome it raised is raised again."""
        had_polled = self.has_polled
        remembered = self._memory.get(key)
        if remembered is None:
            self.has_polled = False
            with self.collect_citations() as cited:
                result: Any
                try:
                    result = ask()
                except _OUTCOMES as outcome:
                    result = outcome
                remembered = self._memory[key] = (result, cited, self.has_polled)
        result, cited, has_polled = remembered
        self.has_polled = had_polled or has_polled
        self.cite(*cited)
        if isinstance(result, _OUTCOMES):
            self._raised.append(result)
            raise result
        return result  # type: ignore[no-any-return]

    @contextmanager
    def collect_citations(self) -> Iterator[list[Exchange]]:
        """Collect in a list of their own what this thread cites in the with block."""
        outer, self._thread.cited = self._thread.cited, []
        try:
            yield self._thread.cited
        finally:
            self._thread.cited = outer

    def set_thread_lists(self, cited: list[Exchange], responses: list[Response]) -> None:
        """Let this thread, until it ends, write into lists of its own: those of others would get into disorder."""
        self._thread.cited, self._thread.responses = cited, responses

    def clear(self) -> None:
        """Forget everything, as if nothing had been sent; a body is there for as long as somebody else knows it."""
        self.bodies = BodyStore()
        self.responses, self.exchanges, self._cited = [], [], []
        self._memory = {}


class _ThreadLists(threading.local):
    """Where the current thread writes; None for the run's own lists."""

    cited: list[Exchange] | None = None
    responses: list[Response] | None = None

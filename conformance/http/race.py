"""Requests that are sent at the same time, and which of them really overlapped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from conformance.assertions.outcome import Inconclusive
from conformance.http.evidence import Exchange
from conformance.http.evidence_log import EvidenceLog
from conformance.http.response import Response


class Race:
    """Several requests, each sent in a thread of its own, all released at once."""

    def __init__(self, log: EvidenceLog, sends: Sequence[Callable[[], Response]]) -> None:
        self._log = log
        self._sends = sends
        self._start = threading.Barrier(len(sends))
        self._results: list[Any] = [None] * len(sends)
        self._cited: list[list[Exchange]] = [[] for _ in sends]
        self._responses: list[list[Response]] = [[] for _ in sends]

    def run(self) -> list[Response]:
        """Send everything and return the responses that came, in the order of the requests.

        What the threads have logged is added to the log afterwards, in that order too: each run tells the same.
        Raises RunStopped, and whatever is no outcome, if a thread did.
        """
        # Daemons, so that an interrupt need not wait until the last of them has got its answer.
        threads = [
            threading.Thread(target=self._send, args=(at,), daemon=True) for at in range(len(self._sends))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for result in self._results:
            if isinstance(result, Exception) and not isinstance(result, Inconclusive):
                raise result
        for cited, responses in zip(self._cited, self._responses, strict=True):
            self._log.cite(*cited)
            self._log.responses += responses
        return [result for result in self._results if isinstance(result, Response)]

    def _send(self, at: int) -> None:
        self._log.set_thread_lists(self._cited[at], self._responses[at])
        self._start.wait()
        try:
            self._results[at] = self._sends[at]()
        except Exception as outcome:
            self._results[at] = outcome


def select_overlapping(responses: Sequence[Response]) -> list[Response]:
    """Return those of *responses* whose request was under way while that of at least one other was."""
    return [
        one
        for one in responses
        if any(
            max(one.sent_at, other.sent_at) < min(one.received_at, other.received_at)
            for other in responses
            if other is not one
        )
    ]

"""SuprSend servers that take a liberty with sequences of requests."""

from __future__ import annotations

import threading

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import Reference, Refused


class RaceIsRefused(Reference):
    """While one write is under way all others are refused with a conflict."""

    def __init__(self) -> None:
        super().__init__()
        self._busy = threading.Lock()

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        if not self._busy.acquire(blocking=False):
            return self._error_response(Refused(409, "someone else is writing"))
        try:
            # Long enough for the other writes of a race to find the lock taken.
            self.clock.sleep(0.002)
            return super().answer(request)
        finally:
            self._busy.release()

"""Looking again at what may come late: longer and longer pauses, until a moment after which nothing is waited for."""

from __future__ import annotations

from conformance.http.client import Client
from conformance.http.response import Response

_FIRST_PAUSE_S = 0.05


class Polling:
    """The pauses between looks at the target, each twice as long as the one before.

    until: the moment of the client's clock at which the last look begins.
    """

    def __init__(self, client: Client, until: float) -> None:
        self.until = until
        self._client = client
        self._pause_s = _FIRST_PAUSE_S

    def is_last_look(self, answer: Response) -> bool:
        """Tell whether nothing is waited for after *answer*, and note that somebody looks for what may come late."""
        self._client.note_polling()
        return answer.sent_at >= self.until

    def pause(self) -> None:
        """Wait before the next look; RunStopped is raised if the run's budget does not last so long."""
        # The last pause ends at the last moment, so that the last look is as late as it may be.
        left_s = self.until - self._client.clock.monotonic()
        self._client.pause(max(0, min(self._pause_s, left_s)))
        self._pause_s *= 2

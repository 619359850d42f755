"""The calls of a journal as server-sent events."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator

from mockserver.http import exact_json
from mockserver.session.journal import CallJournal, Entry

_TOO_SLOW = "calls came faster than this stream was read, so it ends here; GET /__admin/requests lists them"


class EventWriter:
    """Writes each call once, however many read it: readers who keep up want the same few calls."""

    def __init__(self) -> None:
        self._written: deque[tuple[Entry, bool, str]] = deque(maxlen=4)

    async def stream(self, journal: CallJournal, *, is_brief: bool = False) -> AsyncIterator[dict[str, str]]:
        """Yield each call as it is answered, and a last word to a reader that is too slow.

        is_brief: whether heads and bodies are left out.
        """
        with journal.listen() as listener:
            async for entry in listener:
                yield {"event": "call", "id": str(entry.id), "data": self._write(entry, is_brief)}
            if listener.is_too_slow:
                yield {"event": "dropped", "data": _TOO_SLOW}

    def _write(self, entry: Entry, is_brief: bool) -> str:
        for known, was_brief, text in self._written:
            if known is entry and was_brief == is_brief:
                return text
        text = exact_json.dumps(entry.document(is_brief=is_brief)).decode()
        self._written.append((entry, is_brief, text))
        return text

"""One reader of a journal's calls as they are answered."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

_Call = TypeVar("_Call")

# What waits for a reader; whoever has more is given up, so that neither memory nor the others suffer.
_MOST_CALLS = 1000
_MOST_BYTES = 8 * 1024 * 1024


class Listener(Generic[_Call]):
    """Yields calls until the journal ends, or until more wait than are kept; then *is_too_slow*."""

    __slots__ = ("_bytes", "_calls", "_has_news", "_is_over", "is_too_slow")

    def __init__(self) -> None:
        self._calls: deque[tuple[_Call, int]] = deque()
        self._bytes = 0
        self._has_news = asyncio.Event()
        self._is_over = False
        self.is_too_slow = False

    def offer(self, call: _Call, size: int) -> bool:
        """Let a call of *size* bytes wait to be read; False if the reader is given up instead."""
        self._bytes += size
        if self._bytes > _MOST_BYTES or len(self._calls) >= _MOST_CALLS:
            self.is_too_slow = True
            self._calls.clear()
            self.end()
            return False
        self._calls.append((call, size))
        self._has_news.set()
        return True

    def end(self) -> None:
        """Say that no more calls come."""
        self._is_over = True
        self._has_news.set()

    async def __aiter__(self) -> AsyncIterator[_Call]:
        while True:
            while self._calls:
                call, size = self._calls.popleft()
                self._bytes -= size
                yield call
            if self._is_over:
                return
            self._has_news.clear()
            await self._has_news.wait()

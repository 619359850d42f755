"""Calls that may take for ever in a process that can be ended, since no signal reaches a library that is not Python."""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

_LOOK_EVERY_S = 0.1
_MOST_WAITING = 3  # times the limit, on a machine that is busy with other things
_SIZE = struct.Struct(">Q")
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class TookTooLong(Exception):
    """A call did not end in time, or ended its process."""


def call_each(
    calls: Sequence[Callable[[], T]], limit_s: float, check: Callable[[], object]
) -> Iterator[T | TookTooLong]:
    """Yield what each call returns, which must be plain data, or TookTooLong.

    The calls are made one after the other in a copy of this process, as if they were made here. A call that takes too
    long takes the copy with it, and the next one begins in another. Where the system cannot copy a process (Windows)
    the calls are made here, for as long as they take.

    limit_s: of computing, for each call; three times as much may pass. check: called some times a second, to raise what
    is to end the waiting. Raises RuntimeError for what a call raises.
    """
    if not hasattr(os, "fork"):
        yield from (call() for call in calls)
        return
    done = 0
    while done < len(calls):
        child = _Child(calls[done:], limit_s)
        try:
            for _ in calls[done:]:
                found = child.receive(_MOST_WAITING * limit_s, check)
                done += 1
                yield found
                if isinstance(found, TookTooLong):
                    break
        finally:
            child.end()


class _Child:
    """A copy of this process that makes *calls* and sends what they return."""

    def __init__(self, calls: Sequence[Callable[[], Any]], limit_s: float) -> None:
        self._received = b""
        self._source, target = os.pipe()
        # Until the copy has its own way with signals, none may reach it: a Ctrl-C is for this process to act on.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            with warnings.catch_warnings():
                # Python warns of other threads, whose locks the copy could wait for; the calls use none of theirs.
                warnings.simplefilter("ignore", DeprecationWarning)
                self._pid = os.fork()
            if self._pid == 0:
                _make_calls(calls, target, limit_s)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(target)

    def receive(self, within_s: float, check: Callable[[], object]) -> Any:
        """Return what the next call has returned."""
        until = time.monotonic() + within_s
        while (found := self._take_result()) is None:
            check()
            left_s = until - time.monotonic()
            if left_s <= 0:
                return TookTooLong("took too long")
            if select.select([self._source], [], [], min(_LOOK_EVERY_S, left_s))[0]:
                data = os.read(self._source, 1 << 20)
                if not data:
                    return TookTooLong("ended the process")
                self._received += data
        returned, raised = found
        if raised:
            raise RuntimeError(raised)
        return returned

    def _take_result(self) -> tuple[Any, str | None] | None:
        if len(self._received) < _SIZE.size:
            return None
        end = _SIZE.size + _SIZE.unpack_from(self._received)[0]
        if len(self._received) < end:
            return None
        packed, self._received = self._received[_SIZE.size : end], self._received[end:]
        result: tuple[Any, str | None] = pickle.loads(packed)  # noqa: S301 - our own copy has written it
        return result

    def end(self) -> None:
        """End the process, whatever it is doing."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._source)


def _make_calls(calls: Sequence[Callable[[], Any]], target: int, limit_s: float) -> None:
    """Make the calls and end this process: past all that its original would do at its own end."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for number in (signal.SIGTERM, signal.SIGPROF):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        for call in calls:
            # The system itself ends us after so much computing, also in the middle of a library.
            signal.setitimer(signal.ITIMER_PROF, limit_s)
            packed = pickle.dumps(_describe_call(call))
            signal.setitimer(signal.ITIMER_PROF, 0)
            with os.fdopen(target, "wb", closefd=False) as stream:
                stream.write(_SIZE.pack(len(packed)) + packed)
    finally:
        os._exit(0)


def _describe_call(call: Callable[[], Any]) -> tuple[Any, str | None]:
    try:
        return call(), None
    except Exception as error:
        return None, f"{type(error).__name__}: {error}"

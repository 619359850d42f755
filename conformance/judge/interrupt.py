"""What Ctrl-C does, and the SIGTERM of a CI system: a run stops asking, puts things back and reports."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

STATUS = 130
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_ASKED = threading.Event()


def leaves_at_once() -> None:
    """Let both end the process without a traceback: nothing was begun yet, and imports must not see it."""
    for number in _SIGNALS:
        _handle(number, _leave)


def is_raised() -> None:
    """Let both raise KeyboardInterrupt, as Python has it of Ctrl-C."""
    for number in _SIGNALS:
        _handle(number, signal.default_int_handler)


@contextmanager
def ends_the_run() -> Iterator[None]:
    """Let both raise KeyboardInterrupt and be remembered, for the length of a with block."""
    _ASKED.clear()
    with _handled(_end):
        yield


def is_asked() -> bool:
    """Tell once whether the run was to end: somebody else's code may have swallowed the KeyboardInterrupt."""
    was_asked = _ASKED.is_set()
    _ASKED.clear()
    return was_asked


@contextmanager
def is_ignored() -> Iterator[None]:
    """Let neither disturb what has to be done to its end, for the length of a with block."""
    with _handled(signal.SIG_IGN):
        yield


@contextmanager
def _handled(handler: Any) -> Iterator[None]:
    before = [(number, _handle(number, handler)) for number in _SIGNALS]
    try:
        yield
    finally:
        for number, earlier in before:
            if earlier is not None:
                signal.signal(number, earlier)


def _handle(number: signal.Signals, handler: Callable[..., Any] | signal.Handlers) -> Any:
    """Set a handler and return the one before; None if it stays, as where whoever started us ignores the signal."""
    if threading.current_thread() is not threading.main_thread():
        return None
    if signal.getsignal(number) in (signal.SIG_IGN, None):
        return None
    return signal.signal(number, handler)


def _end(*_: object) -> None:
    _ASKED.set()
    raise KeyboardInterrupt


def _leave(*_: object) -> None:
    os.write(2, b"conformance: interrupted before anything was asked\n")
    os._exit(STATUS)

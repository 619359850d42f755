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
_WAS_INTERRUPTED = threading.Event()


def exit_on_interrupt() -> None:
    """Let both end the process without a traceback: nothing was begun yet, and imports must not see it."""
    for number in _SIGNALS:
        _set_handler(number, _exit_process)


def raise_on_interrupt() -> None:
    """Let both raise KeyboardInterrupt, as Python has it of Ctrl-C, and be remembered."""
    _WAS_INTERRUPTED.clear()
    for number in _SIGNALS:
        _set_handler(number, _remember_and_raise)


@contextmanager
def end_run_on_interrupt() -> Iterator[None]:
    """Let both raise KeyboardInterrupt and be remembered, for the length of a with block."""
    _WAS_INTERRUPTED.clear()
    with _replace_handlers(_remember_and_raise):
        yield


def take_interrupt() -> bool:
    """Tell once whether the run was to end: somebody else's code may have swallowed the KeyboardInterrupt."""
    was_interrupted = _WAS_INTERRUPTED.is_set()
    _WAS_INTERRUPTED.clear()
    return was_interrupted


@contextmanager
def ignore_interrupts() -> Iterator[None]:
    """Let neither disturb what has to be done to its end, for the length of a with block."""
    with _replace_handlers(signal.SIG_IGN):
        yield


@contextmanager
def _replace_handlers(handler: Any) -> Iterator[None]:
    before = [(number, _set_handler(number, handler)) for number in _SIGNALS]
    try:
        yield
    finally:
        for number, earlier in before:
            if earlier is not None:
                signal.signal(number, earlier)


def _set_handler(number: signal.Signals, handler: Callable[..., Any] | signal.Handlers) -> Any:
    """Set a handler and return the one before; None if it stays, as where whoever started us ignores the signal."""
    if threading.current_thread() is not threading.main_thread():
        return None  # Python sets handlers in the main thread only
    # A shell starts what it puts into the background with SIGINT ignored, and a Ctrl-C is not meant for it.
    if signal.getsignal(number) in (signal.SIG_IGN, None):
        return None
    return signal.signal(number, handler)


def _remember_and_raise(*_: object) -> None:
    _WAS_INTERRUPTED.set()
    raise KeyboardInterrupt


def _exit_process(*_: object) -> None:
    # Past sys.exit and print: whatever is being imported now may be half there.
    os.write(2, b"conformance: interrupted before anything was asked\n")
    os._exit(STATUS)

"""The log of calls that the command line asks for: on standard error, in a file, or none."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from mockserver.command.settings import LogLevel, Settings
from mockserver.http.problems import CannotStart

if TYPE_CHECKING:
    from mockserver.dispatch.call_log import CallLog


@contextmanager
def open_call_log(settings: Settings, *, is_beside_command: bool = False) -> Iterator[CallLog | None]:
    """Open the log of calls, or None if no calls are to be shown.

    It is on standard error, since programs read the stub's address on standard output.
    is_beside_command: whether a command of the user's has the terminal.
    Raises CannotStart if the file cannot be written.
    """
    level = _choose_level(settings, is_beside_command)
    if level is LogLevel.error:
        yield None
        return
    if settings.log_file is None:
        stream: TextIO | None = sys.stderr  # which is missing where it was closed before the start
        yield None if stream is None else _make_call_log(stream, level)
        return
    try:
        file = settings.log_file.open("a", encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise CannotStart(f"--log-file {settings.log_file}: cannot be written: {error.strerror}") from None
    with file:
        yield _make_call_log(file, level)


def _choose_level(settings: Settings, is_beside_command: bool) -> LogLevel:
    if settings.log_level is not None:
        return settings.log_level
    if settings.verbose:
        return LogLevel.debug
    is_silent = settings.log_file is None and (settings.quiet or is_beside_command)
    return LogLevel.error if is_silent else LogLevel.info


def _make_call_log(stream: TextIO, level: LogLevel) -> CallLog:
    from mockserver.dispatch.call_log import CallLog

    return CallLog(
        stream,
        shows_successes=level is not LogLevel.warning,
        shows_asides=level is LogLevel.debug,
        is_coloured=stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb",
    )

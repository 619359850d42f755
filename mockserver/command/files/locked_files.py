"""The files that a running stub keeps for itself: the ready file and the state file."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from mockserver.command.settings import Settings
from mockserver.http.problems import CannotStart
from openapi.atomic_file import write_atomically

if TYPE_CHECKING:
    from mockserver.stub import Stub


@contextmanager
def lock_files(settings: Settings) -> Iterator[ExitStack]:
    """Remove a former ready file, and lock the state file; both are free again at the end of the block.

    Yields the stack that frees them, for a process that ends in the middle of the block.
    Raises CannotStart if the ready file cannot be written or another stub has the state file.
    """
    file = settings.ready_file
    try:
        if file is not None:
            file.unlink(missing_ok=True)
            # Whether it can be written is better known now than after the start.
            write_atomically(file, "")
            file.unlink()
    except OSError as error:
        raise CannotStart(f"--ready-file {file}: cannot be written: {error.strerror}") from None
    with ExitStack() as stack:
        if settings.state is not None:
            from mockserver.command.files.state_file import lock_state_file

            stack.enter_context(lock_state_file(settings.state))
        if file is not None:
            stack.callback(file.unlink, missing_ok=True)
        yield stack


def write_ready_file(settings: Settings, url: str) -> None:
    """Write the stub's URL to the ready file, if there is to be one."""
    if settings.ready_file is not None:
        write_atomically(settings.ready_file, f"{url}\n")


def save_state(settings: Settings, stub: Stub) -> None:
    """Save the stub's state, if it is to be kept; a failure is one line on standard error."""
    from mockserver.command.files import state_file

    if settings.state is not None:
        try:
            state_file.save_state(settings.state, stub)
        except state_file.CannotSave as error:
            print(f"mockserver: {error}", file=sys.stderr, flush=True)

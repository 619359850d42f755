"""The default session's state, kept in a file between runs."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mockserver.http.problems import CannotStart, Invalid
from mockserver.stub import Stub
from openapi.atomic_file import write_atomically


class CannotSave(Exception):
    """The state was not saved; the message says why."""


def load_state(file: Path, stub: Stub) -> None:
    """Load the state in *file* into the stub, if the file exists.

    Raises CannotStart if the file cannot be read or does not hold a state.
    """
    if not file.exists():
        if not file.resolve().parent.is_dir():
            raise CannotStart(f"{file}: there is no such folder; the state could not be saved at the end")
        return
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(document, dict):
            raise CannotStart(f"{file}: does not hold a state; GET /__admin/state shows what one looks like")
        stub.admin.state.load_into_session(document, stub.sessions.default)
    except OSError as error:
        raise CannotStart(f"{file}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise CannotStart(f"{file}: not JSON: {error}") from None
    except Invalid as invalid:
        raise CannotStart(f"{file}: {invalid.message}") from None


@contextmanager
def lock_state_file(file: Path) -> Iterator[None]:
    """Keep other stubs from *file*, except on Windows: the last stub to end would undo what the others saved.

    Raises CannotStart if another has it.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    name = hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:16]
    with Path(tempfile.gettempdir(), f"mockserver-{os.getuid()}-{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotStart(f"{file}: another stub keeps its state there; name another file") from None
        yield


def save_state(file: Path, stub: Stub) -> None:
    """Save the state to *file*, whole or not at all: a crash leaves the file as it was.

    Raises CannotSave if it cannot be written.
    """
    content = json.dumps(
        stub.admin.state.render_state(stub.sessions.default.save()), indent=2, ensure_ascii=False
    )
    target = file.resolve()  # a link stays one
    try:
        write_atomically(target, content + "\n", is_durable=True)
    except OSError as error:
        raise CannotSave(f"{file}: the state cannot be saved: {error.strerror}") from None

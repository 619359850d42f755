"""The default session's state, kept in a file between runs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mockserver.http import exact_json
from mockserver.http.problems import CannotStart, Invalid
from mockserver.session.session import collect_ids
from mockserver.stub import Stub
from openapi.atomic_file import check_writable, write_atomically

# What was accepted in a body stands some levels deeper in the state.
_DEEPEST = exact_json.MAXIMUM_DEPTH + 10


class CannotSave(Exception):
    """The state was not saved; the message says why."""


def load_state(file: Path, stub: Stub) -> None:
    """Load the state in *file* into the stub, if the file exists, and make sure that the state can be saved.

    Raises CannotStart if the file cannot be read, does not hold a state, or could not be replaced at the end.
    """
    if file.is_symlink():
        raise CannotStart(f"{file}: is a link; name the file that it leads to, {file.resolve()}")
    try:
        if file.is_file():  # reading a pipe would wait for somebody to write
            document = exact_json.loads(file.read_bytes(), _DEEPEST)
            if not isinstance(document, dict):
                raise CannotStart(
                    f"{file}: does not hold a state; GET /__admin/state shows what one looks like"
                )
            session = stub.sessions.default
            saved = stub.admin.state.read_document(document, session.stores)
            session.load(saved, collect_ids(saved))
    except OSError as error:
        raise CannotStart(f"{file}: cannot be read: {error.strerror}") from None
    except exact_json.NotExact as error:
        raise CannotStart(f"{file}: {str(error).replace('the body', 'the file')}") from None
    except Invalid as invalid:
        raise CannotStart(f"{file}: {invalid.message}") from None
    try:
        check_writable(file, _render_state(stub))
    except OSError as error:
        raise CannotStart(f"{file}: the state could not be saved at the end: {error.strerror}") from None


@contextmanager
def lock_state_file(file: Path) -> Iterator[None]:
    """Keep other stubs from *file*, except on Windows: the last stub to end would undo what the others saved.

    The lock lies beside the file, where stubs in other containers find it as well.
    Raises CannotStart if another has it.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl

    lock = file.with_name(f".{file.name}.lock")
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except FileNotFoundError:
        raise CannotStart(
            f"{file}: there is no such folder; the state could not be saved at the end"
        ) from None
    except OSError as error:
        if os.path.lexists(lock):
            raise CannotStart(
                f"{lock}: the lock of the state file cannot be taken: {error.strerror}"
            ) from None
        raise CannotStart(f"{file}: the state could not be saved at the end: {error.strerror}") from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A stub that ends removes its lock, and this one may have been opened just before.
            if not os.path.samestat(os.fstat(descriptor), lock.lstat()):
                raise FileNotFoundError
        except OSError:
            raise CannotStart(f"{file}: another stub keeps its state there; name another file") from None
        try:
            yield
        finally:
            with suppress(OSError):
                lock.unlink()
    finally:
        os.close(descriptor)


def save_state(file: Path, stub: Stub) -> None:
    """Save the state to *file*, whole or not at all: a crash leaves the file as it was.

    Raises CannotSave if it cannot be written.
    """
    try:
        write_atomically(file, _render_state(stub), is_durable=True)
    except OSError as error:
        raise CannotSave(f"{file}: the state cannot be saved: {error.strerror}") from None


def _render_state(stub: Stub) -> str:
    state = stub.admin.state.render_state(stub.sessions.default.save())
    return json.dumps(state, indent=2, ensure_ascii=False) + "\n"

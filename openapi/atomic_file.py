"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path


def write_atomically(file: Path, content: str | bytes, *, is_durable: bool = False) -> None:
    """Write *content* to *file*: nobody reads half of it, and a failure leaves the file as it was.

    A file keeps its mode. A link is replaced and not followed: where others may write, it leads anywhere.

    is_durable: return only when the content is on the disk, for a file that must survive a crash of the machine.
    Raises OSError, also where a folder, a pipe or a device stands in the place of the file.
    """
    new = _write_beside(file, content, is_durable)
    try:
        new.replace(file)
    finally:
        with suppress(FileNotFoundError):  # as it is after the rename
            new.unlink()


def check_writable(file: Path, content: str | bytes = "") -> None:
    """Raise OSError if *content* could not be written to *file* now; the file stays as it is."""
    _write_beside(file, content, is_durable=True).unlink()


def _write_beside(file: Path, content: str | bytes, is_durable: bool) -> Path:
    """Write a new file beside *file*, since a rename is atomic only within a file system, and return it."""
    mode = _read_mode(file)
    # A name that nobody can guess, and no file that is there already: it might be a link.
    new = file.with_name(f".{secrets.token_hex(8)}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as writer:
            if mode is not None:
                new.chmod(mode)
            writer.write(content if isinstance(content, bytes) else content.encode())
            if is_durable:
                writer.flush()
                os.fsync(writer.fileno())
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    return new


def _read_mode(file: Path) -> int | None:
    """Return the permissions of the file that is there, None if there is none."""
    try:
        found = file.lstat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found):
        return None
    if not stat.S_ISREG(found):
        raise OSError(errno.EINVAL, "it is a folder, a pipe or a device, and no file", str(file))
    return stat.S_IMODE(found)

"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


def write_atomically(file: Path, content: str | bytes, *, is_durable: bool = False) -> None:
    """Write *content* to *file*: nobody reads half of it, and a failure leaves the file as it was.

    A file keeps its mode. A link is replaced and not followed: where others may write, it leads anywhere.

    is_durable: return only when the content is on the disk, for a file that must survive a crash of the machine.
    Raises OSError, also where a folder, a pipe or a device stands in the place of the file.
    """
    with open_atomically(file, is_durable=is_durable) as writer:
        writer.write(content if isinstance(content, bytes) else content.encode())


@contextmanager
def open_atomically(file: Path, *, is_durable: bool = False) -> Iterator[BinaryIO]:
    """Do the same with what is written in the with block, if that comes to its end."""
    with _open_beside(file, is_durable) as (new, writer):
        yield writer
    try:
        new.replace(file)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def check_writable(file: Path, content: str | bytes = "") -> None:
    """Raise OSError if *content* could not be written to *file* now; the file stays as it is."""
    with _open_beside(file, is_durable=True) as (new, writer):
        writer.write(content if isinstance(content, bytes) else content.encode())
    new.unlink()


def check_place(file: Path) -> None:
    """Raise OSError if a folder, a pipe or a device stands in the place of *file*."""
    _read_mode(file)


@contextmanager
def _open_beside(file: Path, is_durable: bool) -> Iterator[tuple[Path, BinaryIO]]:
    """Open a new file beside *file*, since a rename is atomic only within a file system; a failure removes it."""
    mode = _read_mode(file)
    # A name that nobody can guess, and no file that is there already: it might be a link.
    new = file.with_name(f".{secrets.token_hex(8)}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        with os.fdopen(descriptor, "wb") as writer:
            if mode is not None:
                new.chmod(mode)
            yield new, writer
            if is_durable:
                writer.flush()
                os.fsync(writer.fileno())
    except BaseException:
        new.unlink(missing_ok=True)
        raise


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

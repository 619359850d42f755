"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path


def write_atomically(file: Path, text: str, *, is_durable: bool = False) -> None:
    """Write *text* to *file*: nobody reads half of it, and a failure leaves the file as it was.

    is_durable: return only when the text is on the disk, for a file that must survive a crash of the machine.
    Raises OSError.
    """
    # Beside the file, since a rename is atomic only within a file system; and with the process's id in its name,
    # since two processes may write the same file.
    new = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with new.open("w", encoding="utf-8", newline="\n") as writer:
            writer.write(text)
            if is_durable:
                writer.flush()
                os.fsync(writer.fileno())
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)

"""The files that a contract may consist of: those in the folder of its main file, and below it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from openapi.pointer import Steps, unescape_step

# A cloud vendor has three thousand.
_MOST_FILES = 10_000
_MOST_BYTES = 50_000_000
_LONGEST_REASON = 200
_LONGEST_CHAIN = 100

Pointer = tuple[str, ...]
ReadFile = Callable[[Path], Any]


class CannotTake(Exception):
    """What a reference leads to cannot be had; the message goes on where the reference was named: is not there."""


@dataclass(frozen=True, eq=False)
class TreeFile:
    """A file that was read.

    path: by which it was found, so that references in it start from there. name: what it is called in messages.
    content: in the types of JSON.
    """

    path: Path
    name: str
    content: Any


class FilePart(NamedTuple):
    """A part of a file that was read, and the steps that lead to it."""

    node: Any
    file: TreeFile
    place: Steps


class FileTree:
    """Reads the files of a contract, each once.

    read: reads a file, and raises OSError or ValueError for one that cannot be read. paths: all files that were looked
    for in the folder, those included that could not be read.
    """

    def __init__(self, main: Path, content: Any, read: ReadFile) -> None:
        self.main = TreeFile(main, main.name, content)
        self.paths = [main]
        self.unread: dict[Path, str] = {}
        self._root = main.parent.resolve()
        self._read = read
        self._known: dict[Path, TreeFile | str] = {main.resolve(): self.main}
        self._bytes_left = _MOST_BYTES

    def locate(self, reference: str, start: TreeFile) -> tuple[TreeFile, Pointer]:
        """Find the file, and the steps in it, that *reference* means in the file *start*; raises CannotTake."""
        try:
            parts = urlsplit(reference)
        except ValueError:
            raise CannotTake("is no reference; write a path, and # and a pointer behind it") from None
        if parts.scheme or parts.netloc:
            raise CannotTake("is no file beside this one, and nothing is fetched; bundle it into one file")
        file = self._find_file(parts.path, start) if parts.path else start
        fragment = unquote(parts.fragment)
        if fragment and not fragment.startswith("/"):
            raise CannotTake("is no pointer; write # and a slash before the first name")
        return file, tuple(unescape_step(step) for step in fragment.split("/")[1:])

    def find_part(self, file: TreeFile, steps: Sequence[str]) -> FilePart:
        """Find what *steps* lead to, through references to further files too; raises CannotTake."""
        part = FilePart(file.content, file, ())
        for step in steps:
            if isinstance(part.node, dict) and step not in part.node:
                part = self.open_part(part)
            part = _enter_part(part, step)
        return part

    def open_part(self, part: FilePart) -> FilePart:
        """Follow the references from *part*; raises CannotTake."""
        for _ in range(_LONGEST_CHAIN):
            reference = part.node.get("$ref") if isinstance(part.node, dict) else None
            if not isinstance(reference, str):
                return part
            file, steps = self.locate(reference, part.file)
            part = FilePart(file.content, file, ())
            for step in steps:
                part = _enter_part(part, step)
        raise CannotTake("leads back to itself")

    def _find_file(self, path: str, start: TreeFile) -> TreeFile:
        logical = Path(os.path.normpath(start.path.parent / unquote(path)))
        try:
            real = logical.resolve()
        except (OSError, ValueError, RuntimeError):
            raise CannotTake("is no path of a file") from None
        # Whatever a link on the way leads to: what counts is where the file is.
        if not real.is_relative_to(self._root):
            raise CannotTake(f"lies outside of the folder of {self.main.name}; put it there")
        if real not in self._known:
            self._known[real] = read = self._read_file(logical, real)
            if isinstance(read, str):
                self.unread[logical] = read
        found = self._known[real]
        if isinstance(found, str):
            raise CannotTake(found)
        return found

    def _read_file(self, logical: Path, real: Path) -> TreeFile | str:
        """Read a file, or say why it cannot be read."""
        try:
            if len(self.paths) >= _MOST_FILES:
                return (
                    f"is left out: with it the contract has more than {_MOST_FILES} files; put some into one"
                )
            self.paths.append(logical)
            if not real.is_file():
                return "is not there" if not real.exists() else "is no file"
            self._bytes_left -= real.stat().st_size
            if self._bytes_left < 0:
                return f"is left out: with it the contract has more than {_MOST_BYTES // 1_000_000} MB; refer to less"
            content = self._read(real)
        except OSError as error:
            return f"cannot be read: {error.strerror or error}"
        except RecursionError:
            return "is nested too deep to be read"
        except ValueError as error:
            return f"cannot be read: {' '.join(str(error).split())[:_LONGEST_REASON]}"
        if content is None:
            return "is empty"
        return TreeFile(logical, Path(os.path.relpath(logical, self.main.path.parent)).as_posix(), content)


def _enter_part(part: FilePart, step: str) -> FilePart:
    key = int(step) if isinstance(part.node, list) and step.isdecimal() else step
    try:
        return FilePart(part.node[key], part.file, (*part.place, key))
    except (LookupError, TypeError):
        raise CannotTake(f"is not in {part.file.name}") from None

"""The folder that a kit is written to: a new one, an empty one, or one that an earlier export wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from mockserver.http.problems import CannotStart
from openapi.atomic_file import write_atomically

MARK = ".mockserver-export"
_FIRST_LINE = "# mockserver export wrote these files, and will replace them when it is asked again."


class Folder:
    """The folder of a kit.

    Raises CannotStart for a folder with anything in it, unless an earlier export wrote it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        if path.is_file():
            raise CannotStart(
                f"{path}: is a file; name a folder that is empty, not there, or an earlier export"
            )
        try:
            self._earlier = _list_earlier_files(path)
        except OSError as error:
            raise _cannot_write(error, path) from None

    def write(self, files: Mapping[str, str]) -> None:
        """Write *files*, by their path in the folder, and remove those that only an earlier export wrote.

        Raises CannotStart for a file in the way that no export wrote, and for a folder that is a link, before anything
        is written; and for a file that cannot be written.
        """
        path, earlier = self._path, self._earlier
        for folder in {PurePosixPath(name).parent for name in {*files} | earlier}:
            _refuse_link(path, folder)
        try:
            for name in sorted({*files} - earlier):
                if (path / name).exists():
                    raise CannotStart(f"{path / name}: no export wrote this file; move it away")
            # The mark comes first, so that the next export recognizes the folder even if this one is cut short.
            path.mkdir(parents=True, exist_ok=True)
            write_atomically(path / MARK, _render_mark({*files} | earlier))
            for name in earlier - {*files}:
                (path / name).unlink(missing_ok=True)
            for name, text in files.items():
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                write_atomically(path / name, text)
            write_atomically(path / MARK, _render_mark(files))
        except OSError as error:
            raise _cannot_write(error, path) from None


def _refuse_link(path: Path, folder: PurePosixPath) -> None:
    """Raise CannotStart if *folder*, below *path*, or one above it there is a link, which may lead out of *path*."""
    for part in (folder, *folder.parents):
        if part.name and (path / part).is_symlink():
            raise CannotStart(f"{path / part}: is a link; remove it")


def _cannot_write(error: OSError, path: Path) -> CannotStart:
    return CannotStart(f"{error.filename or path}: cannot be written: {error.strerror}")


def _render_mark(names: Iterable[str]) -> str:
    return "\n".join([_FIRST_LINE, *sorted(names)]) + "\n"


def _list_earlier_files(folder: Path) -> set[str]:
    """List the files that an earlier export wrote to *folder*."""
    if not folder.exists() or not any(folder.iterdir()):
        return set()
    try:
        first, *names = (folder / MARK).read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, ValueError):
        first, names = "", []
    if first != _FIRST_LINE:
        raise CannotStart(
            f"{folder}: is not empty, and no export wrote it; name an empty folder or one that is not there yet"
        )
    for name in names:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise CannotStart(f"{folder / MARK}: {name} lies outside; remove this line")
    return set(names)

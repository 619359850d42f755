"""The folder of the reports, with all that a verdict is written to but the terminal.

Each file is written whole or not at all, and none through a link, which may lead anywhere where others may write.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from conformance.http.evidence import STEPS
from conformance.judge.verdict import Verdict
from conformance.report.badge import render_badge
from conformance.report.changes import Comparison
from conformance.report.code_quality import render_code_quality
from conformance.report.document import build_document, write_document
from conformance.report.har import write_har
from conformance.report.html.page import render_page
from conformance.report.junit import render_junit
from conformance.report.sarif import render_sarif
from conformance.report.steps import list_written_steps, render_steps
from openapi import atomic_file

BADGE = "badge.json"
_WriteContent = Callable[[BinaryIO], object]
_RENDER: Mapping[str, Callable[[Verdict, dict[str, Any], Comparison | None], _WriteContent]] = {
    "report.html": lambda _, document, comparison: _make_write(render_page(document, comparison)),
    # This and the archive are written as they are rendered: they may be larger than all the others together.
    "report.json": lambda _, document, __: partial(write_document, document),
    "junit.xml": lambda verdict, _, __: _make_write(render_junit(verdict)),
    "requests.har": lambda verdict, _, __: partial(write_har, verdict.exchanges),
    BADGE: lambda _, document, __: _make_write(render_badge(document)),
    "gl-code-quality-report.json": lambda _, document, __: _make_write(render_code_quality(document)),
    "report.sarif": lambda _, document, __: _make_write(render_sarif(document)),
}


def write_reports(
    verdict: Verdict,
    folder: Path,
    on_loss: Callable[[str], None] | None = None,
    document: dict[str, Any] | None = None,
    comparison: Comparison | None = None,
) -> list[Path]:
    """Write every report of *verdict* into *folder*, which is made if it is missing; return those that are written.

    A badge speaks of all requirements: a run that did not ask them all writes none, and removes what is there.

    on_loss: called with a sentence on reports that cannot be written, of which none of an earlier run is left either.
    Without it, OSError is raised for the first of them. document: the verdict's, if it is built already. comparison:
    with an earlier report, if the run was compared with one.
    """
    document = document or build_document(verdict)
    # All are rendered before the first is written, so that an error leaves no folder of two runs.
    writes = {name: render(verdict, document, comparison) for name, render in _RENDER.items()}
    steps = render_steps(verdict)
    writer = _ReportWriter(folder, is_strict=on_loss is None)
    if not verdict.has_asked_all:
        del writes[BADGE]
        writer.remove(BADGE)  # an earlier run's would speak of the whole
    with suppress(OSError):  # which the first file meets again
        folder.mkdir(parents=True, exist_ok=True)
    for name, write in writes.items():
        writer.write(name, write)
    writer.write_steps(steps)
    if on_loss:
        for why, names in writer.losses.items():
            on_loss(f"{folder}: {', '.join(names)} cannot be written: {why}; the verdict stands without")
    return writer.written


def _make_write(text: str | bytes) -> _WriteContent:
    content = text if isinstance(text, bytes) else text.encode()
    return lambda stream: stream.write(content)


class _ReportWriter:
    """Writes into *folder*, and where that cannot be done goes on with the next, unless it *is_strict*.

    written: what was. losses: the names of what was not, by the reason.
    """

    def __init__(self, folder: Path, *, is_strict: bool) -> None:
        self.written: list[Path] = []
        self.losses: dict[str, list[str]] = {}
        self._folder = folder
        self._is_strict = is_strict

    def write(self, name: str, write_content: _WriteContent) -> None:
        """Write one report."""
        with self._note_loss(name), atomic_file.open_atomically(self._folder / name) as stream:
            write_content(stream)

    def write_steps(self, files: Mapping[str, Callable[[], bytes]]) -> None:
        """Write the scripts of a run in the place of an earlier run's."""
        folder = self._folder / STEPS
        with suppress(OSError):
            _remove_steps(folder)
        if not files:
            return
        with self._note_loss(STEPS):
            _refuse_link(folder)
            folder.mkdir(exist_ok=True)
            for name, render in files.items():
                with atomic_file.open_atomically(folder / name) as stream:
                    stream.write(render())

    def remove(self, name: str) -> None:
        """Remove the report of an earlier run."""
        with self._note_loss(name, is_written=False):
            _remove_file(self._folder / name)

    @contextmanager
    def _note_loss(self, name: str, *, is_written: bool = True) -> Iterator[None]:
        """Note what becomes of a report that is written in the with block."""
        try:
            yield
        except OSError as error:
            if self._is_strict:
                raise
            self.losses.setdefault(error.strerror or str(error), []).append(name)
            with suppress(OSError):
                _remove_file(self._folder / name)
        else:
            self.written += [self._folder / name] if is_written else []


def remove_reports(folder: Path, keep: Path | None = None) -> None:
    """Remove the reports of an earlier run, which are not to be taken for those of one that did not start.

    keep: a file that stays, whatever it is. Raises OSError if that cannot be done.
    """
    kept = keep and keep.resolve()
    for name in _RENDER:
        if (folder / name).resolve() != kept:
            _remove_file(folder / name)
    _remove_steps(folder / STEPS)


def check_writable(folder: Path) -> None:
    """Raise OSError if a report cannot be written into *folder*; what is there stays as it is."""
    for name in _RENDER:
        atomic_file.check_place(folder / name)
    _refuse_link(folder / STEPS)
    if (folder / STEPS).exists() and not (folder / STEPS).is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), STEPS)
    tempfile.TemporaryFile(dir=folder).close()


def _refuse_link(folder: Path) -> None:
    if folder.is_symlink():
        raise OSError(errno.ENOTDIR, "it is a link, which may lead anywhere, and no folder", str(folder))


def _remove_steps(folder: Path) -> None:
    """Remove the scripts of an earlier run, and their folder if nobody keeps something there."""
    for old in list_written_steps(folder):
        old.unlink()
    with suppress(OSError):
        folder.rmdir()


def _remove_file(file: Path) -> None:
    """Remove a file, or a link and not what it leads to; a pipe or a folder is no report of ours."""
    with suppress(FileNotFoundError):
        mode = file.lstat().st_mode
        if stat.S_ISREG(mode) or stat.S_ISLNK(mode):
            file.unlink()

"""The folder of the reports, with all that a verdict is written to but the terminal."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from conformance.http.evidence import STEPS
from conformance.judge.verdict import Verdict
from conformance.report.badge import render_badge
from conformance.report.code_quality import render_code_quality
from conformance.report.document import build_document, render_document
from conformance.report.har import render_har
from conformance.report.junit import render_junit
from conformance.report.page import render_page
from conformance.report.sarif import render_sarif
from conformance.report.steps import list_written_steps, render_steps

BADGE = "badge.json"
_RENDER: Mapping[str, Callable[[Verdict, dict[str, Any]], str]] = {
    "report.html": lambda _, document: render_page(document),
    "report.json": lambda _, document: render_document(document),
    "junit.xml": lambda verdict, _: render_junit(verdict),
    "requests.har": lambda verdict, _: render_har(verdict.exchanges),
    BADGE: lambda _, document: render_badge(document),
    "gl-code-quality-report.json": lambda _, document: render_code_quality(document),
    "report.sarif": lambda _, document: render_sarif(document),
}


def write_reports(verdict: Verdict, folder: Path) -> list[Path]:
    """Write every report of *verdict* into *folder*, which is made if it is missing.

    A badge speaks of all requirements: a run that did not ask them all writes none, and removes what is there.

    Raises OSError if that cannot be done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    document = build_document(verdict)
    # All are rendered before the first is written, so that an error leaves no folder of two runs.
    reports = {name: render(verdict, document) for name, render in _RENDER.items()}
    if not verdict.has_asked_all:
        del reports[BADGE]
        (folder / BADGE).unlink(missing_ok=True)  # an earlier run's would speak of the whole
    steps = render_steps(verdict)
    for name, text in reports.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in reports] + _write_steps(folder / STEPS, steps)


def _write_steps(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write the scripts of a run in the place of an earlier run's; return their folder, if there are any."""
    for old in list_written_steps(folder):
        old.unlink()
    if not files:
        with suppress(OSError):  # somebody may keep something there
            folder.rmdir()
        return []
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder]


def remove_reports(folder: Path, keep: Path | None = None) -> None:
    """Remove the reports of an earlier run, which are not to be taken for those of one that did not start.

    keep: a file that stays, whatever it is. Raises OSError if that cannot be done.
    """
    kept = keep and keep.resolve()
    for name in _RENDER:
        if (folder / name).resolve() != kept:
            (folder / name).unlink(missing_ok=True)
    _write_steps(folder / STEPS, {})


def check_writable(folder: Path) -> None:
    """Raise OSError if a report cannot be written into *folder*; what is there stays as it is."""
    for name in _RENDER:
        if (folder / name).exists():
            (folder / name).open("ab").close()
    if (folder / STEPS).exists() and not (folder / STEPS).is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), STEPS)
    tempfile.TemporaryFile(dir=folder).close()

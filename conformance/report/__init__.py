"""What a verdict is written to: a folder of files, and the terminal."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from conformance.judge.verdict import Verdict
from conformance.report import archive, badge, document, junit, page

BADGE = "badge.json"
_FILES: Mapping[str, Callable[[Verdict, dict[str, Any]], str]] = {
    "report.html": lambda _, told: page.write(told),
    "report.json": lambda _, told: document.write(told),
    "junit.xml": lambda verdict, _: junit.write(verdict),
    "requests.har": lambda verdict, _: archive.write(verdict.exchanges),
    BADGE: lambda _, told: badge.write(told),
}


def write(verdict: Verdict, folder: Path) -> list[Path]:
    """Write every report of *verdict* into *folder*, which is made if it is missing.

    A badge speaks of all requirements: a run that did not ask them all writes none, and removes what is there.

    Raises OSError if that cannot be done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = document.of(verdict)
    reports = {name: text(verdict, told) for name, text in _FILES.items()}
    if not verdict.has_asked_all:
        del reports[BADGE]
        (folder / BADGE).unlink(missing_ok=True)  # an earlier run's would speak of the whole
    for name, text in reports.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in reports]


def try_out(folder: Path) -> None:
    """Raise OSError if a report cannot be written into *folder*; what is there stays as it is."""
    for name in _FILES:
        if (folder / name).exists():
            (folder / name).open("ab").close()
    tempfile.TemporaryFile(dir=folder).close()

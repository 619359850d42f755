"""What a verdict is written to: a folder of files, and the terminal."""

from __future__ import annotations

from pathlib import Path

from conformance.report import archive, badge, document, junit, page
from conformance.verdict import Verdict

BADGE = "badge.json"


def write(verdict: Verdict, folder: Path) -> list[Path]:
    """Write every report of *verdict* into *folder*, which is made if it is missing.

    A badge speaks of all requirements: a partial run writes none, and removes what is there.

    Raises OSError if that cannot be done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    told = document.of(verdict)
    reports = {
        "report.html": page.write(told),
        "report.json": document.write(told),
        "junit.xml": junit.write(verdict),
        "requests.har": archive.write(verdict.exchanges),
    }
    if verdict.is_partial:
        (folder / BADGE).unlink(missing_ok=True)  # an earlier run's would speak of the whole
    else:
        reports[BADGE] = badge.write(told)
    for name, text in reports.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in reports]

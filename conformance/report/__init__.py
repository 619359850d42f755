"""What a verdict is written to: report.json, junit.xml and the terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from conformance.report import document, junit
from conformance.verdict import Verdict

WRITERS: dict[str, Callable[[Verdict], str]] = {"report.json": document.write, "junit.xml": junit.write}


def write(verdict: Verdict, folder: Path) -> list[Path]:
    """Write every report of *verdict* into *folder*, which is made if it is missing.

    Raises OSError if that cannot be done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, writer in WRITERS.items():
        file = folder / name
        file.write_text(writer(verdict), encoding="utf-8")
        files.append(file)
    return files

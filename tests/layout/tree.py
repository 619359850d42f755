"""The project's own files."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("openapi", "mockserver", "conformance")

_MADE = {"__pycache__", "build", "dist", "report", "node_modules"}


def files(root: Path = ROOT) -> list[Path]:
    """List every file that somebody wrote: nothing installed, built or cached."""
    found = []
    for folder, inner, names in os.walk(root):
        inner[:] = [name for name in inner if not _is_made(name)]
        found += [Path(folder, name) for name in names if not _is_made(name)]
    return sorted(found)


def modules(root: Path, *folders: str) -> list[Path]:
    """List the Python files under *folders*."""
    return [path for folder in folders for path in files(root / folder) if path.suffix == ".py"]


def _is_made(part: str) -> bool:
    return (
        part in _MADE
        or part.endswith(".egg-info")
        or (part.startswith(".") and part not in {".ci", ".gitignore"})
    )

"""The project's own files."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("openapi", "mockserver", "conformance")

_MADE = {"__pycache__", "node_modules"}
_MADE_AT_THE_TOP = {"build", "dist", "report"}  # further down these are names like any other


def files(root: Path = ROOT) -> list[Path]:
    """List every file that somebody wrote: nothing installed, built or cached."""
    found = []
    for folder, inner, names in os.walk(root):
        made = _MADE_AT_THE_TOP if "pyproject.toml" in names else set()
        inner[:] = [name for name in inner if name not in made and not _is_made(name)]
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

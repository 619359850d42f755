"""The reports that an agent reads: of the last runs here, and of earlier ones in files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcp.server.mcpserver.exceptions import ToolError

from conformance.http.foreign_text import shorten_text

MOST_CHARACTERS = 40_000
_MOST_RUNS = 10
_LONGEST_TEXT = 2_000

Report = Mapping[str, Any]


class Reports:
    """The reports of the last runs, by names such as run-1."""

    def __init__(self) -> None:
        self._kept: dict[str, Report] = {}
        self._folders: dict[str, Path | None] = {}
        self._number = 0

    def keep_report(self, report: Report, folder: Path | None) -> str:
        """Keep the report of a run, and return the name of the run; the oldest of many is forgotten.

        folder: where it is written to, if it is.
        """
        self._number += 1
        name = f"run-{self._number}"
        self._kept[name], self._folders[name] = report, folder
        for oldest in list(self._kept)[:-_MOST_RUNS]:
            del self._kept[oldest], self._folders[oldest]
        return name

    def find_report(self, run: str | None, file: str | None) -> tuple[str, Report, Path | None]:
        """Return the name and the report of *run*, or the one in *file*, or else of the last run, and its folder.

        Raises ToolError, and BadReport for a file that is none.
        """
        if run is not None and file is not None:
            raise ToolError("run and report are two places; leave one of them out")
        if file is not None:
            return _read_file(Path(file))
        if not self._kept:
            raise ToolError("nothing was judged here yet; call judge_target, or name a report.json in report")
        name = run or list(self._kept)[-1]
        if name not in self._kept:
            raise ToolError(f"there is no {name}; there are {', '.join(self._kept)}")
        return name, self._kept[name], self._folders[name]


def _read_file(path: Path) -> tuple[str, Report, Path]:
    from conformance.report.changes import locate_report, read_report

    read_report(path)  # which says what is wrong with one
    file = locate_report(path)
    return str(path), json.loads(file.read_bytes()), file.parent


def find_requirement(report: Report, id_: str, name: str) -> dict[str, Any]:
    """Return what the report *name* has on a requirement; raises BadReport if it has nothing."""
    from conformance.report import changes

    known = changes.Report.model_validate(report)
    found = changes.find_requirement(known, id_, Path(name))
    return next(dict(one) for one in report["requirements"] if one["id"] == found.id)


def place_files(requirement: dict[str, Any], folder: Path | None) -> dict[str, Any]:
    """Return a requirement of a report with the paths of its files as seen from here; none without a *folder*."""

    def place_file(holder: Mapping[str, Any], name: str) -> dict[str, Any]:
        file = holder.get(name)
        return (
            {**holder, name: str(folder / file) if folder and file else None}
            if name in holder
            else {**holder}
        )

    placed = place_file(requirement, "script")
    if "evidence" in placed:
        placed["evidence"] = [place_file(one, "answer_file") for one in placed["evidence"]]
    return placed


def shorten_finding(requirement: dict[str, Any]) -> dict[str, Any]:
    """Return a requirement of a report with its long texts cut, and without exchanges for which there is no room.

    The last one is kept: that is the one at fault, if any is.
    """
    short: dict[str, Any] = _shorten_texts(requirement)
    evidence = short.get("evidence") or []
    while len(evidence) > 1 and len(json.dumps(short)) > MOST_CHARACTERS:
        evidence.pop(0)
    return short


def _shorten_texts(value: Any) -> Any:
    if isinstance(value, str):
        return shorten_text(value, _LONGEST_TEXT)
    if isinstance(value, dict):
        return {name: _shorten_texts(member) for name, member in value.items()}
    return [_shorten_texts(item) for item in value] if isinstance(value, list) else value

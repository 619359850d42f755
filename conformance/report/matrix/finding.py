"""Which reports stand in a matrix, what each is called, and which could not be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.http.foreign_text import escape_controls, shorten_line
from conformance.report.changes import BadReport, Report, locate_report, read_report

REPORT = "report.json"
_LONGEST_NAME = 60  # characters, each of them in the head of a column


@dataclass(frozen=True)
class Implementation:
    """A report, and what its target is called beside others: no two of one API have the same name."""

    name: str
    file: Path
    report: Report


@dataclass(frozen=True)
class LeftOut:
    """A place where a report was looked for and none could be read; *why* names it."""

    place: Path
    why: str


@dataclass(frozen=True)
class _Found:
    """A report where it was found. place: its folder, as people tell it from those of the others."""

    file: Path
    place: str
    report: Report


def gather_reports(paths: Sequence[Path]) -> tuple[dict[str, list[Implementation]], list[LeftOut]]:
    """Read the reports that *paths* name or hold; return them by their APIs, and what was left out.

    They stand in the order in which they are named. What a folder holds is sorted by name and version, 1.9 before 1.10,
    and by date where these are alike.
    Raises BadReport if no report can be read.
    """
    found: list[_Found] = []
    left_out: list[LeftOut] = []
    seen: set[Path] = set()
    for path in paths:
        group: list[_Found] = []
        for file, place in _list_files(path):
            if file.resolve() in seen:
                continue
            seen.add(file.resolve())
            try:
                group.append(_Found(file, place, read_report(file)))
            except BadReport as error:
                left_out.append(LeftOut(file, str(error)))
        if path.is_dir():
            left_out += [
                LeftOut(folder, f"{folder}: is empty; a run that cannot start leaves no report")
                for folder in _list_empty_folders(path)
            ]
            group.sort(key=_rank_version)
        found += group
    if not found:
        raise BadReport("\n".join(one.why for one in left_out))
    return dict(_group_by_api(found)), left_out


def _list_files(path: Path) -> list[tuple[Path, str]]:
    if not path.is_dir():
        return [(path, path.resolve().parent.name if path.name == REPORT else path.stem)]
    files = sorted(path.rglob(REPORT))
    if not files:
        raise BadReport(
            f"{path}: holds no {REPORT}; name the folder that `conformance run --report-dir` has written, or its parent"
        )
    return [(file, _name_place(file.parent, path)) for file in files]


def _name_place(folder: Path, above: Path) -> str:
    inside = folder.relative_to(above).as_posix()
    return above.resolve().name if inside == "." else inside


def _list_empty_folders(path: Path) -> list[Path]:
    """List the folders beside those of reports in which there is nothing."""
    if locate_report(path).exists():
        return []
    return [one for one in sorted(path.iterdir()) if one.is_dir() and _is_empty(one)]


def _is_empty(folder: Path) -> bool:
    try:
        return not any(folder.iterdir())
    except OSError:  # whoever may not look into it cannot say so
        return False


def _rank_version(one: _Found) -> tuple[list[tuple[int, str]], str, list[tuple[int, str]]]:
    return _rank_numbers(_name_target(one)), one.report.started or "", _rank_numbers(one.place)


def _rank_numbers(text: str) -> list[tuple[int, str]]:
    # Numbers count as numbers, wherever they stand.
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.findall(r"\d+|\D+", f"{text}\n")
    ]


def _group_by_api(found: Iterable[_Found]) -> Iterator[tuple[str, list[Implementation]]]:
    by_api: dict[str, list[_Found]] = {}
    for one in found:
        by_api.setdefault(one.report.api, []).append(one)
    for api, several in by_api.items():
        names = _tell_apart(several)
        yield (
            api,
            [Implementation(name, one.file, one.report) for name, one in zip(names, several, strict=True)],
        )


def _tell_apart(several: Sequence[_Found]) -> list[str]:
    """Name each by its target, then by its folder as well, then by its path, until no two are called alike."""
    names = [_name_target(one) for one in several]
    for extra in ([one.place for one in several], [str(one.file) for one in several]):
        counts = Counter(names)
        names = [
            f"{name} ({more})" if counts[name] > 1 and more != name else name
            for name, more in zip(names, extra, strict=True)
        ]
    return names


def _name_target(one: _Found) -> str:
    target = one.report.target
    words = [target.name or one.place, target.version or ""]
    return shorten_line(escape_controls(" ".join(filter(None, words))), _LONGEST_NAME)

"""The table of a matrix: what each implementation came to, requirement by requirement and choice by choice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from conformance.http.foreign_text import to_one_line
from conformance.judge.verdict import BUT_FOR_WAIVERS, CONFORMANT, IN_WHAT_WAS_TESTED
from conformance.report.changes import Report, ReportedRequirement, rank_status
from conformance.report.html.parts import NOT_ASKED
from conformance.report.matrix.finding import Implementation
from conformance.report.words import GRADES, name_heading
from conformance.suite.choice import ObservedChoice, load_choices

NOT_IN_REPORT = "not_in_report"
# What says something of a run and nothing of the implementation.
_UNKNOWN = (NOT_ASKED, NOT_IN_REPORT)
_NO_HEADING = "Without a heading"
_LONGEST_DETAIL = 300  # characters
_MOST_UNNAMED = 3


@dataclass(frozen=True)
class Cell:
    """What one implementation came to in a requirement.

    status: that of the report, NOT_ASKED or NOT_IN_REPORT. level: only if it is another than the row's. alternative: of
    the choice that an OBSERVED requirement sees. was: the status in the report of that name before it,
    if that was better.
    """

    status: str
    reason: str | None = None
    level: str | None = None
    alternative: str | None = None
    was: str | None = None

    @property
    def outcome(self) -> tuple[str, str | None]:
        """What cells of one row are compared by."""
        return self.status, self.alternative


@dataclass(frozen=True)
class Row:
    """A requirement, with a cell for each implementation."""

    id: str
    level: str
    text: str
    source: str
    cells: Sequence[Cell]

    @property
    def is_different(self) -> bool:
        """Whether the implementations differ, as far as they were asked."""
        return len({one.outcome for one in self.cells if one.status not in _UNKNOWN}) > 1

    @property
    def is_alike(self) -> bool:
        """Whether one cell says what all of them say; each failure has a reason of its own."""
        return (
            not self.has_failed
            and len(self.cells) > 1
            and len({(*one.outcome, one.level) for one in self.cells}) == 1
        )

    @property
    def is_judged(self) -> bool:
        """Whether a result of it is right or wrong."""
        return self.level != "OBSERVED"

    @property
    def got_worse(self) -> bool:
        """Whether an implementation came to less than in the report of its name before it."""
        return any(one.was for one in self.cells)

    @property
    def has_failed(self) -> bool:
        """Whether an implementation fails it."""
        return any(one.status == "failed" for one in self.cells)


@dataclass(frozen=True)
class ChoiceCell:
    """What one implementation does where the document is silent; *alternative* is None if that could not be told."""

    alternative: str | None
    detail: str = ""
    is_in_report: bool = True


@dataclass(frozen=True)
class ChoiceRow:
    """A choice, with a cell for each implementation.

    text: what is observed of it. default: what the stub does; None if its contract has no such choice.
    """

    id: str
    text: str
    default: str | None
    cells: Sequence[ChoiceCell]

    @property
    def is_different(self) -> bool:
        """Whether the implementations differ, as far as that could be told."""
        return len({one.alternative for one in self.cells if one.alternative}) > 1

    @property
    def is_alike(self) -> bool:
        """Whether one cell says what all of them say."""
        return len(self.cells) > 1 and len({(one.alternative, one.is_in_report) for one in self.cells}) == 1


@dataclass(frozen=True)
class Table:
    """All that the reports on one API say, side by side. notes: why they may not be comparable, in sentences."""

    api: str
    implementations: Sequence[Implementation]
    rows: Sequence[Row]
    choices: Sequence[ChoiceRow]
    notes: Sequence[str]

    @property
    def different(self) -> int:
        """In how many requirements the implementations differ."""
        return sum(row.is_different for row in self.rows)

    def group_by_heading(self) -> dict[str, list[Row]]:
        """Sort the rows under the headings of the document."""
        groups: dict[str, list[Row]] = {}
        for row in self.rows:
            groups.setdefault(name_heading(row.source) or _NO_HEADING, []).append(row)
        return groups

    def count_statuses(self, column: int) -> Counter[str]:
        """Count what an implementation came to, without what is not in its report."""
        return Counter(
            row.cells[column].status for row in self.rows if row.cells[column].status != NOT_IN_REPORT
        )

    def count_worse(self, column: int) -> int:
        """Count in how many requirements an implementation came to less than in the report of its name before it."""
        return sum(bool(row.cells[column].was) for row in self.rows)

    def count_failures(self, column: int) -> Counter[str]:
        """Count what an implementation fails, by level."""
        cells = ((row.level, row.cells[column]) for row in self.rows)
        return Counter(cell.level or level for level, cell in cells if cell.status == "failed")


def build_table(api: str, implementations: Sequence[Implementation]) -> Table:
    """Put the reports on *api* side by side; a level or a text that changed is that of the newest suite."""
    reports = [one.report for one in implementations]
    asked = [{one.id: one for one in report.requirements} for report in reports]
    order = _sort_newest_first(reports)
    known: dict[str, ReportedRequirement] = {}
    for column in order:
        for one in asked[column].values():
            known.setdefault(one.id, one)
    before = _find_earlier(reports)
    rows = [
        Row(one.id, one.level, one.text or one.id, one.source, list(_make_cells(one, asked, before)))
        for one in known.values()
    ]
    return Table(
        api,
        implementations,
        rows,
        list(_list_choices(api, reports, known.values())),
        [*_note_differences(reports), *_note_unnamed(implementations)],
    )


def find_grade(report: Report) -> str:
    """Return the grade of a report; of one that has none yet, what its verdict and its results come to."""
    if report.grade in GRADES:
        return report.grade
    if report.verdict != CONFORMANT:
        return report.verdict
    musts = {one.status for one in report.requirements if one.level == "MUST"}
    if "waived" in musts:
        return BUT_FOR_WAIVERS
    return CONFORMANT if musts == {"passed"} and not report.partial else IN_WHAT_WAS_TESTED


def _make_cells(
    row: ReportedRequirement,
    asked: Sequence[Mapping[str, ReportedRequirement]],
    before: Mapping[int, Sequence[int]],
) -> Iterator[Cell]:
    cells: list[Cell] = []
    for column, of_report in enumerate(asked):
        cell = _make_cell(row, of_report.get(row.id))
        earlier = (cells[one].status for one in before.get(column, ()) if cells[one].status not in _UNKNOWN)
        was = next(earlier, None)
        is_worse = was and cell.status not in _UNKNOWN and rank_status(cell.status) > rank_status(was)
        cells.append(replace(cell, was=was) if is_worse else cell)
    yield from cells


def _make_cell(row: ReportedRequirement, one: ReportedRequirement | None) -> Cell:
    if one is None:
        return Cell(NOT_IN_REPORT)
    return Cell(
        one.status if one.asked else NOT_ASKED,
        one.reason,
        level=one.level if one.level != row.level else None,
        alternative=(one.observed.unlisted or one.observed.alternative) if one.observed else None,
    )


def _find_earlier(reports: Sequence[Report]) -> dict[int, list[int]]:
    """Map the column of each named implementation to the columns of its name before it, the nearest first."""
    columns: dict[str, list[int]] = {}
    before: dict[int, list[int]] = {}
    for column, report in enumerate(reports):
        if report.target.name:
            earlier = columns.setdefault(report.target.name, [])
            before[column] = earlier[::-1]
            earlier.append(column)
    return before


def _sort_newest_first(reports: Sequence[Report]) -> list[int]:
    """Return the columns, the one of the newest suite first; of one suite, the latest run."""

    def rank_age(column: int) -> tuple[list[int], str]:
        report = reports[column]
        return [int(part) for part in re.findall(r"\d+", report.suite.version or "")], report.started or ""

    return sorted(range(len(reports)), key=rank_age, reverse=True)


def _list_choices(
    api: str, reports: Sequence[Report], requirements: Iterable[ReportedRequirement]
) -> Iterator[ChoiceRow]:
    """Yield the choices that a report tells of: those of the contract, then what only another version of it had."""
    observed = [report.observed for report in reports]
    texts: dict[str, list[str]] = {}
    for one in requirements:
        if one.observed and one.text:
            texts.setdefault(one.observed.choice, []).append(one.text.rstrip("."))
    choices = load_choices(api)
    for id_ in dict.fromkeys([*choices, *(id_ for seen in observed for id_ in seen)]):
        if any(id_ in seen for seen in observed):
            default = choices[id_].default if id_ in choices else None
            cells = [_make_choice_cell(seen.get(id_)) for seen in observed]
            yield ChoiceRow(id_, "; ".join(texts.get(id_, ())), default, cells)


def _make_choice_cell(one: ObservedChoice | None) -> ChoiceCell:
    if one is None:
        return ChoiceCell(None, is_in_report=False)
    return ChoiceCell(one.unlisted or one.alternative, to_one_line(one.detail or "", _LONGEST_DETAIL))


def _note_differences(reports: Sequence[Report]) -> Iterator[str]:
    """Yield why reports may differ though the implementations do not."""
    suites = _list_distinct(one.suite.version or "unknown" for one in reports)
    if len(suites) > 1:
        yield f"The suites differ ({', '.join(suites)}): what one of them does not ask is “not in this report”."
    if len({one.suite.document_sha256 for one in reports} - {None}) > 1:
        yield "The document that they were judged by is not the same for all."
    modes = _list_distinct(str(one.mode) for one in reports)
    if len(modes) > 1:
        yield f"The modes differ ({', '.join(modes)}): a mode leaves out what it may not send."
    if len({one.strict for one in reports}) > 1:
        yield "Only some runs were strict: in those a SHOULD decides the verdict, too."


def _note_unnamed(implementations: Sequence[Implementation]) -> Iterator[str]:
    """Yield which reports are held against no other, since nobody knows whether they are of one implementation."""
    unnamed = [one.name for one in implementations if not one.report.target.name]
    if not unnamed or len(implementations) == 1:
        return
    more = f" and {len(unnamed) - _MOST_UNNAMED} more" if len(unnamed) > _MOST_UNNAMED else ""
    yield (
        f"Without a name in its profile: {', '.join(unnamed[:_MOST_UNNAMED])}{more}. Only reports of one name are held "
        "against each other, by version or else by date, to say what got worse."
    )


def _list_distinct(words: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(words))


def list_shortfalls(report: Report) -> list[str]:
    """Say why a report tells less than a whole run does, unless its verdict gives the same reason."""
    shortfalls = [one for one in report.shortfalls if not (report.reason and report.reason in one)]
    if not report.suite.version:
        shortfalls.append("written by an early version of the suite")
    return shortfalls

"""The matrix for people: one page that needs nothing besides itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from conformance import suite_version
from conformance.http.foreign_text import shorten_line, to_one_line
from conformance.report.html.parts import NOT_ASKED, PAGE_WORDS, load_parts, load_template
from conformance.report.matrix.document import link_page
from conformance.report.matrix.finding import LeftOut
from conformance.report.matrix.table import NOT_IN_REPORT, Cell, Table, find_grade, list_shortfalls
from conformance.report.words import spell_grade

_FOLDER = Path(__file__).parent
_WORDS = PAGE_WORDS | {NOT_IN_REPORT: "not in this report"}
# In which order results are counted: what matters most comes first.
_COUNTED = ("failed", "inconclusive", "waived", "not_tested", NOT_ASKED, "passed")
_MOST_THAT_FIT = 6  # columns of a table that scrolls with the page; a wider one scrolls by itself
_LONGEST_REASON = 300  # characters of what shows where the pointer rests
_LONGEST_SAID = 90  # and of what stands below a failure


def render_page(tables: Sequence[Table], left_out: Sequence[LeftOut], folder: Path) -> str:
    """Return the page; links lead from *folder*. What targets and reports say stands escaped in it."""
    page = load_template(_FOLDER).render(
        sections=[_describe_table(table, folder) for table in tables],
        left_out=left_out,
        suite=suite_version(),
        words=_WORDS,
        describe_cell=_describe_cell,
        **load_parts(_FOLDER),
    )
    return f"{page}\n"


def _describe_table(table: Table, folder: Path) -> dict[str, Any]:
    return {
        "table": table,
        "worse": sum(row.got_worse for row in table.rows),
        "headings": table.group_by_heading(),
        "is_wide": len(table.implementations) > _MOST_THAT_FIT,
        "columns": [
            {
                "name": one.name,
                "page": link_page(one, folder),
                "report": one.report,
                "grade": (grade := find_grade(one.report)),
                "grade_word": spell_grade(grade).capitalize(),
                "counts": [f"{counts[status]} {_WORDS[status]}" for status in _COUNTED if counts[status]],
                "worse": table.count_worse(column),
                "shortfalls": list_shortfalls(one.report),
            }
            for column, one in enumerate(table.implementations)
            for counts in (table.count_statuses(column),)
        ],
    }


def _describe_cell(cell: Cell, id_: str, page: str | None) -> dict[str, Any]:
    """Say what a cell shows: its words, what explains them, and where they lead."""
    word = cell.alternative if cell.status == "observed" and cell.alternative else _WORDS[cell.status]
    level, was = f" as {cell.level}" if cell.level else "", f", was {_WORDS[cell.was]}" if cell.was else ""
    return {
        "word": f"{word}{level}{was}",
        "reason": to_one_line(cell.reason or "", _LONGEST_REASON),
        # Nothing is pointed at on a small screen, and what failed is what is looked for.
        "said": shorten_line(cell.reason or "", _LONGEST_SAID) if cell.status == "failed" else "",
        "link": f"{page}#{quote(id_)}" if page and cell.status != NOT_IN_REPORT else None,
    }

"""The matrix for people: one page that needs nothing besides itself."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from conformance import suite_version
from conformance.http.foreign_text import escape_controls, to_one_line
from conformance.report.matrix.document import link_page
from conformance.report.matrix.finding import LeftOut
from conformance.report.matrix.table import NOT_ASKED, NOT_IN_REPORT, Cell, Table, find_grade, list_shortfalls
from conformance.report.words import GRADES, WORDS

_FOLDER = Path(__file__).parent
_WORDS = {status: word.lower() for status, (word, _) in WORDS.items()} | {
    NOT_ASKED: "not asked",
    NOT_IN_REPORT: "not in this report",
}
# In which order results are counted: what matters most comes first.
_COUNTED = ("failed", "inconclusive", "waived", "not_tested", NOT_ASKED, "passed")
_MOST_THAT_FIT = 6  # columns of a table that scrolls with the page; a wider one scrolls by itself
_LONGEST_REASON = 300  # characters of what shows where the pointer rests


def render_page(tables: Sequence[Table], left_out: Sequence[LeftOut], folder: Path) -> str:
    """Return the page; links lead from *folder*. What targets and reports say stands escaped in it."""
    page = _load_template().render(
        sections=[_describe_table(table, folder) for table in tables],
        left_out=left_out,
        suite=suite_version(),
        words=_WORDS,
        describe_cell=_describe_cell,
        **_load_parts(),
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
                "grade_word": GRADES[grade][0].capitalize(),
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
        "link": f"{page}#{quote(id_)}" if page and cell.status != NOT_IN_REPORT else None,
    }


@cache
def _load_template() -> Template:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_escape_text,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.from_string((_FOLDER / "page.html").read_text(encoding="utf-8"))


@cache
def _load_parts() -> dict[str, Markup]:
    """Return the style and the script, and the digest by which the page's policy lets this script run and no other."""
    style, script = ((_FOLDER / f"page.{kind}").read_text(encoding="utf-8") for kind in ("css", "js"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return {
        "style": Markup(style),  # noqa: S704 - our own file
        "script": Markup(script),  # noqa: S704 - our own file
        "script_hash": Markup(f"sha256-{digest}"),  # noqa: S704 - letters and figures
    }


def _escape_text(value: Any) -> Any:
    """Escape control characters in plain text; what a macro returned is markup already and stays as it is."""
    return escape_controls(value) if type(value) is str else value

"""The matrix for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from conformance import suite_version
from conformance.report.matrix.finding import Implementation, LeftOut
from conformance.report.matrix.table import ChoiceRow, Row, Table, find_grade, list_shortfalls

SCHEMA = 1
_PAGE = "report.html"


def render_document(tables: Sequence[Table], left_out: Sequence[LeftOut], folder: Path) -> str:
    """Return the matrix as JSON; links lead from *folder*."""
    document = {
        "schema": SCHEMA,
        "suite": {"version": suite_version()},
        "apis": [_render_table(table, folder) for table in tables],
        "left_out": [{"path": str(one.place), "why": one.why} for one in left_out],
    }
    return json.dumps(document, indent=1) + "\n"


def _render_table(table: Table, folder: Path) -> dict[str, Any]:
    return {
        "api": table.api,
        "notes": list(table.notes),
        "implementations": [
            _render_implementation(table, column, folder) for column in range(len(table.implementations))
        ],
        "requirements": [
            {
                "id": row.id,
                "level": row.level,
                "text": row.text,
                "source": row.source,
                "differs": row.is_different,
                "results": dict(_render_results(table, row)),
            }
            for row in table.rows
        ],
        "choices": [
            {
                "id": row.id,
                "text": row.text,
                "default": row.default,
                "differs": row.is_different,
                "taken": dict(_render_taken(table, row)),
            }
            for row in table.choices
        ],
    }


def _render_implementation(table: Table, column: int, folder: Path) -> dict[str, Any]:
    one = table.implementations[column]
    report = one.report
    return {
        "name": one.name,
        "report": link_file(one.file, folder),
        "page": link_page(one, folder),
        "verdict": report.verdict,
        "grade": find_grade(report),
        "reason": report.reason,
        "counts": dict(table.count_statuses(column)),
        "suite": report.suite.version,
        "started": report.started,
        "mode": report.mode,
        "strict": report.strict,
        "partial": report.partial,
        "shortfalls": list_shortfalls(report),
    }


def _render_results(table: Table, row: Row) -> Iterator[tuple[str, dict[str, Any]]]:
    for one, cell in zip(table.implementations, row.cells, strict=True):
        yield (
            one.name,
            {
                "status": cell.status,
                "level": cell.level or row.level,
                "was": cell.was,
                "reason": cell.reason,
                "alternative": cell.alternative,
            },
        )


def _render_taken(table: Table, row: ChoiceRow) -> Iterator[tuple[str, dict[str, Any]]]:
    for one, cell in zip(table.implementations, row.cells, strict=True):
        yield (
            one.name,
            {"alternative": cell.alternative, "detail": cell.detail, "in_report": cell.is_in_report},
        )


def link_page(one: Implementation, folder: Path) -> str | None:
    """Return the link that leads from *folder* to the page beside a report; None if there is no page."""
    page = one.file.with_name(_PAGE)
    return link_file(page, folder) if page.is_file() else None


def link_file(file: Path, folder: Path) -> str:
    """Return the relative link that leads from *folder* to *file*, so that both can be moved together."""
    try:
        way = Path(os.path.relpath(file.resolve(), folder.resolve())).as_posix()
    except ValueError:  # on Windows, if they lie on different drives
        return file.resolve().as_uri()
    return quote(way)  # a colon as well, so that no folder's name is taken for a scheme

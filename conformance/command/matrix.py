"""``conformance matrix``: the reports of several implementations or versions, side by side."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.command.errors import exit_with_usage_error, print_error, report_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from conformance.report.matrix.finding import Implementation
    from conformance.report.matrix.table import Table

LEFT_OUT = 1
_PAGE, _DOCUMENT = ".html", ".json"


@report_errors()
def compare_reports_side_by_side(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR", help="A folder in which reports are looked for, or a report.json; may be repeated."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a page (FILE.html) or a document for programs (FILE.json)."),
    ] = None,
    is_json: Annotated[bool, typer.Option("--json", help="Print the matrix as JSON.")] = False,
) -> None:
    """Put the reports of several implementations or versions side by side, requirement by requirement.

    Exit status: 0 every report is in it, 1 one had to be left out, 2 none can be read or FILE cannot be written.
    """
    from conformance.report.matrix.document import render_document
    from conformance.report.matrix.finding import gather_reports
    from conformance.report.matrix.page import render_page
    from conformance.report.matrix.table import build_table
    from openapi import atomic_file

    if out and out.suffix.lower() not in (_PAGE, _DOCUMENT):
        exit_with_usage_error(f"--out {out}: name a file that ends in {_PAGE} or {_DOCUMENT}")
    found, left_out = gather_reports(paths)
    if out:
        _refuse_to_replace(out, found)
    tables = [build_table(api, implementations) for api, implementations in found.items()]
    if out:
        render = render_page if out.suffix.lower() == _PAGE else render_document
        try:
            atomic_file.write_atomically(out, render(tables, left_out, out.parent))
        except OSError as error:
            exit_with_usage_error(f"--out {out}: cannot be written: {error.strerror}")
    if is_json:
        typer.echo(render_document(tables, left_out, Path()), nl=False)
    else:
        for line in _summarize_tables(tables):
            typer.echo(line)
        typer.echo(f"written: {out}" if out else "--out matrix.html writes all of it as a page")
    for one in left_out:
        print_error(f"left out: {one.why}")
    if left_out:
        sys.exit(LEFT_OUT)


def _refuse_to_replace(out: Path, found: Mapping[str, Sequence[Implementation]]) -> None:
    """Exit if *out* is what the matrix is made from, or what its links lead to."""
    files = (one.file for several in found.values() for one in several)
    if any(out.resolve() in (file.resolve(), file.resolve().with_name("report.html")) for file in files):
        exit_with_usage_error(f"--out {out}: is one of the reports, and would be lost; name another file")


def _summarize_tables(tables: Sequence[Table]) -> Iterator[str]:
    """Yield a line for each API, and one for each implementation with its grade, and how much it fails or got worse."""
    from conformance.http.foreign_text import to_one_line
    from conformance.report.matrix.table import find_grade
    from conformance.report.words import GRADES
    from openapi.wording import count_things

    for table in tables:
        sizes = (
            count_things(len(table.implementations), "report"),
            count_things(len(table.rows), "requirement"),
        )
        yield f"{to_one_line(table.api)}: {', '.join(sizes)}, {table.different} with different results"
        width = max(len(one.name) for one in table.implementations)
        for column, one in enumerate(table.implementations):
            said = [f"{number} {level} failed" for level, number in table.count_failures(column).items()]
            if worse := table.count_worse(column):
                said.append(f"{worse} worse than before")
            grade = GRADES[find_grade(one.report)][0]
            yield f"  {one.name:{width}}  {': '.join(filter(None, (grade, ', '.join(said))))}"

"""``conformance diff``: what changed between two reports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from conformance.command.errors import report_errors

WORSE = 1


@report_errors()
def print_changes(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A report.json, or the folder it is in.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="A later one of the same API.")],
) -> None:
    """Print what changed between two reports: the verdict, and requirements by their ids."""
    from conformance.report.changes import compare_reports, describe_changes, read_report

    before = read_report(old)
    changes = compare_reports(before, read_report(new, before.api))
    for line in describe_changes(changes):
        typer.echo(line)
    if any(change.is_worse for change in changes):
        sys.exit(WORSE)

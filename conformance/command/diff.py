"""``conformance diff``: what changed between two reports."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from conformance.command.errors import report_errors

WORSE = 1


@report_errors()
def compare_reports(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="A report.json.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="A later one of the same API.")],
) -> None:
    """Print what changed between two reports: the verdict, and requirements by their ids."""
    from conformance.report import changes

    before = changes.read(old)
    found = changes.between(before, changes.read(new, before.api))
    for line in changes.lines(found):
        typer.echo(line)
    if any(change.is_worse for change in found):
        sys.exit(WORSE)

"""``conformance choices``: how an implementation chose, as a file with which the stub answers like it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.command.errors import exit_with_usage_error, report_errors

if TYPE_CHECKING:
    from conformance.judge.choices import TakenChoice

_LONGEST_DETAIL = 300


@report_errors()
def print_choices(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="A report.json, or the folder it is in.")],
) -> None:
    """Print how the target of a report chose where the document is silent, for `mockserver --choices`."""
    from conformance.http.foreign_text import to_one_line
    from conformance.judge.choices import list_taken
    from conformance.report.changes import read_report

    found = read_report(report)
    taken = list_taken(found.api, found.observed)
    if not taken:
        exit_with_usage_error(
            f"{report}: is a report on {to_one_line(found.api)}, whose contract names no choices"
        )
    if not found.observed:
        exit_with_usage_error(
            f"{report}: says nothing of choices; it is of an earlier version, or of a run that asked about none; "
            "run the judge again"
        )
    typer.echo(render_choices_file(found.api, taken), nl=False)


def render_choices_file(api: str, taken: Iterable[TakenChoice]) -> str:
    """Return the file that makes a stub of *api* answer like the implementation.

    What it cannot be told is a comment: whatever a server has said stands in one line, and ends no comment.
    """
    lines = [_render_choice(one) for one in taken]
    has_any = any(not line.startswith("#") for line in lines)
    return "\n".join([f"{api}:{'' if has_any else ' {}'}", *(f"  {line}" for line in lines)]) + "\n"


def _render_choice(taken: TakenChoice) -> str:
    import yaml

    from conformance.http.foreign_text import to_one_line

    choice = taken.choice
    if taken.is_named:
        return yaml.safe_dump({choice.id: taken.alternative}, width=1000).strip()
    detail = to_one_line(taken.detail, _LONGEST_DETAIL)
    why = f" ({detail})" if detail else ""
    return f"# {choice.id}: {taken.shown}{why}; the default is {choice.default}"

"""``conformance choices``: how an implementation chose, as a file with which the stub answers like it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.command.errors import exit_with_usage_error, print_error, report_errors

if TYPE_CHECKING:
    from conformance.judge.choices import TakenChoice
    from conformance.report.changes import Report


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
    shortfalls = found.shortfalls
    if not shortfalls and not found.observed:
        shortfalls = ["it is of an earlier version, or of a run that asked about none"]
    why = to_one_line("; ".join(shortfalls))
    # Of such a report no file is written: it would replace the one that is committed, and choose nothing.
    if not any(one.alternative for one in taken):
        exit_with_usage_error(f"{report}: tells no choice{why and f': {why}'}; run the judge again")
    untold = sum(one.alternative is None for one in taken)
    if untold and shortfalls:
        print_error(f"{untold} of {len(taken)} choices could not be told: {why}")
    typer.echo(render_choices_file(found.api, taken, _describe_run(found)), nl=False)


def render_choices_file(api: str, taken: Iterable[TakenChoice], title: str) -> str:
    """Return the file that makes a stub of *api* answer like the implementation, under a *title* of one line.

    What could not be told is a comment: whatever a server has said stands in one line, and ends no comment.
    """
    lines = [_render_choice(one) for one in taken]
    has_any = any(not line.startswith("#") for line in lines)
    head = [f"# {title}", f"{api}:{'' if has_any else ' {}'}"]
    return "\n".join([*head, *(f"  {line}" for line in lines)]) + "\n"


def _describe_run(report: Report) -> str:
    """Say what the choices were seen of, when and how."""
    from conformance.http.foreign_text import to_one_line

    target, version = report.target, report.suite.version or "of an earlier version"
    who, when = target.name or target.base_url or "a server", report.started or "a day that was not noted"
    line = f"How {who} chose on {when}: --mode {report.mode}, --seed {report.seed}, conformance {version}"
    return to_one_line(line)


def _render_choice(taken: TakenChoice) -> str:
    import yaml

    choice = taken.choice
    if taken.is_named:
        return yaml.safe_dump({choice.id: taken.alternative}, width=1000).strip()
    why = f" ({taken.short_detail})" if taken.detail else ""
    return f"# {choice.id}: {taken.shown}{why}; the default is {choice.default}"

"""``conformance replay``: whether a finding of a report still holds."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.command.errors import NO_VERDICT, exit_with_usage_error, report_errors
from conformance.judge import interrupt

if TYPE_CHECKING:
    from conformance.judge.result import Result
    from conformance.suite.requirement import Requirement
    from conformance.target.profile import AnyTarget

STILL_FAILS = 1
_FINDINGS = ("failed", "waived", "inconclusive")


@report_errors()
def replay_finding(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="A report.json, or the folder it is in.")],
    id: Annotated[
        str,
        typer.Argument(metavar="ID", help="The requirement whose finding is tried again, as in the report."),
    ],
    profile: Annotated[
        Path | None,
        typer.Option(metavar="TARGET.yaml", help="The target profile; by default the one of the report."),
    ] = None,
) -> None:
    """Ask one requirement of a report again, with new credentials, and say whether its finding still holds.

    Exit status: 0 it holds no longer, 1 it does, 2 usage or profile error, 3 nobody can tell.
    """
    from conformance.http.foreign_text import escape_controls
    from conformance.judge.session import judge_target
    from conformance.judge.suites import read_profile, suite_of
    from conformance.report.block import render_failure
    from conformance.report.changes import find_requirement, read_report
    from conformance.report.terminal import PipeSafeConsole, Terminal

    earlier = read_report(report)
    reported = find_requirement(earlier, id, report)
    if reported.status not in _FINDINGS:
        found = ", ".join(one.id for one in earlier.requirements if one.status in _FINDINGS) or "none"
        exit_with_usage_error(
            escape_controls(f"{reported.id}: is no finding, it is {reported.status}; findings: {found}")
        )
    if profile is None and earlier.target.profile is None:
        exit_with_usage_error(f"{report}: names no profile; name it with --profile")
    target = read_profile(profile or _find_profile(Path(str(earlier.target.profile)), report))
    asked = _find_asked(target, suite_of(target).requirements(), reported.id)
    terminal = Terminal(PipeSafeConsole(soft_wrap=True))
    terminal.print_target(target)
    if target.base_url != earlier.target.base_url:
        terminal.print_lines([escape_controls(f"the report is on {earlier.target.base_url}")])
    # What looks back judges what the others are answered: the one at fault comes again only if they are asked, too.
    only = () if asked.looks_back else (asked.id,)
    with interrupt.end_run_on_interrupt(), terminal.show_progress(1):
        verdict = judge_target(target, only=only, seed=earlier.seed, mode=earlier.mode)
    (result,) = (one for one in verdict.results if one.requirement.id == asked.id)
    reason = escape_controls(str(reported.reason))
    terminal.print_lines([f"reported  {reported.status.replace('_', ' ')}: {reason}"])
    if result.status == "failed":
        terminal.print_lines(list(render_failure(result, has_curl=True)))
    status, sentence = conclude(result)
    terminal.print_lines([f"{asked.id}: {sentence}"])
    sys.exit(interrupt.STATUS if verdict.was_interrupted else status)


def _find_profile(named: Path, report: Path) -> Path:
    """Return the profile that a report names, as it was named where the judge was run; exits if it is not there."""
    if not named.exists():
        exit_with_usage_error(
            f"{report}: names the profile {named}, which is not there from here; name it with --profile"
        )
    return named


def _find_asked(target: AnyTarget, known: list[Requirement], id_: str) -> Requirement:
    """Return the requirement of *target* with that id; exits if it has none."""
    asked = next((one for one in known if one.id == id_), None)
    if asked is None:
        exit_with_usage_error(
            f"{id_}: is not asked of {target.api}, as the profile says; name another profile"
        )
    return asked


def conclude(result: Result) -> tuple[int, str]:
    """Return the exit status and the sentence that say what a finding has become."""
    if result.status == "failed":
        return STILL_FAILS, "still fails"
    if result.status == "passed" and result.rests_on_race:
        return (
            NO_VERDICT,
            "nobody can tell: it passes, but who came first among its requests was chance; try again",
        )
    if result.status in ("passed", "observed"):
        return 0, f"fails no longer, it {'passes' if result.status == 'passed' else 'is observed'}"
    return NO_VERDICT, f"nobody can tell: {result.reason}"

"""``conformance doctor``: whether a target can be judged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from conformance.command.errors import report_errors
from conformance.command.options import ProfileFile, WaitFor, parse_duration_option, parse_mode_option


@report_errors()
def check_target(
    profile: ProfileFile,
    mode: Annotated[
        str, typer.Option(metavar="MODE", help="With read-only, the check writes nothing.")
    ] = "full",
    wait: WaitFor = None,
) -> None:
    """Check that a target can be judged: reachable, main credential accepted, main fixtures known."""
    from conformance.judge.notes import describe_target
    from conformance.judge.session import CannotRun, TargetSession
    from conformance.judge.suites import read_profile, suite_of

    wait_s = parse_duration_option("--wait", wait) or 0
    target = read_profile(profile)
    suite = suite_of(target)
    with TargetSession(suite, mode=parse_mode_option(mode), wait_s=wait_s) as session:
        if trouble := session.preflight():
            raise CannotRun(trouble)
        typer.echo(f"{target.api} at {target.base_url}: {session.describe_preflight()}")
        for gap in session.driver.list_gaps():
            typer.echo(session.client.redaction.show(gap))
    for note in describe_target(target, datetime.now(UTC)):
        typer.echo(f"note: {note}")
    typer.echo("Optional credentials and fixtures are not tried here, but by a run.")
    if missing := target.missing_keys():
        typer.echo(
            f"left out: {', '.join(missing)}; requirements that need one of these are reported as not tested"
        )
    typer.echo(suite.what_a_run_writes)

"""``conformance doctor``: whether a target can be judged."""

from __future__ import annotations

from typing import Annotated

import typer

from conformance.command.errors import report_errors
from conformance.command.options import ProfileFile, parse_mode


@report_errors()
def check_target(
    profile: ProfileFile,
    mode: Annotated[
        str, typer.Option(metavar="MODE", help="With read-only, nothing is written to find out.")
    ] = "full",
) -> None:
    """Check that a target can be judged: reachable, main credential accepted, main fixtures known."""
    from conformance.judge import verdict
    from conformance.suite.run import Run
    from conformance.target import profile as target

    aim = target.read(profile)
    with verdict.Bench(aim, Run(aim.api, draw=aim.draw, mode=parse_mode(mode))) as bench:
        if trouble := bench.preflight():
            raise verdict.CannotRun(trouble)
        typer.echo(f"{aim.api} at {aim.base_url}: {bench.opened()}")
    typer.echo("Optional credentials and fixtures are first tried by a run.")
    if missing := aim.left_out():
        typer.echo(f"left out: {', '.join(missing)}; what cannot do without is reported as not tested")
    typer.echo(aim.what_a_run_writes())

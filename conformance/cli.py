"""The command: ``conformance run TARGET.yaml`` and its companions."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, no_args_is_help=True)


@app.callback()
def conformance() -> None:
    """Judge any server that claims to implement an API, with evidence for every verdict."""


@app.command()
def run(
    profile: Annotated[Path, typer.Argument(metavar="TARGET.yaml")],
    only: Annotated[list[str] | None, typer.Option(metavar="GLOB")] = None,
    strict: bool = False,
    seed: int = 0,
) -> None:
    """Judge a target."""
    from conformance import verdict

    came = verdict.judge(profile, only=only or (), strict=strict, seed=seed)
    for result in came.results:
        print(result.status, result.requirement.id, result.reason or "")  # noqa: T201
        if result.status == "failed" and result.at_fault:
            print("   ", result.at_fault.curl, "->", result.at_fault.status, result.at_fault.answer_body)  # noqa: T201
    tested, musts = came.musts_tested
    print(
        f"{came.verdict}: {came.reason}; {tested} of {musts} MUSTs tested; {came.requests} requests, {came.seconds:.1f} s"
    )  # noqa: T201
    sys.exit(came.exit_status)


def main() -> None:
    """Run the command line."""
    app()

"""``conformance drift``: whether a stub answers what a target answers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.command.errors import NO_VERDICT, exit_with_usage_error, print_error, report_errors
from conformance.command.options import ProfileFile, parse_duration_option, parse_mode_option

if TYPE_CHECKING:
    from conformance.target.profile import AnyTarget

DRIFTED = 1


@report_errors()
def compare_with_stub(
    profile: ProfileFile,
    stub: Annotated[
        str,
        typer.Option(
            metavar="URL",
            help="The stub that gets the same requests; or a profile of it, if its credentials or fixtures are others.",
        ),
    ],
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the generated requests.")] = 0,
    mode: Annotated[
        str,
        typer.Option(
            metavar="MODE", help="full, safe or read-only, as for run: what it leaves out goes to neither."
        ),
    ] = "full",
    budget: Annotated[
        str,
        typer.Option(
            metavar="DURATION", help="Stop asking the target when this much time is used up, such as 90s."
        ),
    ] = "10m",
    is_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
) -> None:
    """Send the same requests to a target and to a stub; say what they answer differently, and which choice explains it.

    Exit status: 0 no promise of the contract differs, 1 one does, 2 usage or profile error, 3 no comparison.
    """
    from conformance.drift import comparison, summary
    from conformance.judge.session import CannotRun
    from conformance.judge.suites import read_profile, suite_of
    from conformance.report.terminal import Detail, PipeSafeConsole, Terminal

    budget_s = parse_duration_option("--budget", budget) or 0
    chosen_mode = parse_mode_option(mode)
    target = read_profile(profile)
    stub_target = _find_stub(stub, target)
    console = PipeSafeConsole(soft_wrap=True, stderr=is_json)
    terminal = Terminal(console, Detail.QUIET if is_json else Detail.NORMAL)
    terminal.print_target(target)
    try:
        with terminal.show_progress(len(suite_of(target).requirements())):
            found = comparison.compare_with_stub(
                target,
                stub_target,
                seed=seed,
                mode=chosen_mode,
                budget_s=budget_s,
                on_start=terminal.note_asked,
                on_result=terminal.print_result,
            )
    except CannotRun as error:
        # The address of the stub is in no profile.
        said = str(error)
        is_option = "://" in stub and said.startswith("the stub: ")
        raise CannotRun(said.replace("base_url", "--stub") if is_option else said) from None
    if is_json:
        typer.echo(json.dumps(summary.build_document(found), indent=1))
    else:
        terminal.print_lines(list(summary.render_lines(found)))
    if found.has_broken_promise:
        sys.exit(DRIFTED)
    if found.shortfall:
        print_error(f"no comparison: {found.shortfall}")
        sys.exit(NO_VERDICT)


def _find_stub(named: str, target: AnyTarget) -> AnyTarget:
    """Return the profile of the stub: the one that is named, or the target's at the address that is."""
    from conformance.judge.suites import read_profile
    from conformance.target.profile import move_profile

    if "://" in named:
        return move_profile(target, named, "--stub")
    if not Path(named).exists():
        exit_with_usage_error(
            f"--stub {named}: is neither an address like http://127.0.0.1:4010 nor a profile"
        )
    found = read_profile(Path(named))
    if found.api != target.api:
        exit_with_usage_error(f"--stub {named}: is a profile of {found.api}, not of {target.api}")
    return found

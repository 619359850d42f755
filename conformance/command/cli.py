"""The command line: ``conformance run TARGET.yaml`` and its companions, one module each.

Nothing heavy is imported before a command runs, so that --help answers at once.
"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from conformance import DISTRIBUTION
from conformance.command.choices import print_choices
from conformance.command.diff import print_changes
from conformance.command.doctor import check_target
from conformance.command.drift import compare_with_stub
from conformance.command.errors import exit_with_usage_error, report_errors
from conformance.command.explanation.explain import print_explanations
from conformance.command.explanation.listing import list_requirements
from conformance.command.init import print_profile_template
from conformance.command.matrix import compare_reports_side_by_side
from conformance.command.replay import replay_finding
from conformance.command.run import RunCommand, judge_and_report
from conformance.command.selftest import run_selftest
from openapi.command_line import HELP_OPTIONS, CommandGroup

_HELP = """Judge any server that claims to implement an API, with evidence for every verdict.

First `conformance init API > target.yaml`, fill it in, try it with `doctor`, then `run` it.

Exit status of run: 0 conformant, 1 not conformant, 2 usage or profile error, 3 no verdict, 130 interrupted.
Exit status of replay: 0 the finding holds no longer, 1 it does, 2 usage or profile error, 3 nobody can tell.
Exit status of diff: 0 nothing got worse, 1 something did, 2 a file cannot be compared.
Exit status of matrix: 0 every report is in it, 1 one is left out, 2 none can be read.
Exit status of drift: 0 no promise of the contract differs, 1 one does, 2 usage or profile error, 3 no comparison.
"""

app = typer.Typer(
    cls=CommandGroup,
    context_settings={"help_option_names": HELP_OPTIONS},
    help=_HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command("init")(print_profile_template)
app.command("list")(list_requirements)
app.command("explain")(print_explanations)
app.command("doctor")(check_target)
app.command("run", cls=RunCommand)(judge_and_report)
app.command("selftest")(run_selftest)
app.command("diff")(print_changes)
app.command("matrix")(compare_reports_side_by_side)
app.command("choices")(print_choices)
app.command("drift")(compare_with_stub)
app.command("replay")(replay_finding)


@app.command("mcp")
@report_errors()
def serve_agent() -> None:
    """Let an agent judge: speak MCP on standard input and output; needs the extra [mcp]."""
    try:
        import mcp.server.mcpserver  # noqa: F401 - so that a missing package of ours is no missing extra
    except ModuleNotFoundError:
        exit_with_usage_error(
            "mcp needs the official SDK of MCP; install it in the checkout: .venv/bin/pip install -e '.[mcp]'"
        )
    from conformance.command.mcp.server import serve_over_stdio

    serve_over_stdio()


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"conformance {version(DISTRIBUTION)}")
        raise typer.Exit


@app.callback()
def _accept_common_options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command line."""
    # What the target said may hold characters that the terminal's encoding has not; that must not end a run.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="conformance")

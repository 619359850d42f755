"""``conformance run``: judge a target, and write and print the verdict."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from conformance.command.errors import USAGE, exit_with_usage_error, print_error, report_errors
from conformance.command.options import ProfileFile, WaitFor, parse_duration_option, parse_mode_option
from conformance.command.waivers import WaiverOptions
from conformance.judge import interrupt

if TYPE_CHECKING:
    from rich.console import Console

    from conformance.judge.suites import Suite
    from conformance.judge.verdict import Verdict
    from conformance.report.changes import Comparison
    from conformance.report.terminal import Terminal
    from conformance.suite.mode import Mode
    from conformance.target.profile import AnyTarget


class RunCommand(TyperCommand):
    """The command as Typer has it; options that cannot be read leave no reports of an earlier run either."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments."""
        words = list(args)
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            # Typer's errors have a class that is not public; --help and --version end in the same way, with 0.
            folder = _find_option(words, "--report-dir")
            if folder and folder != "-" and getattr(error, "exit_code", 0) == USAGE:
                against = _find_option(words, "--against")
                with suppress(OSError):
                    _remove_reports(Path(folder), Path(against) if against else None)
            raise


def _find_option(words: Sequence[str], name: str) -> str | None:
    """Return the value of an option on a command line that cannot be read as a whole."""
    for word, following in zip_longest(words, words[1:]):
        if word == name:
            return following
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None


@report_errors(interrupted="interrupted before anything was asked, so there is no report")
def judge_and_report(
    profile: ProfileFile,
    report_dir: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", help="Folder for the reports; - prints report.json alone to standard output."
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Ask only the requirements whose id matches; may be repeated."),
    ] = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--except",
            metavar="GLOB",
            help="Leave out the requirements whose id matches; may be repeated.",
        ),
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OPERATION",
            help="Of a contract of your own, send only to these operations: an operationId, tag:NAME, /path or "
            "METHOD /path, with * for anything; may be repeated.",
        ),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OPERATION", help="Send nothing to these operations, named likewise; may be repeated."
        ),
    ] = None,
    plan: Annotated[
        bool,
        typer.Option(
            "--plan", help="Of a contract of your own, print what would be sent how often, and send nothing."
        ),
    ] = False,
    fail_fast: Annotated[
        bool, typer.Option("--fail-fast", help="End the run at the first failure that decides the verdict.")
    ] = False,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Let a SHOULD that fails and a requirement that is not tested decide the verdict, too.",
        ),
    ] = False,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the generated requests.")] = 0,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION", help="Stop asking when this much time is used up, such as 90s, 5m or 1h30m."
        ),
    ] = None,
    wait: WaitFor = None,
    mode: Annotated[
        str,
        typer.Option(
            metavar="MODE",
            help="full asks everything; safe is for a target that others use: one short request at a time, as the main "
            "user; read-only sends only requests that the target has to refuse.",
        ),
    ] = "full",
    waivers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Known failures: a YAML list of id, reason, owner, expires."),
    ] = None,
    write_waivers: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Like --waivers if there is such a file; after the run, waive in it what failed.",
        ),
    ] = None,
    owner: Annotated[str | None, typer.Option(metavar="WHO", help="Owner of the new waivers.")] = None,
    expires: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Last day of the new waivers.")
    ] = None,
    prune_waivers: Annotated[
        bool,
        typer.Option("--prune-waivers", help="After the run, remove from the file what excuses nothing."),
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print the verdict alone.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Print a line per requirement, and curl lines.")
    ] = False,
    against: Annotated[
        Path | None,
        typer.Option(metavar="OLD", help="An earlier report.json, or its folder; says what changed since."),
    ] = None,
    explore: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="After the verdict, look for failures with random seeds for this long (90s, 2m); the verdict stays.",
        ),
    ] = None,
) -> None:
    """Judge a target and print the verdict."""
    from conformance.judge import session
    from conformance.judge.suites import narrow_target, read_profile, suite_of
    from conformance.report.document import build_document, render_document
    from conformance.report.terminal import Detail, Terminal
    from conformance.suite.requirement import leave_out_requirements, select_requirements

    # Whatever the command line or a file gets wrong is said before the first request: a run may take minutes.
    is_piped = report_dir == "-"
    folder = None if report_dir is None or is_piped else _prepare_folder(report_dir)
    with _remove_reports_on_error(folder, against):
        if quiet and verbose:
            exit_with_usage_error("--quiet: is given beside --verbose; keep one of the two")
        waiver_options = WaiverOptions(waivers, write_waivers, owner, expires, prune_waivers)
        waiver_options.check(fail_fast)
        budget_s = parse_duration_option("--budget", budget)
        wait_s = parse_duration_option("--wait", wait) or 0
        explore_s = parse_duration_option("--explore", explore)
        chosen_mode = parse_mode_option(mode)
        target = narrow_target(read_profile(profile), include or (), exclude or ())
        if plan:
            _print_plan(target, seed, chosen_mode)
            return
        suite = suite_of(target)
        known = suite.requirements()
        known_failures = waiver_options.read_waivers(suite.known_requirements())
        asked = leave_out_requirements(select_requirements(known, only or ()), leave_out or (), known)
        compare = _prepare_comparison(against, target.api) if against else None
        detail = Detail.QUIET if quiet else Detail.VERBOSE if verbose else Detail.NORMAL
        terminal = Terminal(_make_console(to_stderr=is_piped), detail, is_folded=_is_run_by_github())
        terminal.print_target(target)
        with interrupt.end_run_on_interrupt(), terminal.show_progress(len(asked)):
            verdict = session.judge_target(
                target,
                only=only or (),
                leave_out=leave_out or (),
                strict=strict,
                seed=seed,
                budget_s=budget_s,
                wait_s=wait_s,
                mode=chosen_mode,
                waivers=known_failures,
                fail_fast=fail_fast,
                on_result=terminal.print_result,
                on_start=terminal.note_asked,
            )
    verdict.profile = str(profile)
    # From here on an interrupt would only cost the report of what has been judged.
    with interrupt.ignore_interrupts():
        # It takes about as long as the judging, so it is built once, and only for a reader.
        document = cache(lambda: build_document(verdict))
        comparison = compare(document()) if compare else None
        files = _write_folder(verdict, folder, document(), comparison) if folder else []
        terminal.print_summary(verdict, files)
        known = suite.known_requirements()
        terminal.print_lines(list(waiver_options.update_file(verdict, known_failures, known)))
        if comparison:
            terminal.print_changes(comparison.lines)
        _write_for_github(document, terminal, waiver_options.file, comparison.lines if comparison else None)
        if is_piped:
            _make_console().out(render_document(document()), end="", highlight=False)
    if explore_s:
        with suppress(KeyboardInterrupt), interrupt.end_run_on_interrupt():  # the verdict is there already
            _explore_further(verdict, suite, explore_s, folder, terminal)
    sys.exit(verdict.exit_status)


def _prepare_comparison(against: Path, api: str) -> Callable[[dict[str, Any]], Comparison]:
    """Read an earlier report, and return what compares another one with it."""
    from conformance.report.changes import Comparison, Report, compare_reports, read_report

    earlier = read_report(against, api)
    return lambda document: Comparison(earlier, compare_reports(earlier, Report.model_validate(document)))


def _print_plan(target: AnyTarget, seed: int, mode: Mode) -> None:
    from conformance.contract.plan import describe_plan
    from conformance.contract.profile import ContractProfile

    if not isinstance(target, ContractProfile):
        exit_with_usage_error(
            "--plan: is for a contract of your own, which a profile names under spec; `conformance explain` says "
            "what a requirement writes"
        )
    for line in describe_plan(target, seed, mode):
        typer.echo(line)


def _explore_further(
    verdict: Verdict, suite: Suite, for_s: float, folder: Path | None, terminal: Terminal
) -> None:
    """Go on where the verdict ended; its exit status stays."""
    from conformance.judge.exploration import Exploration
    from conformance.judge.finding import Finding, save_finding

    if verdict.stopped or not verdict.mode.may_write or verdict.mode == "safe":
        reason = verdict.stopped or f"--mode {verdict.mode} leaves out generated requests"
        terminal.print_lines(["", f"not explored: {reason}"])
        return
    exploration = Exploration(suite, for_s)
    terminal.print_lines(["", f"exploring for {for_s:g} s with random seeds; the verdict stays as it is"])

    def keep_finding(finding: Finding) -> None:
        file = None
        if folder:
            try:
                file = save_finding(finding, folder, exploration.redaction)
            except OSError as error:
                print_error(f"--report-dir {folder}: a candidate cannot be written: {error.strerror}")
        terminal.print_finding(finding, file)

    exploration.run(keep_finding)
    terminal.print_exploration(exploration)


def _write_for_github(
    document: Callable[[], dict[str, Any]],
    terminal: Terminal,
    waivers: Path | None,
    changes: Sequence[str] | None,
) -> None:
    """Leave annotations and a summary where GitHub Actions looks for them, if it runs us."""
    from conformance.report.github import render_annotations, render_summary

    if _is_run_by_github():
        terminal.print_lines(render_annotations(document(), waivers))
    if file := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with open(file, "a", encoding="utf-8", opener=_open_at_once) as summary:
                summary.write(render_summary(document(), changes))
        except OSError as error:
            print_error(f"GITHUB_STEP_SUMMARY {file}: cannot be written: {error.strerror}")


def _open_at_once(name: str, flags: int) -> int:
    """Open a file; a pipe that nobody reads is an OSError and not waited for."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0), 0o666)


def _is_run_by_github() -> bool:
    return os.environ.get("GITHUB_ACTIONS") == "true"


def _prepare_folder(name: str) -> Path:
    """Make the folder of the reports, and check that each of them can be written: a run may take minutes."""
    from conformance.report.folder import check_writable

    folder, hint = Path(name), "name a folder that can be written to"
    if not name:
        exit_with_usage_error(f"--report-dir: is empty; {hint}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        exit_with_usage_error(f"--report-dir {folder}: cannot be made: {error.strerror}; {hint}")
    try:
        check_writable(folder)
    except OSError as error:
        exit_with_usage_error(
            f"--report-dir {folder}: {error.filename}: cannot be written: {error.strerror}; {hint}"
        )
    return folder


@contextmanager
def _remove_reports_on_error(folder: Path | None, against: Path | None) -> Iterator[None]:
    """Leave no report of an earlier run, which a CI system would take for this one's, if the with block fails.

    The one that this run was to be compared with stays: its user has named it, and may have no other.
    """
    try:
        yield
    except BaseException:  # also SystemExit, by which the complaints about options end
        if folder:
            with suppress(OSError):
                _remove_reports(folder, against)
        raise


def _remove_reports(folder: Path, keep: Path | None) -> None:
    from conformance.report.changes import locate_report
    from conformance.report.folder import remove_reports

    remove_reports(folder, keep and locate_report(keep))


def _write_folder(
    verdict: Verdict, folder: Path, document: dict[str, Any], comparison: Comparison | None
) -> list[Path]:
    # Not with the others: a run without a folder needs none of the formats.
    from conformance.report.folder import write_reports

    return write_reports(verdict, folder, print_error, document, comparison)


def _make_console(to_stderr: bool = False) -> Console:
    from conformance.report.terminal import PipeSafeConsole

    return PipeSafeConsole(soft_wrap=True, stderr=to_stderr)

"""The command: ``conformance run TARGET.yaml`` and its companions."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from importlib.metadata import PackageNotFoundError, distribution, requires
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ParamSpec

import typer

from conformance import DISTRIBUTION, EXTRA
from conformance.judge import interrupt

if TYPE_CHECKING:
    from rich.console import Console

    from conformance.judge.verdict import Verdict
    from conformance.report.terminal import Terminal
    from conformance.suite.mode import Mode
    from conformance.target.profile import AnyTarget

WORSE, USAGE, NO_VERDICT = 1, 2, 3
_P = ParamSpec("_P")

_HELP = """Judge any server that claims to implement an API, with evidence for every verdict.

First `conformance init API > target.yaml`, fill it in, try it with `doctor`, then `run` it.

Exit status of run: 0 conformant, 1 not conformant, 2 usage or profile error, 3 no verdict, 130 interrupted.
Exit status of diff: 0 nothing got worse, 1 something did, 2 a file cannot be compared.
"""

app = typer.Typer(
    add_completion=False,
    help=_HELP,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

SpecFile = Annotated[
    Path | None,
    typer.Option("--spec", metavar="FILE", help="An OpenAPI file of your own, in the place of an API."),
]
Profile = Annotated[
    Path, typer.Argument(metavar="TARGET.yaml", help="The target profile; `conformance init API` prints one.")
]


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"conformance {version(DISTRIBUTION)}")
        raise typer.Exit


def _telling_faults(interrupted: str = "interrupted") -> Callable[[Callable[_P, None]], Callable[_P, None]]:
    """Make a command turn what can go wrong into one clear line and its exit status.

    A with block would not do: an interrupt between its entry and its first line would belong to nobody.

    interrupted: what is said of an interrupt that nobody else has taken care of.
    """

    def decorate(command: Callable[_P, None]) -> Callable[_P, None]:
        @wraps(command)
        def told(*args: _P.args, **kwargs: _P.kwargs) -> None:
            missing = missing_package()
            if missing:
                _complain(f"{missing} is missing; the judge needs: pip install '{DISTRIBUTION}[{EXTRA}]'")
                sys.exit(USAGE)
            import openapi
            from conformance.judge.verdict import CannotRun, refuse_without_docstrings
            from conformance.judge.waiver import BadWaivers
            from conformance.proof import NoSuchServer
            from conformance.report.changes import BadReport
            from conformance.suite.requirement import BadRequirement, NoSuchRequirement
            from conformance.target.profile import BadProfile

            try:
                interrupt.is_raised()
                refuse_without_docstrings()
                command(*args, **kwargs)
            except (
                openapi.UnknownApi,
                BadProfile,
                BadReport,
                BadWaivers,
                NoSuchRequirement,
                NoSuchServer,
            ) as error:
                _complain(str(error))
                sys.exit(USAGE)
            except (CannotRun, BadRequirement) as error:
                _complain(str(error))
                sys.exit(NO_VERDICT)
            except KeyboardInterrupt:
                _complain(interrupted)
                sys.exit(interrupt.STATUS)
            except (typer.Exit, BrokenPipeError):
                raise
            except Exception as error:
                from conformance.judge.engine import describe

                _complain(f"the judge itself failed: {describe(error)}")
                sys.exit(NO_VERDICT)

        return told

    return decorate


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Every command's common options."""


@app.command()
@_telling_faults()
def init(
    api: Annotated[
        str | None, typer.Argument(metavar="[API]", help="The API's name, as `conformance list` prints it.")
    ] = None,
    spec: SpecFile = None,
) -> None:
    """Write a commented target profile to standard output, for an API or for an OpenAPI file of your own."""
    from conformance.target import profile as target

    if (api is None) == (spec is None):
        _complain("init: name an API, or an OpenAPI file with --spec; `conformance list` knows the APIs")
        sys.exit(USAGE)
    if spec is not None:
        from conformance.contract import profile

        typer.echo(profile.template(spec), nl=False)
    elif api is not None:
        typer.echo(target.template_of(api), nl=False)


@app.command("list")
@_telling_faults()
def list_(
    api: Annotated[
        str | None, typer.Argument(metavar="[API]", help="One API; all if it is left out.")
    ] = None,
    spec: SpecFile = None,
) -> None:
    """Print every requirement: id, level, text, source."""
    import openapi
    from conformance.suite import requirement

    if spec is None:
        asked = [one for name in ([api] if api else openapi.api_names()) for one in requirement.collect(name)]
    elif api is None:
        from conformance.contract import checks as promises

        asked = promises.all_of(spec)
    else:
        _complain("list: name an API or an OpenAPI file, not both")
        sys.exit(USAGE)
    for one in asked:
        typer.echo(f"{one.id}\t{one.level}\t{one.text}\t({one.source})")


@app.command()
@_telling_faults()
def explain(
    id: Annotated[
        str | None,
        typer.Argument(metavar="[ID]", help="A requirement as `conformance list` prints it, or a glob."),
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Print every requirement, as Markdown.")] = False,
    spec: SpecFile = None,
) -> None:
    """Say what a requirement asks, where it comes from, what it needs, whether it writes, and what proves it."""
    import openapi
    from conformance.command import explanation
    from conformance.suite import requirement

    if (id is None) != every:
        _complain("explain: name a requirement, or ask for --all; `conformance list` prints the names")
        sys.exit(USAGE)
    if spec is not None:
        from conformance.contract import checks as promises

        asked = requirement.select(promises.all_of(spec), [id] if id else (), asked="")
        typer.echo("\n\n".join("\n".join(explanation.opening(one, one.source)) for one in asked))
        return
    if id is None:
        typer.echo(explanation.markdown(openapi.api_names()), nl=False)
        return
    known = [one for api in openapi.api_names() for one in requirement.collect(api)]
    asked = requirement.select(known, [id], asked="")
    typer.echo("\n\n".join(map(explanation.text, explanation.explain(asked))))


@app.command()
@_telling_faults()
def doctor(
    profile: Profile,
    mode: Annotated[
        str, typer.Option(metavar="MODE", help="With read-only, nothing is written to find out.")
    ] = "full",
) -> None:
    """Check that a target can be judged: reachable, main credential accepted, main fixtures known."""
    from conformance.judge import verdict
    from conformance.suite.run import Run
    from conformance.target import profile as target

    aim = target.read(profile)
    with verdict.Bench(aim, Run(aim.api, draw=aim.draw, mode=_mode(mode))) as bench:
        if trouble := bench.preflight():
            raise verdict.CannotRun(trouble)
        typer.echo(f"{aim.api} at {aim.base_url}: {bench.opened()}")
    typer.echo("Optional credentials and fixtures are first tried by a run.")
    if missing := aim.left_out():
        typer.echo(f"left out: {', '.join(missing)}; what cannot do without is reported as not tested")
    typer.echo(aim.what_a_run_writes())


@app.command()
@_telling_faults(interrupted="interrupted before anything was asked, so there is no report")
def run(
    profile: Profile,
    report_dir: Annotated[
        str | None,
        typer.Option(
            metavar="DIR", help="Folder for the reports; - prints report.json alone to standard output."
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Ask only requirements whose id matches; may be repeated."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Fail on SHOULD and on what is not tested, too.")
    ] = False,
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the generated requests.")] = 0,
    budget: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION", help="Stop asking when this much time is used up, such as 90s, 5m or 1h30m."
        ),
    ] = None,
    mode: Annotated[
        str,
        typer.Option(
            metavar="MODE",
            help="full asks everything; safe spares others who use the target: one short request at a time, as the "
            "main user; read-only sends only what has to be refused.",
        ),
    ] = "full",
    waivers: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Known failures: a YAML list of id, reason, owner, expires."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(metavar="OLD", help="An earlier report.json; says what changed since."),
    ] = None,
    explore: Annotated[
        str | None,
        typer.Option(
            metavar="DURATION",
            help="Go on with random seeds after the verdict for so long (90s, 2m); never part of it.",
        ),
    ] = None,
) -> None:
    """Judge a target and print the verdict."""
    from conformance import report
    from conformance.judge import verdict, waiver
    from conformance.report import changes
    from conformance.report.terminal import Terminal
    from conformance.suite import requirement
    from conformance.target import profile as target

    is_piped = report_dir == "-"
    budget_s = _duration("--budget", budget)
    explore_s = _duration("--explore", explore)
    chosen = _mode(mode)
    folder = None if report_dir is None or is_piped else _folder(report_dir)
    aim = target.read(profile)
    excused = waiver.read(waivers) if waivers else []
    waiver.refuse_pointless(excused, aim.requirements())
    asked = requirement.select(aim.requirements(), only or ())
    earlier = changes.read(against, aim.api) if against else None
    console = _console(to_stderr=is_piped)
    terminal = Terminal(console)
    terminal.begin(aim.api, aim.base_url)
    with interrupt.ends_the_run(), terminal.watched(len(asked)):
        came = verdict.judge(
            aim,
            only=only or (),
            strict=strict,
            seed=seed,
            budget_s=budget_s,
            mode=chosen,
            waivers=excused,
            heard=terminal.result,
            asking=terminal.asking,
        )
    with interrupt.is_ignored():
        document = report.document.of(came)
        files = report.write(came, folder) if folder else []
        terminal.end(came, files)
        if earlier:
            terminal.changes(changes.lines(changes.between(earlier, changes.Report.model_validate(document))))
        _tell_github(document, terminal)
        if is_piped:
            _console().out(report.document.write(document), end="", highlight=False)
    if explore_s:
        with suppress(KeyboardInterrupt), interrupt.ends_the_run():  # the verdict is there already
            _explore(came, aim, explore_s, folder, terminal)
    sys.exit(came.exit_status)


@app.command()
@_telling_faults()
def selftest(
    api: Annotated[
        str | None, typer.Argument(metavar="[API]", help="One API; all if it is left out.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Judge only servers whose name matches; may be repeated."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Processes at a time; two more than processors if left out."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print a line per server.")] = False,
) -> None:
    """Judge the judge: a correct server per API, mutants that lie, liberties that are allowed, and nonsense.

    Exit status: 0 each came out as it has to, 1 one did not, 3 the self-test could not run.
    """
    import time

    import openapi
    from conformance.proof import selftest, trial

    began = time.monotonic()
    trials = selftest.select([api] if api else openapi.api_names(), only or ())
    held = selftest.hold(trials, jobs or selftest.usual_jobs())
    is_well = True
    for name in dict.fromkeys(one.api for one in trials):
        of_api = []
        for _ in (one for one in trials if one.api == name):
            of_api.append(next(held))
            if verbose:
                typer.echo(selftest.line(*of_api[-1]))
        part = selftest.Part(name, of_api, trial.unproved(name))
        is_well = is_well and part.is_well
        for line in selftest.summary(part):
            typer.echo(line)
    state = "each came out as it has to" if is_well else "NOT each came out as it has to"
    typer.echo(f"{len(trials)} servers judged in {time.monotonic() - began:.0f} s: {state}")
    sys.exit(0 if is_well else 1)


@app.command()
@_telling_faults()
def diff(
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


def _explore(came: Verdict, aim: AnyTarget, for_s: float, folder: Path | None, terminal: Terminal) -> None:
    """Go on where the verdict ended; its exit status stays."""
    from conformance.judge import exploration, verdict

    if came.stopped or not came.mode.may_write or came.mode == "safe":
        terminal.lines(
            ["", f"not explored: {came.stopped or f'--mode {came.mode} leaves out generated requests'}"]
        )
        return
    redaction = verdict.redaction_of(aim)
    explored = exploration.Exploration(aim, redaction, for_s)
    terminal.lines(["", f"exploring for {for_s:g} s with random seeds; the verdict stays as it is"])

    def heard(finding: exploration.Finding) -> None:
        file = None
        if folder:
            try:
                file = exploration.save(finding, folder, redaction)
            except OSError as error:
                _complain(f"--report-dir {folder}: a candidate cannot be written: {error.strerror}")
        terminal.finding(finding, file)

    explored.run(heard)
    terminal.explored(explored)


def _tell_github(document: dict[str, Any], terminal: Terminal) -> None:
    """Leave annotations and a summary where GitHub Actions looks for them, if it runs us."""
    from conformance.report import github

    if os.environ.get("GITHUB_ACTIONS") == "true":
        terminal.lines(github.commands(document))
    if file := os.environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(file).open("a", encoding="utf-8") as summary:
                summary.write(github.summary(document))
        except OSError as error:
            _complain(f"GITHUB_STEP_SUMMARY {file}: cannot be written: {error.strerror}")


def _duration(option: str, text: str | None) -> float | None:
    from conformance.command.duration import parse_duration

    try:
        return None if text is None else parse_duration(text)
    except ValueError as error:
        _complain(f"{option} {text}: {error}")
        sys.exit(USAGE)


def _mode(text: str) -> Mode:
    from conformance.suite.mode import Mode

    try:
        return Mode(text)
    except ValueError:
        _complain(f"--mode {text}: is not a mode; there are {', '.join(Mode)}")
        sys.exit(USAGE)


def _folder(name: str) -> Path:
    """Make the folder of the reports, and see that each of them can be written."""
    from conformance import report

    folder, hint = Path(name), "name a folder that can be written to"
    if not name:
        _complain(f"--report-dir: is empty; {hint}")
        sys.exit(USAGE)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _complain(f"--report-dir {folder}: cannot be made: {error.strerror}; {hint}")
        sys.exit(USAGE)
    try:
        report.try_out(folder)
    except OSError as error:
        _complain(f"--report-dir {folder}: {error.filename}: cannot be written: {error.strerror}; {hint}")
        sys.exit(USAGE)
    return folder


def missing_package() -> str | None:
    """Name the first package of the judge's extra that is not installed; None if all are."""
    wanted = (
        line for line in requires(DISTRIBUTION) or () if f'extra == "{EXTRA}"' in line.replace("'", '"')
    )
    for name in (re.split(r"[^\w.-]", line)[0] for line in wanted):
        try:
            distribution(name)
        except PackageNotFoundError:
            return name
    return None


def _console(to_stderr: bool = False) -> Console:
    from conformance.report.terminal import Lasting

    return Lasting(soft_wrap=True, stderr=to_stderr)


def _complain(text: str) -> None:
    for line in text.splitlines():
        typer.echo(f"conformance: {line}", err=True)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="conformance")

"""How a command ends when something goes wrong: one clear line, and an exit status that tells what kind it was."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import wraps
from typing import NoReturn, ParamSpec

import typer

from conformance import DISTRIBUTION, EXTRA
from conformance.judge import interrupt

USAGE, NO_VERDICT = 2, 3
HOW_TO_INSTALL = f"in a checkout of this project, install it with `make judge` or pip install '.[{EXTRA}]'"
_P = ParamSpec("_P")


def report_errors(
    interrupted: str = "interrupted",
) -> Callable[[Callable[_P, None]], Callable[_P, None]]:
    """Make a command turn every error into a line on standard error and its exit status.

    interrupted: what is said of an interrupt that nobody else has taken care of.
    """

    def decorate(command: Callable[_P, None]) -> Callable[_P, None]:
        @wraps(command)
        def reporting_errors(*args: _P.args, **kwargs: _P.kwargs) -> None:
            missing = find_missing_package()
            if missing:
                exit_with_usage_error(f"{missing} is missing; {HOW_TO_INSTALL}")
            # Not before: these modules need the packages that may be missing, and --help needs none of them.
            import openapi
            from conformance.judge.session import CannotRun, refuse_without_docstrings
            from conformance.judge.waiver import BadWaivers
            from conformance.proof import NoSuchServer
            from conformance.report.changes import BadReport
            from conformance.suite.requirement import BadRequirement, NoSuchRequirement
            from conformance.target.model import BadProfile

            # A context manager would not do: an interrupt between its entry and the first line of its block would
            # reach nobody. So the try begins before interrupts can be raised.
            try:
                interrupt.raise_on_interrupt()
                refuse_without_docstrings()
                _call_command(command, *args, **kwargs)
            except (
                openapi.UnknownApi,
                BadProfile,
                BadReport,
                BadWaivers,
                NoSuchRequirement,
                NoSuchServer,
            ) as error:
                exit_with_usage_error(str(error))
            except (CannotRun, BadRequirement) as error:
                print_error(str(error))
                sys.exit(NO_VERDICT)
            except KeyboardInterrupt:
                print_error(interrupted)
                sys.exit(interrupt.STATUS)
            except (typer.Exit, BrokenPipeError):  # which typer turns into statuses of its own
                raise
            except Exception as error:
                from conformance.http.redaction import mask_unknown_credentials
                from conformance.judge.result import describe_judge_error
                from conformance.target.shell import conceal_environment

                # Nobody here knows the credentials of the profile, so whatever may be one is left out.
                what = mask_unknown_credentials(describe_judge_error(error))
                print_error(conceal_environment().show_line(f"the judge itself failed: {what}"))
                sys.exit(NO_VERDICT)

        return reporting_errors

    return decorate


def _call_command(command: Callable[_P, None], *args: _P.args, **kwargs: _P.kwargs) -> None:
    """Call a command; an error after an interrupt is the interrupt: whoever swallowed it left something undone."""
    try:
        command(*args, **kwargs)
    except Exception:
        if interrupt.take_interrupt():
            raise KeyboardInterrupt from None
        raise


def find_missing_package() -> str | None:
    """Return the first package of the judge's extra that is not installed; None if all are."""
    # Not at the top: --help needs none of it.
    from importlib.metadata import PackageNotFoundError, distribution, requires

    wanted = (
        line for line in requires(DISTRIBUTION) or () if f'extra == "{EXTRA}"' in line.replace("'", '"')
    )
    for name in (re.split(r"[^\w.-]", line)[0] for line in wanted):
        try:
            distribution(name)
        except PackageNotFoundError:
            return name
    return None


def exit_with_usage_error(text: str) -> NoReturn:
    """Print what is wrong with the command line or a file it names, and exit."""
    print_error(text)
    sys.exit(USAGE)


def print_error(text: str) -> None:
    """Print each line of *text* to standard error, after the program's name."""
    for line in text.splitlines():
        typer.echo(f"conformance: {line}", err=True)

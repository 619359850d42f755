"""``conformance selftest``: judge the judge."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from conformance.command.errors import report_errors
from conformance.command.options import OneApi
from openapi.wording import count_things


@report_errors()
def run_selftest(
    api: OneApi = None,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Judge only servers whose name matches; may be repeated."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="Processes at a time; by default two more than there are processors."
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Print a line per server.")] = False,
) -> None:
    """Judge the judge with servers whose verdict is known: correct ones, mutants, liberties and nonsense.

    Exit status: 0 every result is as expected, 1 one is not, 3 the self-test could not run.
    """
    import time

    import openapi
    from conformance.proof import selftest, trial

    began = time.monotonic()
    trials = selftest.select_trials([api] if api else openapi.api_names(), only or ())
    trial_results = selftest.run_trials(trials, jobs or selftest.default_jobs())
    is_as_expected = True
    for name in dict.fromkeys(one.api for one in trials):
        of_api = []
        for _ in (one for one in trials if one.api == name):
            of_api.append(next(trial_results))
            if verbose:
                typer.echo(selftest.render_trial(*of_api[-1]))
        result = selftest.ApiResult(name, of_api, trial.find_unproved(name))
        is_as_expected = is_as_expected and result.is_as_expected
        for line in selftest.render_summary(result):
            typer.echo(line)
    state = "every result is as expected" if is_as_expected else "NOT every result is as expected"
    typer.echo(f"{count_things(len(trials), 'server')} judged in {time.monotonic() - began:.0f} s: {state}")
    sys.exit(0 if is_as_expected else 1)

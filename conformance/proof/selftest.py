"""The self-test: every trial of every API, run in several processes, and the kill matrix that comes of it."""

from __future__ import annotations

import difflib
import fnmatch
import gc
import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from conformance.generation.case import CaseSet
from conformance.generation.cases import DRAWN, draw_cases
from conformance.judge.result import describe_judge_error
from conformance.judge.session import CannotRun
from conformance.proof import NoSuchServer, trial
from conformance.proof.trial import Trial, TrialResult

# How each kind is counted where all is well.
_COUNTED = {
    trial.MUTANT: "mutants caught",
    trial.LIBERTY: "liberties spared",
    trial.NONSENSE: "nonsense refused",
}


@dataclass(frozen=True)
class ApiResult:
    """What the self-test comes to for one API.

    trial_results: every trial with what came of it, in order. unproved: a line for each requirement without proof.
    """

    api: str
    trial_results: Sequence[tuple[Trial, TrialResult]]
    unproved: Sequence[str]

    @property
    def is_as_expected(self) -> bool:
        """Whether nothing deviates."""
        return not self.unproved and not any(
            trial_result.deviations for _, trial_result in self.trial_results
        )


def default_jobs() -> int:
    """Return how many processes make the most of this machine: two more than it has processors, for some wait."""
    return 2 + (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


def select_trials(apis: Iterable[str], globs: Sequence[str]) -> list[Trial]:
    """List the trials of *apis* whose server's name matches one of *globs*, all if there is none.

    Raises openapi.UnknownApi, or NoSuchServer if a glob matches nothing.
    """
    every = [one for api in apis for one in trial.list_trials(api)]
    for glob in globs:
        if not any(fnmatch.fnmatchcase(one.name, glob) for one in every):
            near = difflib.get_close_matches(glob, sorted({one.name for one in every}), n=3, cutoff=0.4)
            hint = f"did you mean {', '.join(near)}?" if near else "`conformance selftest -v` prints them all"
            raise NoSuchServer(f"--only {glob}: no server has such a name; {hint}")
    return [one for one in every if not globs or any(fnmatch.fnmatchcase(one.name, glob) for glob in globs)]


def run_trials(trials: Sequence[Trial], jobs: int) -> Iterator[tuple[Trial, TrialResult]]:
    """Run all *trials*, *jobs* at a time, and yield each with its result, in order.

    jobs: processes; one means this process.
    Raises CannotRun if a trial could not be run.
    """
    if jobs == 1:
        yield from ((one, _run_named_trial(one.api, one.kind, one.name)) for one in trials)
        return
    # Drawn once and handed on, if an API does not bring them: generating its requests takes longer than ten trials.
    for api in {one.api for one in trials}:
        draw_cases(api)
    # Spawned, since a fork would copy locks that threads of this process may hold; trials go by name, since a server
    # that is a function or a class of a test cannot be pickled.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, context, initializer=_start_worker, initargs=(DRAWN,))
    try:
        futures = [pool.submit(_run_named_trial, one.api, one.kind, one.name) for one in trials]
        for one, future in zip(trials, futures, strict=True):
            yield one, future.result()
    except BrokenProcessPool:
        raise CannotRun("a process of the self-test ended before its time; try --jobs 1") from None
    finally:
        pool.shutdown(cancel_futures=True)


def _start_worker(drawn: Mapping[tuple[str, int, int], CaseSet]) -> None:
    """Leave an interrupt to the process that asked, and take over what it has drawn."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    DRAWN.update(drawn)
    # A trial leaves little behind, and looking for it after every 700 objects takes a tenth of the time.
    gc.set_threshold(100_000, 20, 20)


def _run_named_trial(api: str, kind: str, name: str) -> TrialResult:
    (found,) = (one for one in trial.list_trials(api) if (one.kind, one.name) == (kind, name))
    try:
        return trial.run_trial(found)
    except Exception as error:
        raise CannotRun(f"{api}: {kind} {name} could not be judged: {describe_judge_error(error)}") from None


def render_trial(one: Trial, trial_result: TrialResult) -> str:
    """Write one trial as a line."""
    state = "DEVIATES" if trial_result.deviations else "as expected"
    said = f"  ({one.sentence})" if one.sentence else ""
    return (
        f"  {one.kind:9} {one.name}: {trial_result.verdict}, {state}, "
        f"{trial_result.requests} requests, {trial_result.seconds:.1f} s{said}"
    )


def render_summary(result: ApiResult) -> Iterator[str]:
    """Write what the trials of an API come to, a line each, the deviations last."""
    yield result.api
    for one, trial_result in result.trial_results:
        if one.kind == trial.REFERENCE:
            yield f"  {'reference':17} {trial_result.verdict}"
    for kind, counted in _COUNTED.items():
        of_kind = [trial_result for one, trial_result in result.trial_results if one.kind == kind]
        if of_kind:
            well = sum(not trial_result.deviations for trial_result in of_kind)
            yield f"  {counted:17} {well} of {len(of_kind)}"
    for one, trial_result in result.trial_results:
        if trial_result.deviations:
            said = f" ({one.sentence})" if one.sentence else ""
            yield f"  {one.kind} {one.name}{said}"
            yield from (f"    {deviation}" for deviation in trial_result.deviations)
    yield from (f"  {sentence}" for sentence in result.unproved)

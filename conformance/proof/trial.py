"""A trial: one server of the proof before the judge, and how the verdict deviates from what has to come of it.

What has to come of each kind is written here and nowhere else:

- the *reference* is conformant, and nothing about it fails or is left open;
- a *mutant* fails exactly the requirements that it ``breaks``;
- a *liberty* is conformant, and fails exactly the SHOULDs that it ``costs``, none if it does not say;
- *nonsense* is never conformant, is never the judge's own fault, and never keeps the judge waiting.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from conformance import proof
from conformance.generation.cases import draw_cases
from conformance.http.clock import Clock
from conformance.judge.session import judge_target
from conformance.judge.suites import collect_requirements
from conformance.judge.verdict import CONFORMANT, Verdict
from conformance.proof.in_process import IN_PROCESS_URL, InProcessConnection
from conformance.proof.nonsense import NONSENSE_SERVERS, AnsweredNonsense
from conformance.proof.server import serve
from conformance.suite.choice import merge_observed

REFERENCE, MUTANT, LIBERTY, NONSENSE = KINDS = ("reference", "mutant", "liberty", "nonsense")
NONSENSE_WITHIN_S = 20  # on a busy machine; most nonsense takes less than one
SHORT_PATIENCE = {"timeout_s": 0.2, "retry_s": 0.2, "read_lag_s": 0.2}


@dataclass(frozen=True)
class Trial:
    """One server to be judged: a class that brings its own profile, or nonsense, a function that serves it."""

    api: str
    kind: str
    name: str
    server: Any = field(compare=False, repr=False)

    @property
    def sentence(self) -> str:
        """What the server does, in its own words; nonsense has no others than its name."""
        return "" if self.kind == NONSENSE else " ".join((self.server.__doc__ or "").split())


@dataclass(frozen=True)
class TrialResult:
    """What came of a trial.

    verdict: of the judge. deviations: a line for each thing that was to come out otherwise; none if all is well.
    """

    verdict: str
    deviations: tuple[str, ...]
    requests: int
    seconds: float


def list_trials(api: str) -> list[Trial]:
    """List every server of *api*'s proof: the reference, the mutants, the liberties, the nonsense.

    Raises openapi.UnknownApi if there is no such API.
    """
    return list(_collect_trials(api))


@cache
def _collect_trials(api: str) -> Sequence[Trial]:
    collect_requirements(api)
    classes = {
        REFERENCE: [proof.reference_of(api)],
        MUTANT: proof.mutants_of(api),
        LIBERTY: proof.liberties_of(api),
    }
    found = [Trial(api, kind, one.__name__, one) for kind, servers in classes.items() for one in servers]
    return [*found, *(Trial(api, NONSENSE, name, serve_it) for name, serve_it in NONSENSE_SERVERS.items())]


def run_trial(trial: Trial, on_verdict: Callable[[Verdict], None] = lambda _: None) -> TrialResult:
    """Judge the server of a trial, and compare the verdict, which *on_verdict* is called with, with what its kind has.

    What has to come of each kind is written above.
    """
    # Drawn before the clock starts: that takes seconds once, and has nothing to do with the server.
    draw_cases(trial.api)
    began = time.monotonic()
    verdict = _JUDGES[trial.kind](trial)
    seconds = time.monotonic() - began
    on_verdict(verdict)
    deviations = _RULES[trial.kind](verdict, trial)
    if (
        trial.kind == NONSENSE
        and (waited_s := _clock_of(trial.server).monotonic() - began) >= NONSENSE_WITHIN_S
    ):
        deviations.append(f"kept the judge waiting for {waited_s:.0f} s")
    return TrialResult(verdict.verdict, tuple(deviations), verdict.requests, seconds)


def judge_over_http(server: Any, **options: Any) -> Verdict:
    """Judge a server that brings its own profile; *options* are those of judge_target."""
    with serve(server) as url:
        return judge_target(server.profile(url), **options)


def judge_in_process(server: Any, profile: Mapping[str, Any] | None = None, **options: Any) -> Verdict:
    """Judge a server by calling it, by its own profile unless another is given; *options* are those of judge_target."""
    connect = partial(InProcessConnection, server)
    return judge_target(profile or server.profile(IN_PROCESS_URL), make_connection=connect, **options)


def judge_nonsense(server: Any, make_profile: Callable[[str], Mapping[str, Any]]) -> Verdict:
    """Judge nonsense by the profile made for its base URL, with little patience."""
    # Much of it is silence, and waiting ten seconds for that proves no more than waiting a little.
    if _is_called(server):
        return judge_in_process(server, {**make_profile(IN_PROCESS_URL), "patience": SHORT_PATIENCE})
    with server() as url:
        return judge_target({**make_profile(url), "patience": SHORT_PATIENCE})


def find_unproved(api: str) -> list[str]:
    """Say which MUSTs and SHOULDs of *api* no mutant breaks alone, and what mutants break that there is not."""
    asked = {_remove_api(one.id) for one in collect_requirements(api) if one.level != "OBSERVED"}
    breaks = [mutant.breaks for mutant in proof.mutants_of(api)]
    alone = {next(iter(broken)) for broken in breaks if len(broken) == 1}
    unknown = frozenset().union(*breaks) - asked
    return [
        *(f"no mutant breaks only {id_}" for id_ in sorted(asked - alone)),
        *(f"a mutant breaks {id_}, which is no MUST or SHOULD" for id_ in sorted(unknown)),
    ]


def _judge_reference(trial: Trial) -> Verdict:
    return judge_over_http(trial.server())


def _judge_variant(trial: Trial) -> Verdict:
    # Only what changes how an answer travels is worth a connection: calls take a third of the time.
    return (judge_over_http if trial.server.needs_connection else judge_in_process)(trial.server())


def _judge_nonsense(trial: Trial) -> Verdict:
    return judge_nonsense(trial.server, proof.reference_of(trial.api)().profile)


def _is_called(server: Any) -> bool:
    return isinstance(server, AnsweredNonsense) and not server.needs_connection


def _clock_of(server: Any) -> Clock:
    """Return the clock by which nonsense keeps the judge waiting: what was skipped counts, too."""
    return server.clock if _is_called(server) else Clock()


def _check_reference(verdict: Verdict, _: Trial) -> list[str]:
    return [
        *_list_results(verdict, "failed", "inconclusive", "not_tested"),
        *_check_conformant(verdict),
    ]


def _check_mutant(verdict: Verdict, trial: Trial) -> list[str]:
    failed = {_remove_api(id_) for id_ in verdict.ids("failed")}
    breaks: frozenset[str] = trial.server.breaks
    missed = [f"{id_} was to fail and is {_describe_status(verdict, id_)}" for id_ in sorted(breaks - failed)]
    return [*missed, *(f"{id_} {_describe_status(verdict, id_)}, too" for id_ in sorted(failed - breaks))]


def _check_liberty(verdict: Verdict, trial: Trial) -> list[str]:
    failed = {_remove_api(id_) for id_ in verdict.ids("failed")}
    costs: frozenset[str] = trial.server.costs
    return [
        *(f"{id_} {_describe_status(verdict, id_)}" for id_ in sorted(failed - costs)),
        *(f"{id_} was to fail and is {_describe_status(verdict, id_)}" for id_ in sorted(costs - failed)),
        *_check_alternatives(verdict, trial.server.takes),
        *_check_conformant(verdict),
    ]


def _check_alternatives(verdict: Verdict, takes: frozenset[str]) -> list[str]:
    seen = merge_observed(one.observed for one in verdict.results)
    named = {id_: one.alternative for id_, one in seen.items()}
    wanted = dict(one.split("=") for one in sorted(takes))
    return [
        f"{id_} was to be seen as {name} and is {named.get(id_)}"
        for id_, name in wanted.items()
        if named.get(id_) != name
    ]


def _check_nonsense(verdict: Verdict, _: Trial) -> list[str]:
    accepted = [] if verdict.exit_status in (1, 3) else [f"is {verdict.verdict}: {verdict.reason}"]
    faults = [
        f"{_remove_api(one.requirement.id)}: {one.reason}" for one in verdict.results if one.is_our_fault
    ]
    return accepted + faults


_JUDGES: Mapping[str, Callable[[Trial], Verdict]] = {
    REFERENCE: _judge_reference,
    MUTANT: _judge_variant,
    LIBERTY: _judge_variant,
    NONSENSE: _judge_nonsense,
}
_RULES: Mapping[str, Callable[[Verdict, Trial], list[str]]] = {
    REFERENCE: _check_reference,
    MUTANT: _check_mutant,
    LIBERTY: _check_liberty,
    NONSENSE: _check_nonsense,
}


def _check_conformant(verdict: Verdict) -> list[str]:
    return [] if verdict.verdict == CONFORMANT else [f"is {verdict.verdict}: {verdict.reason}"]


def _list_results(verdict: Verdict, *statuses: str) -> list[str]:
    return [
        f"{_remove_api(one.requirement.id)} {one.status}: {one.reason}"
        for one in verdict.results
        if one.status in statuses
    ]


def _describe_status(verdict: Verdict, id_: str) -> str:
    found = [one for one in verdict.results if _remove_api(one.requirement.id) == id_]
    if not found:
        return "unknown to the judge"
    return f"{found[0].status}: {found[0].reason}" if found[0].reason else found[0].status


def _remove_api(id_: str) -> str:
    return id_.partition("/")[2]

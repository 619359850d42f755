"""A trial: one server of the proof before the judge, and how what came of it deviates from what has to.

What has to come of each kind is written here and nowhere else:

- the *reference* is conformant, and nothing about it fails or is inconclusive;
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
from conformance.judge.session import judge_target
from conformance.judge.suites import collect_requirements
from conformance.judge.verdict import CONFORMANT, Verdict
from conformance.proof.nonsense import NONSENSE
from conformance.proof.serving import InProcess, serve

REFERENCE, MUTANT, LIBERTY, NOTHING = KINDS = ("reference", "mutant", "liberty", "nonsense")
WITHIN_S = 20  # on a busy machine; most nonsense takes less than one
HASTE = {"timeout_s": 0.2, "retry_s": 0.2}


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
        return "" if self.kind == NOTHING else " ".join((self.server.__doc__ or "").split())


@dataclass(frozen=True)
class Finding:
    """What came of a trial.

    verdict: of the judge. deviations: a line for each thing that was to come out otherwise; none if all is well.
    """

    verdict: str
    deviations: tuple[str, ...]
    requests: int
    seconds: float


def trials(api: str) -> list[Trial]:
    """List every server of *api*'s proof: the reference, the mutants, the liberties, the nonsense.

    Raises openapi.UnknownApi if there is no such API.
    """
    return list(_trials(api))


@cache
def _trials(api: str) -> Sequence[Trial]:
    collect_requirements(api)
    classes = {
        REFERENCE: [proof.reference_of(api)],
        MUTANT: proof.mutants_of(api),
        LIBERTY: proof.liberties_of(api),
    }
    found = [Trial(api, kind, one.__name__, one) for kind, servers in classes.items() for one in servers]
    return [*found, *(Trial(api, NOTHING, name, served) for name, served in NONSENSE.items())]


def hold(trial: Trial) -> Finding:
    """Judge the server of a trial, and compare what came of it with what has to."""
    began = time.monotonic()
    verdict = _HOW[trial.kind](trial)
    seconds = time.monotonic() - began
    deviations = _RULES[trial.kind](verdict, trial)
    if trial.kind == NOTHING and seconds >= WITHIN_S:
        deviations.append(f"kept the judge waiting for {seconds:.0f} s")
    return Finding(verdict.verdict, tuple(deviations), verdict.requests, seconds)


def judged(server: Any, **options: Any) -> Verdict:
    """Judge a server that brings its own profile; *options* are those of judge.session.judge_target."""
    with serve(server) as url:
        return judge_target(server.profile(url), **options)


def unproved(api: str) -> list[str]:
    """Say which MUSTs and SHOULDs of *api* no mutant breaks alone, and what mutants break that there is not."""
    asked = {_short(one.id) for one in collect_requirements(api) if one.level != "OBSERVED"}
    breaks = [mutant.breaks for mutant in proof.mutants_of(api)]
    alone = {next(iter(broken)) for broken in breaks if len(broken) == 1}
    unknown = frozenset().union(*breaks) - asked
    return [
        *(f"no mutant breaks only {id_}" for id_ in sorted(asked - alone)),
        *(f"a mutant breaks {id_}, which is no MUST or SHOULD" for id_ in sorted(unknown)),
    ]


def _judged(trial: Trial) -> Verdict:
    return judged(trial.server())


def _judged_by_calls(trial: Trial) -> Verdict:
    """Judge a server by calls, unless it changes how an answer travels, or when, for which it needs a connection."""
    server = trial.server()
    is_of_wire = trial.server.answer is not proof.reference_of(
        trial.api
    ).answer or "patience" in server.profile("")
    return judged(server) if is_of_wire else judged(server, make_connection=partial(InProcess, server))


def _judged_in_haste(trial: Trial) -> Verdict:
    with trial.server() as url:
        return judge_target({**proof.reference_of(trial.api)().profile(url), "patience": HASTE})


def _of_reference(verdict: Verdict, _: Trial) -> list[str]:
    return [*_each(verdict, "failed", "inconclusive", "not_tested"), *_not_conformant(verdict)]


def _of_mutant(verdict: Verdict, trial: Trial) -> list[str]:
    failed = {_short(id_) for id_ in verdict.ids("failed")}
    breaks: frozenset[str] = trial.server.breaks
    spared = [f"{id_} was to fail and is {_status(verdict, id_)}" for id_ in sorted(breaks - failed)]
    return [*spared, *(f"{id_} {_status(verdict, id_)}, too" for id_ in sorted(failed - breaks))]


def _of_liberty(verdict: Verdict, trial: Trial) -> list[str]:
    failed = {_short(id_) for id_ in verdict.ids("failed")}
    costs: frozenset[str] = getattr(trial.server, "costs", frozenset())
    return [
        *(f"{id_} {_status(verdict, id_)}" for id_ in sorted(failed - costs)),
        *(f"{id_} was to fail and is {_status(verdict, id_)}" for id_ in sorted(costs - failed)),
        *_not_conformant(verdict),
    ]


def _of_nonsense(verdict: Verdict, _: Trial) -> list[str]:
    accepted = [] if verdict.exit_status in (1, 3) else [f"is {verdict.verdict}: {verdict.reason}"]
    faults = [f"{_short(one.requirement.id)}: {one.reason}" for one in verdict.results if one.is_our_fault]
    return accepted + faults


_RULES: Mapping[str, Callable[[Verdict, Trial], list[str]]] = {
    REFERENCE: _of_reference,
    MUTANT: _of_mutant,
    LIBERTY: _of_liberty,
    NOTHING: _of_nonsense,
}


_HOW: Mapping[str, Callable[[Trial], Verdict]] = {
    REFERENCE: _judged,
    MUTANT: _judged_by_calls,
    LIBERTY: _judged_by_calls,
    NOTHING: _judged_in_haste,
}


def _not_conformant(verdict: Verdict) -> list[str]:
    return [] if verdict.verdict == CONFORMANT else [f"is {verdict.verdict}: {verdict.reason}"]


def _each(verdict: Verdict, *statuses: str) -> list[str]:
    return [
        f"{_short(one.requirement.id)} {one.status}: {one.reason}"
        for one in verdict.results
        if one.status in statuses
    ]


def _status(verdict: Verdict, id_: str) -> str:
    found = [one for one in verdict.results if _short(one.requirement.id) == id_]
    if not found:
        return "unknown to the judge"
    return f"{found[0].status}: {found[0].reason}" if found[0].reason else found[0].status


def _short(id_: str) -> str:
    return id_.partition("/")[2]

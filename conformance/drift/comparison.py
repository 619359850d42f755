"""A target and a stub of it, asked the same: what both answer alike, and what is behind the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance.assertions.outcome import RunStopped
from conformance.drift.difference import Difference, find_differences, name_operation
from conformance.drift.explanation import ChosenApart, Explanations, list_chosen_alike, list_chosen_apart
from conformance.drift.occasion import Occasions
from conformance.drift.operations import Operations
from conformance.drift.replay import AnsweredPair, replay_exchanges
from conformance.http.connection import HttpConnection
from conformance.http.evidence import Exchange
from conformance.http.redaction import Redaction
from conformance.judge.choices import TakenChoice, list_taken
from conformance.judge.result import Result
from conformance.judge.session import CannotRun, TargetSession, judge_target, make_redaction
from conformance.judge.suites import suite_of
from conformance.judge.verdict import Verdict
from conformance.suite.choice import merge_observed
from conformance.suite.mode import Mode
from conformance.suite.requirement import Requirement
from conformance.target.profile import AnyTarget

_STUB_WITHIN_S = 120


@dataclass(frozen=True)
class DifferenceGroup:
    """A difference that requests have in common, and what is behind it.

    choices: those of which one explains it; none if no choice does. promise: what of the contract one of the answers
    breaks, if no choice explains it. exchanges: of the target.
    """

    difference: Difference
    choices: tuple[str, ...]
    promise: str | None
    exchanges: list[Exchange] = field(default_factory=list)


@dataclass(frozen=True)
class Comparison:
    """What came of asking both the same.

    verdict: on the target. redaction: knows the credentials of both. compared, equal, same_status: how many
    requests. apart: the choices that both take differently.
    """

    verdict: Verdict
    stub_url: str
    redaction: Redaction
    compared: int
    equal: int
    same_status: int
    apart: Sequence[ChosenApart]
    groups: Sequence[DifferenceGroup]

    @property
    def share(self) -> float | None:
        """The part of the requests that both answer alike; None if none was compared."""
        return self.equal / self.compared if self.compared else None

    @property
    def stopped(self) -> str | None:
        """Why the run of the target has ended early; None if it has not."""
        return self.verdict.stopped or self.verdict.ended_by

    @property
    def shortfall(self) -> str | None:
        """Why what was compared tells nothing of the whole; None if it does."""
        if self.stopped:
            return f"the run of the target has ended early: {self.stopped}"
        return None if self.compared else "nothing was compared"

    @property
    def has_broken_promise(self) -> bool:
        """Whether something differs that the contract promises and no choice explains."""
        return any(group.promise for group in self.groups)

    @property
    def left_out(self) -> int:
        """How many requirements the mode of the run left out."""
        return sum(one.was_left_out for one in self.verdict.results)


def compare_with_stub(
    target: AnyTarget,
    stub: AnyTarget,
    *,
    seed: int = 0,
    mode: Mode = Mode.FULL,
    budget_s: float,
    on_start: Callable[[Requirement], None] = lambda _: None,
    on_result: Callable[[Result], None] = lambda _: None,
    connect_target: Callable[..., HttpConnection] = HttpConnection,
    connect_stub: Callable[..., HttpConnection] = HttpConnection,
) -> Comparison:
    """Judge *target*, send *stub* all that it got, and compare the answers; then judge *stub* for its choices.

    budget_s: for the run of the target. on_start, on_result: called as judge_target does, for the target.
    Raises CannotRun if one of both cannot be judged, or if the stub is gone before the end.
    """
    _check_presence(stub, mode, connect_stub)
    callbacks = {"on_start": on_start, "on_result": on_result}
    verdict = _judge_server(target, "target", budget_s, seed, mode, connect_target, **callbacks)
    redaction = make_redaction(suite_of(target))
    for secret in (*target.secrets(), *stub.secrets()):
        redaction.conceal(secret.reveal(), secret.name)
    try:
        pairs = list(
            replay_exchanges(verdict.exchanges, target, stub, redaction, _STUB_WITHIN_S, connect_stub)
        )
    except RunStopped as stop:
        raise CannotRun(f"the stub: {stop}") from None
    taken = _list_taken(verdict)
    # Not before: what a run leaves behind would be in the answers.
    taken_by_stub = _list_taken(_judge_stub(stub, seed, mode, connect_stub)) if taken else []
    apart = list_chosen_apart(taken, taken_by_stub)
    of_target, of_stub = Operations(target, _map_chosen(taken)), Operations(stub, _map_chosen(taken_by_stub))
    found = {id(one.target): find_differences(one, of_target, of_stub) for one in pairs}
    alike = list_chosen_alike(taken, taken_by_stub)
    answers = Counter(
        (name_operation(one, of_target, of_stub), one.target.status)
        for one in pairs
        if one.target.status == one.stub.status
    )
    occasions = Occasions(of_target.spec)
    explanations = Explanations(apart, alike, verdict.results, found, answers, occasions)
    groups = _group_differences(pairs, found, explanations, of_target, of_stub)
    equal = sum(not differences for differences in found.values())
    return Comparison(verdict, stub.base_url, redaction, len(pairs), equal, answers.total(), apart, groups)


def _check_presence(stub: AnyTarget, mode: Mode, connect: Callable[..., HttpConnection]) -> None:
    """Raise CannotRun if *stub* cannot be judged: a run of the target may take minutes."""
    with TargetSession(suite_of(stub), mode=mode, make_connection=connect) as session:
        if trouble := session.preflight():
            raise CannotRun(f"the stub: {trouble}")


def _judge_stub(stub: AnyTarget, seed: int, mode: Mode, connect: Callable[..., HttpConnection]) -> Verdict:
    """Judge *stub*; raises CannotRun if it is gone before the end."""
    verdict = _judge_server(stub, "stub", _STUB_WITHIN_S, seed, mode, connect)
    if trouble := verdict.stopped or verdict.ended_by:
        raise CannotRun(f"the stub: {trouble}")
    return verdict


def _judge_server(
    target: AnyTarget,
    what: str,
    budget_s: float,
    seed: int,
    mode: Mode,
    connect: Callable[..., HttpConnection],
    **callbacks: Any,
) -> Verdict:
    """Judge *target*; raises CannotRun if nothing could be asked of it, and KeyboardInterrupt after one."""
    within_s = min(budget_s, target.patience.budget_s or budget_s)
    verdict = judge_target(
        target, seed=seed, mode=mode, budget_s=within_s, make_connection=connect, **callbacks
    )
    if verdict.was_interrupted:
        raise KeyboardInterrupt
    if verdict.stopped and not any(one.was_asked for one in verdict.results):
        raise CannotRun(f"the {what}: {verdict.stopped}")
    return verdict


def _list_taken(verdict: Verdict) -> list[TakenChoice]:
    return list_taken(verdict.api, merge_observed(one.observed for one in verdict.results))


def _map_chosen(taken: Iterable[TakenChoice]) -> dict[str, str]:
    return {one.choice.id: one.alternative for one in taken if one.alternative and one.is_named}


def _group_differences(
    pairs: Iterable[AnsweredPair],
    found: Mapping[int, Sequence[Difference]],
    explanations: Explanations,
    of_target: Operations,
    of_stub: Operations,
) -> list[DifferenceGroup]:
    """Put the requests that differ in the same, for the same reason, together; the most frequent come first."""
    groups: dict[tuple[Difference, tuple[str, ...], str | None], DifferenceGroup] = {}
    for pair in pairs:
        for difference in found[id(pair.target)]:
            choices = explanations.explain(pair.target, difference)
            promise = None if choices else _find_broken_promise(pair, of_target, of_stub)
            key = difference, choices, promise
            group = groups.setdefault(key, DifferenceGroup(difference, choices, promise))
            group.exchanges.append(pair.target)
    return sorted(groups.values(), key=lambda one: len(one.exchanges), reverse=True)


def _find_broken_promise(pair: AnsweredPair, of_target: Operations, of_stub: Operations) -> str | None:
    """Say which of two answers is not what the contract promises, and in what; None if both are."""
    is_status_alike = pair.target.status == pair.stub.status
    for who, operations, exchange in (
        ("the target", of_target, pair.target),
        ("the stub", of_stub, pair.stub),
    ):
        if broken := operations.find_broken_promise(exchange, is_status_alike=is_status_alike):
            return f"{who}: {broken}"
    return None

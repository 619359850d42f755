"""Exploration: exams of random seeds after a verdict, judged by the same requirements, never part of it."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from conformance.assertions.outcome import DoesNotConform, Outcome, RunStopped
from conformance.generation.case import Case, CaseSet
from conformance.generation.cases import TooFewCases
from conformance.http.client import Client
from conformance.http.pacing import Budget
from conformance.judge import interrupt
from conformance.judge.finding import Finding
from conformance.judge.result import make_result
from conformance.judge.session import client_options, make_redaction
from conformance.judge.suites import Suite
from conformance.suite.driver import CaseResult, Driver
from conformance.suite.requirement import Requirement
from conformance.suite.run import Run

_FINDINGS_EACH = 3  # findings of one requirement, then it is asked no more
_SHRINKING_TRIES = 250  # to make one finding small: so many requests
_SHRINKING_REPEATS = (
    4 * _SHRINKING_TRIES
)  # and so many tries of what is known already, which take time as well
_RESTORE_WITHIN_S = 2.0

Clock = Callable[[], float]


class TimeIsUp(BaseException):
    """Ends whatever is being asked; no Exception, so that nothing on the way takes it for an answer."""


class _TooManyTries(BaseException):
    """Ends the search for a smaller request."""


class ExplorationBudget(Budget):
    """The time until *until*, a moment of *clock*."""

    def __init__(self, clock: Clock, until: float) -> None:
        super().__init__()
        self.until = until
        self._monotonic = clock

    def remaining_s(self) -> float:
        """Return the seconds that are left; raises TimeIsUp if none are, KeyboardInterrupt if one was lost."""
        # Hypothesis, for one, may take the KeyboardInterrupt that ends us for a failure of what it tries.
        if interrupt.take_interrupt():
            raise KeyboardInterrupt
        left = self.until - self._monotonic()
        if left <= 0:
            raise TimeIsUp
        return left

    def describe(self) -> str:
        """Name the budget, for a sentence."""
        return "the time for exploring"

    def exhausted_outcome(self) -> BaseException:
        """Return what is raised when it is used up."""
        return TimeIsUp()


class Exploration:
    """Goes on where a verdict has ended, for *for_s* seconds of *clock*.

    seeds: of the exams to sit; random ones if they are left out. stopped: why it ended before its time.
    """

    def __init__(
        self,
        suite: Suite,
        for_s: float,
        *,
        clock: Clock = time.monotonic,
        seeds: Iterator[int] | None = None,
    ) -> None:
        self.findings: list[Finding] = []
        self.exam_count = 0
        self.stopped: str | None = None
        self.redaction = make_redaction(suite)
        self._suite = suite
        self._clock = clock
        self._seeds = iter(lambda: secrets.randbelow(2**31), None) if seeds is None else seeds
        self._budget = ExplorationBudget(clock, clock() + for_s)
        self._client = Client(
            suite.target.base_url, self.redaction, budget=self._budget, **client_options(suite.target)
        )
        self._requirements = [
            one for one in suite.requirements() if one.is_examined and one.level != "OBSERVED"
        ]
        self._findings_of: Counter[str] = Counter()
        self._drawing_s = 0.0
        self._last_driver: Driver | None = None

    @property
    def request_count(self) -> int:
        """How many requests were sent."""
        return self._client.request_count

    def run(self, on_finding: Callable[[Finding], None] = lambda _: None) -> None:
        """Explore until the time is up or somebody interrupts; *on_finding* is called with each finding at once."""
        try:
            for seed in self._seeds:
                if self._budget.remaining_s() < self._drawing_s:
                    break
                self._explore(seed, on_finding)
        except TimeIsUp:
            pass
        except KeyboardInterrupt:
            self.stopped = "interrupted"
            interrupt.take_interrupt()
        except RunStopped as silence:
            self.stopped = self.redaction.show_line(str(silence))
        finally:
            self._restore()

    def _explore(self, seed: int, on_finding: Callable[[Finding], None]) -> None:
        began = self._clock()
        try:
            exam = self._suite.draw_cases(seed, self._budget.remaining_s)
        except TooFewCases:
            return
        self._drawing_s = self._clock() - began
        driver = self._last_driver = self._make_driver(seed, exam)
        broken = [
            found for asked in self._requirements if (found := self._find_violation(asked, driver, seed))
        ]
        # By identity: two exchanges may be alike in all that they show, and only one of them is at fault.
        cases = {id(one.answer.exchange): one.case for one in _send_cases(driver)}
        self.exam_count += 1
        for found in broken:
            case = cases.get(id(found.exchange))
            found = replace(found, case=case)
            try:
                found = self._find_culprit(found, [case] if case else exam.cases)
            finally:  # when the time is up, what was found counts, though it was not made small
                self._report_finding(found, on_finding)

    def _report_finding(self, found: Finding | None, on_finding: Callable[[Finding], None]) -> None:
        if found and found.shape not in {one.shape for one in self.findings}:
            self.findings.append(found)
            on_finding(found)

    def _find_culprit(self, found: Finding, suspects: Sequence[Case]) -> Finding | None:
        """Find the request that is at fault and make it small; None if the fault is not one of the exam's."""
        asked, seed = found.requirement, found.seed
        self._findings_of[asked.id] += 1
        # Broken without any generated request, it is the verdict's to tell.
        is_of_others = self._ask_with_only(asked, seed, None) is not None
        if is_of_others or self._findings_of[asked.id] >= _FINDINGS_EACH:
            self._requirements.remove(asked)
        if is_of_others:
            return None
        culprit = next((case for case in suspects if self._ask_with_only(asked, seed, case)), None)
        if culprit is None:
            return replace(found, case=None)
        return self._shrink_finding(found, culprit)

    def _shrink_finding(self, found: Finding, culprit: Case) -> Finding:
        best = replace(found, case=culprit)
        known: dict[str, bool] = {}
        repeats = 0

        def is_wrong(case: Case) -> bool:
            nonlocal best, repeats
            self._budget.remaining_s()  # raises when the time is up, which a try that sends nothing would not notice
            if (facts := repr(case)) in known:
                repeats += 1
            elif len(known) < _SHRINKING_TRIES:
                wrong = self._ask_with_only(found.requirement, found.seed, case)
                known[facts] = wrong is not None
                if wrong and _measure_case(case) <= _measure_case(best.case):
                    best = replace(wrong, case=case, is_shrunk=_measure_case(case) < _measure_case(culprit))
            else:
                raise _TooManyTries
            if repeats > _SHRINKING_REPEATS:
                raise _TooManyTries
            return known[facts]

        with suppress(_TooManyTries, TimeIsUp):
            self._suite.shrink_case(culprit, found.seed, is_wrong)
        return best

    def _ask_with_only(self, asked: Requirement, seed: int, case: Case | None) -> Finding | None:
        """Ask one requirement of an exam that has but this case, or none."""
        cases = (case,) if case else ()
        return self._find_violation(asked, self._make_driver(seed, CaseSet(cases, "")), seed)

    def _make_driver(self, seed: int, exam: CaseSet) -> Driver:
        self._client.forget_everything()
        return self._suite.make_driver(self._client, Run(lambda _: exam, seed))

    def _find_violation(self, asked: Requirement, driver: Driver, seed: int) -> Finding | None:
        self._client.start_evidence()
        try:
            asked.function(driver)
        except DoesNotConform as error:
            found = make_result(asked, error, self._client)
            if found.status == "inconclusive":
                return None
            expected, got = str(found.expected), str(found.got)
            return Finding(asked, seed, None, False, expected, got, found.at_fault, found.member_name)
        except RunStopped:
            raise
        except Outcome:
            pass
        return None

    def _restore(self) -> None:
        self._budget.until = self._clock() + _RESTORE_WITHIN_S
        if self._last_driver is not None:
            with suppress(Outcome, TimeIsUp, KeyboardInterrupt):
                self._last_driver.restore()
        self._client.close()


def _send_cases(driver: Driver) -> Sequence[CaseResult]:
    # Requirements have sent them already, so this asks nothing new unless none could be asked.
    try:
        return driver.case_results()
    except Outcome:
        return []


def _measure_case(case: Case | None) -> tuple[int, int]:
    if case is None:
        return (0, 0)
    others = sum(len(f"{name}{value}") for name, value in (*case.path.items(), *case.query.items()))
    return (len(case.content or b""), others)

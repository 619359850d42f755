"""Exploration: exams of random seeds after a verdict, judged by the same requirements, never part of it."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conformance.assertions.outcome import DoesNotConform, Outcome, Stopped
from conformance.generation.case import Case, CaseSet
from conformance.generation.cases import TooFewCases
from conformance.http.client import Client
from conformance.http.evidence import Exchange
from conformance.http.pacing import Budget
from conformance.http.redaction import Redaction
from conformance.judge import interrupt
from conformance.judge.result import make_result
from conformance.judge.session import client_options
from conformance.judge.suites import Suite
from conformance.suite.driver import CaseResult, Driver
from conformance.suite.requirement import Requirement
from conformance.suite.run import Run

FOLDER = "candidates"
_EACH = 3  # findings of one requirement, then it is asked no more
_TRIES = 250  # to make one finding small
_LEAVING_S = 2.0

Clock = Callable[[], float]


class TimeIsUp(BaseException):
    """Ends whatever is being asked; no Exception, so that nothing on the way takes it for an answer."""


class _Enough(BaseException):
    """Ends the search for a smaller request."""


@dataclass(frozen=True)
class Finding:
    """A generated request that a target is condemned for.

    case: the smallest found, None if no single request shows it. is_shrunk: whether it was made smaller.
    exchange: the one at fault.
    """

    requirement: Requirement
    seed: int
    case: Case | None
    is_shrunk: bool
    expected: str
    got: str
    exchange: Exchange | None

    @property
    def shape(self) -> str:
        """What findings that are alike have in common."""
        return json.dumps([self.requirement.id, _shape(self.case)], sort_keys=True)

    @property
    def name(self) -> str:
        """A name for a file, the same for findings of the same shape."""
        return f"{self.requirement.name}-{hashlib.sha256(self.shape.encode()).hexdigest()[:8]}.json"

    @property
    def again(self) -> str:
        """The options of ``conformance run`` that repeat it."""
        return f"--seed {self.seed} --only {self.requirement.id}"

    def as_json(self, redaction: Redaction) -> dict[str, Any]:
        """Return everything that is needed to repeat it, without credentials."""
        asked = self.requirement
        return {
            "schema": 1,
            "api": asked.api,
            "requirement": asked.id,
            "level": asked.level,
            "text": asked.text,
            "source": asked.source,
            "seed": self.seed,
            "again": f"conformance run TARGET.yaml {self.again}",
            "shrunk": self.is_shrunk,
            "case": _told(self.case, redaction) if self.case else None,
            "expected": self.expected,
            "got": self.got,
            "evidence": self.exchange.as_json(self.expected, self.got) if self.exchange else None,
        }


class ExplorationBudget(Budget):
    """The time until *until*, a moment of *clock*."""

    def __init__(self, clock: Clock, until: float) -> None:
        super().__init__()
        self.until = until
        self._clock = clock

    def remaining_s(self) -> float:
        """Return the seconds that are left; raises TimeIsUp if none are, KeyboardInterrupt if one was lost."""
        if interrupt.is_asked():
            raise KeyboardInterrupt
        left = self.until - self._clock()
        if left <= 0:
            raise TimeIsUp
        return left

    def describe(self) -> str:
        """Name the budget, for a sentence."""
        return "the time for exploring"

    def outcome(self) -> BaseException:
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
        self.exams = 0
        self.stopped: str | None = None
        self.redaction = Redaction()
        self._suite = suite
        self._clock = clock
        self._seeds = iter(lambda: secrets.randbelow(2**31), None) if seeds is None else seeds
        self._budget = ExplorationBudget(clock, clock() + for_s)
        self._client = Client(
            suite.target.base_url, self.redaction, budget=self._budget, **client_options(suite.target)
        )
        self._asked = [one for one in suite.requirements() if one.is_examined and one.level != "OBSERVED"]
        self._spent: Counter[str] = Counter()
        self._drawing_s = 0.0
        self._latest: Driver | None = None

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._client.request_count

    def run(self, heard: Callable[[Finding], None] = lambda _: None) -> None:
        """Explore until the time is up or somebody interrupts; *heard* is told each finding at once."""
        try:
            for seed in self._seeds:
                if self._budget.remaining_s() < self._drawing_s:
                    break
                self._explore(seed, heard)
        except TimeIsUp:
            pass
        except KeyboardInterrupt:
            self.stopped = "interrupted"
            interrupt.is_asked()
        except Stopped as silence:
            self.stopped = self.redaction(str(silence))
        finally:
            self._leave()

    def _explore(self, seed: int, heard: Callable[[Finding], None]) -> None:
        began = self._clock()
        try:
            exam = self._suite.draw_cases(seed)
        except TooFewCases:
            return
        self._drawing_s = self._clock() - began
        api = self._latest = self._api(seed, exam)
        broken = [found for asked in self._asked if (found := self._violation(asked, api, seed))]
        cases = {id(one.answer.exchange): one.case for one in _results_so_far(api)}
        self.exams += 1
        for found in broken:
            case = cases.get(id(found.exchange))
            found = replace(found, case=case)
            try:
                found = self._settled(found, [case] if case else exam.cases)
            finally:  # what was found is told all the same when the time is up, though not made small
                self._tell(found, heard)

    def _tell(self, found: Finding | None, heard: Callable[[Finding], None]) -> None:
        if found and found.shape not in {one.shape for one in self.findings}:
            self.findings.append(found)
            heard(found)

    def _settled(self, found: Finding, suspects: Sequence[Case]) -> Finding | None:
        """Find the request that is at fault and make it small; None if the fault is not one of the exam's."""
        asked, seed = found.requirement, found.seed
        self._spent[asked.id] += 1
        is_of_others = self._alone(asked, seed, None) is not None
        if is_of_others or self._spent[asked.id] >= _EACH:
            self._asked.remove(asked)
        if is_of_others:
            return None
        culprit = next((case for case in suspects if self._alone(asked, seed, case)), None)
        if culprit is None:
            return replace(found, case=None)
        return self._small(found, culprit)

    def _small(self, found: Finding, culprit: Case) -> Finding:
        best = replace(found, case=culprit)
        tries = 0

        def is_wrong(case: Case) -> bool:
            nonlocal best, tries
            tries += 1
            if tries > _TRIES:
                raise _Enough
            wrong = self._alone(found.requirement, found.seed, case)
            if wrong and _size(case) <= _size(best.case):
                best = replace(wrong, case=case, is_shrunk=_size(case) < _size(culprit))
            return wrong is not None

        with suppress(_Enough, TimeIsUp):
            self._suite.shrink_case(culprit, found.seed, is_wrong)
        return best

    def _alone(self, asked: Requirement, seed: int, case: Case | None) -> Finding | None:
        """Ask one requirement of an exam that has but this case, or none."""
        cases = (case,) if case else ()
        return self._violation(asked, self._api(seed, CaseSet(cases, "")), seed)

    def _api(self, seed: int, exam: CaseSet) -> Driver:
        self._client.forget_everything()
        return self._suite.make_driver(self._client, Run(lambda _: exam, seed))

    def _violation(self, asked: Requirement, driver: Driver, seed: int) -> Finding | None:
        self._client.start_evidence()
        try:
            asked.function(driver)
        except DoesNotConform as error:
            found = make_result(asked, error, self._client)
            return Finding(asked, seed, None, False, str(found.expected), str(found.got), found.at_fault)
        except Stopped:
            raise
        except Outcome:
            pass
        return None

    def _leave(self) -> None:
        self._budget.until = self._clock() + _LEAVING_S
        if self._latest is not None:
            with suppress(Outcome, TimeIsUp, KeyboardInterrupt):
                self._latest.restore()
        self._client.close()


def save(finding: Finding, folder: Path, redaction: Redaction) -> Path:
    """Write *finding* as a candidate for a requirement or a bug report into *folder*.

    Raises OSError if that cannot be done.
    """
    file = folder / FOLDER / finding.name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(finding.as_json(redaction), indent=1) + "\n", encoding="utf-8")
    return file


def _results_so_far(driver: Driver) -> Sequence[CaseResult]:
    try:
        return driver.case_results()
    except Outcome:
        return []


def _size(case: Case | None) -> tuple[int, int]:
    if case is None:
        return (0, 0)
    others = sum(len(f"{name}{value}") for name, value in (*case.path.items(), *case.query.items()))
    return (len(case.content or b""), others)


def _shape(case: Case | None) -> Any:
    if case is None:
        return None
    body = _kinds(case.json) if case.has_json else case.content is not None
    return [case.operation, case.mode, body, sorted(case.query)]


def _kinds(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _kinds(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_kinds(value[0])] if value else []
    return "number" if type(value) in (int, float) else type(value).__name__


def _told(case: Case, redaction: Redaction) -> dict[str, Any]:
    content = case.content or b""
    return {
        "number": case.number,
        "mode": case.mode,
        "operation": case.operation,
        "path": {name: redaction(value) for name, value in case.path.items()},
        "query": {name: redaction(value) for name, value in case.query.items()},
        "body": None if case.content is None else redaction(content.decode("utf-8", "backslashreplace")),
        "flaws": list(case.flaws),
    }

"""The verdict: what a run against one target comes to.

``judge(profile)`` is the judge as a function; the command line and our own proofs call it alike.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance import DISTRIBUTION
from conformance.assertions.outcome import Outcome, Unjudgeable, Unreachable
from conformance.http.client import Client
from conformance.http.connection import HttpConnection
from conformance.http.evidence import Exchange, escape_controls
from conformance.http.pacing import BUSY_STATUSES
from conformance.http.redaction import Redaction
from conformance.http.response import Response
from conformance.judge import engine as plugin
from conformance.judge import interrupt, waiver
from conformance.judge.engine import Result
from conformance.judge.waiver import Waiver
from conformance.suite import requirement
from conformance.suite.mode import Mode
from conformance.suite.requirement import Requirement
from conformance.suite.run import Run
from conformance.target import profile as target
from conformance.target.profile import AnyTarget

if TYPE_CHECKING:
    from conformance.generation.cases import Exam

CONFORMANT, NOT_CONFORMANT, NO_VERDICT = "conformant", "not_conformant", "no_verdict"
EXIT = {CONFORMANT: 0, NOT_CONFORMANT: 1, NO_VERDICT: 3}
_PUT_BACK_WITHIN_S = 5


class CannotRun(RuntimeError):
    """Judging is impossible, in this interpreter or of this target; the message says why."""


@dataclass
class Verdict:
    """What came of a run.

    reason: why there is no verdict, or what it rests on. stopped: why not everything was asked.
    exchanges: every one of the run, in the order they ended. waiver_faults: what is to be done with waivers
    that have expired or excuse nothing, in sentences. notes: what else is to be known about the run, in sentences.
    """

    api: str
    base_url: str
    seed: int
    is_partial: bool
    is_strict: bool
    mode: Mode
    started: datetime
    seconds: float = 0.0
    requests: int = 0
    results: list[Result] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    waiver_faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stopped: str | None = None
    was_interrupted: bool = False
    exam: Exam | None = None
    exam_accepted: int | None = None
    document_sha256: str | None = None

    @property
    def counts(self) -> Counter[str]:
        """How many requirements came to each status."""
        return Counter(result.status for result in self.results)

    def ids(self, status: str, *levels: str) -> list[str]:
        """List the requirements of that status, of these *levels* or of any."""
        return [
            result.requirement.id
            for result in self.results
            if result.status == status and (not levels or result.requirement.level in levels)
        ]

    @property
    def has_asked_all(self) -> bool:
        """Whether every requirement was asked: none was left out, and nothing stopped the run in the middle."""
        is_cut = any((result.reason or "").startswith("not asked: ") for result in self.results)
        return not (self.is_partial or self.stopped or is_cut)

    @property
    def musts_tested(self) -> tuple[int, int]:
        """How many MUSTs were tested, out of how many."""
        tested = sum(len(self.ids(status, "MUST")) for status in ("passed", "failed", "waived"))
        return tested, sum(result.requirement.level == "MUST" for result in self.results)

    @property
    def verdict(self) -> str:
        """One of conformant, not_conformant and no_verdict."""
        return self._conclusion[0]

    @property
    def reason(self) -> str:
        """What the verdict rests on, in a sentence."""
        return self._conclusion[1]

    @property
    def exit_status(self) -> int:
        """0, 1 or 3, or 130 after an interrupt."""
        return interrupt.STATUS if self.was_interrupted else EXIT[self.verdict]

    @property
    def _conclusion(self) -> tuple[str, str]:
        levels = ("MUST", "SHOULD") if self.is_strict else ("MUST",)
        named = " or ".join(levels)
        if failed := self.ids("failed", *levels):
            return NOT_CONFORMANT, f"{_count(len(failed), named)} failed"
        if self.stopped:
            return NO_VERDICT, self.stopped
        if faults := [result for result in self.results if result.is_our_fault]:
            return NO_VERDICT, f"the judge itself failed in {faults[0].requirement.id}"
        if unknown := self.ids("inconclusive", *levels):
            why = f"the first was {unknown[0]}: {self._why(unknown[0])}"
            return NO_VERDICT, f"{_count(len(unknown), named)} could not be judged, {why}"
        if not self.musts_tested[0]:
            return NO_VERDICT, "no MUST was tested"
        if self.is_strict and (untested := self.ids("not_tested", *levels)):
            return NOT_CONFORMANT, f"{_count(len(untested), named)} not tested, and --strict asks for all"
        if faults_of := self.waiver_faults:
            return (
                NOT_CONFORMANT,
                f"{_count(len(faults_of), 'waiver')} to put in order, the first {faults_of[0]}",
            )
        if waived := self.ids("waived", *levels):
            return CONFORMANT, f"no {named} failed but {len(waived)} waived, and none was inconclusive"
        return CONFORMANT, "no MUST failed and none was inconclusive"

    def _why(self, id_: str) -> str | None:
        return next(result.reason for result in self.results if result.requirement.id == id_)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def judge(
    profile: Path | Mapping[str, Any] | AnyTarget,
    *,
    only: Sequence[str] = (),
    strict: bool = False,
    seed: int = 0,
    budget_s: float | None = None,
    mode: Mode = Mode.FULL,
    waivers: Sequence[Waiver] = (),
    heard: Callable[[Result], None] = lambda _: None,
    asking: Callable[[Requirement], None] = lambda _: None,
    wire: Callable[..., HttpConnection] = HttpConnection,
) -> Verdict:
    """Judge the target of *profile* and return the verdict.

    only: globs of requirement ids, none for all. strict: whether SHOULDs and gaps count. seed: of the exam.
    budget_s: for the whole run, instead of the profile's. mode: how much may be done to the target.
    waivers: failures that do not count, until their day has passed or nothing is left to excuse.
    heard: told each result as soon as it is there. asking: told each requirement that is about to be asked.
    wire: what makes the Wire that requests go out on.
    Raises BadProfile, NoSuchRequirement and CannotRun; whatever the target does ends in a verdict.
    """
    refuse_without_docstrings()
    aim = profile if isinstance(profile, target.Target) else target.read(profile)
    known = aim.requirements()
    asked = requirement.select(known, only)
    is_partial = bool(only) or mode is not Mode.FULL
    verdict = Verdict(aim.api, aim.base_url, seed, is_partial, strict, mode, datetime.now(UTC))
    began = time.monotonic()
    verdict.notes = _notes(aim)
    verdict.document_sha256 = aim.document_sha256()
    if budget_s is not None:
        patience = aim.patience.model_copy(update={"budget_s": budget_s})
        aim = aim.model_copy(update={"patience": patience})
    with Bench(aim, Run(aim.api, seed, aim.draw, mode=mode), wire) as bench:
        _sit(bench, asked, verdict, waivers, heard, asking)
        said = waiver.faults(waivers, verdict.results, known, verdict.started.date())
        verdict.waiver_faults = list(map(bench.client.redaction, said))
        verdict.notes += _made_up(bench.client.made_up_credentials, verdict.results)
        verdict.notes += [bench.client.redaction(bench.remains)] if bench.remains else []
        verdict.requests = bench.client.request_count
        verdict.exchanges = bench.client.exchanges
        verdict.exam, verdict.exam_accepted = bench.exam(may_ask=verdict.stopped is None)
    verdict.seconds = time.monotonic() - began
    return verdict


class Bench:
    """Where a target is judged: its client and its API's vocabulary, for the length of a with block."""

    def __init__(
        self, aim: AnyTarget, run: Run, wire: Callable[..., HttpConnection] = HttpConnection
    ) -> None:
        self.aim = aim
        self.run = run
        self.client = Client(aim.base_url, Redaction(), make_connection=wire, **options_of(aim))
        self.api: Any = aim.vocabulary(self.client, run)
        self.remains: str | None = None

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def exam(self, *, may_ask: bool) -> tuple[Exam | None, int | None]:
        """Return the exam if it was sat, and how many of its cases were accepted with a 2xx.

        may_ask: whether what was not asked yet may still be.
        """
        exam: Exam | None = vars(self.run).get("exam")
        if exam is None or not may_ask:
            return exam, None
        try:
            return exam, sum(found.answer.ok for found in self.api.case_results())
        except Outcome:
            return exam, None

    def leave(self, hastily: bool = False) -> None:
        """Put things back as far as the target lets us; what it answers now is not judged.

        hastily: give up after a few seconds, since somebody waits. What remains is said in a sentence.
        """
        self.client.budget.release_reserve()
        if hastily:
            self.client.budget.restart(_PUT_BACK_WITHIN_S)
        with suppress(Outcome):
            self.remains = self.api.restore()

    def preflight(self) -> str | None:
        """Say what makes judging impossible; None if nothing does."""
        try:
            self.api.preflight()
        except (Unjudgeable, Unreachable) as trouble:
            return self.client.redaction(str(trouble))
        except Outcome:
            return None
        return None

    def opened(self) -> str:
        """Say what preflight has shown.

        Raises CannotRun if it has shown no target that can be judged, though a run would judge it.
        """
        if not self.client.responses:
            raise CannotRun(
                "nothing was sent that would tell; the mode and the profile leave nothing to send"
            )
        answer = self.client.responses[-1]
        shown, seen = self.aim.opened(answer, self.run.mode), self.client.redaction(_told(answer))
        if shown is None:
            raise CannotRun(f"{seen}; check base_url, the main credential and the main fixtures")
        return f"{shown}; {seen}"


def _told(answer: Response) -> str:
    """Say what was asked last, and how it was answered."""
    facts = [f"{answer.exchange.method} {answer.exchange.url} was answered {answer.status}"]
    if 300 <= answer.status < 400:
        facts.append(f"to {answer.headers.get('location', 'nowhere')}")
    if answer.status in BUSY_STATUSES and "retry-after" in answer.headers:
        facts.append(f"to wait {answer.headers['retry-after']}")
    if answer.content and not answer.is_labelled_json:
        facts.append(answer.media_type or "without a media type")
    return escape_controls(", ".join(facts))


def refuse_without_docstrings() -> None:
    """Raise CannotRun under -OO, where requirements have lost their text."""
    if sys.flags.optimize >= 2:
        raise CannotRun("requirements are docstrings, which python -OO removes; run without -OO")


def suite_version() -> str:
    """Return the version of the installed suite."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "unknown"


def _sit(
    bench: Bench,
    asked: Sequence[Requirement],
    verdict: Verdict,
    waivers: Sequence[Waiver],
    heard: Callable[[Result], None],
    asking: Callable[[Requirement], None],
) -> None:
    def listen(result: Result) -> None:
        result = waiver.applied(result, waivers, verdict.started.date())
        if result.status == "waived":
            result = replace(result, reason=bench.client.redaction(result.reason or ""))
        verdict.results.append(result)
        heard(result)

    try:
        verdict.stopped = bench.preflight()
        if verdict.stopped is None:
            try:
                plugin.run(asked, bench.api, bench.client, listen, asking)
            except KeyboardInterrupt:
                bench.leave(hastily=True)
                raise
            except Exception:
                bench.leave()
                raise
            bench.leave()
    except KeyboardInterrupt:
        verdict.was_interrupted = True
        verdict.stopped = "interrupted"
    except Exception as error:
        verdict.stopped = f"the judge itself failed: {bench.client.redaction(plugin.describe(error))}"
    reason = f"not asked: {verdict.stopped}"
    for missing in asked[len(verdict.results) :]:
        verdict.results.append(Result(missing, "inconclusive", reason))


def options_of(aim: AnyTarget) -> dict[str, Any]:
    """Return what a client of the profile's target is made with, beside its address."""
    return {
        "secrets": aim.secrets(),
        "ssl_context": aim.tls.context() if aim.tls else None,
        "proxy": aim.proxy,
        **aim.patience.model_dump(),
    }


def redaction_of(aim: AnyTarget) -> Redaction:
    """Return a redaction that knows every credential of the profile."""
    redaction = Redaction()
    for secret in aim.secrets():
        redaction.conceal(secret.reveal(), secret.name)
    return redaction


def _made_up(how: Mapping[str, str], results: Sequence[Result]) -> list[str]:
    """Say how those credentials are made that curl lines of findings name and no environment has."""
    found = (result for result in results if result.status in ("failed", "inconclusive", "waived"))
    lines = "\n".join({exchange.curl for result in found for exchange in result.evidence})
    return [f"{name} of a curl line is {said}" for name, said in how.items() if f"${{{name}}}" in lines]


def _notes(aim: AnyTarget) -> list[str]:
    if aim.tls and not aim.tls.verify and aim.base_url.startswith("https:"):
        return [
            "the target's certificate was not verified, as tls.verify is false: anybody may have answered"
        ]
    return []

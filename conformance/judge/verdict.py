"""The verdict: what the results of a run come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from conformance.generation.case import CaseSet
from conformance.http.evidence import Exchange
from conformance.judge import interrupt
from conformance.judge.result import Result
from conformance.suite.mode import Mode
from conformance.suite.sentences import SourceDocument

CONFORMANT, NOT_CONFORMANT, NO_VERDICT = "conformant", "not_conformant", "no_verdict"
EXIT = {CONFORMANT: 0, NOT_CONFORMANT: 1, NO_VERDICT: 3}
# The grades of a conformant target that less than every MUST speaks for; the other grades are the verdicts.
IN_WHAT_WAS_TESTED, BUT_FOR_WAIVERS = "conformant_in_what_was_tested", "conformant_but_for_waivers"


@dataclass
class Verdict:
    """What came of a run.

    reason: why there is no verdict, or what it rests on. stopped: why not everything was asked. ended_by: what has
    ended the asking in the middle. musts: how many the API has, asked or not. exchanges: every one of the run, in the
    order they ended. waiver_faults: what is to be done with waivers that have expired or excuse nothing, in sentences.
    name, version: of the target, by its profile. documents: what it is judged by. profile: its file, if it is one.
    credential_commands, credential_hints: how those that curl lines name are got, as a line for a shell and in words.
    left_out: operations of which nothing is asked. notes: what else is to be known about the run, in sentences.
    """

    api: str
    base_url: str
    seed: int
    is_partial: bool
    is_strict: bool
    mode: Mode
    started: datetime
    musts: int
    name: str | None = None
    version: str | None = None
    seconds: float = 0.0
    requests: int = 0
    results: list[Result] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    waiver_faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    left_out: Sequence[str] = ()
    stopped: str | None = None
    ended_by: str | None = None
    was_interrupted: bool = False
    case_set: CaseSet | None = None
    cases_accepted: int | None = None
    document_sha256: str | None = None
    documents: Sequence[SourceDocument] = ()
    _numbers: dict[int, int] = field(default_factory=dict, init=False, repr=False)
    profile: str | None = None
    credential_commands: dict[str, str] = field(default_factory=dict)
    credential_hints: dict[str, str] = field(default_factory=dict)

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

    def was_left_open_by_end(self, result: Result) -> bool:
        """Tell whether *result* is open for what has ended the asking, or had begun to."""
        return result.status == "inconclusive" and self._is_of_end(result.reason)

    def _is_of_end(self, reason: str | None) -> bool:
        # A target falls silent several times before it is given up, each time in the same words.
        return bool(self.ended_by and reason) and (
            str(reason).endswith(str(self.ended_by)) or str(self.ended_by).startswith(str(reason))
        )

    def number_of(self, exchange: Exchange) -> int | None:
        """Return the how manieth of the run *exchange* was, counted as they started; None if it is none of them."""
        if len(self._numbers) != len(self.exchanges):
            in_order = sorted(self.exchanges, key=lambda one: one.started_at)
            self._numbers = {id(one): number for number, one in enumerate(in_order, 1)}
        return self._numbers.get(id(exchange))

    @property
    def has_asked_all(self) -> bool:
        """Whether every requirement was asked: none was left out, and nothing stopped the run in the middle."""
        return not self.is_partial and not self.stopped and all(result.was_asked for result in self.results)

    @property
    def musts_tested(self) -> int:
        """How many MUSTs were tested."""
        return sum(len(self.ids(status, "MUST")) for status in ("passed", "failed", "waived"))

    @property
    def verdict(self) -> str:
        """One of conformant, not_conformant and no_verdict."""
        return self._conclusion[0]

    @property
    def grade(self) -> str:
        """The verdict, or a milder word for conformant unless every MUST of the API was tested and passed."""
        if self.verdict != CONFORMANT:
            return self.verdict
        if self.ids("waived", *deciding_levels(self.is_strict)):
            return BUT_FOR_WAIVERS
        return CONFORMANT if self.musts_tested == self.musts else IN_WHAT_WAS_TESTED

    @property
    def reason(self) -> str:
        """What the verdict rests on, in a sentence."""
        return self._conclusion[1]

    @property
    def exit_status(self) -> int:
        """0, 1 or 3, or 130 after an interrupt; 1 also for a waiver that has to be put in order."""
        if self.was_interrupted:
            return interrupt.STATUS
        return EXIT[self.verdict] or (1 if self.waiver_faults else 0)

    @property
    def _conclusion(self) -> tuple[str, str]:
        levels = deciding_levels(self.is_strict)
        named = " or ".join(levels)
        # In this order: one failure is certain whatever stopped the run, and nothing else outweighs not knowing.
        if failed := self.ids("failed", *levels):
            return NOT_CONFORMANT, f"{_pluralize(len(failed), named)} failed"
        if self.stopped:
            return NO_VERDICT, self.stopped
        if faults := [result for result in self.results if result.is_our_fault]:
            return NO_VERDICT, f"the judge itself failed in {faults[0].requirement.id}"
        if unknown := self.ids("inconclusive", *levels):
            open_ones, first = (
                f"{_pluralize(len(unknown), named)} could not be judged",
                self._reason_of(unknown[0]),
            )
            if self.ended_by and self._is_of_end(first):
                return NO_VERDICT, f"{self.ended_by}; {open_ones}"
            return NO_VERDICT, f"{open_ones}, the first was {unknown[0]}: {first}"
        if not self.musts_tested:
            return NO_VERDICT, f"no MUST was tested{self._describe_refusals()}"
        if self._was_refused_alike:
            return NO_VERDICT, (
                f"every request was refused with the same {self.exchanges[-1].status}, as by a proxy that has no API "
                "behind it; check base_url"
            )
        if self.is_strict and (untested := self.ids("not_tested", *levels)):
            return NOT_CONFORMANT, f"{_pluralize(len(untested), named)} not tested, and --strict asks for all"
        return CONFORMANT, self._praise

    @property
    def _praise(self) -> str:
        levels = deciding_levels(self.is_strict)
        tested = f"{self.musts_tested} of {self.musts} MUSTs were tested"
        if waived := self.ids("waived", *levels):
            failed = _pluralize(len(waived), " or ".join(levels))
            return f"{tested}, {failed} failed and {'is' if len(waived) == 1 else 'are'} waived, and no other did"
        if self.musts_tested < self.musts:
            return f"{tested}, and none failed"
        return f"every {' and every '.join(levels)} was tested and passed"

    @property
    def _was_refused_alike(self) -> bool:
        """Whether nothing in the run shows that there is an API: one answer to all, and that a refusal."""
        final = [one for one in self.exchanges if not one.was_sent_again]
        if any(200 <= (one.status or 0) < 400 for one in final):
            return False  # a redirect, too, refuses nothing
        return len({(one.status, one.response_body) for one in final}) == 1

    def _describe_refusals(self) -> str:
        """Say that all was refused with one status, if it was, which is most often a matter of the profile."""
        statuses = {one.status for one in self.exchanges if not one.was_sent_again}
        if len(statuses) != 1 or not 400 <= (status := statuses.pop() or 0) < 500:
            return ""
        advice = (
            "base_url, and name ids that exist under fixtures"
            if status == 404
            else "base_url and the credentials"
        )
        return f", for every request was answered {status}; check {advice}"

    def _reason_of(self, id_: str) -> str | None:
        return next(result.reason for result in self.results if result.requirement.id == id_)


def _pluralize(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what.replace(' or ', 's or ')}s"


def deciding_levels(is_strict: bool) -> tuple[str, ...]:
    """Return the levels of requirements that decide a verdict."""
    return ("MUST", "SHOULD") if is_strict else ("MUST",)

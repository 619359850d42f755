"""What became of one requirement."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import takewhile, zip_longest
from pathlib import Path

from conformance.assertions.member import Member, render_member
from conformance.assertions.outcome import UNDECIDED, DoesNotConform, LeftOut, NotTested, Observation
from conformance.http.client import Client
from conformance.http.evidence import Exchange
from conformance.http.foreign_text import LONGEST_LINE, to_one_line
from conformance.http.redaction import Redaction
from conformance.suite.choice import ObservedChoice, describe_observed
from conformance.suite.requirement import Requirement

_MOST_SHOWN = 8
_STATUSES_OF_REPEATS = (404, 409, 410, 412)  # what is done is gone, there already, or no longer as it was


@dataclass(frozen=True)
class Result:
    """What became of one requirement.

    status: passed, failed, observed, not_tested, inconclusive or waived. at_fault: the exchange that broke it.
    member: what of its answer's body is wrong, if that is known, without credentials. subject: what the exchange at
    fault was about. was_asked: whether it came to be asked before the run was stopped. is_our_fault: whether the judge
    failed. has_polled: whether it looked for what may come late. alternative: what an OBSERVED one calls what it saw.
    was_left_out: whether the mode of the run did not allow to ask it. needs: keys of the profile, one of which would
    have let it be asked.
    """

    requirement: Requirement
    status: str
    reason: str | None = None
    expected: str | None = None
    got: str | None = None
    at_fault: Exchange | None = None
    member: Member = ()
    subject: str | None = None
    evidence: Sequence[Exchange] = field(default=())
    was_asked: bool = True
    is_our_fault: bool = False
    seconds: float = 0.0
    has_polled: bool = False
    alternative: str | None = None
    was_left_out: bool = False
    needs: Sequence[str] = ()

    @property
    def observed(self) -> ObservedChoice | None:
        """Which alternative of its choice the requirement has seen; None if it sees no choice."""
        # Why the rest was not asked is told once, for all of it.
        return describe_observed(self.requirement, self.alternative, self.reason if self.was_asked else None)

    @property
    def member_name(self) -> str | None:
        """The member as people write it; None if none is known."""
        return to_one_line(render_member(self.member)) or None

    @property
    def distinct_evidence(self) -> list[Exchange]:
        """The evidence, each exchange once; of looks for what may come late, the last one of those with one answer."""
        # By identity: two exchanges that are equal in all they say are still two.
        exchanges = list({id(one): one for one in self.evidence}.values())
        if not self.has_polled:
            return exchanges
        return [
            one
            for one, following in zip_longest(exchanges, exchanges[1:])
            if one is self.at_fault or following is None or not one.is_same_read(following)
        ]

    @property
    def shown_evidence(self) -> Sequence[Exchange]:
        """The exchange at fault and some before it; the first ones if none is at fault."""
        exchanges = self.distinct_evidence
        if self.at_fault is None:
            return exchanges[:_MOST_SHOWN]
        end = list(map(id, exchanges)).index(id(self.at_fault)) + 1
        return exchanges[max(0, end - _MOST_SHOWN) : end]

    @property
    def rests_on_race(self) -> bool:
        """Whether it may come out otherwise the next time, as who comes first is chance."""
        return any(exchange.was_raced for exchange in self.evidence)


def result_not_asked(requirement: Requirement, why: str) -> Result:
    """Return the result of a requirement that the run did not come to."""
    return Result(requirement, "inconclusive", f"not asked: {why}", was_asked=False)


def make_result(
    requirement: Requirement,
    error: BaseException | None,
    client: Client,
    *,
    seconds: float = 0.0,
    has_polled: bool = False,
) -> Result:
    """Return what became of *requirement*, which ended with *error* or, if that is None, to its end.

    seconds, has_polled: as a Result has them.
    """
    evidence = client.evidence()
    make = partial(Result, requirement, evidence=evidence, seconds=seconds, has_polled=has_polled)
    if error is None and not evidence and not (requirement.looks_back and client.responses):
        # Its own loops may have had nothing to go through, which proves nothing.
        return make("not_tested", "nothing was sent that would tell")
    if error is None:
        return make("observed" if requirement.level == "OBSERVED" else "passed")
    if isinstance(error, DoesNotConform):
        return _result_of_failure(make, requirement, error, evidence, client)
    reason = client.redaction.show_line(str(error))
    if isinstance(error, Observation):
        return make("observed", reason, alternative=error.alternative)
    if isinstance(error, NotTested):
        return make("not_tested", reason, was_left_out=isinstance(error, LeftOut), needs=error.needs)
    if isinstance(error, UNDECIDED):
        return make("inconclusive", reason)
    fault = client.redaction.show_line(f"the judge's own fault: {describe_judge_error(error)}")
    return make("inconclusive", fault, is_our_fault=True)


def _result_of_failure(
    make: Callable[..., Result],
    requirement: Requirement,
    error: DoesNotConform,
    evidence: list[Exchange],
    client: Client,
) -> Result:
    # A requirement that names no answer speaks of the last one.
    at_fault = error.answer.exchange if error.answer else evidence[-1] if evidence else None
    expected, got = (client.redaction.show_line(text, LONGEST_LINE) for text in (error.expected, error.got))
    # The answer may be remembered from an earlier requirement, which has it in its own evidence.
    if at_fault and at_fault not in evidence:
        evidence = [*evidence, at_fault]
    status = "observed" if requirement.level == "OBSERVED" else "failed"
    reason = f"expected {expected}, got {got}"
    member = _redact_member(error.member, client.redaction)
    result = make(status, reason, expected, got, at_fault, member, error.subject, evidence=evidence)
    second = _find_second_write(result)
    return make("inconclusive", _describe_doubt(second, reason), evidence=evidence) if second else result


def _find_second_write(result: Result) -> Exchange | None:
    """Return the write before a failure that may have been carried out twice, which may explain the failure."""
    fault = result.at_fault
    if result.status != "failed" or fault is None or not _may_follow_from_repeat(fault):
        return None
    # What looks back on all answers was not led to this one by the others.
    led_to_it = [fault] if result.requirement.looks_back else result.evidence
    writes = (one for one in led_to_it if one.may_be_second and _may_follow_from_repeat(one))
    return next((one for one in writes if one.started_at <= fault.started_at), None)


def _may_follow_from_repeat(exchange: Exchange) -> bool:
    """Tell whether the same request may be answered so because it was carried out before: no failure, no refusal."""
    return exchange.status is not None and (exchange.status < 400 or exchange.status in _STATUSES_OF_REPEATS)


def _describe_doubt(write: Exchange, reason: str) -> str:
    return (
        f"a {write.method} was sent again after its answer had not come whole, so it may have been carried out twice, "
        f"and that may be why: {reason}"
    )


def _redact_member(member: Member, redaction: Redaction) -> Member:
    """Return the way to a member without credentials; to what holds it, if nobody could read its name."""
    readable = takewhile(lambda step: len(str(step)) <= LONGEST_LINE, member)
    return tuple(redaction(step) if isinstance(step, str) else step for step in readable)


def describe_judge_error(error: BaseException) -> str:
    """Say what went wrong in us, and where."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(last.filename).name}, line {last.lineno})"

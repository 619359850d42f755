"""Which choice explains that a target and a stub answer differently."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from conformance.drift.difference import Difference
from conformance.drift.occasion import Occasions
from conformance.http.evidence import Exchange
from conformance.judge.choices import TakenChoice
from conformance.judge.result import Result
from conformance.suite.choice import OTHER
from openapi.choices import Choice

_FIRST_ERROR = 400
_ALMOST_ALL = 0.9


@dataclass(frozen=True)
class ChosenApart:
    """A choice of which the target and the stub take different alternatives."""

    choice: Choice
    target: str
    stub: str

    @property
    def statuses(self) -> tuple[str | None, str | None]:
        """The statuses of the two alternatives; None where one has none."""
        return self._read_status(self.target), self._read_status(self.stub)

    def predicts(self, difference: Difference) -> bool | None:
        """Tell whether the two alternatives are the two statuses; None if they leave that open."""
        pairs = list(zip(self.statuses, (difference.target, difference.stub), strict=True))
        # A redirect comes before whatever the other server has to say.
        if any(named == answered and str(named).startswith("3") for named, answered in pairs):
            return True
        if any(named not in (None, answered) for named, answered in pairs):
            return False
        if None not in self.statuses:
            return True
        # Where one refuses, an alternative without a status is to accept.
        is_refusal = self.statuses != (None, None)
        open_ends = [
            answered
            for (named, answered), alternative in zip(pairs, (self.target, self.stub), strict=True)
            if named is None and alternative in self.choice.alternatives
        ]
        return False if is_refusal and any(not answered.startswith("2") for answered in open_ends) else None

    def is_about(self, difference: Difference) -> bool:
        """Tell whether the choice stands at the member that differs, or is about the body of every error."""
        if int(difference.status or 0) >= _FIRST_ERROR:
            return any(
                one.error_body is not None or one.media_type for one in self.choice.alternatives.values()
            )
        at, steps = self.choice.at, re.split(r"[.\[\]]+", difference.member or "")
        return at[-2:-1] == ("properties",) and at[-1] in steps

    def _read_status(self, alternative: str) -> str | None:
        known = self.choice.alternatives.get(alternative)
        return str(known.status) if known is not None and known.status is not None else None


def list_chosen_apart(target: Sequence[TakenChoice], stub: Sequence[TakenChoice]) -> list[ChosenApart]:
    """List the choices of which both could be told and that are not the same; two that are OTHER may differ, too."""
    return [
        ChosenApart(here.choice, here.alternative, there.alternative)
        for here, there in zip(target, stub, strict=True)
        if here.alternative and there.alternative
        if here.alternative != there.alternative or here.alternative == OTHER
    ]


def list_chosen_alike(target: Sequence[TakenChoice], stub: Sequence[TakenChoice]) -> list[str]:
    """List the choices, by their ids, of which both take the same alternative."""
    pairs = zip(target, stub, strict=True)
    return [
        here.choice.id for here, there in pairs if here.is_named and here.alternative == there.alternative
    ]


class Explanations:
    """Finds the choices that explain differences: both servers take them apart, and their requirements have met those.

    apart: these choices. alike: the ids of those of which both take the same. results: of the run, with the exchanges
    that each requirement saw. found: the differences of each exchange, by its identity. answers: how many both have
    given with one status, by the operation and the status. occasions: what requests the choices are about.
    """

    def __init__(
        self,
        apart: Sequence[ChosenApart],
        alike: Iterable[str],
        results: Iterable[Result],
        found: Mapping[int, Sequence[Difference]],
        answers: Mapping[tuple[str, int | None], int],
        occasions: Occasions,
    ) -> None:
        self._apart = apart
        self._occasions = occasions
        self._answers = answers
        self._counts = Counter(one for differences in found.values() for one in differences)
        self._seen_by: dict[int, set[str]] = {}
        self._met: dict[str, set[Difference]] = {}
        for result in results:
            if result.observed:
                met = self._met.setdefault(result.observed.choice, set())
                for exchange in result.evidence:
                    self._seen_by.setdefault(id(exchange), set()).add(result.observed.choice)
                    met.update(found.get(id(exchange), ()))
        # What the requirement of a choice meets that both take alike has another reason than a choice.
        self._met_elsewhere = {one for id_ in alike for one in self._met.get(id_, ())}

    def explain(self, exchange: Exchange, difference: Difference) -> tuple[str, ...]:
        """Return the choices of which one explains a *difference* in the answers to *exchange*; none if none does."""
        fits = self._fits_status if difference.member is None else self._fits_member
        fitting = [one for one in self._apart if fits(one, difference)]
        # Of several that would do, the one that stands where they differ, or that the request was sent for.
        about = [one for one in fitting if difference.member and one.is_about(difference)]
        own = [one for one in fitting if one.choice.id in self._seen_by.get(id(exchange), ())]
        return tuple(one.choice.id for one in about or own or self._narrow(fitting, exchange))

    def _narrow(self, fitting: Sequence[ChosenApart], exchange: Exchange) -> Sequence[ChosenApart]:
        """Leave out the choices that are not about what was sent; those that are about it go before all others."""
        if len(fitting) < 2:
            return fitting
        told = [(one, self._occasions.is_occasion(one.choice, exchange)) for one in fitting]
        sure, possible = ([one for one, is_so in told if is_so is wanted] for wanted in (True, None))
        return sure or possible or fitting

    def _fits_status(self, one: ChosenApart, difference: Difference) -> bool:
        is_predicted = one.predicts(difference)
        if is_predicted is not None:
            return is_predicted
        has_sign = one.statuses != (None, None) or difference not in self._met_elsewhere
        return has_sign and difference in self._met.get(one.choice.id, ())

    def _fits_member(self, one: ChosenApart, difference: Difference) -> bool:
        if one.is_about(difference):
            return True
        if one.statuses != (None, None):
            return False  # all that differs by it is the status
        # What is in every answer depends on no request, and so on no choice that is about requests.
        asked = self._answers[difference.operation, difference.status]
        is_everywhere = self._counts[difference] > _ALMOST_ALL * asked
        return not is_everywhere and difference in self._met.get(one.choice.id, ())

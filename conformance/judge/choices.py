"""How an implementation chose where the document is silent, as far as a report tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from conformance.http.foreign_text import to_one_line
from conformance.suite.choice import NOT_TOLD, OTHER, ObservedChoice, load_choices
from openapi.choices import Choice

_LONGEST_DETAIL = 300  # characters
_NOT_ASKED = "it was not asked"


@dataclass(frozen=True)
class TakenChoice:
    """A choice of the contract, and which of its alternatives an implementation takes.

    alternative: its name, OTHER, or None if it could not be told. detail: what was seen, or why it could not be told.
    """

    choice: Choice
    alternative: str | None
    detail: str

    @property
    def is_named(self) -> bool:
        """Whether it is an alternative of the contract."""
        return self.alternative in self.choice.alternatives

    @property
    def is_default(self) -> bool:
        """Whether it is what a stub does unless told otherwise."""
        return self.alternative == self.choice.default

    @property
    def shown(self) -> str:
        """The alternative, or in words that there is none."""
        return self.alternative or NOT_TOLD

    @property
    def text(self) -> str:
        """What the contract says of the alternative; empty if it names none like it."""
        return self.choice.alternatives[self.alternative].text if self.alternative and self.is_named else ""

    @property
    def default_text(self) -> str:
        """What the contract says of the alternative that a stub takes unless told otherwise."""
        return self.choice.alternatives[self.choice.default].text

    @property
    def short_detail(self) -> str:
        """The detail, or its beginning."""
        return to_one_line(self.detail, _LONGEST_DETAIL)

    @property
    def reason_of_default(self) -> str:
        """Why a stub does so: the first sentence of the reason."""
        sentence, end, _ = " ".join(self.choice.reason.split()).partition(". ")
        return f"{sentence}{end.strip()}"


def list_taken(api: str, observed: Mapping[str, ObservedChoice]) -> list[TakenChoice]:
    """List every choice of *api*, in the order of the contract, with what was *observed* of it, by its id."""
    return [_judge_choice(choice, observed.get(choice.id)) for choice in load_choices(api).values()]


def _judge_choice(choice: Choice, seen: ObservedChoice | None) -> TakenChoice:
    if seen is None:
        return TakenChoice(choice, None, choice.unobserved or _NOT_ASKED)
    # A report may come from another version, whose contract had alternatives of other names.
    is_known = seen.alternative is None or seen.alternative in (OTHER, *choice.alternatives)
    detail = seen.detail or ("" if seen.alternative else _NOT_ASKED)
    if is_known:
        return TakenChoice(choice, seen.alternative, ": ".join(filter(None, (seen.unlisted, detail))))
    return TakenChoice(choice, OTHER, f"{seen.alternative}: {detail}")


def summarize_choices(taken: Iterable[TakenChoice], most: int) -> Iterator[str]:
    """Yield a line or two on how an implementation chose; none if nothing could be told."""
    several = list(taken)
    told = [one for one in several if one.alternative]
    if not told:
        return
    otherwise = [one for one in told if not one.is_default]
    untold = len(several) - len(told)
    yield (
        f"of {len(several)} choices that the document leaves open, {len(told) - len(otherwise)} are taken as by the "
        f"stub and {len(otherwise)} otherwise{f'; {untold} could not be told' if untold else ''}"
    )
    if otherwise:
        named = ", ".join(f"{one.choice.id} {one.shown}" for one in otherwise[:most])
        more = f" and {len(otherwise) - most} more" if len(otherwise) > most else ""
        yield f"otherwise: {named}{more}"

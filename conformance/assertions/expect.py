"""The comparisons that end a requirement."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from conformance.assertions.member import Member
from conformance.assertions.outcome import DoesNotConform, NotTested, Observation, Response

T = TypeVar("T")


def expect(
    condition: bool,
    expected: str,
    got: str | Callable[[], str],
    answer: Response | None = None,
    member: Member = (),
    subject: str | None = None,
) -> None:
    """Raise DoesNotConform unless *condition* holds.

    got: or what says it, where that takes longer than to look. answer: the one at fault, by default the last. member:
    what of its body is wrong, if it is one member. subject: what it is about, where the request does not name that.
    """
    if not condition:
        raise DoesNotConform(expected, got if isinstance(got, str) else got(), answer, member, subject)


def expect_status(answer: Response, *allowed: int) -> None:
    """Raise DoesNotConform unless *answer* has one of the *allowed* statuses."""
    if answer.status not in allowed:
        expected = " or ".join(str(status) for status in allowed)
        expect(False, f"status {expected}", f"status {answer.status}", answer)


def require_some(items: Iterable[T], missing: str) -> Iterator[T]:
    """Yield all of *items*; raises NotTested afterwards, which says what is *missing*, if there was none to judge."""
    is_any = False
    for item in items:
        is_any = True
        yield item
    if not is_any:
        raise NotTested(missing)


def observe(text: str, alternative: str | None = None) -> None:
    """Record what was seen and end the requirement; an OBSERVED one is never judged.

    alternative: which one of the choice that the requirement sees it is, by its name in the contract; None if that
    could not be told, or if it sees no choice.
    """
    raise Observation(text, alternative)

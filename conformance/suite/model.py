"""What the models of all APIs share: a model says what answers may be, and each contradiction is a finding."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from conformance.assertions.member import Member
from conformance.http.response import Response


@dataclass(frozen=True)
class Contradiction:
    """A *fact* of a model that an answer contradicts, and by which member of its body."""

    fact: str
    expected: str
    got: str
    answer: Response
    member: Member


def fail_new_contradictions(
    found: Iterable[Contradiction], earlier: Iterable[Contradiction], fail: Callable[[Contradiction], None]
) -> Collection[str]:
    """Call *fail* with each contradiction *found*, unless an *earlier* one is to the same fact.

    Returns the facts that are left to other requirements, since plainer writes contradict them already.
    """
    left = {contradiction.fact for contradiction in earlier}
    for contradiction in found:
        if contradiction.fact not in left:
            fail(contradiction)
    return left

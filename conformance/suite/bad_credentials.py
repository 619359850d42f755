"""Who is let in: credentials that nobody was given, at each place that a credential opens.

All pairs of a place and a kind of credential are more requests than a run can afford. So a place gets some kinds in
every run, among them nothing at all where no other requirement asks that, and a few more that the seed draws. Each kind
is among those of one place at least, where most requests go.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from conformance.assertions.expect import expect
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response
from conformance.suite.driver import Driver

DriverT = TypeVar("DriverT", bound=Driver)


@dataclass(frozen=True)
class Carried:
    """How a request carries a credential, if it does."""

    authorization: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind(Generic[DriverT]):
    """A kind of bad credential; its name is the end of a sentence about a request.

    requirement: the one that it breaks to let it in. make: raises NotTested if none can be made of the profile's.
    """

    name: str
    requirement: str
    make: Callable[[DriverT], Carried] = field(compare=False)


@dataclass(frozen=True)
class Place(Generic[DriverT]):
    """What a credential opens; its name is the beginning of that sentence.

    send: raises NotTested where profile or mode leave the place out. always: the kinds of every run. left_out: those
    that other requirements ask here, or none. requirement: the one that is broken here, by default that of the kind.
    """

    name: str
    send: Callable[[DriverT, Kind[DriverT]], Response] = field(compare=False)
    always: Collection[str]
    left_out: Collection[str] = ()
    requirement: Callable[[Kind[DriverT]], str] = field(default=lambda kind: kind.requirement, compare=False)


@dataclass(frozen=True)
class Row(Generic[DriverT]):
    """One request: a place and a kind of credential."""

    place: Place[DriverT]
    kind: Kind[DriverT]

    @property
    def requirement(self) -> str:
        """The requirement that it breaks to let this one in."""
        return self.place.requirement(self.kind)

    def send(self, driver: DriverT) -> Response:
        """Send it, once in a run."""
        return driver.client.memoize(("bad credential", self), lambda: self.place.send(driver, self.kind))


@dataclass(frozen=True)
class Table(Generic[DriverT]):
    """The places and kinds of an API; *drawn* is how many more kinds each place gets in a run."""

    places: Sequence[Place[DriverT]]
    kinds: Sequence[Kind[DriverT]]
    drawn: int

    def find_row(self, place: str, kind: str) -> Row[DriverT]:
        """Return the row of these names."""
        return next(row for row in self.list_rows() if (row.place.name, row.kind.name) == (place, kind))

    def list_rows(self) -> Iterator[Row[DriverT]]:
        """Yield every pair that is asked here in some run."""
        for place in self.places:
            yield from (Row(place, kind) for kind in self.kinds if kind.name not in place.left_out)

    def find_home(self, kind: Kind[DriverT]) -> Row[DriverT]:
        """Return the first row that every run has of this kind."""
        return next(Row(place, kind) for place in self.places if kind.name in place.always)

    def draw_rows(self, seed: int) -> Sequence[Row[DriverT]]:
        """Return the rows of a run."""
        # Of all that it offers, Python promises only of random() that it will be the same in later versions.
        numbers = random.Random(seed)  # noqa: S311  nobody has to guess what is sent
        waiting = sorted(self.kinds, key=lambda _: numbers.random())
        rows = []
        for place in self.places:
            rows += [Row(place, kind) for kind in self.kinds if kind.name in place.always]
            others = [kind for kind in waiting if kind.name not in {*place.always, *place.left_out}]
            rows += [Row(place, kind) for kind in others[: self.drawn]]
            # Whoever had a turn waits for the next behind the others, so that few kinds come up twice.
            waiting.sort(key=others[: self.drawn].__contains__)
        return rows


def expect_kept_out(
    driver: DriverT,
    table: Table[DriverT],
    requirement: str,
    expect_refusal: Callable[[Row[DriverT], Response], None] | None = None,
) -> None:
    """Want nobody to be let in whom *requirement* keeps out.

    expect_refusal: what is wanted of an answer beyond that, where the document says more.
    """
    is_asked, missing, inconclusive = False, list[NotTested](), list[Inconclusive]()
    rows = driver.client.memoize(("rows", id(table)), lambda: _sort_rows(table, driver.run.seed))
    for row, home in rows.get(requirement, ()):
        try:
            if row != home and home.send(driver).ok:
                # Who is let in there is let in everywhere, which is found once.
                if home.requirement != requirement:
                    inconclusive.append(Inconclusive(f"{row.kind.name} is let in {home.place.name} as well"))
                continue
            answer = row.send(driver)
        except NotTested as outcome:
            missing.append(outcome)
        except Inconclusive as outcome:
            inconclusive.append(outcome)
        else:
            is_asked = True
            driver.client.cite(answer.exchange)
            expect(
                not answer.ok,
                f"{row.place.name} {row.kind.name} to be refused",
                f"status {answer.status}",
                answer,
            )
            if expect_refusal:
                expect_refusal(row, answer)
    if inconclusive:
        raise inconclusive[0]
    if not is_asked:
        raise missing[0] if missing else NotTested(f"the run has no bad credential for {requirement}")


def _sort_rows(table: Table[DriverT], seed: int) -> Mapping[str, Sequence[tuple[Row[DriverT], Row[DriverT]]]]:
    """Map requirements to the rows of a run, each with the one of its kind that every run has."""
    rows: dict[str, list[tuple[Row[DriverT], Row[DriverT]]]] = {}
    for row in table.draw_rows(seed):
        rows.setdefault(row.requirement, []).append((row, table.find_home(row.kind)))
    return rows

"""Taking back what the run restricts: every channel that it restricted in all categories is freed again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from conformance.apis.suprsend.category import REFUSALS
from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.neighbours import (
    CHANNEL_PREFERENCES,
    FULL_PREFERENCE,
    NEIGHBOUR_PATHS,
    members_of,
    restrictions_of,
)
from conformance.apis.suprsend.reading import Reading
from conformance.assertions.outcome import UNDECIDED, NotTested
from conformance.http.response import Response


@dataclass
class Restoration:
    """The restrictions that this run has to take back.

    own: what was restricted before the run. restricted: what may be restricted since. doubted: what the target refused
    to restrict or to free, so that a list is believed that does not show it.
    """

    driver: Driver
    own: frozenset[str]
    restricted: set[str] = field(default_factory=set)
    doubted: set[str] = field(default_factory=set)

    def update(
        self, restrictions: Mapping[str, bool], names: Sequence[str]
    ) -> tuple[Mapping[str, bool], Response]:
        """Say what is to be restricted and what is not, under *names*; return what was said last, and the answer.

        What was restricted before is said, too: what is not may count as free. If that is refused, less is said.
        """
        # A server may take a list for all that is restricted, or for what is to be changed, and may refuse more than
        # one.
        ways: list[Mapping[str, bool]] = [
            {**dict.fromkeys(sorted(self.own), True), **restrictions},
            restrictions,
        ]
        ways += [{channel: restrictions[channel]} for channel in restrictions]
        for way in _distinct_ways(ways):
            # Before it is sent: a request that gets no answer may have been carried out.
            self.restricted |= {channel for channel in restrictions if way.get(channel)}
            answer = self.driver.update_restrictions(way, names)
            if answer.status not in REFUSALS:
                break
            self.doubted |= way.keys()
        if answer.ok and names:  # the full preference may take it without effect
            self.restricted -= {channel for channel in way if not way[channel]}
        return {channel: way[channel] for channel in way if channel in restrictions}, answer

    def note_listed(self, listed: Reading) -> None:
        """Believe a list of what is restricted."""
        if isinstance(listed, Response) and "channel_preferences" in members_of(listed):
            listed_now = {
                channel for channel, is_restricted in restrictions_of(listed).items() if is_restricted
            }
            # A channel that was accepted and is not listed may be restricted all the same, since lists lag.
            self.restricted = (self.restricted - self.doubted) | (listed_now - self.own)

    def is_complete_after(self, answer: Response) -> bool:
        """Tell whether nothing is restricted that was not before, as far as *answer* shows."""
        self.note_listed(answer)
        return not self.restricted

    def restore(self) -> str | None:
        """Free what is restricted, in one way or another; return a sentence if some of it may still be."""
        place = self.driver.places.main
        for names in (NEIGHBOUR_PATHS[CHANNEL_PREFERENCES], NEIGHBOUR_PATHS[FULL_PREFERENCE]):
            for channel in sorted(self.restricted):
                with suppress(NotTested, *UNDECIDED):
                    self.update({channel: False}, names)
                    self.note_listed(self.driver.read(place, NEIGHBOUR_PATHS[CHANNEL_PREFERENCES]))
        if not self.restricted:
            return None
        names_left = ", ".join(sorted(self.restricted))
        there = f"{place.object.type}/{place.object.id}"
        return f"{names_left} may still be restricted for {there}, which the run could not undo"


def _distinct_ways(ways: Iterable[Mapping[str, bool]]) -> Iterator[Mapping[str, bool]]:
    tried: list[Mapping[str, bool]] = []
    for way in ways:
        if way not in tried:
            tried.append(way)
            yield way

"""A channel that an object restricts in all its categories, and frees again, as other pages of the vendor's have it.

All of it is one exchange, made once in a run. It comes last, for until all is free again a category lacks channels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple

from conformance.apis.suprsend.category import (
    IN,
    REFUSALS,
    agrees,
    editable,
    shows,
    stands,
)
from conformance.apis.suprsend.driver import OPT_IN, RESTRICTION, Driver, Place, Reading
from conformance.apis.suprsend.reading import (
    CHANNELS,
    FULL,
    NEIGHBOURS,
    is_shut,
    members,
    restrictions,
    seen,
)
from conformance.assertions.outcome import Inconclusive, NotTested, Stopped
from conformance.http.response import Response

_FEWEST_LEFT = 2  # channels of a category that stay in while one is restricted and another is out by itself


class Swap(NamedTuple):
    """What the full preference was asked to restrict and to free, and what it answered.

    Then what is restricted is *listed* among the channel preferences, and *in_full* in the full preference.
    """

    wish: Mapping[str, bool]
    answer: Response
    listed: Reading = None
    in_full: Reading = None


class Restricted(NamedTuple):
    """The channel *named* restricted, then, where the category has enough of them, *second* in its stead, then none.

    written: the answer to the write before, which took *second* out of the category by itself; *before* is read after
    it. After the restriction *listed* is read among the channel preferences, *inside* of the category, and *beside* of
    that category of another object; when all are *freed*, *inside_again* and *listed_again*.
    """

    named: str
    second: str | None
    written: Response
    before: Reading
    restriction: Response
    swap: Swap
    listed: Reading = None
    inside: Reading = None
    beside: Reading = None
    freed: Response | None = None
    inside_again: Reading = None
    listed_again: Reading = None


def restricted(driver: Driver) -> Restricted:
    """Restrict a channel that is not restricted, and another in its stead, and free both; read in between."""
    driver.run.mode.want_full(RESTRICTION)

    def ask() -> Restricted:
        try:
            return _restricted(driver)
        except Stopped:
            raise
        except Inconclusive:
            if driver.undo:
                driver.undo()
            raise

    return driver.client.memoize("restricted", ask)


def _restricted(driver: Driver) -> Restricted:
    path = NEIGHBOURS[CHANNELS]
    (named, *others), debt = _free_channels(driver, driver.settle())
    elsewhere = _where_editable(driver, named)
    settled = driver.settle()
    second = others[0] if others and len(_ins(settled)) > _FEWEST_LEFT else None
    written = driver.write({**OPT_IN, "opt_out_channels": [second]}) if second else settled
    others = [channel for channel in stands(written) if channel != named]
    before = driver.read_until(lambda answer: agrees(written, answer))
    _, restriction = debt.say({named: True}, path)
    if not restriction.ok:
        driver.read_until(debt.is_paid, path)
        swap = _swapped(driver, debt, {named: False})
        debt.pay()
        return Restricted(named, second, written, before, restriction, swap)
    listed = driver.read_until(lambda answer: restrictions(answer).get(named) is True, path)
    inside = driver.read_until(lambda answer: is_shut(answer, named) and is_kept(answer, before, others))
    beside = driver.read_until(lambda _: True, at=elsewhere) if elsewhere else None
    if second:
        swap = _swapped(driver, debt, {named: False, second: True})
        freed = debt.say({named: False, second: False}, path)[1]
    else:
        freed = debt.say({named: False}, path)[1]
        swap = _swapped(driver, debt, {named: False})
    again = driver.read_until(
        lambda answer: stands(answer).get(named) == IN and is_kept(answer, before, others)
    )
    listed_again = driver.read_until(debt.is_paid, path)
    debt.pay()
    return Restricted(
        named=named,
        second=second,
        written=written,
        before=before,
        restriction=restriction,
        swap=swap,
        listed=listed,
        inside=inside,
        beside=beside,
        freed=freed,
        inside_again=again,
        listed_again=listed_again,
    )


def _ins(answer: Response) -> list[str]:
    return [channel for channel, word in stands(answer).items() if word == IN]


def is_kept(answer: Response, before: Reading, others: Iterable[str]) -> bool:
    """Tell whether a category that is opted in shows *others* of its channels as *before*, as far as both list them."""
    if not isinstance(before, Response):
        return True
    here, there = stands(before), stands(answer)
    return shows(answer, IN) and all(
        here[channel] == there[channel] for channel in others if channel in here and channel in there
    )


def _swapped(driver: Driver, debt: Debt, wish: Mapping[str, bool]) -> Swap:
    """Ask for *wish* by way of the full preference, and read what is restricted then."""
    said, answer = debt.say(wish, NEIGHBOURS[FULL])
    if not answer.ok:
        return Swap(said, answer)
    listed = driver.read_until(lambda answer: is_as_wished(answer, said), NEIGHBOURS[CHANNELS])
    debt.see(listed)
    in_full = driver.read_until(lambda answer: is_as_wished(answer, said), NEIGHBOURS[FULL])
    return Swap(said, answer, listed, in_full)


def is_as_wished(answer: Response, wish: Mapping[str, bool]) -> bool:
    """Tell whether each channel is listed as restricted, or not, as *wish* has it."""
    listed = restrictions(answer)
    return all(listed.get(channel, False) is wish[channel] for channel in wish)


@dataclass
class Debt:
    """What this run has to free again.

    own: what was restricted before the run. shut: what may be restricted since. doubted: what the target refused to
    restrict or to free, so that a list is believed that does not show it.
    """

    driver: Driver
    own: frozenset[str]
    shut: set[str] = field(default_factory=set)
    doubted: set[str] = field(default_factory=set)

    def say(self, wish: Mapping[str, bool], names: Sequence[str]) -> tuple[Mapping[str, bool], Response]:
        """Say what is to be restricted and what is not, under *names*; return what was said last, and the answer.

        What was restricted before is said, too: what is not may count as free. If that is refused, less is said.
        """
        ways: list[Mapping[str, bool]] = [{**dict.fromkeys(sorted(self.own), True), **wish}, wish]
        ways += [{channel: wish[channel]} for channel in wish]
        for way in _different(ways):
            self.shut |= {channel for channel in wish if way.get(channel)}
            answer = self.driver.restrict(way, names)
            if answer.status not in REFUSALS:
                break
            self.doubted |= way.keys()
        if answer.ok and names:  # the full preference may take it without effect
            self.shut -= {channel for channel in way if not way[channel]}
        return {channel: way[channel] for channel in way if channel in wish}, answer

    def see(self, listed: Reading) -> None:
        """Take note of what is listed as restricted."""
        if isinstance(listed, Response) and "channel_preferences" in members(listed):
            shut = {channel for channel, is_restricted in restrictions(listed).items() if is_restricted}
            self.shut = (self.shut - self.doubted) | (shut - self.own)

    def is_paid(self, answer: Response) -> bool:
        """Tell whether nothing is restricted that was not before, after another look."""
        self.see(answer)
        return not self.shut

    def pay(self) -> str | None:
        """Free what is restricted, in one way or another; return a sentence if some of it may still be."""
        for names in (NEIGHBOURS[CHANNELS], NEIGHBOURS[FULL]):
            for channel in sorted(self.shut):
                with suppress(NotTested, Inconclusive):
                    self.say({channel: False}, names)
                    self.see(self.driver.read(self.driver.place, NEIGHBOURS[CHANNELS]))
        if not self.shut:
            return None
        there = f"{self.driver.place.object.type}/{self.driver.place.object.id}"
        return f"{', '.join(sorted(self.shut))} may still be restricted for {there}, which the run could not undo"


def _different(ways: Iterable[Mapping[str, bool]]) -> Iterator[Mapping[str, bool]]:
    tried: list[Mapping[str, bool]] = []
    for way in ways:
        if way not in tried:
            tried.append(way)
            yield way


def _free_channels(driver: Driver, settled: Response) -> tuple[Sequence[str], Debt]:
    """Return the channels that can be edited and are not restricted, and who remembers what is to be freed."""
    answer = seen(driver, CHANNELS)
    if not answer.ok:
        raise Inconclusive(f"what is restricted is answered {answer.status}, so nothing more is")
    listed = restrictions(answer)
    free = [channel for channel in driver.nameable(settled) if not listed.get(channel)]
    if not free:
        raise Inconclusive("no documented channel can be edited here that is not restricted")
    debt = Debt(driver, frozenset(channel for channel in listed if listed[channel]))
    driver.undo = debt.pay
    return free, debt


def _where_editable(driver: Driver, named: str) -> Place | None:
    """Return the place of another object where the channel was answered as editable; None if there is none."""
    try:
        written = driver.apart_with_reading(driver.other_place).elsewhere
    except Stopped:
        raise
    except (NotTested, Inconclusive):
        return None
    return driver.other_place if written and named in editable(written) else None

"""A channel that an object restricts in all its categories, and frees again, as other pages of the vendor's have it.

All of it is one exchange, made once in a run. It comes last, for until all is free again a category lacks channels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from conformance.apis.suprsend.category import (
    IN,
    channel_preferences,
    channels_to_name,
    editable_channels,
    shows_preference,
    shows_same,
)
from conformance.apis.suprsend.driver import OPT_IN, RESTRICTION, Driver
from conformance.apis.suprsend.neighbours import (
    CHANNEL_PREFERENCES,
    FULL_PREFERENCE,
    NEIGHBOUR_PATHS,
    is_shown_restricted,
    restrictions_of,
)
from conformance.apis.suprsend.place import Place
from conformance.apis.suprsend.reading import Reading
from conformance.apis.suprsend.restoration import Restoration
from conformance.apis.suprsend.shared_reads import read_neighbour
from conformance.apis.suprsend.shared_writes import write_and_read_here_and_elsewhere
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response

_FEWEST_LEFT = 2  # channels of a category that stay in while one is restricted and another is out by itself


class FullUpdate(NamedTuple):
    """What the full preference was asked to restrict and to free, and what it answered.

    Then what is restricted is *listed* among the channel preferences, and *in_full* in the full preference.
    """

    restrictions: Mapping[str, bool]
    answer: Response
    listed: Reading = None
    in_full: Reading = None


class RestrictionSteps(NamedTuple):
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
    full_update: FullUpdate
    listed: Reading = None
    inside: Reading = None
    beside: Reading = None
    freed: Response | None = None
    inside_again: Reading = None
    listed_again: Reading = None


def restrict_and_free(driver: Driver) -> RestrictionSteps:
    """Restrict a channel that is not restricted, and another in its stead, and free both; read in between."""
    driver.run.mode.require_full_mode(RESTRICTION)

    def write_and_read() -> RestrictionSteps:
        try:
            return _restrict_and_free(driver)
        except Inconclusive:
            # What is restricted by now would disturb all that is asked later.
            if driver.restore_restrictions:
                driver.restore_restrictions()
            raise

    return driver.client.memoize("restrictions", write_and_read)


def _restrict_and_free(driver: Driver) -> RestrictionSteps:
    path = NEIGHBOUR_PATHS[CHANNEL_PREFERENCES]
    (named, *others), restoration = _find_free_channels(driver, driver.opt_in_fully())
    elsewhere = _find_other_place(driver, named)
    settled = driver.opt_in_fully()
    # With fewer channels left a category might go out with the last of them.
    second = others[0] if others and len(_channels_left_in(settled)) > _FEWEST_LEFT else None
    written = driver.write({**OPT_IN, "opt_out_channels": [second]}) if second else settled
    others = [channel for channel in channel_preferences(written) if channel != named]
    before = driver.read_until(lambda answer: shows_same(written, answer))
    _, restriction = restoration.update({named: True}, path)
    if not restriction.ok:
        driver.read_until(restoration.is_complete_after, path)
        full_update = _update_full_preference(driver, restoration, {named: False})
        restoration.restore()
        return RestrictionSteps(named, second, written, before, restriction, full_update)
    listed = driver.read_until(lambda answer: restrictions_of(answer).get(named) is True, path)
    inside = driver.read_until(
        lambda answer: is_shown_restricted(answer, named) and shows_others_unchanged(answer, before, others)
    )
    beside = driver.read_until(lambda _: True, at=elsewhere) if elsewhere else None
    if second:
        full_update = _update_full_preference(driver, restoration, {named: False, second: True})
        # Where the full preference was refused, the channel is still restricted, so both are freed here.
        freed = restoration.update({named: False, second: False}, path)[1]
    else:
        freed = restoration.update({named: False}, path)[1]
        full_update = _update_full_preference(driver, restoration, {named: False})
    again = driver.read_until(
        lambda answer: (
            channel_preferences(answer).get(named) == IN and shows_others_unchanged(answer, before, others)
        )
    )
    listed_again = driver.read_until(restoration.is_complete_after, path)
    restoration.restore()
    return RestrictionSteps(
        named=named,
        second=second,
        written=written,
        before=before,
        restriction=restriction,
        full_update=full_update,
        listed=listed,
        inside=inside,
        beside=beside,
        freed=freed,
        inside_again=again,
        listed_again=listed_again,
    )


def _channels_left_in(answer: Response) -> list[str]:
    return [channel for channel, word in channel_preferences(answer).items() if word == IN]


def shows_others_unchanged(answer: Response, before: Reading, others: Iterable[str]) -> bool:
    """Tell whether a category that is opted in shows *others* of its channels as *before*, as far as both list them."""
    if not isinstance(before, Response):
        return True
    here, there = channel_preferences(before), channel_preferences(answer)
    return shows_preference(answer, IN) and all(
        here[channel] == there[channel] for channel in others if channel in here and channel in there
    )


def _update_full_preference(
    driver: Driver, restoration: Restoration, restrictions: Mapping[str, bool]
) -> FullUpdate:
    """Ask for *restrictions* by way of the full preference, and read what is restricted then."""
    asked, answer = restoration.update(restrictions, NEIGHBOUR_PATHS[FULL_PREFERENCE])
    if not answer.ok:
        return FullUpdate(asked, answer)
    listed = driver.read_until(
        lambda answer: shows_restrictions(answer, asked), NEIGHBOUR_PATHS[CHANNEL_PREFERENCES]
    )
    restoration.note_listed(listed)
    in_full = driver.read_until(
        lambda answer: shows_restrictions(answer, asked), NEIGHBOUR_PATHS[FULL_PREFERENCE]
    )
    return FullUpdate(asked, answer, listed, in_full)


def shows_restrictions(answer: Response, restrictions: Mapping[str, bool]) -> bool:
    """Tell whether each channel is listed as restricted, or not, as *restrictions* has it."""
    listed = restrictions_of(answer)
    return all(listed.get(channel, False) is restrictions[channel] for channel in restrictions)


def _find_free_channels(driver: Driver, settled: Response) -> tuple[Sequence[str], Restoration]:
    """Return the channels that can be edited and are not restricted, and who remembers what is to be freed."""
    answer = read_neighbour(driver, CHANNEL_PREFERENCES)
    if not answer.ok:
        raise Inconclusive(f"what is restricted is answered {answer.status}, so nothing more is")
    listed = restrictions_of(answer)
    free = [channel for channel in channels_to_name(settled) if not listed.get(channel)]
    if not free:
        raise NotTested("no documented channel can be edited here that is not restricted")
    restoration = Restoration(driver, frozenset(channel for channel in listed if listed[channel]))
    driver.restore_restrictions = restoration.restore
    return free, restoration


def _find_other_place(driver: Driver, named: str) -> Place | None:
    """Return the place of another object where the channel was answered as editable; None if there is none."""
    try:
        written = write_and_read_here_and_elsewhere(driver, driver.places.other_object).elsewhere
    except (NotTested, Inconclusive):
        return None
    return driver.places.other_object if written and named in editable_channels(written) else None

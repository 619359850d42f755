"""The same few writes to every place that a profile names beside the main one, each sent once in a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from conformance.apis.suprsend.category import (
    DOCUMENTED_CHANNELS,
    IN,
    OUT,
    channels_to_name,
    shows_preference,
)
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT, PLAIN, Driver
from conformance.apis.suprsend.place import Place
from conformance.apis.suprsend.reading import Reading
from conformance.assertions.outcome import UNDECIDED, DoesNotConform, NotTested
from conformance.http.response import Response


class ListsElsewhere(NamedTuple):
    """Channels taken out *beside* a preference, and let in without one, *by_default*, after an opt-out.

    tenant: what the same tenant was answered last in the main category, and *read* what that was read as while this one
    was out; both are None of a place without a tenant, and of the main category.
    """

    beside: Response
    by_default: Response
    tenant: Response | None
    read: Reading


def find_places_elsewhere(driver: Driver) -> Iterator[Place]:
    """Yield the places beside the main one: a tenant's, those of another object and category, and of both at once."""
    places = driver.places
    with suppress(NotTested):
        yield places.tenant
    with suppress(NotTested):
        yield places.other_object
    with suppress(NotTested):
        yield places.other_category
        yield replace(places.other_category, tenant_id=places.tenant.tenant_id)


def choose_elsewhere_once(driver: Driver) -> Mapping[Place, ListsElsewhere]:
    """Opt in and out everywhere, with lists and without; map the places where a channel can be named to the lists."""

    def write() -> Mapping[Place, ListsElsewhere]:
        found: dict[Place, ListsElsewhere] = {}
        for place in find_places_elsewhere(driver):
            # One that is refused, or answered in part, keeps none of the others from being asked.
            with suppress(NotTested, DoesNotConform, *UNDECIDED):
                if lists := _choose_lists_of(driver, place, found):
                    found[place] = lists
        with suppress(NotTested, DoesNotConform, *UNDECIDED):
            _write_to_locked_category_again(driver)
        for place in driver.places.list_locked_elsewhere():
            with suppress(NotTested, DoesNotConform, *UNDECIDED):
                driver.write(OPT_IN, place)
                driver.write(OPT_OUT, place)
        return found

    return driver.client.memoize("choices elsewhere", write)


def _choose_lists_of(
    driver: Driver, place: Place, found: Mapping[Place, ListsElsewhere]
) -> ListsElsewhere | None:
    names = channels_to_name(driver.opt_in_fully(place))
    named = names[1:] or names  # a category may go out with the last of its channels
    if not _was_opted_out_and_in(driver, place):
        driver.write(OPT_OUT, place)
        driver.write(OPT_IN, place)
    if not named:
        return None
    beside = driver.write({**OPT_IN, "opt_out_channels": named}, place)
    out = driver.write(OPT_OUT, place)
    tenant, read = None, None
    # The tenant's place comes first, so that for its other category it is known.
    if place.tenant_id is not None and driver.places.tenant in found and shows_preference(out, OUT):
        tenant = found[driver.places.tenant].by_default
        read = driver.read_until(lambda answer: shows_preference(answer, IN), at=driver.places.tenant)
    by_default = driver.write({"opt_in_channels": named}, place)
    return ListsElsewhere(beside, by_default, tenant, read)


def _was_opted_out_and_in(driver: Driver, place: Place) -> bool:
    """Tell whether the run has done so before, right after one another."""
    bodies = [one.body for one in driver.accepted_writes if one.place == place and one.origin == PLAIN]
    return (OPT_OUT, OPT_IN) in pairwise(bodies)


def _write_to_locked_category_again(driver: Driver) -> None:
    """Let a channel in without a preference in the category that cannot be opted out of."""
    driver.write({"opt_in_channels": list(DOCUMENTED_CHANNELS[:1])}, driver.places.locked_category)

"""What other places are read as while a category is opted out, with and without a tenant; made once in a run."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from conformance.apis.suprsend.category import IN, OUT, shows_preference
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT, Driver
from conformance.apis.suprsend.place import Place
from conformance.apis.suprsend.reading import Reading
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response


class ReadsElsewhere(NamedTuple):
    """Other places opted in, and what they are *read* as when the category was opted out after that.

    outs: the answers to the opt-outs, one without a tenant and, where the profile names one, one for it.
    """

    before: Mapping[Place, Response]
    outs: list[Response]
    reads: Mapping[Place, Reading]


def opt_out_and_read_elsewhere(driver: Driver) -> ReadsElsewhere:
    """Opt other places in and the category out, and read the other places; NotTested if the profile names none."""
    others: list[Place] = []
    with suppress(NotTested):
        others.append(driver.places.other_object)
    with suppress(NotTested):
        others.append(driver.places.other_category)
    if not others:
        raise NotTested(
            "neither fixtures.other_object nor fixtures.other_category is in the profile",
            "fixtures.other_object",
            "fixtures.other_category",
        )

    def write_and_read() -> ReadsElsewhere:
        before = {}
        for place in others:
            with suppress(Inconclusive):  # where a write is refused, nothing is to be read
                before[place] = driver.opt_in_fully(place)
        outs = []
        with suppress(NotTested):
            outs.append(driver.write(OPT_OUT, driver.places.tenant))
        outs.append(driver.write(OPT_OUT))
        reads = {
            place: driver.read_until(lambda answer: shows_preference(answer, IN), at=place)
            for place in before
            if any(shows_preference(out, OUT) for out in outs) and shows_preference(before[place], IN)
        }
        with suppress(NotTested):
            driver.write(OPT_IN, driver.places.tenant)
        return ReadsElsewhere(before, outs, reads)

    return driver.client.memoize("read elsewhere", write_and_read)

"""What the model of places is compared with: the same writes to one place alone, in turn with others, and at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from conformance.apis.suprsend import model
from conformance.apis.suprsend.category import require_success
from conformance.apis.suprsend.driver import SEQUENCE, Driver
from conformance.apis.suprsend.model import Write
from conformance.apis.suprsend.place import Place
from conformance.apis.suprsend.shared_writes import choose_channels
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response
from conformance.suite.driver import is_among, repeat_race


class WritesAlone(NamedTuple):
    """What was written to one *place*, about two channels or the one that there is, with nothing in between."""

    place: Place
    names: Sequence[str]
    writes: Sequence[Write]


class MixedWrites(NamedTuple):
    """The same writes with others in between or at the same time.

    own: those to the place; of writes at once those that were accepted. every: each that the model knows.
    """

    own: Sequence[Write]
    every: Sequence[Write]


def other_places(driver: Driver) -> Mapping[str, Place]:
    """Map the model's names of other places to those that the profile has."""
    places: dict[str, Place] = {}
    with suppress(NotTested):
        # The locked category serves where there is no other: it takes writes, and so could show them here.
        places["category"] = driver.places.locked_category
    with suppress(NotTested):
        places["category"] = driver.places.other_category
    with suppress(NotTested):
        places["other"] = driver.places.other_object
        places["tenant"] = replace(driver.places.other_object, tenant_id=driver.places.tenant.tenant_id)
    return places


def write_alone(driver: Driver) -> WritesAlone:
    """Take two channels out, or one, and let them in one by one, at the tenant's place if there is one."""

    def write() -> WritesAlone:
        with suppress(NotTested, Inconclusive):
            return _write_alone(driver, driver.places.tenant)
        return _write_alone(driver, driver.places.main)

    return driver.client.memoize("alone", write)


def _write_alone(driver: Driver, place: Place) -> WritesAlone:
    names = choose_channels(driver.opt_in_fully(place), place)
    bodies = model.bodies_for_place(names)
    return WritesAlone(
        place, names, [Write(body, require_success(driver.write(body, place))) for body in bodies]
    )


def require_two_channels(driver: Driver) -> None:
    """Raise NotTested where these writes are about one channel, which each of them names."""
    if len(names := write_alone(driver).names) < 2:
        raise NotTested(f"of the documented channels only {names[0]} can be edited, and this needs two")


def write_in_turn(driver: Driver) -> MixedWrites:
    """Write the same as alone, and elsewhere in between."""

    def write() -> MixedWrites:
        with driver.keep_writes_as(SEQUENCE):
            return _write_in_turn(driver)

    return driver.client.memoize("in turn", write)


def _write_in_turn(driver: Driver) -> MixedWrites:
    place, names, alone = write_alone(driver)
    moves, places = model.draw_sequence(driver.run.seed), other_places(driver)
    if not places:
        raise NotTested(
            "neither fixtures.other_object nor fixtures.other_category is in the profile",
            "fixtures.other_object",
            "fixtures.other_category",
        )
    driver.opt_in_fully(place)
    own: list[Write] = []
    every: list[Write] = []
    for write, turns in zip(alone, (*moves, ()), strict=True):
        own.append(Write(write.body, driver.write(write.body, place)))
        every.append(own[-1])
        for name, move in turns:
            if name in places:
                body = model.body_of_move(move, names)
                written = Write(body, driver.write(body, places[name]))
                # The category may be the locked one, which follows no request to opt out.
                every += [] if name == "category" else [written]
    return MixedWrites(own, every)


def write_at_once(driver: Driver) -> MixedWrites:
    """Let two channels in from two sides each while another object is written to.

    Raises Inconclusive if in none of some tries two requests overlapped.
    """
    driver.run.mode.require_full_mode("a race")
    return driver.client.memoize("at once", lambda: repeat_race(lambda: _write_at_once(driver)))


def _write_at_once(driver: Driver) -> MixedWrites:
    require_two_channels(driver)
    place, names, (out, *_) = write_alone(driver)
    if not model.has_same_state(out.answer, driver.write(out.body, place)):
        raise Inconclusive(f"{names} do not go out as they did before")
    # Each channel is let in from two sides, so that two of the writes ask the same.
    racers = [(model.body_of_move("in", [name]), place) for name in (*names, *names)]
    if "other" in (places := other_places(driver)):
        racers.append((out.body, places["other"]))
    answers: dict[int, Response] = {}

    def send(number: int) -> Response:
        body, at = racers[number]
        answers[number] = driver.write(body, at)
        return answers[number]

    overlapped = driver.client.send_concurrently([partial(send, number) for number in range(len(racers))])
    # The answers came in an order that need not be the order in which the writes were carried out.
    driver.forget_latest_writes()
    counting = [number for number, answer in sorted(answers.items()) if is_among(answer, overlapped)]
    every = [(racers[number][1], Write(racers[number][0], answers[number])) for number in counting]
    return MixedWrites(
        [write for at, write in every if at == place and write.answer.ok], [write for _, write in every]
    )

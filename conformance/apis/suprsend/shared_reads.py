"""What is read after a write, as other pages of the vendor's have it; each exchange is made once in a run.

A profile promises only that GET reads a category. What stands around it, a target may lack.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from conformance.apis.suprsend.category import (
    IN,
    OUT,
    REFUSALS,
    channel_preferences_in,
    describe_answer,
    require_success,
    shows_preference,
    shows_same,
)
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT, Driver
from conformance.apis.suprsend.neighbours import (
    CATEGORY_LIST,
    CHANNEL_PREFERENCES,
    FULL_PREFERENCE,
    NEIGHBOUR_PATHS,
    categories_of_page,
    categories_of_sections,
    find_category,
    has_two_categories,
)
from conformance.apis.suprsend.reading import Reading
from conformance.apis.suprsend.shared_writes import (
    choose_channels,
    choose_two_channels,
    shows_written_opt_out,
    switch_channel_once,
    switch_locked_category_once,
)
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response

WITH_UNKNOWN_CHANNEL: Mapping[str, Any] = {**OPT_IN, "opt_out_channels": ["pigeon"]}
SHOW_OPTED_OUT_CHANNELS: Mapping[str, str] = {"show_opt_out_channels": "true"}
MOST_PAGES = 20
_ABSENT = (404, 405, 501)


class OptOutReads(NamedTuple):
    """A category opted *out* and *back* in; in between it is read alone, and with channels alone and in lists.

    pages: of the list, up to the one that has the category. behind: a page of one that begins behind the first.
    listed_again, full_again: the last of these pages and the full preference, when the category is in again.
    """

    out: Response
    alone: Reading
    pages: Sequence[Reading]
    behind: Reading
    full: Reading
    with_channels: Reading
    back: Response
    alone_again: Reading
    listed_again: Reading
    full_again: Reading


class RefusedWrites(NamedTuple):
    """An opt-out, then opt-ins: one that names no channel, *foreign* ones without a key and with a wrong one.

    What is *read* comes after them.
    """

    out: Response
    channel: Response
    foreign: Sequence[Response]
    read: Reading


class TwoLists(NamedTuple):
    """The channel *first* taken out by a list, then *second* by another one; and what is read after that."""

    first: str
    second: str
    before: Response
    after: Response
    read: Reading


def require_read_back(driver: Driver) -> None:
    """Raise NotTested unless the profile promises that GET reads a category."""
    if not driver.has_read_back:
        raise NotTested("capabilities: [read_back] is not in the profile", "capabilities")


def require_answer(reading: Reading) -> Response:
    """Return the answer that a reading got, or raise what came instead."""
    if isinstance(reading, Inconclusive):
        raise reading
    if reading is None:
        raise Inconclusive("it was not read")
    return reading


def opt_out_and_read(driver: Driver) -> OptOutReads:
    """Opt out, read in every way, and opt in again."""
    slug = driver.places.main.category

    def write_and_read() -> OptOutReads:
        out = driver.opt_out()
        word = OUT if shows_preference(out, OUT) else None
        alone = driver.read_until(lambda answer: shows_preference(answer, word))
        pages, page_params = _read_pages(driver, word)
        behind = None
        if isinstance(pages[0], Response) and has_two_categories(pages[0]):
            # Without a second category there is nothing behind the first.
            one = {**SHOW_OPTED_OUT_CHANNELS, "limit": "1", "offset": "1"}
            behind = driver.read_until(lambda _: True, NEIGHBOUR_PATHS[CATEGORY_LIST], params=one)
        full = driver.read_until(
            lambda answer: _shows_if_found(find_category(categories_of_sections(answer), slug), word),
            NEIGHBOUR_PATHS[FULL_PREFERENCE],
            params=SHOW_OPTED_OUT_CHANNELS,
        )
        with_channels = driver.read_until(
            lambda answer: shows_preference(answer, word), params=SHOW_OPTED_OUT_CHANNELS
        )
        back = driver.write(OPT_IN)
        word_again = IN if shows_preference(back, IN) else None
        again = driver.read_until(lambda answer: shows_preference(answer, word_again))
        listed_again = full_again = None
        if _is_success(pages[-1]):
            listed_again = driver.read_until(
                lambda answer: _shows_if_found(find_category(categories_of_page(answer), slug), word_again),
                NEIGHBOUR_PATHS[CATEGORY_LIST],
                params=page_params,
            )
        if _is_success(full):
            full_again = driver.read_until(
                lambda answer: _shows_if_found(
                    find_category(categories_of_sections(answer), slug), word_again
                ),
                NEIGHBOUR_PATHS[FULL_PREFERENCE],
                params=SHOW_OPTED_OUT_CHANNELS,
            )
        return OptOutReads(
            out, alone, pages, behind, full, with_channels, back, again, listed_again, full_again
        )

    return driver.client.memoize("opted out and read", write_and_read)


def _is_success(reading: Reading) -> bool:
    return isinstance(reading, Response) and reading.ok


def _read_pages(driver: Driver, word: str | None) -> tuple[Sequence[Reading], Mapping[str, str]]:
    """Return the pages up to the one that has the category, and what the last of them was asked with."""
    slug, slugs, pages, params = (
        driver.places.main.category,
        set[str](),
        list[Reading](),
        dict(SHOW_OPTED_OUT_CHANNELS),
    )
    while len(pages) < MOST_PAGES:
        page = driver.read_until(
            lambda answer: _shows_if_found(find_category(categories_of_page(answer), slug), word),
            NEIGHBOUR_PATHS[CATEGORY_LIST],
            params=params,
        )
        pages.append(page)
        new = (
            {str(one.get("category")) for one in categories_of_page(page)}
            if isinstance(page, Response)
            else set()
        )
        # A target that ignores offset lists the same categories again; then no further page can have the one looked
        # for.
        if slug in new or new <= slugs:
            break
        slugs |= new
        if len(pages) < MOST_PAGES:
            params["offset"] = str(len(slugs))
    return pages, params


def write_refused_and_read(driver: Driver) -> RefusedWrites:
    """Opt out, send what is refused, and read; without read-back only a channel that there is not is sent."""

    def write_and_read() -> RefusedWrites:
        out, channel = driver.opt_out(), driver.write(WITH_UNKNOWN_CHANNEL)
        if not driver.has_read_back:
            return RefusedWrites(out, channel, (), None)
        # An accepted one has opted the category in.
        if channel.status not in REFUSALS:
            driver.write(OPT_OUT)
        foreign = [driver.write(OPT_IN, authorization=None)]
        with suppress(NotTested):
            # No other key can be made of one without a letter or a digit in its second half.
            foreign.append(driver.write(OPT_IN, authorization=driver.api_key.wrong_key_header))
        were_refused = all(answer.status in REFUSALS for answer in foreign)
        # Where one was accepted, nothing tells what is to be read, so nothing is waited for.
        word = OUT if shows_preference(out, OUT) and were_refused else None
        return RefusedWrites(
            out, channel, foreign, driver.read_until(lambda answer: shows_preference(answer, word))
        )

    return driver.client.memoize("refused and read", write_and_read)


def write_two_lists_and_read(driver: Driver) -> TwoLists:
    """Take one channel out, then another one by a list of its own, and read."""

    def write_and_read() -> TwoLists:
        first, second = choose_two_channels(driver.opt_in_fully())
        before = driver.write({**OPT_IN, "opt_out_channels": [first]})
        after = driver.write({**OPT_IN, "opt_out_channels": [second]})
        return TwoLists(
            first, second, before, after, driver.read_until(lambda answer: shows_same(after, answer))
        )

    return driver.client.memoize("lists", write_and_read)


def switch_locked_category_and_read(driver: Driver) -> Reading:
    """Return what the category that cannot be opted out of is read as after its turns, with or without read-back."""

    def write_and_read() -> Reading:
        switch_locked_category_once(driver)
        return driver.read_until(
            lambda answer: not shows_preference(answer, OUT),
            at=driver.places.locked_category,
            even_if_not_promised=True,
        )

    return driver.client.memoize("locked and read", write_and_read)


def read_category(driver: Driver) -> Response:
    """Return what the category is read as, opted out where the run may write."""
    require_read_back(driver)
    if driver.run.mode.may_write:
        return require_answer(opt_out_and_read(driver).alone)
    return driver.client.memoize("read", lambda: driver.read(driver.places.main))


def read_category_with_channels(driver: Driver) -> Response:
    """Return what the category is read as, with its channels, as its neighbours are read."""
    require_read_back(driver)
    if driver.run.mode.may_write:
        return require_success(require_answer(opt_out_and_read(driver).with_channels))
    return read_category(driver)


def read_neighbour(driver: Driver, what: str) -> Response:
    """Return what one of NEIGHBOUR_PATHS is read as, while the category is opted out where the run may write.

    Raises NotTested if the target does not have it.
    """
    require_read_back(driver)
    if driver.run.mode.may_write and what != CHANNEL_PREFERENCES:
        answer = require_answer(
            opt_out_and_read(driver).pages[0] if what == CATEGORY_LIST else opt_out_and_read(driver).full
        )
    else:
        answer = driver.client.memoize(
            f"read {what}", lambda: driver.read(driver.places.main, NEIGHBOUR_PATHS[what])
        )
    return require_operation(answer, what)


def require_operation(answer: Response, what: str) -> Response:
    """Return *answer* unless it says that there is no such operation, of an object that is known."""
    if answer.status in _ABSENT:
        raise NotTested(
            f"the target does not have {what}: {answer.exchange.method} is answered {answer.status}"
        )
    return answer


def read_every_neighbour(driver: Driver) -> Mapping[str, Response]:
    """Map the names of NEIGHBOUR_PATHS that the target has to what they are read as."""
    found = {}
    for what in NEIGHBOUR_PATHS:
        try:
            answer = read_neighbour(driver, what)
        except NotTested:
            require_read_back(driver)
            continue
        if answer.ok:
            found[what] = answer
    return found


def require_that_writes_are_read(driver: Driver) -> None:
    """Raise Inconclusive unless reads show what is written with nothing in between; other requirements judge that."""
    require_read_back(driver)
    reads = opt_out_and_read(driver)
    if not shows_preference(reads.out, OUT) or not shows_preference(require_answer(reads.alone), OUT):
        raise Inconclusive(f"GET is {describe_answer(require_answer(reads.alone))} after an opt_out")
    try:
        switch = switch_channel_once(driver)
    except NotTested:  # without a channel to name there are only preferences to be read
        return
    if not shows_same(switch.out, require_answer(switch.read)):
        raise Inconclusive(f"GET shows other channels than the write of {switch.named} before it")


class TenantReads(NamedTuple):
    """A channel, *named*, goes out *for_tenant*, and then another one, if there is one, is let in *without* a tenant.

    Before that, the place of the tenant and the one without are read, and the list of the tenant's categories is.
    """

    named: str
    for_tenant: Response
    read_there: Reading
    listed: Reading
    read_here: Reading
    without: Response


def write_for_tenant_and_read(driver: Driver) -> TenantReads:
    """Take a channel out for a tenant, and look without one."""
    place = driver.places.tenant

    def write_and_read() -> TenantReads:
        named, *others = choose_channels(driver.opt_in_fully(place), place)
        driver.opt_in_fully()
        for_tenant = driver.write({**OPT_IN, "opt_out_channels": [named]}, place)
        there = driver.read_until(lambda answer: shows_written_opt_out(answer, for_tenant, named), at=place)
        listed = driver.read_until(
            lambda answer: _is_out_in_list(answer, place.category, named),
            NEIGHBOUR_PATHS[CATEGORY_LIST],
            at=place,
        )
        # Whether this shows here is only recorded, so nothing is waited for.
        here = driver.read_until(lambda _: True)
        without = driver.write({**OPT_IN, "opt_in_channels": others})
        return TenantReads(named, for_tenant, there, listed, here, without)

    return driver.client.memoize("tenant", write_and_read)


def _is_out_in_list(answer: Response, slug: str, named: str) -> bool:
    found = find_category(categories_of_page(answer), slug) or {}
    return channel_preferences_in(found).get(named) != IN


def _shows_if_found(found: Mapping[str, Any] | None, word: str | None) -> bool:
    return found is None or word is None or found.get("preference") == word

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
    agrees,
    channels,
    granted,
    said,
    shows,
)
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT, Driver, Reading
from conformance.assertions.outcome import DoesNotConform, Inconclusive, NotTested
from conformance.http.response import Response

PAGE, FULL, CHANNELS = "the list of categories", "the full preference", "the channel preferences"
NEIGHBOURS: Mapping[str, Sequence[str]] = {PAGE: ("category",), FULL: (), CHANNELS: ("channel_preference",)}
UNKNOWN_CHANNEL: Mapping[str, Any] = {**OPT_IN, "opt_out_channels": ["pigeon"]}
FLAG: Mapping[str, str] = {"show_opt_out_channels": "true"}
MOST_PAGES = 20
_ABSENT = (404, 405, 501)


class OptedOut(NamedTuple):
    """A category opted *out* and *back* in; in between it is read alone, and with channels alone and in lists.

    pages: of the list, up to the one that has the category. behind: a page of one that begins behind the first.
    """

    out: Response
    alone: Reading
    pages: Sequence[Reading]
    behind: Reading
    full: Reading
    with_channels: Reading
    back: Response
    alone_again: Reading


class Refused(NamedTuple):
    """An opt-out, then opt-ins: one that names no channel, *foreign* ones without a key and with a wrong one.

    What is *read* comes after them.
    """

    out: Response
    channel: Response
    foreign: Sequence[Response]
    read: Reading


class Lists(NamedTuple):
    """The channel *first* taken out by a list, then *second* by another one; and what is read after that."""

    first: str
    second: str
    before: Response
    after: Response
    read: Reading


def wanted(driver: Driver) -> None:
    """Raise NotTested unless the profile promises that GET reads a category."""
    if not driver.has_read_back:
        raise NotTested("capabilities: [read_back] is not in the profile")


def known(reading: Reading) -> Response:
    """Return the answer that a reading got, or raise what came instead."""
    if isinstance(reading, Inconclusive):
        raise reading
    if reading is None:
        raise Inconclusive("it was not read")
    return reading


# Exchanges


def opted_out(driver: Driver) -> OptedOut:
    """Opt out, read in every way, and opt in again."""
    slug = driver.place.category

    def ask() -> OptedOut:
        out = driver.opt_out()
        word = OUT if shows(out, OUT) else None
        alone = driver.read_until(lambda answer: shows(answer, word))
        pages = _pages(driver, word)
        behind = None
        if isinstance(pages[0], Response) and has_two(pages[0]):
            one = {**FLAG, "limit": "1", "offset": "1"}
            behind = driver.read_until(lambda _: True, NEIGHBOURS[PAGE], params=one)
        full = driver.read_until(
            lambda answer: _shows(find(subcategories(answer), slug), word), NEIGHBOURS[FULL], params=FLAG
        )
        with_channels = driver.read_until(lambda answer: shows(answer, word), params=FLAG)
        back = driver.write(OPT_IN)
        again = driver.read_until(lambda answer: shows(answer, IN if shows(back, IN) else None))
        return OptedOut(out, alone, pages, behind, full, with_channels, back, again)

    return driver.client.memoize("opted out and read", ask)


def _pages(driver: Driver, word: str | None) -> Sequence[Reading]:
    slug, slugs, pages, params = driver.place.category, set[str](), list[Reading](), dict(FLAG)
    while len(pages) < MOST_PAGES:
        page = driver.read_until(
            lambda answer: _shows(find(results(answer), slug), word), NEIGHBOURS[PAGE], params=params
        )
        pages.append(page)
        new = {str(one.get("category")) for one in results(page)} if isinstance(page, Response) else set()
        if slug in new or new <= slugs:
            break
        slugs |= new
        params["offset"] = str(len(slugs))
    return pages


def refused(driver: Driver) -> Refused:
    """Opt out, send what is refused, and read; without read-back only a channel that there is not is sent."""

    def ask() -> Refused:
        out, channel = driver.write(OPT_OUT), driver.write(UNKNOWN_CHANNEL)
        if not driver.has_read_back:
            return Refused(out, channel, (), None)
        if channel.status not in REFUSALS:
            driver.write(OPT_OUT)
        foreign = [driver.write(OPT_IN, authorization=None)]
        with suppress(NotTested):
            foreign.append(driver.write(OPT_IN, authorization=driver.wrong_key))
        were_refused = all(answer.status in REFUSALS for answer in foreign)
        word = OUT if shows(out, OUT) and were_refused else None
        return Refused(out, channel, foreign, driver.read_until(lambda answer: shows(answer, word)))

    return driver.client.memoize("refused and read", ask)


def lists(driver: Driver) -> Lists:
    """Take one channel out, then another one by a list of its own, and read."""

    def ask() -> Lists:
        first, second = driver.two_channels(driver.settle())
        before = driver.write({**OPT_IN, "opt_out_channels": [first]})
        after = driver.write({**OPT_IN, "opt_out_channels": [second]})
        return Lists(first, second, before, after, driver.read_until(lambda answer: agrees(after, answer)))

    return driver.client.memoize("lists", ask)


def locked(driver: Driver) -> Reading:
    """Return what the category that cannot be opted out of is read as after its turns, with or without read-back."""

    def ask() -> Reading:
        driver.locked_turns()
        return driver.look_until(lambda answer: not shows(answer, OUT), at=driver.locked_place)

    return driver.client.memoize("locked and read", ask)


def alone(driver: Driver) -> Response:
    """Return what the category is read as, opted out where the run may write."""
    wanted(driver)
    if driver.run.mode.may_write:
        return known(opted_out(driver).alone)
    return driver.ask_once("read", lambda: driver.read(driver.place))


def alone_as_listed(driver: Driver) -> Response:
    """Return what the category is read as, with its channels, as its neighbours are read."""
    wanted(driver)
    if driver.run.mode.may_write:
        return granted(known(opted_out(driver).with_channels))
    return alone(driver)


def seen(driver: Driver, what: str) -> Response:
    """Return what one of NEIGHBOURS is read as, while the category is opted out where the run may write.

    Raises NotTested if the target does not have it.
    """
    wanted(driver)
    if driver.run.mode.may_write and what != CHANNELS:
        answer = known(opted_out(driver).pages[0] if what == PAGE else opted_out(driver).full)
    else:
        answer = driver.ask_once(f"read {what}", lambda: driver.read(driver.place, NEIGHBOURS[what]))
    return present(answer, what)


def present(answer: Response, what: str) -> Response:
    """Return *answer* unless it says that there is no such operation, of an object that is known."""
    if answer.status in _ABSENT:
        raise NotTested(
            f"the target does not have {what}: {answer.exchange.method} is answered {answer.status}"
        )
    return answer


def each(driver: Driver) -> Mapping[str, Response]:
    """Map the names of NEIGHBOURS that the target has to what they are read as."""
    found = {}
    for what in NEIGHBOURS:
        try:
            answer = seen(driver, what)
        except NotTested:
            wanted(driver)
            continue
        if answer.ok:
            found[what] = answer
    return found


def writes_are_read(driver: Driver) -> None:
    """Raise Inconclusive unless reads show what is written with nothing in between, which others judge."""
    wanted(driver)
    turned, channel_turns = opted_out(driver), driver.channel_turns()
    if not shows(turned.out, OUT) or not shows(known(turned.alone), OUT):
        raise Inconclusive(f"GET is {said(known(turned.alone))} after an opt_out")
    if not agrees(channel_turns.out, known(channel_turns.read)):
        raise Inconclusive(f"GET shows other channels than the write of {channel_turns.named} before it")


# Reading what stands around a category


def is_shut(answer: Response, named: str) -> bool:
    """Tell whether a category lists a channel as opt_out and not editable, or not at all."""
    listed = [one for one in channels(answer) if one.get("channel") == named]
    return all(one.get("preference") == OUT and one.get("is_editable") is False for one in listed)


def counted(answer: Response) -> int | None:
    """Return how many categories a page says there are on all pages; None if it does not."""
    meta = members(answer).get("meta")
    count = meta.get("count") if isinstance(meta, dict) else None
    return count if type(count) is int else None


def has_two(answer: Response) -> bool:
    """Tell whether there is more than one category, as a page of them says or shows."""
    return max(counted(answer) or 0, len(results(answer))) > 1


def members(answer: Response) -> dict[str, Any]:
    """Return the object that a success carries; nothing if it carries none."""
    try:
        body = granted(answer).json
    except (DoesNotConform, Inconclusive):
        return {}
    return body if isinstance(body, dict) else {}


def results(answer: Response) -> list[dict[str, Any]]:
    """Return the categories of a page."""
    return objects(members(answer).get("results"))


def subcategories(answer: Response) -> list[dict[str, Any]]:
    """Return the categories of all sections."""
    sections = objects(members(answer).get("sections"))
    return [one for section in sections for one in objects(section.get("subcategories"))]


def restrictions(answer: Response) -> dict[str, bool]:
    """Map every channel of the channel preferences to whether it is restricted."""
    return {
        one["channel"]: one["is_restricted"]
        for one in objects(members(answer).get("channel_preferences"))
        if isinstance(one.get("channel"), str) and isinstance(one.get("is_restricted"), bool)
    }


def objects(listed: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, none if it is no list."""
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def find(categories: Sequence[Mapping[str, Any]], slug: str) -> Mapping[str, Any] | None:
    """Return the category of that name."""
    return next((one for one in categories if one.get("category") == slug), None)


def _shows(found: Mapping[str, Any] | None, word: str | None) -> bool:
    return found is None or word is None or found.get("preference") == word

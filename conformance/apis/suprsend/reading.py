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
    agrees,
    channels,
    editable,
    granted,
    said,
    shows,
    stands,
)
from conformance.apis.suprsend.vocabulary import OPT_IN, OPT_OUT, Api, Place, Reading
from conformance.client import Answer
from conformance.oracle import DoesNotConform, Inconclusive, NotTested, Stopped

PAGE, FULL, CHANNELS = "the list of categories", "the full preference", "the channel preferences"
NEIGHBOURS: Mapping[str, Sequence[str]] = {PAGE: ("category",), FULL: (), CHANNELS: ("channel_preference",)}
UNKNOWN_CHANNEL: Mapping[str, Any] = {**OPT_IN, "opt_out_channels": ["pigeon"]}
_ABSENT = (404, 405, 501)


class OptedOut(NamedTuple):
    """A category opted *out* and *back* in; in between it is read alone, and with channels alone and in lists."""

    out: Answer
    alone: Reading
    page: Reading
    full: Reading
    with_channels: Reading
    back: Answer
    alone_again: Reading


class Refused(NamedTuple):
    """An opt-out, then opt-ins: one that names no channel, *foreign* ones without a key and with a wrong one.

    What is *read* comes after them.
    """

    out: Answer
    channel: Answer
    foreign: Sequence[Answer]
    read: Reading


class Lists(NamedTuple):
    """The channel *first* taken out by a list, then *second* by another one; and what is read after that."""

    first: str
    second: str
    before: Answer
    after: Answer
    read: Reading


class Swap(NamedTuple):
    """One channel freed and maybe another restricted by the full preference, as *wish* has it.

    What is restricted after that is *listed* among the channel preferences and *in_full* in the full preference.
    """

    wish: Mapping[str, bool]
    answer: Answer
    listed: Reading = None
    in_full: Reading = None


class Restricted(NamedTuple):
    """The channel *named* restricted, then maybe *second* in its stead, and then none.

    Before that *second* went out of the category by itself, as *before* shows. After the restriction *listed* is read
    among the channel preferences, *inside* of the category, and *beside* of that category of another object; when all
    are *freed*, *inside_again* and *listed_again*.
    """

    named: str
    second: str | None
    before: Answer
    restriction: Answer
    swap: Swap
    listed: Reading = None
    inside: Reading = None
    beside: Reading = None
    freed: Answer | None = None
    inside_again: Reading = None
    listed_again: Reading = None


def wanted(api: Api) -> None:
    """Raise NotTested unless the profile promises that GET reads a category."""
    if not api.has_read_back:
        raise NotTested("capabilities: [read_back] is not in the profile")


def known(reading: Reading) -> Answer:
    """Return the answer that a reading got, or raise what came instead."""
    if isinstance(reading, Inconclusive):
        raise reading
    if reading is None:
        raise Inconclusive("it was not read")
    return reading


# Exchanges


def opted_out(api: Api) -> OptedOut:
    """Opt out, read in every way, and opt in again."""
    slug = api.place.category

    def ask() -> OptedOut:
        out = api.write(OPT_OUT)
        word = OUT if shows(out, OUT) else None
        alone = api.read_until(lambda answer: shows(answer, word))
        flag = {"show_opt_out_channels": "true"}
        page = api.read_until(
            lambda answer: _shows(find(results(answer), slug), word), NEIGHBOURS[PAGE], params=flag
        )
        full = api.read_until(
            lambda answer: _shows(find(subcategories(answer), slug), word), NEIGHBOURS[FULL], params=flag
        )
        with_channels = api.read_until(lambda answer: shows(answer, word), params=flag)
        back = api.write(OPT_IN)
        again = api.read_until(lambda answer: shows(answer, IN if shows(back, IN) else None))
        return OptedOut(out, alone, page, full, with_channels, back, again)

    return api.client.once("opted out and read", ask)


def refused(api: Api) -> Refused:
    """Opt out, send what is refused, and read; without read-back only a channel that there is not is sent."""

    def ask() -> Refused:
        out, channel = api.write(OPT_OUT), api.write(UNKNOWN_CHANNEL)
        if not api.has_read_back:
            return Refused(out, channel, (), None)
        if not 400 <= channel.status < 500:
            api.write(OPT_OUT)
        foreign = [api.write(OPT_IN, authorization=None)]
        with suppress(NotTested):
            foreign.append(api.write(OPT_IN, authorization=api.wrong_key))
        were_refused = all(400 <= answer.status < 500 for answer in foreign)
        word = OUT if shows(out, OUT) and were_refused else None
        return Refused(out, channel, foreign, api.read_until(lambda answer: shows(answer, word)))

    return api.client.once("refused and read", ask)


def lists(api: Api) -> Lists:
    """Take one channel out, then another one by a list of its own, and read."""

    def ask() -> Lists:
        first, second = api.two_channels(api.settle())
        before = api.write({**OPT_IN, "opt_out_channels": [first]})
        after = api.write({**OPT_IN, "opt_out_channels": [second]})
        return Lists(first, second, before, after, api.read_until(lambda answer: agrees(after, answer)))

    return api.client.once("lists", ask)


def locked(api: Api) -> Reading:
    """Return what the category that cannot be opted out of is read as after its turns, with or without read-back."""

    def ask() -> Reading:
        api.locked_turns()
        try:
            return api.read(api.locked_place)
        except Stopped:
            raise
        except Inconclusive as outcome:
            return outcome

    return api.client.once("locked and read", ask)


def restricted(api: Api) -> Restricted:
    """Restrict a channel that is not restricted, and another in its stead, and free both; read in between."""

    def ask() -> Restricted:
        try:
            found = _restricted(api)
        except Stopped:
            raise
        except Inconclusive:
            api.free()
            raise
        api.free()  # again, if it was not accepted
        return found

    return api.client.once("restricted", ask)


def _restricted(api: Api) -> Restricted:
    path = NEIGHBOURS[CHANNELS]
    settled = api.settle()
    (named, *others), shut = _free_channels(api, settled)
    second = others[0] if others else None
    elsewhere = _where_editable(api, named)
    # Others that are restricted are named, too: one that is not may count as free.
    undo = {**shut, **dict.fromkeys((named, *others[:1]), False)}
    before = api.write({**OPT_IN, "opt_out_channels": [second]}) if second else settled
    restriction = api.restrict({**shut, named: True}, path, undo=undo)
    if not restriction.ok:
        return Restricted(named, second, before, restriction, _swapped(api, undo, None))
    listed = api.read_until(lambda answer: restrictions(answer).get(named) is True, path)
    inside = api.read_until(lambda answer: is_shut(answer, named) and _keeps(answer, before, named))
    beside = api.read_until(lambda _: True, at=elsewhere) if elsewhere else None
    swap = _swapped(api, undo, second)
    freed = api.restrict(undo, path)
    again = api.read_until(lambda answer: stands(answer).get(named) == IN and _keeps(answer, before, named))
    listed_again = api.read_until(lambda answer: agrees_on(answer, dict.fromkeys(swap.wish, False)), path)
    return Restricted(
        named, second, before, restriction, swap, listed, inside, beside, freed, again, listed_again
    )


def _keeps(answer: Answer, before: Answer, named: str) -> bool:
    """Tell whether a category shows what it did *before*, as far as it can of channels other than *named*."""
    words = {channel: word for channel, word in stands(before).items() if channel != named}
    return shows(answer, IN) and words.items() >= {
        (channel, word) for channel, word in stands(answer).items() if channel in words
    }


def _swapped(api: Api, undo: Mapping[str, bool], second: str | None) -> Swap:
    """Free all that was restricted by the full preference, and restrict *second* if there is one."""
    wish = {**undo, second: True} if second else undo
    answer = api.restrict(wish, NEIGHBOURS[FULL])
    if not answer.ok:
        return Swap(wish, answer)
    listed, in_full = (
        api.read_until(lambda answer: agrees_on(answer, wish), NEIGHBOURS[what]) for what in (CHANNELS, FULL)
    )
    return Swap(wish, answer, listed, in_full)


def _free_channels(api: Api, settled: Answer) -> tuple[Sequence[str], Mapping[str, bool]]:
    """Return the channels that can be edited and are not restricted, and all that are restricted, with true."""
    answer = seen(api, CHANNELS)
    if not answer.ok:
        raise Inconclusive(f"what is restricted is answered {answer.status}, so nothing more is")
    shut = restrictions(answer)
    free = [channel for channel in api.nameable(settled) if not shut.get(channel)]
    if not free:
        raise Inconclusive("no documented channel can be edited here that is not restricted")
    return free, {channel: True for channel in shut if shut[channel]}


def _where_editable(api: Api, named: str) -> Place | None:
    """Return the place of another object where the channel was answered as editable; None if there is none."""
    try:
        written = api.apart_with_reading(api.other_place).elsewhere
    except Stopped:
        raise
    except (NotTested, Inconclusive):
        return None
    return api.other_place if written and named in editable(written) else None


def alone(api: Api) -> Answer:
    """Return what the category is read as, opted out where the run may write."""
    wanted(api)
    if api.run.mode.may_write:
        return known(opted_out(api).alone)
    return api.ask_once("read", lambda: api.read(api.place))


def alone_as_listed(api: Api) -> Answer:
    """Return what the category is read as, with its channels, as its neighbours are read."""
    wanted(api)
    if api.run.mode.may_write:
        return granted(known(opted_out(api).with_channels))
    return alone(api)


def seen(api: Api, what: str) -> Answer:
    """Return what one of NEIGHBOURS is read as, while the category is opted out where the run may write.

    Raises NotTested if the target does not have it.
    """
    wanted(api)
    if api.run.mode.may_write and what != CHANNELS:
        answer = known(opted_out(api).page if what == PAGE else opted_out(api).full)
    else:
        answer = api.ask_once(f"read {what}", lambda: api.read(api.place, NEIGHBOURS[what]))
    return present(answer, what)


def present(answer: Answer, what: str) -> Answer:
    """Return *answer* unless it says that there is no such operation, of an object that is known."""
    if answer.status in _ABSENT:
        raise NotTested(
            f"the target does not have {what}: {answer.exchange.method} is answered {answer.status}"
        )
    return answer


def each(api: Api) -> Mapping[str, Answer]:
    """Map the names of NEIGHBOURS that the target has to what they are read as."""
    found = {}
    for what in NEIGHBOURS:
        try:
            answer = seen(api, what)
        except NotTested:
            wanted(api)
            continue
        if answer.ok:
            found[what] = answer
    return found


def writes_are_read(api: Api) -> None:
    """Raise Inconclusive unless reads show what is written with nothing in between, which others judge."""
    wanted(api)
    turned, channel_turns = opted_out(api), api.channel_turns()
    if not shows(turned.out, OUT) or not shows(known(turned.alone), OUT):
        raise Inconclusive(f"GET is {said(known(turned.alone))} after an opt_out")
    if not agrees(channel_turns.out, known(channel_turns.read)):
        raise Inconclusive(f"GET shows other channels than the write of {channel_turns.named} before it")


# Reading what stands around a category


def agrees_on(answer: Answer, wish: Mapping[str, bool]) -> bool:
    """Tell whether each channel is listed as restricted, or not, as *wish* has it."""
    listed = restrictions(answer)
    return all(listed.get(channel, False) is wish[channel] for channel in wish)


def is_shut(answer: Answer, named: str) -> bool:
    """Tell whether a category lists a channel as opt_out and not editable, or not at all."""
    listed = [one for one in channels(answer) if one.get("channel") == named]
    return all(one.get("preference") == OUT and one.get("is_editable") is False for one in listed)


def members(answer: Answer) -> dict[str, Any]:
    """Return the object that a success carries; nothing if it carries none."""
    try:
        body = granted(answer).json
    except (DoesNotConform, Inconclusive):
        return {}
    return body if isinstance(body, dict) else {}


def results(answer: Answer) -> list[dict[str, Any]]:
    """Return the categories of a page."""
    return objects(members(answer).get("results"))


def subcategories(answer: Answer) -> list[dict[str, Any]]:
    """Return the categories of all sections."""
    sections = objects(members(answer).get("sections"))
    return [one for section in sections for one in objects(section.get("subcategories"))]


def restrictions(answer: Answer) -> dict[str, bool]:
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

"""Writes that several requirements look at, each sent once in a run: what is asked again returns the same answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from conformance.apis.suprsend.bad_credentials import NO_KEY, TABLE, WRITE, WRONG_KEY
from conformance.apis.suprsend.category import (
    DOCUMENTED_CHANNELS,
    IN,
    OUT,
    category_of,
    channel_preferences,
    channels_to_name,
    editable_channels,
    shows_preference,
    shows_same,
)
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT, Driver
from conformance.apis.suprsend.place import Place
from conformance.apis.suprsend.reading import Reading
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response

EMPTY_LIST: Mapping[str, Any] = {**OPT_IN, "opt_out_channels": []}
NULL_LIST: Mapping[str, Any] = {**OPT_IN, "opt_out_channels": None}


class CategorySwitch(NamedTuple):
    """A category opted in, out and in again."""

    first: Response
    out: Response
    back: Response


class ChannelSwitch(NamedTuple):
    """One channel, *named*, taken out and let in again; *settled* came before, and *read* after it went out."""

    named: str
    settled: Response
    out: Response
    read: Reading
    back: Response


class TypeSwitch(NamedTuple):
    """The category opted in, out and in again for an object of another type, and *read* while it was out.

    Where it can be, one channel is opted out in between.
    """

    first: Response
    out: Response
    read: Reading
    back: Response


class ClaimingWrite(NamedTuple):
    """A write whose *body* also says what the server alone knows, other than the plain write *before* it showed."""

    before: Response
    body: Mapping[str, Any]
    answer: Response


class ListTurn(NamedTuple):
    """A category opted *out*, then *back* in beside a list of channels, and *read*."""

    out: Response
    back: Response
    read: Reading


class EmptyList(NamedTuple):
    """Everything opted in, *settled*; then opt-ins: *plain*, beside an *emptied* list, and beside *null* for one."""

    settled: Response
    plain: Response
    emptied: Response
    null: Response


class WriteElsewhere(NamedTuple):
    """A write here, *before* and *after* a channel goes out *elsewhere*, which is None if nothing shows that it did.

    named: the channels that are let in here, not the one that goes out elsewhere; without one a write that lets all in
    would hide what reached this place.
    In between this place is *read*. Then all of it goes *out* elsewhere, and is read *there*, and what is read here is
    *left*, before it comes *back*; these are None if it did not go out there. All of it was *into* there at first.
    """

    named: Sequence[str]
    before: Response
    elsewhere: Response | None
    read: Reading
    after: Response
    out: Response | None
    there: Reading
    left: Reading
    back: Response | None
    into: Response


# --- channels to name ------------------------------------------------------------------------------------


def choose_channels(answer: Response, at: Place | None = None, fewest: int = 1) -> list[str]:
    """Choose two channels to name, or as many as there are; NotTested if *answer*, of *at*, lists too few.

    Raises Inconclusive if it lists none at all: nobody knows whether there is none.
    """
    names = channels_to_name(answer)[:2]
    if len(names) < fewest:
        if not channel_preferences(answer):
            raise Inconclusive("no channel is listed; fixtures.object needs one, best email and slack")
        there = "here" if at is None or at.tenant_id is None else f"for {at.tenant_id}"
        needed = "one of them" if fewest == 1 else "two of them, best email and slack"
        raise NotTested(
            f"of the documented channels {', '.join(names) or 'none'} can be edited {there}; fixtures.object "
            f"needs {needed}, neither mandatory nor restricted everywhere"
        )
    return names


def choose_two_channels(answer: Response) -> tuple[str, str]:
    """Choose two channels to name; NotTested if *answer* lists fewer."""
    one, other = choose_channels(answer, fewest=2)
    return one, other


# --- accepted writes -------------------------------------------------------------------------------------


def opt_in_fully_once(driver: Driver) -> Response:
    """Return the answer in which everything had been let in once, to choose channels from."""
    return driver.client.memoize("settled", driver.opt_in_fully)


def switch_category_once(driver: Driver) -> CategorySwitch:
    """Opt in, out and in again."""

    def write() -> CategorySwitch:
        with suppress(Inconclusive):
            driver.opt_in_fully()
        # What came before may have failed: these three are judged by themselves.
        return CategorySwitch(driver.write(OPT_IN), driver.write(OPT_OUT), driver.write(OPT_IN))

    return driver.client.memoize("category switch", write)


def opt_in_beside_list_once(driver: Driver) -> ListTurn:
    """Opt out, and in again beside a list."""

    def write() -> ListTurn:
        names = channels_to_name(opt_in_fully_once(driver))[:1]
        out = driver.opt_out()
        back = driver.write({**OPT_IN, "opt_in_channels": names} if names else EMPTY_LIST)
        return ListTurn(out, back, driver.read_until(lambda answer: shows_same(back, answer)))

    return driver.client.memoize("beside a list", write)


def empty_list_once(driver: Driver) -> EmptyList:
    """Opt everything in, then opt in without a list, then beside an empty one, then beside null for one."""

    def write() -> EmptyList:
        settled, plain, emptied = driver.opt_in_fully(), driver.write(OPT_IN), driver.write(EMPTY_LIST)
        return EmptyList(settled, plain, emptied, driver.write(NULL_LIST))

    return driver.client.memoize("empty list", write)


def switch_channel_once(driver: Driver) -> ChannelSwitch:
    """Take one channel out and let it in again."""

    def write() -> ChannelSwitch:
        settled = driver.opt_in_fully()
        named = choose_channels(settled)[0]
        out = driver.write({**OPT_IN, "opt_out_channels": [named]})
        read = driver.read_until(lambda answer: shows_written_opt_out(answer, out, named))
        back = driver.write({**OPT_IN, "opt_in_channels": [named]})
        return ChannelSwitch(named, settled, out, read, back)

    return driver.client.memoize("channel switch", write)


def shows_written_opt_out(answer: Response, out: Response, named: str) -> bool:
    """Tell whether *answer* shows what a write was answered that took a channel *out*, also if it lists none there."""
    is_out = channel_preferences(out).get(named) != IN
    return shows_same(out, answer) and not (is_out and channel_preferences(answer).get(named) == IN)


def repeat_writes_once(driver: Driver) -> Sequence[tuple[Response, Response]]:
    """Send a few requests a second time each."""

    def write() -> Sequence[tuple[Response, Response]]:
        settled = driver.opt_in_fully()
        bodies = [{**OPT_IN, "opt_out_channels": channels_to_name(settled)[:1]}, OPT_OUT, OPT_IN]
        return [(driver.write(body), driver.write(body)) for body in bodies]

    return driver.client.memoize("repeated writes", write)


def switch_locked_category_once(driver: Driver) -> tuple[Response, Response]:
    """Opt in to the locked category, then try to opt out of it."""
    place = driver.places.locked_category
    return driver.client.memoize(
        "locked category", lambda: (driver.write(OPT_IN, place), driver.write(OPT_OUT, place))
    )


def switch_other_type_once(driver: Driver) -> TypeSwitch:
    """Opt an object of another type in, out and in again."""
    place = driver.places.other_type_object

    def write() -> TypeSwitch:
        with suppress(NotTested, Inconclusive):
            found = write_and_read_here_and_elsewhere(driver, place)
            if found.out and found.back:
                return TypeSwitch(found.into, found.out, found.there, found.back)
        first, out = driver.write(OPT_IN, place), driver.write(OPT_OUT, place)
        read = driver.read_until(lambda answer: shows_same(out, answer), at=place)
        return TypeSwitch(first, out, read, driver.write(OPT_IN, place))

    return driver.client.memoize("another type", write)


def write_every_channel(driver: Driver) -> Response:
    """Let every documented channel in."""
    body = {**OPT_IN, "opt_in_channels": list(DOCUMENTED_CHANNELS)}
    return driver.client.memoize("all channels", lambda: driver.write(body))


def write_without_any_channel(driver: Driver) -> Response:
    """Take every documented channel out."""
    body = {**OPT_IN, "opt_out_channels": list(DOCUMENTED_CHANNELS)}
    return driver.client.memoize("no channels", lambda: driver.write(body))


def write_with_client_options(driver: Driver) -> Response:
    """Write with what official clients send in the query."""
    params = {"show_opt_out_channels": "true", "locale": "en"}
    return driver.client.memoize("options", lambda: driver.write(OPT_IN, params=params))


# --- what has to be refused, or may be -------------------------------------------------------------------


def write_without_key(driver: Driver) -> Response:
    """Send no credential."""
    return TABLE.find_row(WRITE, NO_KEY).send(driver)


def write_with_wrong_key(driver: Driver) -> Response:
    """Send a key of the right shape that nobody was given."""
    return TABLE.find_row(WRITE, WRONG_KEY).send(driver)


def write_claims_once(driver: Driver) -> Sequence[ClaimingWrite]:
    """Opt in and say in the body what the category is; where that is refused, say one thing at a time."""

    def write() -> Sequence[ClaimingWrite]:
        # Opted in twice, so that what an answer tells of the time before its write is the same in both.
        driver.opt_in_fully()
        before = driver.write(OPT_IN)
        said = category_of(before)
        claims = {
            "name": f"{said.get('name')}, as {driver.run.prefix} calls it",
            "category": "another",
            "description": f"{driver.run.prefix} describes it",
            "original_preference": IN if said.get("original_preference") == OUT else OUT,
            "is_editable": said.get("is_editable") is False,
        }
        whole = {**OPT_IN, **claims}
        answer = driver.write(whole)
        if answer.ok:
            return [ClaimingWrite(before, whole, answer)]
        alone = [{**OPT_IN, name: claim} for name, claim in claims.items()]
        return [ClaimingWrite(before, body, driver.write(body)) for body in alone]

    return driver.client.memoize("claims", write)


def write_to_unknown_category(driver: Driver) -> Response:
    """Write to a category that nobody has made."""
    place = driver.places.unknown_category
    return driver.client.memoize("unknown category", lambda: driver.write(OPT_IN, place))


def write_to_unknown_object(driver: Driver) -> Response:
    """Write to an object that nobody has made."""
    place = driver.places.unknown_object
    return driver.client.memoize("unknown object", lambda: driver.write(OPT_IN, place))


# --- writes here and elsewhere ---------------------------------------------------------------------------


def write_here_and_elsewhere(driver: Driver, other: Place) -> tuple[Response, Response, Response]:
    """Let a channel in here, take another one out elsewhere, and let the first in here again.

    Raises NotTested where no channel can be taken out elsewhere, or nothing shows that one was.
    """
    found = write_and_read_here_and_elsewhere(driver, other)
    if not found.named:
        choose_two_channels(found.before)
    if found.elsewhere is None:
        there = f"{other.object.type}/{other.object.id} in {other.category}"
        raise NotTested(f"no channel that both list can be opted out for {there}")
    return found.before, found.elsewhere, found.after


def is_refused_once(driver: Driver, place: Place) -> bool:
    """Tell whether an opt-in of a *place* that nobody has made is refused, as is the server's own choice."""
    return not driver.client.memoize(("made up", place), lambda: driver.write(OPT_IN, place)).ok


def write_and_read_here_and_elsewhere(driver: Driver, other: Place) -> WriteElsewhere:
    """Do the same, read here before it ends, and again while the whole category is out elsewhere."""
    return driver.client.memoize(("elsewhere", other), lambda: _write_and_read(driver, other))


def _write_and_read(driver: Driver, other: Place) -> WriteElsewhere:
    here = choose_channels(driver.opt_in_fully(), fewest=0)
    there = driver.write(OPT_IN, other)
    if not there.ok:
        raise NotTested(
            f"{other.object.type}/{other.object.id} in {other.category} is answered {there.status}"
        )
    # A channel that both places list: one that only the other lists could not show here.
    out = [channel for channel in editable_channels(there) if channel in here][:1]
    named = [channel for channel in here if channel not in out]
    body = {**OPT_IN, "opt_in_channels": named} if named else OPT_IN
    before = driver.write(body)
    elsewhere = driver.write({**OPT_IN, "opt_out_channels": out}, other) if out else None
    # Where nothing went out elsewhere, that nothing shows here proves nothing.
    went_out = elsewhere and elsewhere.ok and editable_channels(elsewhere).get(out[0]) != IN
    read = driver.read_until(lambda answer: shows_same(before, answer)) if went_out else None
    after = driver.write(body)
    return WriteElsewhere(
        named,
        before,
        elsewhere if went_out else None,
        read,
        after,
        *_read_while_out_elsewhere(driver, after, other),
        there,
    )


def _read_while_out_elsewhere(
    driver: Driver, after: Response, other: Place
) -> tuple[Response | None, Reading, Reading, Response | None]:
    """Opt out elsewhere, read there, and here what was answered *after* the latest write, and opt in there again."""
    if not driver.has_read_back or not shows_preference(after, IN) or other.is_unknown:
        return None, None, None, None
    out = driver.write(OPT_OUT, other)
    there = left = None
    if shows_preference(out, OUT):
        if other.object != driver.places.main.object:
            there = driver.read_until(lambda answer: shows_preference(answer, OUT), at=other)
        # Only a category that went out elsewhere could show here.
        left = driver.read_until(lambda answer: shows_same(after, answer))
    return out, there, left, driver.write(OPT_IN, other)

"""Body and Response, of every choice that is accepted in the run: what was asked for is what is answered; asked last.

A choice is a plain write: of nothing but a preference and lists, sent as most clients send it. It is judged for every
object, category and tenant, whatever was written before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from conformance.apis.suprsend.category import (
    IN,
    OUT,
    category_of,
    channel_preferences,
    channels_to_name,
    editable_channels,
    member_of_channel,
    preference_of,
    require_member,
    require_success,
    shows_opted_out,
    shows_preference,
)
from conformance.apis.suprsend.choices import Choice, list_choices
from conformance.apis.suprsend.driver import GENERATED, OPT_OUT, Driver
from conformance.apis.suprsend.expectations import expect_channel, expect_preference, expect_success
from conformance.apis.suprsend.place import Place
from conformance.apis.suprsend.shared_reads import switch_locked_category_and_read, write_for_tenant_and_read
from conformance.apis.suprsend.shared_writes import (
    opt_in_beside_list_once,
    opt_in_fully_once,
    switch_category_once,
    switch_channel_once,
    switch_locked_category_once,
    switch_other_type_once,
)
from conformance.apis.suprsend.subject import describe_subject
from conformance.apis.suprsend.writes_elsewhere import choose_elsewhere_once
from conformance.assertions.expect import expect
from conformance.assertions.outcome import UNDECIDED, Inconclusive, NotTested
from conformance.http.response import Response

ORDER = 5
LOOKS_BACK = True


def _accepted_choices(driver: Driver) -> Iterator[Choice]:
    """Yield every choice of the run, among them some for every place that the profile names."""
    for write in (switch_category_once, switch_channel_once, switch_other_type_once, choose_elsewhere_once):
        with suppress(NotTested, *UNDECIDED):  # whether these are accepted, another requirement judges
            write(driver)
    yield from list_choices(driver)


def _name_subject(answer: Response) -> str:
    return f" for {describe_subject(answer.exchange)}"


def _is_locked(driver: Driver, place: Place) -> bool:
    """Tell whether a place is of the category that cannot be opted out of; a tenant may have another default."""
    with suppress(NotTested):
        return place.tenant_id is None and place.category == driver.places.locked_category.category
    return False


def _expect_choices_followed(driver: Driver, choices: Iterable[Choice]) -> None:
    """Expect the preference that was asked for, where nothing that is lawful keeps the category from it."""
    for choice in choices:
        given = choice.said.get("preference")
        if given not in (IN, OUT) or given == choice.asked or _is_locked(driver, choice.write.place):
            continue  # what else it is, and what a locked category is, other requirements judge
        may_differ = (
            not choice.has_to_be_in if choice.asked == IN else choice.said.get("is_editable") is False
        )
        if not may_differ:
            expect_preference(choice.answer, choice.asked, _name_subject(choice.answer))


# --- the category ----------------------------------------------------------------------------------------


def test_preference_follows_opt_out(driver: Driver) -> None:
    """MUST answer with opt_out once the object has opted out. (suprsend: Response)

    It is judged of every opt_out of the run without a list that is accepted, unless the category says that it cannot be
    edited.
    """
    out = switch_category_once(driver).out
    expect(out.ok, "a 2xx", f"status {out.status}", out)
    expect_preference(out, OUT)
    _expect_choices_followed(
        driver, (one for one in _accepted_choices(driver) if one.asked == OUT and not one.has_lists)
    )


def test_preference_follows_opt_in(driver: Driver) -> None:
    """MUST answer with opt_in once the object has opted in again. (suprsend: Response)

    It is judged of every opt_in of the run that is accepted, unless the category may have gone out with the last of its
    channels.
    """
    _, out, back = switch_category_once(driver)
    require_success(out)
    expect(back.ok, "a 2xx", f"status {back.status}", back)
    expect_preference(back, IN)
    beside = opt_in_beside_list_once(driver)
    if shows_preference(beside.out, OUT) and beside.back.ok:
        expect_preference(beside.back, IN, " beside a list, too")
    _expect_choices_followed(
        driver,
        (
            one
            for one in _accepted_choices(driver)
            if one.asked == IN and not one.out and not one.is_by_default
        ),
    )


def test_defaults_to_opt_in(driver: Driver) -> None:
    """MUST take a body without a preference as opt_in, also after an opt_out. (suprsend: Body)

    The document marks no member as required, so at least one of three bodies without a preference has to be
    accepted: with an empty list, with opt_in_channels, or with opt_out_channels. Where such a body is accepted, it has
    to be for a tenant, another object and another category as well. It is judged of every one that is accepted and
    takes no channel out.
    """
    _expect_default_accepted(driver)
    _expect_choices_followed(
        driver, (one for one in _accepted_choices(driver) if one.is_by_default and not one.out)
    )
    _expect_default_accepted_elsewhere(driver)


def _expect_default_accepted(driver: Driver) -> None:
    """Expect a body without a preference to be accepted after an opt-out, and to opt in."""
    try:
        _, left, answer = _name_by_default_once(driver)
    except NotTested:  # without a channel to name there is an empty list to send
        left, answer = driver.write(OPT_OUT), driver.write({"opt_out_channels": []})
    if preference_of(left) != OUT:
        raise Inconclusive("the category cannot be opted out of, so nothing shows a default")
    if not answer.ok:
        named = channels_to_name(opt_in_fully_once(driver))[:1]
        bodies: Sequence[dict[str, Any]] = ({"opt_out_channels": []}, {"opt_out_channels": named})
        # Lazily, so that nothing is sent after the first that is accepted.
        answer = next((one for one in map(driver.write, bodies) if one.ok), answer)
    expect(answer.ok, "a 2xx to one of three bodies without a preference", "refusals")
    expect_preference(answer, IN)


def _expect_default_accepted_elsewhere(driver: Driver) -> None:
    """Expect a list without a preference to be accepted wherever one beside a preference is, as at the main place."""
    with suppress(NotTested, *UNDECIDED):
        if not _name_by_default_once(driver).into.ok:
            return
    for beside, by_default, *_ in choose_elsewhere_once(driver).values():
        if beside.ok:
            how = f"a 2xx without a preference, as beside one,{_name_subject(by_default)}"
            expect(by_default.ok, how, f"status {by_default.status}", by_default)


def test_category_stays_in(driver: Driver) -> None:
    """MUST keep the category opted in when one of its channels is opted out. (suprsend: Body)"""
    named, settled, out, _, _ = switch_channel_once(driver)
    if not any(channel != named and word == IN for channel, word in channel_preferences(settled).items()):
        raise NotTested(
            f"no other channel than {named} is opted in, and a category may go out with its last one"
        )
    expect_preference(out, IN)
    _expect_choices_followed(
        driver,
        (one for one in _accepted_choices(driver) if one.asked == IN and one.out and not one.is_by_default),
    )


def test_opted_out_category_is_editable(driver: Driver) -> None:
    """MUST not answer with is_editable false for a category that the object just opted out of.

    (suprsend: Response)
    """
    answer = switch_category_once(driver).out
    if preference_of(answer) == OUT:
        require_member(answer, "is_editable", bool)
    for choice in _accepted_choices(driver):
        is_out = choice.asked == OUT and choice.said.get("preference") == OUT
        if is_out and choice.said.get("is_editable") is False and not _is_locked(driver, choice.write.place):
            got, member = "an opt_out that is not editable", ("is_editable",)
            expect(False, f"is_editable true{_name_subject(choice.answer)}", got, choice.answer, member)


def test_locked_category_is_not_editable(driver: Driver) -> None:
    """MUST answer with is_editable false for a category that cannot be opted out of. (suprsend: Response)"""
    for answer in switch_locked_category_once(driver):
        if answer.ok:
            require_member(answer, "is_editable", bool)
    for choice in _accepted_choices(driver):
        if _is_locked(driver, choice.write.place) and choice.said.get("is_editable") is True:
            expect(False, "is_editable false", "true", choice.answer, ("is_editable",))


def test_locked_category_stays_in(driver: Driver) -> None:
    """MUST not opt an object out of a category that cannot be opted out of. (suprsend: Response)

    A refusal is accepted, and so is a success that leaves the category opted in.
    """
    into, out = switch_locked_category_once(driver)
    if out.ok:
        expect_preference(out, IN, ", or a refusal")
    for choice in _accepted_choices(driver):
        if _is_locked(driver, choice.write.place) and choice.said.get("preference") == OUT:
            expect_preference(choice.answer, IN, ", or a refusal")
    kept = switch_locked_category_and_read(driver)
    if isinstance(kept, Response) and kept.ok and shows_preference(into, IN):
        is_in = not shows_opted_out(kept, driver.places.locked_category.category)
        expected = f"preference opt_in, as before an opt_out that was answered {out.status}"
        expect(is_in, expected, "opt_out when read with GET", kept, ("preference",))


# --- the channels ----------------------------------------------------------------------------------------


def _listed_choices(driver: Driver, is_meant: Callable[[Place], bool]) -> Iterator[Choice]:
    """Yield the choices that were answered opt_in, of places that are meant, and whose lists are judged here.

    Generated lists, and those of several channels where generated ones are sent, have requirements of their own.
    """
    main = driver.places.main
    for choice in _accepted_choices(driver):
        place = choice.write.place
        is_examined = (place.object, place.category) == (main.object, main.category)
        is_own = choice.write.origin != GENERATED and (not is_examined or len(choice.out | choice.into) == 1)
        if is_own and is_meant(place) and choice.asked == IN and choice.is_answered_in:
            yield choice


def _is_of_a_tenant(place: Place) -> bool:
    return place.tenant_id is not None


def _is_of_no_tenant(place: Place) -> bool:
    return place.tenant_id is None


def _expect_out(channel: str, answer: Response) -> None:
    now = editable_channels(answer).get(channel)
    expect(now != IN, f"{channel} opt_out", f"{channel} opt_in", answer, member_of_channel(answer, channel))


def _expect_listed_out(choices: Iterable[Choice]) -> None:
    for choice in choices:
        for channel in choice.out - choice.into:
            _expect_out(channel, choice.answer)


def test_channels_go_out(driver: Driver) -> None:
    """MUST opt a channel out that opt_out_channels names. (suprsend: Body)

    The answer shows the channels as they are after the write, as the Response section says of the preference. The
    document's example shows two channels opted in that its own request opts out; where an example contradicts a
    sentence, the sentence counts.
    """
    named, _, out, _, _ = switch_channel_once(driver)
    expect_success(out)
    category_of(out)
    _expect_out(named, out)
    _expect_listed_out(one for one in _listed_choices(driver, _is_of_no_tenant) if not one.is_by_default)


def test_tenant_channels_go_out(driver: Driver) -> None:
    """MUST opt a channel out for a tenant that opt_out_channels names. (suprsend: Query Parameters)"""
    named, answer, *_ = write_for_tenant_and_read(driver)
    category_of(answer)
    if editable_channels(switch_channel_once(driver).out).get(named) == IN:
        raise Inconclusive(f"{named} does not go out without a tenant either")
    expect_channel(answer, named, OUT, editable_channels(answer).get(named, OUT))
    _expect_listed_out(_listed_choices(driver, _is_of_a_tenant))


def test_channels_go_out_by_default(driver: Driver) -> None:
    """MUST opt a channel out that opt_out_channels names, also where no preference is given. (suprsend: Body)

    No member of the body is required, and preference has a default. So such a body is accepted where another one
    without a preference is.
    """
    switch = switch_channel_once(driver)
    if not switch.out.ok or editable_channels(switch.out).get(switch.named) == IN:
        raise Inconclusive(f"{switch.named} does not go out beside a preference either")
    answer = _name_by_default_once(driver).out
    if not answer.ok:
        _expect_no_default_accepted(driver, answer)
    category_of(answer)
    _expect_out(switch.named, answer)
    _expect_listed_out(one for one in _listed_choices(driver, _is_of_no_tenant) if one.is_by_default)


class _ListsByDefault(NamedTuple):
    """A channel taken *out*, the category *left*, and the channel let *into* again, the lists without a preference."""

    out: Response
    left: Response
    into: Response


def _name_by_default_once(driver: Driver) -> _ListsByDefault:
    def write() -> _ListsByDefault:
        named = switch_channel_once(driver).named
        out, left = driver.write({"opt_out_channels": [named]}), driver.write(OPT_OUT)
        return _ListsByDefault(out, left, driver.write({"opt_in_channels": [named]}))

    return driver.client.memoize("lists by default", write)


def _expect_no_default_accepted(driver: Driver, refused: Response) -> None:
    """Fail for a list that was refused without a preference, if another body without one is accepted."""
    out, _, into = _name_by_default_once(driver)
    if not out.ok and not into.ok:
        empty = driver.client.memoize("empty by default", lambda: driver.write({"opt_out_channels": []}))
        if not empty.ok:
            raise Inconclusive("no body without a preference is accepted")
    driver.client.cite(refused.exchange)
    expect(False, "a 2xx, as to other bodies without a preference", f"status {refused.status}", refused)


def test_channels_come_in(driver: Driver) -> None:
    """MUST opt a channel in again that opt_in_channels names, with or without a preference. (suprsend: Body)"""
    named, _, out, _, back = switch_channel_once(driver)
    if editable_channels(out).get(named) == IN:
        raise Inconclusive(f"{named} did not go out, so it cannot come in")
    expect_success(back)
    category_of(back)
    expect_channel(back, named, IN, editable_channels(back).get(named))
    with suppress(Inconclusive):  # where none is accepted, another requirement says so
        if not (answer := _name_by_default_once(driver).into).ok:
            _expect_no_default_accepted(driver, answer)
    for choice in _listed_choices(driver, lambda _: True):
        listed = editable_channels(choice.answer)
        for channel in choice.into - choice.out:
            if listed.get(channel) == OUT:
                expect_channel(choice.answer, channel, IN, OUT, _name_subject(choice.answer))


def test_other_channels_stay_in(driver: Driver) -> None:
    """MUST keep channels opted in that opt_out_channels does not name. (suprsend: Body)"""
    named, settled, out, _, _ = switch_channel_once(driver)
    category_of(out)
    listed = editable_channels(out)
    others = [
        channel for channel, word in editable_channels(settled).items() if channel != named and word == IN
    ]
    if not others:
        raise NotTested(f"no other channel than {named} can be edited here")
    for channel in others:
        expect_channel(out, channel, IN, listed.get(channel), f", as before {named} went out")
    for choice in _listed_choices(driver, lambda _: True):
        now = editable_channels(choice.answer)
        was_in = choice.write.before is not None and shows_preference(choice.write.before, IN)
        for channel in choice.staying if was_in and choice.out and not choice.into else ():
            if now.get(channel) == OUT:
                expect_channel(choice.answer, channel, IN, OUT, f", as before{_name_subject(choice.answer)}")

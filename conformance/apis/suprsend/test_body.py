"""Body: what is asked for, and what cannot be asked for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from conformance.apis.suprsend.category import (
    IN,
    OUT,
    category_of,
    channel_preferences,
    channels_to_name,
    describe_answer,
    describe_value,
    editable_channels,
    member_of_channel,
    preference_of,
)
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT, Driver
from conformance.apis.suprsend.expectations import (
    expect_channel,
    expect_preference,
    expect_refusal,
    expect_success,
)
from conformance.apis.suprsend.shared_reads import (
    WITH_UNKNOWN_CHANNEL,
    write_refused_and_read,
    write_two_lists_and_read,
)
from conformance.apis.suprsend.shared_writes import (
    choose_channels,
    choose_two_channels,
    empty_list_once,
    opt_in_fully_once,
    switch_channel_once,
    write_every_channel,
    write_without_any_channel,
)
from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response


def test_defaults_to_opt_in(driver: Driver) -> None:
    """MUST take a body without a preference as opt_in, also after an opt_out. (suprsend: Body)

    The document marks no member as required, so at least one of three bodies without a preference has to be
    accepted: with an empty list, with opt_in_channels, or with opt_out_channels.
    """
    named = channels_to_name(opt_in_fully_once(driver))[:1]
    if preference_of(driver.write(OPT_OUT)) != OUT:
        raise Inconclusive("the category cannot be opted out of, so nothing shows a default")
    bodies: Sequence[dict[str, Any]] = (
        {"opt_out_channels": []},
        {"opt_in_channels": named},
        {"opt_out_channels": named},
    )
    answers = (driver.write(body) for body in bodies)
    # Lazily, so that nothing is sent after the first that is accepted.
    answer = next((answer for answer in answers if answer.ok), None)
    expect(answer is not None, "a 2xx to one of three bodies without a preference", "refusals")
    if answer is not None:
        expect_preference(answer, IN)


def _expect_out(channel: str, answer: Response) -> None:
    now = editable_channels(answer).get(channel)
    expect(now != IN, f"{channel} opt_out", f"{channel} opt_in", answer, member_of_channel(answer, channel))


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


def test_channels_go_out_by_default(driver: Driver) -> None:
    """MUST opt a channel out that opt_out_channels names, also where no preference is given. (suprsend: Body)

    Such a body may be refused, as long as another one without a preference is accepted.
    """
    named, _, out, _, _ = switch_channel_once(driver)
    if editable_channels(out).get(named) == IN:
        raise Inconclusive(f"{named} does not go out beside a preference either")
    driver.opt_in_fully()
    answer = driver.write({"opt_out_channels": [named]})
    if answer.ok:
        category_of(answer)
        _expect_out(named, answer)


def test_category_stays_in(driver: Driver) -> None:
    """MUST keep the category opted in when one of its channels is opted out. (suprsend: Body)"""
    named, settled, out, _, _ = switch_channel_once(driver)
    if not any(channel != named and word == IN for channel, word in channel_preferences(settled).items()):
        raise NotTested(
            f"no other channel than {named} is opted in, and a category may go out with its last one"
        )
    expect_preference(out, IN)


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


def test_channels_come_in(driver: Driver) -> None:
    """MUST opt a channel in again that opt_in_channels names. (suprsend: Body)"""
    named, _, out, _, back = switch_channel_once(driver)
    if editable_channels(out).get(named) == IN:
        raise Inconclusive(f"{named} did not go out, so it cannot come in")
    expect_success(back)
    category_of(back)
    expect_channel(back, named, IN, editable_channels(back).get(named))


def test_list_replaces(driver: Driver) -> None:
    """SHOULD opt a channel in again that a later opt_out_channels does not name.

    (suprsend: official clients)
    """
    first, second, before, answer, _ = write_two_lists_and_read(driver)
    category_of(answer)
    if editable_channels(before).get(first) == IN or editable_channels(answer).get(second) == IN:
        raise Inconclusive("channels do not go out")
    expect_channel(answer, first, IN, editable_channels(answer).get(first))


def test_null_list(driver: Driver) -> None:
    """SHOULD accept null for opt_out_channels, which official clients send. (suprsend: official clients)"""
    expect_success(driver.write({**OPT_IN, "opt_out_channels": None}))


def test_empty_list(driver: Driver) -> None:
    """SHOULD accept an empty opt_out_channels, which official clients send. (suprsend: official clients)"""
    expect_success(empty_list_once(driver).emptied)


def test_empty_list_opts_nothing_out(driver: Driver) -> None:
    """MUST keep channels opted in when opt_out_channels is empty, if it accepts that. (suprsend: Body)

    An empty list may count as none. So only channels are judged that stay in also where there is no list.
    """
    settled, plain, emptied = empty_list_once(driver)
    without = editable_channels(plain)
    stay = [
        channel
        for channel, word in editable_channels(settled).items()
        if word == IN and without.get(channel) == IN
    ]
    if not stay:
        raise NotTested("no channel that can be edited stays in when there is no list")
    if emptied.ok:
        category_of(emptied)
        for channel in stay:
            expect_channel(
                emptied, channel, IN, editable_channels(emptied).get(channel), ", as without a list"
            )


def test_documented_channels(driver: Driver) -> None:
    """SHOULD accept every documented channel in either list, also one that the object does not have.

    (suprsend: Body)
    """
    expect_success(write_without_any_channel(driver))
    expect_success(write_every_channel(driver))


def test_category_without_channels(driver: Driver) -> None:
    """OBSERVED whether the category stays opted in when all its channels are opted out. (suprsend: Body)"""
    observe(f"naming every documented channel is {describe_answer(write_without_any_channel(driver))}")


def test_unknown_preference(driver: Driver) -> None:
    """MUST refuse a preference that is neither opt_in nor opt_out. (suprsend: Body)

    The document shows no error, so any 4xx is accepted, here and wherever something has to be refused.
    """
    for word in ("opt_sideways", "opt_out_later", "opt"):
        expect_refusal(driver.write({"preference": word}))


def test_number_as_preference(driver: Driver) -> None:
    """MUST refuse a number as the preference. (suprsend: Body)"""
    for value in (1, 0):
        expect_refusal(driver.write({"preference": value}))


def test_boolean_as_preference(driver: Driver) -> None:
    """MUST refuse a boolean as the preference. (suprsend: Body)"""
    for value in (True, False):
        expect_refusal(driver.write({"preference": value}))


def test_object_as_preference(driver: Driver) -> None:
    """MUST refuse an object as the preference. (suprsend: Body)"""
    for value in ({"value": IN}, {}):
        expect_refusal(driver.write({"preference": value}))


def test_array_as_preference(driver: Driver) -> None:
    """MUST refuse an array as the preference. (suprsend: Body)"""
    for value in ([IN], []):
        expect_refusal(driver.write({"preference": value}))


def test_truncated_body(driver: Driver) -> None:
    """MUST refuse a body that breaks off. (suprsend: Body)"""
    expect_refusal(driver.write(content=b'{"preference": "opt_in"'))


def test_text_body(driver: Driver) -> None:
    """MUST refuse a body that is not JSON. (suprsend: Body)"""
    expect_refusal(driver.write(content=b"preference=opt_in"))


def test_array_body(driver: Driver) -> None:
    """MUST refuse an array as the body. (suprsend: Body)"""
    for body in ([OPT_IN], []):
        expect_refusal(driver.write(body))


def test_string_body(driver: Driver) -> None:
    """MUST refuse a string as the body. (suprsend: Body)"""
    for body in (IN, ""):
        expect_refusal(driver.write(body))


def test_number_body(driver: Driver) -> None:
    """MUST refuse a number as the body. (suprsend: Body)"""
    for body in (1, 0):
        expect_refusal(driver.write(body))


def _observe_after_opt_out(driver: Driver, body: Any) -> None:
    """Opt out, send *body*, and record the answer."""
    driver.opt_out()
    observe(f"{json.dumps(body)} after an opt_out is {describe_answer(driver.write(body))}")


def test_null_preference(driver: Driver) -> None:
    """OBSERVED how null as the preference is answered. (suprsend: Body)"""
    _observe_after_opt_out(driver, {"preference": None})


def test_empty_preference(driver: Driver) -> None:
    """OBSERVED how an empty preference is answered, which an official client sends for none.

    (suprsend: official clients)
    """
    _observe_after_opt_out(driver, {"preference": ""})


def test_cant_unsubscribe(driver: Driver) -> None:
    """OBSERVED how cant_unsubscribe as the preference is answered, which other pages name.

    (suprsend: API specification)
    """
    _observe_after_opt_out(driver, {"preference": "cant_unsubscribe"})


def test_upper_case_preference(driver: Driver) -> None:
    """OBSERVED how OPT_IN in capitals is answered. (suprsend: Body)"""
    _observe_after_opt_out(driver, {"preference": "OPT_IN"})


def test_empty_object(driver: Driver) -> None:
    """OBSERVED how an empty object is answered. (suprsend: Body)"""
    _observe_after_opt_out(driver, {})


def test_null_body(driver: Driver) -> None:
    """OBSERVED how null as the body is answered. (suprsend: Body)"""
    _observe_after_opt_out(driver, None)


def test_no_body(driver: Driver) -> None:
    """OBSERVED how a request without a body is answered. (suprsend: Body)"""
    observe(f"no body is {describe_answer(driver.write(content=b''))}")


def test_unknown_member(driver: Driver) -> None:
    """OBSERVED how members beyond the documented ones are answered. (suprsend: Body)"""
    _observe_after_opt_out(driver, {**OPT_IN, "digest_schedule": None, "properties": {}})


def test_unknown_channel(driver: Driver) -> None:
    """OBSERVED how the name of a channel that does not exist is answered. (suprsend: Body)"""
    answer = write_refused_and_read(driver).channel
    observe(f"{json.dumps(WITH_UNKNOWN_CHANNEL)} after an opt_out is {describe_answer(answer)}")


def test_channel_of_the_example(driver: Driver) -> None:
    """OBSERVED how ms_teams is answered, which the example shows and the list of channels lacks.

    (suprsend: Body)
    """
    _observe_after_opt_out(driver, {**OPT_IN, "opt_out_channels": ["ms_teams"]})


def test_channels_as_a_string(driver: Driver) -> None:
    """OBSERVED how a string in place of a list is answered. (suprsend: Body)"""
    _observe_after_opt_out(driver, {**OPT_IN, "opt_out_channels": "email"})


def test_channels_of_other_types(driver: Driver) -> None:
    """OBSERVED how a list of items that are not strings is answered. (suprsend: Body)"""
    _observe_after_opt_out(driver, {**OPT_IN, "opt_out_channels": [1, None, {"channel": "email"}]})


def test_channel_named_twice(driver: Driver) -> None:
    """OBSERVED how a list that names a channel twice is answered. (suprsend: Body)"""
    _observe_after_opt_out(driver, {**OPT_IN, "opt_out_channels": ["email", "email"]})


def test_both_lists(driver: Driver) -> None:
    """OBSERVED what becomes of two channels, one in each list. (suprsend: Body)"""
    out, into = choose_two_channels(opt_in_fully_once(driver))
    answer = driver.write({**OPT_IN, "opt_out_channels": [out], "opt_in_channels": [into]})
    listed = {channel: editable_channels(answer).get(channel) for channel in (out, into)} if answer.ok else {}
    observe(f"{out} out and {into} in is {describe_answer(answer)}, listed as {listed}")


def test_channel_in_both_lists(driver: Driver) -> None:
    """OBSERVED what becomes of a channel in both lists. (suprsend: Body)"""
    named = choose_channels(opt_in_fully_once(driver))[-1]
    answer = driver.write({**OPT_IN, "opt_out_channels": [named], "opt_in_channels": [named]})
    listed = editable_channels(answer).get(named) if answer.ok else None
    observe(f"{named} in both lists is {describe_answer(answer)}, listed as {describe_value(listed)}")


def test_lists_beside_opt_out(driver: Driver) -> None:
    """OBSERVED how a list beside opt_out is answered. (suprsend: Body)"""
    observe(
        f"a list beside opt_out is {describe_answer(driver.write({**OPT_OUT, 'opt_out_channels': ['email']}))}"
    )


def test_no_lists(driver: Driver) -> None:
    """OBSERVED whether a channel stays opted out when a later request has no list. (suprsend: Body)"""
    named = choose_channels(opt_in_fully_once(driver))[0]
    driver.write({**OPT_IN, "opt_out_channels": [named]})
    answer = driver.write(OPT_IN)
    observe(
        f"{named} went out; after a request without lists it is {describe_value(editable_channels(answer).get(named))}"
    )


def test_unnamed_channels(driver: Driver) -> None:
    """OBSERVED what becomes of channels that opt_in_channels does not name. (suprsend: Body)"""
    one, other = choose_two_channels(driver.opt_in_fully())
    driver.write({**OPT_IN, "opt_out_channels": [one]})
    now = editable_channels(driver.write({**OPT_IN, "opt_in_channels": [other]}))
    rest = {channel: word for channel, word in now.items() if channel != other}
    observe(f"{one} went out; after opt_in_channels named {other}, the rest are {rest}")


def test_media_type_of_the_body(driver: Driver) -> None:
    """OBSERVED how a body is answered that is labelled as text, or not at all. (suprsend: Body)"""
    text = driver.write(OPT_IN, media_type="text/plain")
    bare = driver.write(content=json.dumps(OPT_IN).encode(), media_type=None)
    observe(f"text/plain is {describe_answer(text)}; no label is {describe_answer(bare)}")

"""Body: what is asked for, and what cannot be asked for."""

from __future__ import annotations

import json
from typing import Any

from conformance.apis.suprsend.category import (
    IN,
    category_of,
    describe_answer,
    describe_value,
    editable_channels,
)
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT, Driver
from conformance.apis.suprsend.expectations import (
    expect_channel,
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
    write_every_channel,
    write_without_any_channel,
)
from conformance.assertions.expect import observe
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.assertions.refusal import name_refusal


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
    seen = f"{json.dumps(WITH_UNKNOWN_CHANNEL)} after an opt_out is {describe_answer(answer)}"
    observe(seen, name_refusal(answer) or "ignored")


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

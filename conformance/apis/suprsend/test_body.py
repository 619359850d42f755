"""Body: what is asked for, and what cannot be asked for."""

from __future__ import annotations

from conformance.apis.suprsend.category import IN, category_of, editable_channels
from conformance.apis.suprsend.driver import OPT_IN, Driver
from conformance.apis.suprsend.expectations import (
    expect_channel,
    expect_refusal,
    expect_success,
)
from conformance.apis.suprsend.shared_reads import write_two_lists_and_read
from conformance.apis.suprsend.shared_writes import (
    empty_list_once,
    write_every_channel,
    write_without_any_channel,
)
from conformance.apis.suprsend.telling_writes import (
    write_invalid_preference,
    write_truncated_body,
)
from conformance.assertions.outcome import Inconclusive, NotTested


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
    expect_success(empty_list_once(driver).null)


def test_empty_list(driver: Driver) -> None:
    """SHOULD accept an empty opt_out_channels, which official clients send. (suprsend: official clients)"""
    expect_success(empty_list_once(driver).emptied)


def test_empty_list_opts_nothing_out(driver: Driver) -> None:
    """MUST keep channels opted in when opt_out_channels is empty, if it accepts that. (suprsend: Body)

    An empty list may count as none. So only channels are judged that stay in also where there is no list.
    """
    settled, plain, emptied, _ = empty_list_once(driver)
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


def test_unknown_preference(driver: Driver) -> None:
    """MUST refuse a preference that is neither opt_in nor opt_out. (suprsend: Body)

    The document shows no error, so any 4xx is accepted, here and wherever something has to be refused.
    """
    expect_refusal(write_invalid_preference(driver))
    for word in ("opt_out_later", "opt"):
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
    expect_refusal(write_truncated_body(driver))


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

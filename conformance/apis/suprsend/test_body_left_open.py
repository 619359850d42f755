"""Body: how a server answers what the document leaves open."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from conformance.apis.suprsend.alternatives import (
    find_new_channels,
    find_word,
    lists_channel,
    name_by_words,
    name_opt_in,
    name_silent_list,
)
from conformance.apis.suprsend.category import (
    DOCUMENTED_CHANNELS,
    IN,
    OUT,
    channel_preferences,
    channels_to_name,
    describe_answer,
    describe_value,
    editable_channels,
    shows_preference,
)
from conformance.apis.suprsend.driver import OPT_IN, Driver
from conformance.apis.suprsend.shared_reads import (
    WITH_UNKNOWN_CHANNEL,
    write_refused_and_read,
    write_two_lists_and_read,
)
from conformance.apis.suprsend.shared_writes import (
    choose_channels,
    choose_two_channels,
    empty_list_once,
    opt_in_beside_list_once,
    opt_in_fully_once,
    write_every_channel,
    write_without_any_channel,
)
from conformance.apis.suprsend.telling_writes import (
    WITH_UNKNOWN_MEMBERS,
    name_silence,
    name_unnamed_channels,
    opt_in_without_lists_once,
    switch_unnamed_channels_once,
    write_invalid_preference,
    write_list_beside_opt_out_once,
    write_truncated_body,
    write_unknown_member,
    write_without_any_listed_channel,
    write_without_media_type,
)
from conformance.assertions.expect import observe
from conformance.assertions.outcome import NotTested
from conformance.assertions.refusal import name_refusal
from conformance.http.response import Response


def test_category_without_channels(driver: Driver) -> None:
    """OBSERVED whether the category stays opted in when all its channels are opted out. (suprsend: Body)"""
    answer = write_without_any_channel(driver)
    last = write_without_any_listed_channel(driver)
    is_any_in = IN in channel_preferences(last).values()
    alternative = None
    if last.ok and not is_any_in:
        alternative = "stays-in" if shows_preference(last, IN) else "goes-out"
    observe(f"naming every documented channel is {describe_answer(answer)}", alternative)


def test_unused_channel(driver: Driver) -> None:
    """OBSERVED how a documented channel is answered that the category does not list. (suprsend: Body)"""
    listed = channel_preferences(opt_in_fully_once(driver))
    unused = [channel for channel in DOCUMENTED_CHANNELS if channel not in listed]
    if not unused:
        raise NotTested("the category lists every documented channel")
    answer = write_every_channel(driver)
    text = (
        f"{', '.join(unused)}, which the category does not list, and all others are {describe_answer(answer)}"
    )
    observe(text, name_refusal(answer) or ("listed" if lists_channel(answer, unused) else "ignored"))


def test_invalid_preference(driver: Driver) -> None:
    """OBSERVED how a preference that is neither opt_in nor opt_out is refused. (suprsend: Body)"""
    answer = write_invalid_preference(driver)
    alternative = name_refusal(answer) or "accepted"
    observe(f"opt_sideways as the preference is {describe_answer(answer)}", alternative)


def test_broken_json(driver: Driver) -> None:
    """OBSERVED how a body that breaks off is refused. (suprsend: Body)"""
    answer = write_truncated_body(driver)
    observe(f"a body that breaks off is {describe_answer(answer)}", name_refusal(answer) or "accepted")


def _write_list(driver: Driver, listed: Callable[[str], Any], out: str, into: str) -> None:
    """Let all channels in, send the list of opt-outs that *listed* makes of one of them, and record the answer.

    out, into: the alternatives that it is if the channel goes out, and if it stays in.
    """
    before = driver.opt_in_fully()
    names = choose_channels(before, fewest=0) or DOCUMENTED_CHANNELS
    body = {**OPT_IN, "opt_out_channels": listed(names[0])}
    answer = driver.write(body)
    word = find_word(before, answer, names[0])
    alternative = name_refusal(answer) or name_by_words([word], {OUT: out, IN: into})
    shown = f", with {names[0]} listed as {describe_value(word)}" if answer.ok else ""
    if new := find_new_channels(before, answer):
        alternative, shown = "stored", f"{shown} and channels called {describe_value(new)}"
    observe(f"{json.dumps(body)} is {describe_answer(answer)}{shown}", alternative)


def test_channel_named_twice(driver: Driver) -> None:
    """OBSERVED how a list that names a channel twice is answered. (suprsend: Body)"""
    _write_list(driver, lambda name: [name, name], out="counts-once", into="ignored")


def _observe_after_opt_out(driver: Driver, body: Any, accepted: str) -> None:
    """Opt out, send *body*, and record the answer, which is the alternative *accepted* if it opts in."""
    driver.opt_out()
    answer = driver.write(body)
    observe(
        f"{json.dumps(body)} after an opt_out is {describe_answer(answer)}", name_opt_in(answer, accepted)
    )


def test_null_preference(driver: Driver) -> None:
    """OBSERVED how null as the preference is answered. (suprsend: Body)"""
    _observe_after_opt_out(driver, {"preference": None}, "opts-in")


def test_empty_preference(driver: Driver) -> None:
    """OBSERVED how an empty preference is answered, which an official client sends for none.

    (suprsend: official clients)
    """
    _observe_after_opt_out(driver, {"preference": ""}, "opts-in")


def test_cant_unsubscribe(driver: Driver) -> None:
    """OBSERVED how cant_unsubscribe as the preference is answered, which other pages name.

    (suprsend: API specification)
    """
    _observe_after_opt_out(driver, {"preference": "cant_unsubscribe"}, "opts-in")


def test_upper_case_preference(driver: Driver) -> None:
    """OBSERVED how OPT_IN in capitals is answered. (suprsend: Body)"""
    _observe_after_opt_out(driver, {"preference": "OPT_IN"}, "lowered")


def test_empty_object(driver: Driver) -> None:
    """OBSERVED how an empty object is answered. (suprsend: Body)"""
    _observe_after_opt_out(driver, {}, "opts-in")


def test_null_body(driver: Driver) -> None:
    """OBSERVED how null as the body is answered. (suprsend: Body)"""
    _observe_after_opt_out(driver, None, "opts-in")


def test_no_body(driver: Driver) -> None:
    """OBSERVED how a request without a body is answered. (suprsend: Body)"""
    driver.opt_out()
    answer = driver.write(content=b"")
    observe(f"no body after an opt_out is {describe_answer(answer)}", name_opt_in(answer, "opts-in"))


def test_unknown_channel(driver: Driver) -> None:
    """OBSERVED how the name of a channel that does not exist is answered. (suprsend: Body)"""
    answer = write_refused_and_read(driver).channel
    is_stored = lists_channel(answer, WITH_UNKNOWN_CHANNEL["opt_out_channels"])
    text = f"{json.dumps(WITH_UNKNOWN_CHANNEL)} after an opt_out is {describe_answer(answer)}"
    observe(
        f"{text}, which lists such a channel" if is_stored else text,
        name_opt_in(answer, "stored" if is_stored else "ignored"),
    )


def test_unknown_member(driver: Driver) -> None:
    """OBSERVED how members beyond the documented ones are answered. (suprsend: Body)"""
    answer = write_unknown_member(driver)
    text = f"{json.dumps(WITH_UNKNOWN_MEMBERS)} after an opt_out is {describe_answer(answer)}"
    observe(text, name_opt_in(answer, "ignored"))


def test_channel_of_the_example(driver: Driver) -> None:
    """OBSERVED how ms_teams is answered, which the example shows and the list of channels lacks.

    (suprsend: Body)
    """
    before = driver.opt_in_fully()
    body = {**OPT_IN, "opt_out_channels": ["ms_teams"]}
    answer = driver.write(body)
    word = find_word(before, answer, "ms_teams")
    accepted = "accepted-without-effect" if word == IN else "accepted"
    shown = f", with it listed as {describe_value(word)}" if answer.ok else ""
    observe(f"{json.dumps(body)} is {describe_answer(answer)}{shown}", name_refusal(answer) or accepted)


def test_channels_as_a_string(driver: Driver) -> None:
    """OBSERVED how a string in place of a list is answered. (suprsend: Body)"""
    _write_list(driver, lambda name: name, out="one-channel", into="ignored")


def test_channels_of_other_types(driver: Driver) -> None:
    """OBSERVED how a list of items that are not strings is answered. (suprsend: Body)"""
    _write_list(
        driver, lambda name: [1, None, {"channel": name}], out="objects-name-channels", into="ignored"
    )


def _observe_silent_list(driver: Driver, what: str, answer: Response) -> None:
    """Record the answer to a list that names no channel, beside what an opt_in without one does."""
    alternative = name_silent_list(empty_list_once(driver).plain, answer)
    observe(f"{what} is {describe_answer(answer)}, with channels {channel_preferences(answer)}", alternative)


def test_null_as_a_list(driver: Driver) -> None:
    """OBSERVED how null for opt_out_channels is answered. (suprsend: official clients)"""
    _observe_silent_list(driver, "null for opt_out_channels", empty_list_once(driver).null)


def test_list_without_channels(driver: Driver) -> None:
    """OBSERVED how an empty opt_out_channels is answered. (suprsend: official clients)"""
    _observe_silent_list(driver, "an empty opt_out_channels", empty_list_once(driver).emptied)


def test_earlier_opt_outs(driver: Driver) -> None:
    """OBSERVED what becomes of an opted-out channel that a later opt_out_channels does not name.

    (suprsend: Body)
    """
    lists = write_two_lists_and_read(driver)
    first, then = (editable_channels(one).get(lists.first) for one in (lists.before, lists.after))
    alternative = None
    if first != IN and editable_channels(lists.after).get(lists.second) != IN:
        settled = opt_in_fully_once(driver)
        alternative = name_by_words(
            [find_word(settled, lists.after, lists.first)], {IN: "replaced", OUT: "kept"}
        )
    observe(
        f"{lists.first} went out; after a list that names {lists.second} it is {describe_value(then)}",
        alternative,
    )


def test_both_lists(driver: Driver) -> None:
    """OBSERVED what becomes of two channels, one in each list. (suprsend: Body)"""
    settled = opt_in_fully_once(driver)
    out, into = choose_two_channels(settled)
    answer = driver.write({**OPT_IN, "opt_out_channels": [out], "opt_in_channels": [into]})
    listed = {channel: editable_channels(answer).get(channel) for channel in (out, into)} if answer.ok else {}
    words = find_word(settled, answer, out), find_word(settled, answer, into)
    accepted = "followed" if words == (OUT, IN) else "not-followed"
    text = f"{out} out and {into} in is {describe_answer(answer)}, listed as {listed}"
    observe(text, name_refusal(answer) or accepted)


def test_channel_in_both_lists(driver: Driver) -> None:
    """OBSERVED what becomes of a channel in both lists. (suprsend: Body)"""
    settled = opt_in_fully_once(driver)
    named = choose_channels(settled)[-1]
    answer = driver.write({**OPT_IN, "opt_out_channels": [named], "opt_in_channels": [named]})
    listed = editable_channels(answer).get(named) if answer.ok else None
    word = find_word(settled, answer, named)
    text = f"{named} in both lists is {describe_answer(answer)}, listed as {describe_value(listed)}"
    observe(text, name_refusal(answer) or name_by_words([word], {IN: "opted-in", OUT: "opted-out"}))


def test_lists_beside_opt_out(driver: Driver) -> None:
    """OBSERVED how a list beside opt_out is answered. (suprsend: Body)"""
    beside = write_list_beside_opt_out_once(driver)
    accepted = "ignored" if beside.fate == IN else None if beside.fate is None else "stored"
    if beside.answer.ok and not shows_preference(beside.answer, OUT):
        accepted = "opts-in"
    observe(
        f"a list with {beside.named} beside opt_out is {describe_answer(beside.answer)}; "
        f"after the next opt_in {beside.named} is {describe_value(beside.fate)}",
        name_refusal(beside.answer) or accepted,
    )


def test_no_lists(driver: Driver) -> None:
    """OBSERVED whether a channel stays opted out when a later request has no list. (suprsend: Body)"""
    named, answer = opt_in_without_lists_once(driver).named, opt_in_without_lists_once(driver).later
    observe(
        f"{named} went out; after a request without lists it is {describe_value(editable_channels(answer).get(named))}",
        name_silence(driver),
    )


def test_unnamed_channels(driver: Driver) -> None:
    """OBSERVED what becomes of channels that opt_in_channels does not name. (suprsend: Body)"""
    switch = switch_unnamed_channels_once(driver)
    now = editable_channels(switch.answer)
    rest = {channel: word for channel, word in now.items() if channel != switch.named}
    observe(
        f"{switch.out} went out; after opt_in_channels named {switch.named}, the rest are {rest}",
        name_unnamed_channels(switch),
    )


def test_unnamed_channels_after_opt_out(driver: Driver) -> None:
    """OBSERVED what becomes of channels that opt_in_channels does not name when the category was opted out.

    (suprsend: Body)
    """
    settled = opt_in_fully_once(driver)
    turn = opt_in_beside_list_once(driver)
    named = channels_to_name(settled)[:1]
    others = [channel for channel in editable_channels(settled) if channel not in named]
    words = {channel: find_word(settled, turn.back, channel) for channel in others}
    alternative = None
    if named and shows_preference(turn.out, OUT) and shows_preference(turn.back, IN):
        # Some may have been out before, so of those that are kept not all need be in.
        alternative = "kept" if IN in words.values() else "opted-out" if OUT in words.values() else None
    observe(f"after opt_out and opt_in_channels with {', '.join(named)}, the rest are {words}", alternative)


def test_media_type_of_the_body(driver: Driver) -> None:
    """OBSERVED how a body is answered that is labelled as text, or not at all. (suprsend: Body)"""
    text = driver.write(OPT_IN, media_type="text/plain")
    bare = write_without_media_type(driver)
    observe(
        f"text/plain is {describe_answer(text)}; no label is {describe_answer(bare)}",
        name_opt_in(text, "accepted"),
    )


def test_missing_media_type(driver: Driver) -> None:
    """OBSERVED how a body without a label is answered. (suprsend: Body)"""
    bare = write_without_media_type(driver)
    observe(f"a body without a label is {describe_answer(bare)}", name_opt_in(bare, "accepted"))

"""Writes whose answers tell how a server takes what the document leaves open; each is sent once in a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from conformance.apis.suprsend.alternatives import find_word, name_by_words
from conformance.apis.suprsend.category import (
    DOCUMENTED_CHANNELS,
    IN,
    OUT,
    editable_channels,
)
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT, Driver
from conformance.apis.suprsend.shared_writes import (
    choose_channels,
    choose_two_channels,
    opt_in_fully_once,
    write_without_any_channel,
)
from conformance.http.response import Response

WITH_UNKNOWN_MEMBERS: Mapping[str, Any] = {**OPT_IN, "digest_schedule": None, "properties": {}}
_INVALID_PREFERENCE: Mapping[str, Any] = {"preference": "opt_sideways"}


class UnnamedChannels(NamedTuple):
    """The channel *out* went out, after everything had been let in, *before*; then opt_in_channels *named* another."""

    out: str
    named: str
    before: Response
    first: Response
    answer: Response


class KeptOptOuts(NamedTuple):
    """A channel, *named*, that went *out* after *settled*, and a *later* answer to an opt_in without lists."""

    settled: Response
    named: str
    out: Response
    later: Response

    @property
    def fate(self) -> str | None:
        """Whether the channel is in again or still out; None if it did not go out, or is not listed."""
        if find_word(self.settled, self.out, self.named) != OUT:
            return None
        return find_word(self.settled, self.later, self.named)


def opt_in_without_lists_once(driver: Driver, *, after_opt_out: bool = False) -> KeptOptOuts:
    """Take a channel out, and opt in without lists, perhaps after an opt_out of the category."""

    def write() -> KeptOptOuts:
        settled = opt_in_fully_once(driver)
        named = choose_channels(settled)[0]
        out = driver.write({**OPT_IN, "opt_out_channels": [named]})
        if after_opt_out:
            driver.write(OPT_OUT)
        return KeptOptOuts(settled, named, out, driver.write(OPT_IN))

    return driver.client.memoize(("without lists", after_opt_out), write)


def name_silence(driver: Driver) -> str | None:
    """Name what an opt_in without lists does to opted-out channels; None if that could not be told."""
    fate = opt_in_without_lists_once(driver).fate
    later_fate = opt_in_without_lists_once(driver, after_opt_out=True).fate
    names = {(IN, IN): "cleared", (OUT, OUT): "kept", (OUT, IN): "kept-until-opt-out"}
    if fate is None or later_fate is None:
        return None
    return names.get((fate, later_fate), "kept-after-opt-out")


def write_invalid_preference(driver: Driver) -> Response:
    """Send a preference that is neither opt_in nor opt_out."""
    return driver.client.memoize("invalid preference", lambda: driver.write(_INVALID_PREFERENCE))


def write_in_other_style(driver: Driver) -> Response:
    """Send a plain opt_in to the path in the slash form that the profile does not name."""
    return driver.client.memoize("other style", lambda: driver.write(OPT_IN, style=driver.other_style))


def write_truncated_body(driver: Driver) -> Response:
    """Send a body that breaks off."""
    return driver.client.memoize("truncated", lambda: driver.write(content=b'{"preference": "opt_in"'))


def write_unknown_member(driver: Driver) -> Response:
    """Opt out, then in again beside members that the document does not know."""

    def write() -> Response:
        driver.opt_out()
        return driver.write(WITH_UNKNOWN_MEMBERS)

    return driver.client.memoize("unknown members", write)


def write_null_list(driver: Driver) -> Response:
    """Send null in the place of a list."""
    return driver.client.memoize("null list", lambda: driver.write({**OPT_IN, "opt_out_channels": None}))


def write_without_media_type(driver: Driver) -> Response:
    """Send a body without a label."""
    content = json.dumps(OPT_IN).encode()
    return driver.client.memoize("no label", lambda: driver.write(content=content, media_type=None))


def write_without_any_listed_channel(driver: Driver) -> Response:
    """Take every channel out that the category lists as editable."""
    listed = list(editable_channels(opt_in_fully_once(driver)))
    every = write_without_any_channel(driver)
    if every.ok and set(listed) <= set(DOCUMENTED_CHANNELS):
        return every
    body = {**OPT_IN, "opt_out_channels": listed}
    return driver.client.memoize("no listed channels", lambda: driver.write(body))


def switch_unnamed_channels_once(driver: Driver) -> UnnamedChannels:
    """Take one channel out, and let another one in."""

    def write() -> UnnamedChannels:
        before = driver.opt_in_fully()
        one, other = choose_two_channels(before)
        first = driver.write({**OPT_IN, "opt_out_channels": [one]})
        answer = driver.write({**OPT_IN, "opt_in_channels": [other]})
        return UnnamedChannels(one, other, before, first, answer)

    return driver.client.memoize("unnamed channels", write)


def name_unnamed_channels(switch: UnnamedChannels) -> str | None:
    """Name what opt_in_channels does to the channels that it does not name; None if that could not be told."""
    out, named, before, first, answer = switch
    others = [channel for channel in editable_channels(before) if channel not in (out, named)]
    if find_word(before, first, out) != OUT or not answer.ok:
        return None
    word = find_word(before, answer, out)
    rest = name_by_words([find_word(before, answer, channel) for channel in others], {IN: IN, OUT: OUT})
    if word == IN:
        return "opted-in" if rest in (IN, None) else "changes"
    # Without a third channel nothing tells whether those go out that were in.
    return {IN: "kept", OUT: "opted-out"}.get(rest or "")

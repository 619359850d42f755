"""Writes whose answers tell how a server takes what the document leaves open; each is sent once in a run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from conformance.apis.suprsend.alternatives import find_word, name_by_words
from conformance.apis.suprsend.category import (
    DOCUMENTED_CHANNELS,
    IN,
    OUT,
    channels_to_name,
    editable_channels,
    shows_preference,
)
from conformance.apis.suprsend.driver import OPT_IN, OPT_OUT, Driver
from conformance.apis.suprsend.shared_writes import (
    choose_channels,
    choose_two_channels,
    opt_in_beside_list_once,
    opt_in_fully_once,
    repeat_writes_once,
    switch_category_once,
    write_without_any_channel,
)
from conformance.assertions.outcome import UNDECIDED, NotTested
from conformance.assertions.refusal import name_refusal
from conformance.http.response import Response

WITH_UNKNOWN_MEMBERS: Mapping[str, Any] = {**OPT_IN, "digest_schedule": None, "properties": {}}
BLANK_TENANT: Mapping[str, str] = {"tenant_id": ""}
_INVALID_PREFERENCE: Mapping[str, Any] = {"preference": "opt_sideways"}


class UnnamedChannels(NamedTuple):
    """The channel *out* went out, after everything had been let in, *before*; then opt_in_channels *named* another.

    blank: the answer to the same with an empty tenant_id, sent next.
    """

    out: str
    named: str
    before: Response
    first: Response
    answer: Response
    blank: Response


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


class ListBesideOptOut(NamedTuple):
    """The *answer* to an opt_out beside a list with *named*, and what that channel is after the next opt_in.

    fate: None if that could not be told, and if the list was refused.
    """

    named: str
    answer: Response
    fate: str | None


def opt_in_without_lists_once(driver: Driver, *, after_opt_out: bool = False) -> KeptOptOuts:
    """Take a channel out, and opt in without lists, perhaps after an opt_out of the category."""

    def write() -> KeptOptOuts:
        settled = opt_in_fully_once(driver)
        named = choose_channels(settled)[0]
        if after_opt_out:  # as the requests that are repeated do
            (out, _), _, (later, _) = repeat_writes_once(driver)
            return KeptOptOuts(settled, named, out, later)
        out = driver.write({**OPT_IN, "opt_out_channels": [named]})
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


def write_list_beside_opt_out_once(driver: Driver) -> ListBesideOptOut:
    """Let everything in, opt out beside a list, and opt in again in the way that keeps opt-outs, if there is one."""

    def write() -> ListBesideOptOut:
        turn, back = opt_in_beside_list_once(driver).back, switch_category_once(driver).back
        settled = driver.opt_in_fully()
        named = choose_channels(settled)[-1]
        into = channels_to_name(settled)[:1]
        answer = driver.write({**OPT_OUT, "opt_out_channels": [named]})
        if not answer.ok or not shows_preference(answer, OUT):
            return ListBesideOptOut(named, answer, None)
        # What is out after an opt_out without a list as well tells nothing of the list.
        if named not in into and find_word(settled, turn, named) == IN:
            return ListBesideOptOut(
                named, answer, find_word(settled, driver.write({**OPT_IN, "opt_in_channels": into}), named)
            )
        if find_word(settled, back, named) != IN:
            return ListBesideOptOut(named, answer, None)
        return ListBesideOptOut(named, answer, find_word(settled, driver.write(OPT_IN), named))

    return driver.client.memoize("list beside opt_out", write)


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
        body = {**OPT_IN, "opt_in_channels": [other]}
        answer, blank = driver.write(body), driver.write(body, params=BLANK_TENANT)
        driver.distrust_main_place()  # where it counts as a tenant, it tells nothing of this place
        return UnnamedChannels(one, other, before, first, answer, blank)

    return driver.client.memoize("unnamed channels", write)


def write_for_blank_tenant_once(driver: Driver) -> Response:
    """Opt in with an empty tenant_id."""
    with suppress(NotTested, *UNDECIDED):
        return switch_unnamed_channels_once(driver).blank
    return driver.client.memoize("blank tenant", lambda: driver.write(OPT_IN, params=BLANK_TENANT))


def name_blank_tenant(driver: Driver) -> str | None:
    """Name whether an empty tenant_id counts as none or is a tenant's of its own; None if that could not be told."""
    answer = write_for_blank_tenant_once(driver)
    refusal = name_refusal(answer)
    if refusal is not None:
        return refusal
    if not shows_preference(answer, IN):
        return "without-effect"
    with suppress(NotTested, *UNDECIDED):
        # Where channels that are not named stay as they are, the one that went out without a tenant tells.
        switch = switch_unnamed_channels_once(driver)
        if name_unnamed_channels(switch) == "kept":
            words = {OUT: "counts-as-absent", IN: "a-tenant-of-its-own"}
            return name_by_words([find_word(switch.before, answer, switch.out)], words)
    return _name_blank_tenant_by_read(driver) if driver.has_read_back else None


def _name_blank_tenant_by_read(driver: Driver) -> str | None:
    """Name it by what is read without a tenant after an opt_out for the empty one."""
    driver.write(OPT_IN)
    out = driver.write(OPT_OUT, params=BLANK_TENANT)
    driver.distrust_main_place()
    read = driver.read_until(lambda answer: shows_preference(answer, OUT))
    driver.write(OPT_IN, params=BLANK_TENANT)
    driver.distrust_main_place()
    if not shows_preference(out, OUT) or not isinstance(read, Response) or not read.ok:
        return None
    return "counts-as-absent" if shows_preference(read, OUT) else "a-tenant-of-its-own"


def name_unnamed_channels(switch: UnnamedChannels) -> str | None:
    """Name what opt_in_channels does to the channels that it does not name; None if that could not be told."""
    out, named, before, first, answer, _ = switch
    others = [channel for channel in editable_channels(before) if channel not in (out, named)]
    if find_word(before, first, out) != OUT or not answer.ok:
        return None
    word = find_word(before, answer, out)
    rest = name_by_words([find_word(before, answer, channel) for channel in others], {IN: IN, OUT: OUT})
    if word == IN:
        return "opted-in" if rest in (IN, None) else "changes"
    # Without a third channel nothing tells whether those go out that were in.
    return {IN: "kept", OUT: "opted-out"}.get(rest or "")

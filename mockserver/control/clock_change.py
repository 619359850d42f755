"""A change of a session's clock, as ``PUT /__admin/clock`` asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mockserver.http.problems import Invalid, Violation
from mockserver.http.reply import Reply
from mockserver.session.session import Session
from mockserver.simulation.clock import Clock

# What each action takes; the other is refused, since somebody who gave it meant another action.
_TAKEN = {"advance": "by_s", "freeze": "instant"}
_LAST_S = 253370764799.0  # the end of 9998: a token minted then still ends in a year of four digits


def change_clock(clock: Clock, order: Mapping[str, Any]) -> None:
    """Freeze, advance or reset *clock*.

    Raises Invalid for a time that the clock cannot show, and for one that the action does not take.
    """
    if useless := [name for name in _TAKEN.values() if name in order and name != _TAKEN.get(order["action"])]:
        raise Invalid([Violation(name, _describe_useless(name, order["action"])) for name in useless])
    if order["action"] == "advance":
        if "by_s" not in order:
            raise Invalid([Violation("by_s", "is required to advance the clock")])
        if clock.now_s() + order["by_s"] > _LAST_S:
            raise Invalid([Violation("by_s", "leads beyond the year 9998")])
        clock.advance(order["by_s"])
    elif order["action"] == "freeze":
        clock.freeze(_parse_instant(order["instant"]) if "instant" in order else None)
    else:
        clock.reset()


def _describe_useless(name: str, action: str) -> str:
    wanted = next(one for one, taken in _TAKEN.items() if taken == name)
    return f"is for {wanted}, not for {action}; leave it out"


def _parse_instant(text: str) -> float:
    """Parse an ISO 8601 time into seconds since 1970; UTC if it names no zone."""
    try:
        instant = datetime.fromisoformat(text.upper())
        seconds = (instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        seconds = -1
    if not 0 <= seconds <= _LAST_S:
        raise Invalid([Violation("instant", "must be a moment between the years 1970 and 9998")])
    return seconds


def clock_reply(session: Session) -> Reply:
    """Answer the session's time."""
    return Reply(200, {"now": session.clock.timestamp(), "frozen": session.clock.is_frozen})

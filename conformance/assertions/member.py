"""The member of a JSON body that a finding is about, as the way that leads to it from the outside."""

from __future__ import annotations

from typing import Any

Member = tuple[str | int, ...]


def find_member(whole: Any, holder: Any, name: str | int) -> Member:
    """Return the way to *name* in *holder*, an object or array somewhere in *whole*; empty if it is not there."""
    left: list[tuple[Member, Any]] = [
        ((), whole)
    ]  # a list, since a target may nest deeper than Python recurses
    while left:
        way, value = left.pop()
        if value is holder:  # the same one: others may be equal to it
            return (*way, name)
        if isinstance(value, dict):
            left += [((*way, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            left += [((*way, index), item) for index, item in enumerate(value)]
    return ()


def render_member(member: Member) -> str:
    """Write a member as people do: ``channels[1].preference``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in member)
    return text.removeprefix(".")


def render_pointer(member: Member) -> str:
    """Write a member as a JSON Pointer (RFC 6901): ``/channels/1/preference``."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in member)

"""The member of a JSON body that a finding is about, as the way that leads to it from the outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Member = tuple[str | int, ...]


def find_member(whole: Any, holder: Any, name: str | int) -> Member:
    """Return the way to *name* in *holder*, an object or array somewhere in *whole*; empty if it is not there."""
    # The same one: others may be equal to it.
    way = _find_way(whole, lambda _, value: value is holder)
    return () if way is None else (*way, name)


def find_name(whole: Any, name: str) -> Member:
    """Return the way to the first member of that name anywhere in *whole*; empty if there is none."""
    return _find_way(whole, lambda way, _: way[-1:] == (name,)) or ()


def _find_way(whole: Any, is_it: Callable[[Member, Any], bool]) -> Member | None:
    left: list[tuple[Member, Any]] = [
        ((), whole)
    ]  # a list, since a target may nest deeper than Python recurses
    while left:
        way, value = left.pop()
        if is_it(way, value):
            return way
        if isinstance(value, dict):
            left += [((*way, key), item) for key, item in reversed(value.items())]
        elif isinstance(value, list):
            left += [((*way, index), item) for index, item in reversed(list(enumerate(value)))]
    return None


def follow_member(whole: Any, member: Member) -> Any:
    """Return what stands at *member* in *whole*; None if nothing does."""
    for step in member:
        if isinstance(whole, dict):
            whole = whole.get(step)
        elif isinstance(whole, list) and isinstance(step, int) and step < len(whole):
            whole = whole[step]
        else:
            return None
    return whole


def render_member(member: Member) -> str:
    """Write a member as people do: ``channels[1].preference``."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in member)
    return text.removeprefix(".")


def render_pointer(member: Member) -> str:
    """Write a member as a JSON Pointer (RFC 6901): ``/channels/1/preference``."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in member)

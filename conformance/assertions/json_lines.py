"""A JSON value in lines, as people read it, each with the way to what stands there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from conformance.assertions.member import Member, render_pointer


def list_lines(
    value: Any, at: Member = (), before: str = "", after: str = ""
) -> Iterator[tuple[Member, str]]:
    """Yield each line of a JSON value, with the way to what stands there.

    before, after: what is around it. Raises RecursionError for a value that is too deep.
    """
    indent = before[: len(before) - len(before.lstrip())]
    if not isinstance(value, dict | list) or not value:
        yield at, f"{before}{json.dumps(value, ensure_ascii=False)}{after}"
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    items = value.items() if isinstance(value, dict) else enumerate(value)
    yield at, f"{before}{opening}"
    for number, (step, item) in enumerate(items, 1):
        name = f"{json.dumps(step, ensure_ascii=False)}: " if isinstance(value, dict) else ""
        comma = "," if number < len(value) else ""
        yield from list_lines(item, (*at, step), f"{indent}  {name}", comma)
    yield at, f"{indent}{closing}{after}"


def mark_lines(value: Any, pointer: str) -> list[tuple[str, bool]]:
    """Return each line of a JSON value, and whether it belongs to the member that a JSON Pointer leads to.

    Where there is no such member, it is what was to hold it; nothing if that is all.
    """
    lines = [(render_pointer(at), text) for at, text in list_lines(value)]
    places = {at for at, _ in lines}
    while pointer and pointer not in places:
        pointer = pointer.rpartition("/")[0]
    return [(text, pointer != "" and f"{at}/".startswith(f"{pointer}/")) for at, text in lines]

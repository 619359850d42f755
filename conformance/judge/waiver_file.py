"""A file of waivers, changed: what failed is added, what excuses nothing is removed, and all else stays as it is."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from conformance.judge.verdict import Verdict, deciding_levels
from conformance.judge.waiver import Waiver, list_pointless_waivers, needs_no_waiver
from conformance.suite.requirement import Requirement

_LONGEST_REASON = 200


def waive_failures(verdict: Verdict, waivers: Sequence[Waiver], *, owner: str, expires: date) -> list[Waiver]:
    """Return a waiver for each failure that decides *verdict*.

    waivers: those that there are. The reason of one that has expired is kept; another's is what was found.
    """
    reasons = {one.id: one.reason for one in waivers}
    return [
        Waiver(
            id=result.requirement.id,
            reason=reasons.get(result.requirement.id) or _shorten(str(result.reason)),
            owner=owner,
            expires=expires,
        )
        for result in verdict.results
        if result.status == "failed" and result.requirement.level in deciding_levels(verdict.is_strict)
    ]


def find_needless_waivers(
    verdict: Verdict, waivers: Sequence[Waiver], known: Sequence[Requirement]
) -> list[str]:
    """Name the waivers that excuse nothing: their requirement passed, or there is none that could fail."""
    passed = {
        one.requirement.id for one in verdict.results if needs_no_waiver(one, is_partial=verdict.is_partial)
    }
    return [one.id for one in waivers if one.id in passed or list_pointless_waivers([one], known)]


def change_waivers(file: Path, added: Sequence[Waiver], removed: Collection[str]) -> None:
    """Put waivers into *file*, which is made if it is missing, in the place of their ids' own and of *removed* ids.

    Raises OSError if that cannot be done.
    """
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    gone = {*removed, *(one.id for one in added)}
    kept = [one for one in yaml.safe_load(text) or [] if one["id"] not in gone]
    new = [one.model_dump() for one in added]
    changed = _change_text(text, new, gone)
    # Comments are worth the effort, and no effort is worth a wrong file.
    file.write_text(
        changed if _read_list(changed) == [*kept, *new] else _dump([*kept, *new]), encoding="utf-8"
    )


def _change_text(text: str, new: Sequence[dict[str, Any]], gone: Collection[str]) -> str:
    """Return *text*, a list of waivers in block style, with those that are *gone* cut out and *new* ones at its end."""
    lines = text.splitlines(keepends=True)
    root = yaml.compose(text, yaml.SafeLoader)
    if isinstance(root, yaml.SequenceNode) and root.flow_style:
        return ""  # brackets, which cannot be cut by lines
    items = root.value if root is not None else []
    starts = [_find_dash(lines, item.start_mark.line) for item in items]
    ends = [*starts[1:], len(lines)] if items else []
    listed = [one["id"] for one in yaml.safe_load(text) or []]
    for id_, start, end in reversed(list(zip(listed, starts, ends, strict=True))):
        if id_ in gone:
            while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
                end -= 1  # a comment after it is about what follows
            del lines[start:end]
    kept = "".join(lines)
    if kept and not kept.endswith("\n"):
        kept += "\n"
    column = root.start_mark.column if root is not None else 0
    return kept + (textwrap.indent(_dump(new), " " * column) if new else "")


def _find_dash(lines: Sequence[str], at: int) -> int:
    while at and not lines[at].lstrip().startswith("-"):
        at -= 1
    return at


def _read_list(text: str) -> Any:
    try:
        return yaml.safe_load(text) or ([] if text.strip() else None)
    except yaml.YAMLError:
        return None


def _dump(waivers: Sequence[dict[str, Any]]) -> str:
    return yaml.safe_dump(list(waivers), sort_keys=False, allow_unicode=True, width=118)


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"

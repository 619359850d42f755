"""A file of waivers, changed: what failed is added, what excuses nothing is removed, and all else stays as it is."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from conformance.judge.verdict import Verdict, deciding_levels
from conformance.judge.waiver import Waiver, list_pointless_waivers, needs_no_waiver
from conformance.suite.requirement import Requirement
from openapi.atomic_file import write_atomically
from openapi.yaml_text import BadYaml, parse_yaml

_LONGEST_REASON = 200


def waive_failures(verdict: Verdict, waivers: Sequence[Waiver], *, owner: str, expires: date) -> list[Waiver]:
    """Return a waiver for each failure that decides *verdict*.

    waivers: those that there are. The reason of one that has expired is kept; another's is what was found.
    """
    reasons = {one.id: one.reason for one in waivers}
    return [
        Waiver(
            id=result.requirement.id,
            reason=reasons.get(result.requirement.id) or _shorten_reason(str(result.reason)),
            owner=owner,
            expires=expires,
        )
        for result in verdict.results
        if result.status == "failed" and result.requirement.level in deciding_levels(verdict.is_strict)
    ]


def find_needless_waivers(
    verdict: Verdict, waivers: Sequence[Waiver], known: Sequence[Requirement]
) -> list[str]:
    """Name the waivers of the run's own API that excuse nothing: what they name passed, or is none that could fail.

    known: every requirement of the API, asked or not.
    """
    passed = {
        one.requirement.id
        for one in verdict.results
        if needs_no_waiver(one, is_partial=verdict.is_partial, mode=verdict.mode)
    }
    own = [one for one in waivers if one.api == verdict.api]
    return [one.id for one in own if one.id in passed or list_pointless_waivers([one], known)]


def change_waivers(file: Path, added: Sequence[Waiver], removed: Collection[str]) -> bool:
    """Put waivers into *file*, which is made if it is missing, and take those of the *removed* ids out of it.

    A waiver that is there already gets a new owner and a new last day in its place. Returns whether all else stayed as
    it was written, with comments. Raises OSError if that cannot be done.
    """
    given = file.read_bytes().decode("utf-8") if file.exists() else ""
    line_end = "\r\n" if "\r\n" in given else "\n"  # as some editors of Windows write it, and diffs show
    text = given.replace("\r\n", "\n")
    there = parse_yaml(text) or []
    renewed = {one.id: one for one in added if one.id in {old["id"] for old in there}}
    new = [one.model_dump(mode="json") for one in added if one.id not in renewed]
    wanted = [
        {**old, "owner": renewed[old["id"]].owner, "expires": str(renewed[old["id"]].expires)}
        if old["id"] in renewed
        else old
        for old in there
        if old["id"] not in removed
    ] + new
    changed = _add_to_text(_cut_from_text(_renew_in_text(text, renewed), removed), new)
    # Comments are worth the effort, and no effort is worth a wrong file.
    is_kept: bool = _read_list(changed) == wanted
    # What a link leads to has been read as a list of waivers; one that leads to nothing is replaced.
    content = (changed if is_kept else _dump_waivers(wanted)).replace("\n", line_end)
    write_atomically(file.resolve() if file.exists() else file, content)
    return is_kept


def _compose_list(text: str) -> yaml.SequenceNode | None:
    """Return the list of *text* with the places of what is in it; None if it is empty, no list, or no YAML."""
    try:
        root = yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError:  # what was cut out had a mark that another waiver points to
        return None
    return root if isinstance(root, yaml.SequenceNode) else None


def _renew_in_text(text: str, renewed: Mapping[str, Waiver]) -> str:
    """Return *text* with the owner and the last day of *renewed* waivers changed where they stand."""
    root = _compose_list(text)
    edits = []
    for item in root.value if root else ():
        members = {key.value: value for key, value in item.value}
        if waiver := renewed.get(members["id"].value):
            for name, value in (("owner", waiver.owner), ("expires", str(waiver.expires))):
                written = _dump_waivers([{name: value}]).partition(": ")[2].rstrip("\n")
                edits.append((members[name].start_mark.index, members[name].end_mark.index, written))
    for start, end, written in sorted(edits, reverse=True):
        text = text[:start] + written + text[end:]
    return text


def _cut_from_text(text: str, gone: Collection[str]) -> str:
    """Return *text*, a list in block style, without the waivers that are *gone*."""
    root = _compose_list(text)
    if root is None or root.flow_style:
        return text  # brackets cannot be cut by lines
    lines = text.splitlines(keepends=True)
    starts = [_find_dash(lines, item.start_mark.line) for item in root.value]
    ids = [one["id"] for one in parse_yaml(text)]
    for id_, start, end in reversed(list(zip(ids, starts, [*starts[1:], len(lines)], strict=True))):
        if id_ in gone:
            while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
                end -= 1  # a comment after it is about what follows
            del lines[start:end]
    return "".join(lines)


def _add_to_text(text: str, new: Sequence[dict[str, Any]]) -> str:
    """Return *text*, a list in block style or an empty one, with *new* waivers at its end."""
    root = _compose_list(text)
    if not new or (root and root.flow_style and root.value):
        return text
    if root and root.flow_style:  # [], which says that nothing is waived
        text = text[: root.start_mark.index] + text[root.end_mark.index :].lstrip("\n")
    if text and not text.endswith("\n"):
        text += "\n"
    indent = " " * root.start_mark.column if root and root.value else ""
    return text + textwrap.indent(_dump_waivers(new), indent)


def _find_dash(lines: Sequence[str], at: int) -> int:
    while at and not lines[at].lstrip().startswith("-"):
        at -= 1
    return at


def _read_list(text: str) -> Any:
    try:
        return parse_yaml(text) or ([] if text.strip() else None)
    except BadYaml:
        return None


class _PlainDumper(yaml.SafeDumper):
    """Writes a day that several waivers share in each of them, and not once with marks that point to it."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def _dump_waivers(waivers: Sequence[dict[str, Any]]) -> str:
    # As days, or they would be quoted: what dumps knows YAML 1.1, and quotes more than need be.
    days = [{name: _parse_day(name, value) for name, value in one.items()} for one in waivers]
    text: str = yaml.dump(days, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=118)
    return text


def _parse_day(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if name == "expires" else value


def _shorten_reason(text: str) -> str:
    return text if len(text) <= _LONGEST_REASON else f"{text[:_LONGEST_REASON]}…"

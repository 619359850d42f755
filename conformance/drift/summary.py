"""What a comparison is told as: lines for people, a document for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from conformance.drift.comparison import Comparison, DifferenceGroup
from conformance.drift.explanation import ChosenApart
from conformance.http.foreign_text import quote_text
from conformance.suite.mode import Mode

SCHEMA = 1
_MOST_NAMED = 5
_MOST_SHOWN = 20


def render_lines(comparison: Comparison) -> Iterator[str]:
    """Yield the lines that tell a comparison: the share, the choices, and what no choice explains."""
    if comparison.share is not None:
        yield (
            f"{comparison.equal} of {comparison.compared} requests are answered alike "
            f"({_show_share(comparison.share)}), by status and by the shape of the body; "
            f"{comparison.same_status} by status"
        )
    verdict = comparison.verdict
    if comparison.shortfall:
        yield comparison.shortfall
    if verdict.mode is not Mode.FULL:
        count = f"{comparison.left_out} of {len(verdict.results)} requirements"
        yield f"not sent, by --mode {verdict.mode}: what {count} need"
    explained = [one for one in comparison.groups if one.choices]
    for choices in dict.fromkeys(one.choices for one in explained):
        yield ""
        yield _name_choices([one for one in comparison.apart if one.choice.id in choices])
        yield from _render_groups([one for one in explained if one.choices == choices], comparison)
    named = {id_ for one in explained for id_ in one.choices}
    if silent := [one for one in comparison.apart if one.choice.id not in named]:
        yield ""
        yield f"chosen otherwise, and no status and no shape shows it: {_join_choices(silent)}"
    others = [one for one in comparison.groups if not one.choices]
    for title, is_promised in (
        ("not covered by a choice", False),
        ("not covered by a choice, and against the contract", True),
    ):
        if groups := [one for one in others if bool(one.promise) is is_promised]:
            yield ""
            yield title
            yield from _render_groups(groups, comparison)


def _render_groups(groups: Sequence[DifferenceGroup], comparison: Comparison) -> Iterator[str]:
    show = comparison.redaction.show_line
    for group in groups[:_MOST_SHOWN]:
        yield f"    {show(_describe_group(group))}"
        if group.promise:
            yield f"        {show(group.promise)}"
        if not group.choices:
            yield f"        {group.exchanges[0].shorten_curl(has_reports=False)}"
    if len(groups) > _MOST_SHOWN:
        yield f"    and {len(groups) - _MOST_SHOWN} more; --json has them all"


def _describe_group(group: DifferenceGroup) -> str:
    one, times = group.difference, len(group.exchanges)
    count = "once" if times == 1 else f"{times} times"
    if one.member is None:
        return f"{one.operation}: {one.target}, by the stub {one.stub} ({count})"
    return f"{one.operation} {one.status}: {quote_text(one.member)} is {one.target}, by the stub {one.stub} ({count})"


def _name_choices(several: Sequence[ChosenApart]) -> str:
    return f"{'one of ' if len(several) > 1 else ''}{_join_choices(several)}"


def _join_choices(several: Sequence[ChosenApart]) -> str:
    shown = [f"{one.choice.id} ({one.target}, by the stub {one.stub})" for one in several[:_MOST_NAMED]]
    more = f" and {len(several) - _MOST_NAMED} more" if len(several) > _MOST_NAMED else ""
    return f"{', '.join(shown)}{more}"


def _show_share(share: float) -> str:
    # Cut and not rounded: it is not all of them while one differs.
    return f"{int(share * 1000) / 10:g} %"


def build_document(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as a mapping for JSON; its order is the same every time."""
    verdict = comparison.verdict
    requests = {
        "compared": comparison.compared,
        "equal": comparison.equal,
        "same_status": comparison.same_status,
        "share": None if comparison.share is None else round(comparison.share, 4),
    }
    return {
        "schema": SCHEMA,
        "api": verdict.api,
        "target": {"name": verdict.name, "base_url": verdict.base_url},
        "stub": {"base_url": comparison.stub_url},
        "seed": verdict.seed,
        "mode": verdict.mode,
        "stopped": comparison.stopped,
        "requests": requests,
        "requirements": {"of": len(verdict.results), "left_out": comparison.left_out},
        "choices": [
            {"choice": one.choice.id, "target": one.target, "stub": one.stub} for one in comparison.apart
        ],
        "differences": [_render_difference(one, comparison) for one in comparison.groups],
    }


def _render_difference(group: DifferenceGroup, comparison: Comparison) -> dict[str, Any]:
    difference, show = group.difference, comparison.redaction.show_line
    return {
        "choices": list(group.choices),
        "promise": show(group.promise) if group.promise else None,
        "operation": difference.operation,
        "status": difference.status,
        "member": show(difference.member) if difference.member else None,
        "target": difference.target,
        "stub": difference.stub,
        "requests": len(group.exchanges),
        "curl": group.exchanges[0].curl,
    }

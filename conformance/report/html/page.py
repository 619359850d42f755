"""report.html: the verdict for people who were not there, on one page that needs nothing besides itself."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

import openapi
from conformance.assertions.json_lines import mark_lines
from conformance.http.foreign_text import escape_controls
from conformance.judge.choices import TakenChoice, list_taken
from conformance.judge.suites import profile_template
from conformance.report.changes import Change, Comparison
from conformance.report.html.evidence import ExchangePlan, find_fault
from conformance.report.html.parts import NOT_ASKED, PAGE_WORDS, load_parts, load_template
from conformance.report.words import GRADES, WORDS
from conformance.suite.choice import ObservedChoice, merge_observed

_FOLDER = Path(__file__).parent
# In the order of a bar and of the filter; what nobody judges comes last.
_STATUSES = ("failed", "inconclusive", "waived", "not_tested", NOT_ASKED, "passed", "observed")
_MOST_CHANGES = 8  # that stand above what failed
_MOST_LISTED = 5  # that were not tested for the same reason
_MOST_UNFOLDED = 10  # failures; of more, each says in a line what is at fault
_COLUMNS = ("passed", "failed", "not_tested")  # and others, if there are any
_DETAILED = ("failed", "inconclusive", "waived", "not_tested")


def render_page(document: dict[str, Any], comparison: Comparison | None = None) -> str:
    """Return the page of a report's *document*; what the target said stands escaped in it.

    comparison: with an earlier report, if the run was compared with one.
    """
    asked = [_describe_status(one) for one in document["requirements"]]
    judged = ("MUST", "SHOULD") if document["strict"] else ("MUST",)
    failed = [one for one in asked if one["status"] == "failed"]
    totals = _count_shown(asked)
    page = load_template(_FOLDER, mark=mark_member, mark_excerpt=mark_excerpt).render(
        report=document,
        grade=GRADES[document["grade"]][0].capitalize(),
        words=PAGE_WORDS,
        counts=list(_count_statuses(asked)),
        totals=totals,
        columns=[*_COLUMNS, *(one for one in totals if one not in (*_COLUMNS, "observed"))],
        failed=[one for one in failed if one["level"] in judged],
        advised=[one for one in failed if one["level"] not in judged],
        inconclusive=[one for one in asked if one["shown_status"] == "inconclusive"],
        waived=[one for one in asked if one["status"] == "waived"],
        gaps=_group_by_need(document["api"], asked),
        template=_find_template(document["api"]),
        headings=_group_by_heading(asked),
        comparison=comparison,
        changes=_sort_changes(comparison),
        most_changes=_MOST_CHANGES,
        most_listed=_MOST_LISTED,
        choices=_list_choices(document),
        plan=ExchangePlan(asked),
        find_fault=find_fault,
        find_source_url=_find_source_url,
        ids={one["id"] for one in asked},
        is_unfolded=len(failed) <= _MOST_UNFOLDED,
        **load_parts(_FOLDER),
    )
    return f"{page}\n"


def mark_member(body: str, pointer: str | None) -> Markup:
    """Write a JSON *body* with a line for each member, and the one that *pointer* leads to marked.

    A body that is cut, too deep, or no JSON, is written as it is. Where there is no such member, what was to hold it
    is marked.
    """
    try:
        lines = mark_lines(json.loads(body), pointer or "")
    except (ValueError, RecursionError):
        return escape(escape_controls(body))
    return _mark_up((escape_controls(text), is_marked) for text, is_marked in lines)


def mark_excerpt(excerpt: str) -> Markup:
    """Write an excerpt of a body with the lines marked that have a > before them."""
    return _mark_up((line, line.startswith(">")) for line in excerpt.splitlines())


def _mark_up(lines: Iterable[tuple[str, bool]]) -> Markup:
    return Markup("\n").join(
        Markup("<mark>{}</mark>").format(text) if is_marked else escape(text) for text, is_marked in lines
    )


def _count_statuses(asked: list[dict[str, Any]]) -> Iterator[str]:
    for status, (word, _) in WORDS.items():
        found = [one for one in asked if one["status"] == status and one["asked"]]
        shoulds = sum(one["level"] == "SHOULD" for one in found)
        if found:
            yield f"{len(found)} {word.lower()}{f' ({shoulds} of them SHOULD)' if shoulds else ''}"
    if left := sum(not one["asked"] for one in asked):
        yield f"{left} not asked"


def _describe_status(one: dict[str, Any]) -> dict[str, Any]:
    """Add to a requirement under which status it is shown, and whether that has a place of its own above all others."""
    shown = one["status"] if one["asked"] else NOT_ASKED
    return {**one, "shown_status": shown, "is_detailed": shown in _DETAILED}


def _count_shown(asked: Iterable[dict[str, Any]]) -> dict[str, int]:
    counts = Counter(one["shown_status"] for one in asked)
    return {status: counts[status] for status in _STATUSES if counts[status]}


def _group_by_heading(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort the requirements under the headings of the document, in the order these are first met."""
    order = list(dict.fromkeys(one["source"] for one in asked))
    gathered = sorted(asked, key=lambda one: order.index(one["source"]))
    groups = [(source, list(group)) for source, group in groupby(gathered, key=lambda one: one["source"])]
    return [
        {
            "title": source.partition(": ")[2],
            "anchor": f"heading-{number}",
            "counts": dict.fromkeys(_STATUSES, 0) | _count_shown(group),
            "requirements": group,
        }
        for number, (source, group) in enumerate(groups, 1)
    ]


def _find_source_url(documents: list[dict[str, Any]], source: str) -> str | None:
    """Return where the heading or page is read that a *source* names: a page by its title, else the document."""
    urls = {one["title"]: one["url"] for one in documents}
    url: str | None = urls.get(source.partition(": ")[2], documents[0]["url"])
    return url


def _group_by_need(api: str, asked: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put together what was not tested for the same reason, with the lines of a profile that would change that."""
    gaps: dict[str, list[dict[str, Any]]] = {}
    for one in asked:
        if one["shown_status"] == "not_tested":
            gaps.setdefault(one["reason"] or "", []).append(one)
    template = _find_template(api)
    return [
        {
            "reason": reason,
            "requirements": group,
            "lines": [_find_profile_lines(template, key) for key in group[0]["needs"]],
        }
        for reason, group in sorted(gaps.items(), key=lambda gap: -len(gap[1]))
    ]


def _sort_changes(comparison: Comparison | None) -> list[Change]:
    """List what changed: the verdict, what fails now, what else is worse, and the rest."""
    changes = comparison.changes if comparison else ()
    return sorted(changes, key=lambda one: (bool(one.subject), one.title != "newly failed", not one.is_worse))


def _find_template(api: str) -> str:
    """Return the commented profile of a built-in API; empty for a contract of the user's own."""
    return profile_template(api) if api in openapi.api_names() else ""


def _find_profile_lines(template: str, key: str) -> str:
    """Return the lines that a profile takes for *key*, as the commented one has them."""
    part, _, name = key.rpartition(".")
    # A comment behind it may go on in lines of its own.
    example = re.search(rf"^[ #]*({re.escape(name)}: .*(?:\n#? {{9,}}# .*)*)$", template, re.MULTILINE)
    line = re.sub(r" {2,}#", "    #", re.sub(r"\n#? +#", "", example[1])) if example else f"{name}: ..."
    return f"{part}:\n  {line}" if part else line


def _list_choices(document: dict[str, Any]) -> list[TakenChoice]:
    """List the choices of the API; none if the run has told nothing of any."""
    observed = merge_observed(
        ObservedChoice(**one["observed"]) for one in document["requirements"] if one["observed"]
    )
    taken = list_taken(document["api"], observed)
    if not any(one.alternative for one in taken):
        return []
    # What the stub does otherwise comes first, then what could not be told.
    return sorted(taken, key=lambda one: (one.is_default, not one.alternative))

"""report.html: the verdict for people who were not there, on one page that needs nothing besides itself."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

import openapi
from conformance.assertions.json_lines import mark_lines
from conformance.http.foreign_text import escape_controls
from conformance.judge.choices import TakenChoice, list_taken
from conformance.judge.notes import explain_variable
from conformance.judge.suites import profile_template
from conformance.judge.verdict import deciding_levels
from conformance.report.changes import Change, Comparison
from conformance.report.html.evidence import ExchangePlan, find_fault
from conformance.report.html.parts import NOT_ASKED, PAGE_WORDS, load_parts, load_template
from conformance.report.words import GRADES, name_heading
from conformance.suite.choice import ObservedChoice, merge_observed
from conformance.suite.requirement import LEVELS

_FOLDER = Path(__file__).parent
# In the order of a bar and of the filter; what nobody judges comes last.
_STATUSES = ("failed", "inconclusive", "waived", "not_tested", NOT_ASKED, "passed", "observed")
_MOST_CHANGES = 8  # that stand above what failed
_MOST_HEADINGS = 20  # a contract of one's own has one for each operation
_MOST_LISTED = 5  # that were not tested for the same reason
_MOST_UNFOLDED = 10  # failures; of more, each says in a line what is at fault
_COLUMNS = ("passed", "failed", "not_tested")  # and others, if there are any
_FINDINGS = {
    "failed": ("What failed", ""),
    "advised": (
        "Recommendations that failed",
        "A SHOULD is a recommendation: it does not decide the verdict.",
    ),
    "inconclusive": (
        "Inconclusive",
        "Asked, but what came back shows neither that the target conforms nor that it does not.",
    ),
    "waived": ("Waived", "Failed, but the waiver file accepts it until a date."),
}
_DETAILED = ("failed", "inconclusive", "waived", "not_tested")


def render_page(document: dict[str, Any], comparison: Comparison | None = None) -> bytes:
    """Return the page of a report's *document* in UTF-8; what the target said stands escaped in it.

    comparison: with an earlier report, if the run was compared with one.
    """
    asked = [_describe_status(one) for one in document["requirements"]]
    totals = _count_shown(asked)
    # Joined as it comes: a contract of a thousand operations has a million pieces, and text takes four times the bytes.
    page = io.BytesIO()
    template = load_template(_FOLDER, mark=mark_member, mark_excerpt=mark_excerpt, list_headers=_list_headers)
    for piece in template.generate(
        report=document,
        grade=GRADES[document["grade"]][0].capitalize(),
        words=PAGE_WORDS,
        levels=list(_count_levels(asked)),
        notes=_list_notes(document),
        totals=totals,
        columns=[*_COLUMNS, *(one for one in totals if one not in _COLUMNS)],
        findings=_list_findings(asked, document["strict"]),
        gaps=_group_by_need(document["api"], asked),
        template=_find_template(document["api"]),
        headings=_group_by_heading(asked),
        comparison=comparison,
        changes=_sort_changes(comparison),
        most_changes=_MOST_CHANGES,
        most_listed=_MOST_LISTED,
        most_headings=_MOST_HEADINGS,
        choices=_list_choices(document),
        plan=ExchangePlan(asked, document["target"]["base_url"]),
        find_fault=find_fault,
        find_source_url=_find_source_url,
        ids={one["id"] for one in asked},
        is_unfolded=totals.get("failed", 0) <= _MOST_UNFOLDED,
        **load_parts(_FOLDER),
    ):
        page.write(piece.encode())
    page.write(b"\n")
    return page.getvalue()


def mark_member(body: str, pointer: str | None) -> Markup:
    """Write a JSON *body* with a line for each member, and the one that *pointer* leads to marked.

    A body that is cut, too deep, or no JSON, is written as it is. Where there is no such member, what was to hold it
    is marked.
    """
    try:
        lines = mark_lines(json.loads(body), pointer or "")
    except (ValueError, RecursionError):
        return escape(escape_controls(body))
    return _mark_up(lines)


def mark_excerpt(excerpt: str) -> Markup:
    """Write an excerpt of a body with the lines marked that have a > before them."""
    return _mark_up((line, line.startswith(">")) for line in excerpt.splitlines())


def _mark_up(lines: Iterable[tuple[str, bool]]) -> Markup:
    parts = list[Markup]()
    for is_marked, group in groupby(lines, key=itemgetter(1)):
        # Line by line: one that is all printable, as most are, is seen at once.
        texts = [escape_controls(text) for text, _ in group]
        if is_marked:
            parts += [Markup("<mark>{}</mark>").format(text) for text in texts]
        else:
            parts.append(escape("\n".join(texts)))
    return Markup("\n").join(parts)


def _list_headers(headers: dict[str, str]) -> Markup:
    """Write headers in lines, each after the one before it and what stands above them."""
    return escape("".join(f"\n{escape_controls(f'{name}: {value}')}" for name, value in headers.items()))


def _count_levels(asked: list[dict[str, Any]]) -> Iterator[tuple[str, int, dict[str, int]]]:
    """Yield each level with the number of its requirements, and how many of them are shown under which status."""
    for level in LEVELS:
        of_level = [one for one in asked if one["level"] == level]
        if of_level:
            yield level, len(of_level), _count_shown(of_level)


def _list_notes(document: dict[str, Any]) -> list[str]:
    """List the notes of the run but those on variables, which stand with each line of curl that reads them."""
    explained = {explain_variable(*one) for one in document["variables"].items()}
    return [one for one in document["notes"] if one not in explained]


def _list_findings(
    asked: list[dict[str, Any]], is_strict: bool
) -> list[tuple[str, list[dict[str, Any]], str]]:
    """List what has a place above all others: what each group is called, its requirements, and what is to be known."""
    judged = deciding_levels(is_strict)
    found: dict[str, list[dict[str, Any]]] = {}
    for one in asked:
        kind = one["shown_status"]
        is_advice = kind == "failed" and one["level"] not in judged
        found.setdefault("advised" if is_advice else kind, []).append(one)
    return [(title, found.get(kind, []), told) for kind, (title, told) in _FINDINGS.items()]


def _describe_status(one: dict[str, Any]) -> dict[str, Any]:
    """Add to a requirement under which status it is shown, and whether that has a place of its own above all others."""
    shown = one["status"] if one["asked"] else NOT_ASKED
    return {**one, "shown_status": shown, "is_detailed": shown in _DETAILED}


def _count_shown(asked: Iterable[dict[str, Any]]) -> dict[str, int]:
    counts = Counter(one["shown_status"] for one in asked)
    return {status: counts[status] for status in _STATUSES if counts[status]}


def _group_by_heading(asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort the requirements under the headings of the document, in the order these are first met."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in asked:
        groups.setdefault(name_heading(one["source"]), []).append(one)
    return [
        {
            "title": title,
            "anchor": f"heading-{number}",
            "counts": dict.fromkeys(_STATUSES, 0) | _count_shown(group),
            "requirements": group,
        }
        for number, (title, group) in enumerate(groups.items(), 1)
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
            "lines": [_find_profile_lines(template, key, api) for key in group[0]["needs"]],
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


def _find_profile_lines(template: str, key: str, api: str) -> str:
    """Return the lines that a profile takes for *key*, as the commented one has them, or one for a contract would."""
    part, _, name = key.rpartition(".")
    variable = re.sub(r"\W", "_", f"{api}_{name}", flags=re.ASCII).upper()
    value = f"${{{variable}}}" if part else "true"  # the credential of a scheme; leave to do something
    # A comment behind it may go on in lines of its own.
    example = re.search(rf"^[ #]*({re.escape(name)}: .*(?:\n#? {{9,}}# .*)*)$", template, re.MULTILINE)
    line = re.sub(r" {2,}#", "    #", re.sub(r"\n#? +#", "", example[1])) if example else f"{name}: {value}"
    return f"{part}:\n  {line}" if part else line


def _list_choices(document: dict[str, Any]) -> list[TakenChoice]:
    """List the choices of the API that were asked about; none if the run has told nothing of any."""
    observed = merge_observed(
        ObservedChoice(**one["observed"]) for one in document["requirements"] if one["observed"]
    )
    taken = [one for one in list_taken(document["api"], observed) if one.choice.id in observed]
    if not any(one.alternative for one in taken):
        return []
    # What the stub does otherwise comes first, then what could not be told.
    return sorted(taken, key=lambda one: (one.is_default, not one.alternative))

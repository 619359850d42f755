"""report.html: the verdict for people who were not there, on one page that needs nothing besides itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup, escape

from conformance.assertions.json_lines import mark_lines
from conformance.http.foreign_text import escape_controls
from conformance.judge.choices import TakenChoice, list_taken
from conformance.report.words import GRADES, WORDS
from conformance.suite.choice import ObservedChoice, merge_observed

_TEMPLATE = Path(__file__).with_name("page.html")


def render_page(document: dict[str, Any], changes: Sequence[str] | None = None) -> str:
    """Return the page of a report's *document*; what the target said stands escaped in it.

    changes: since an earlier report, a line each; None if the run was compared with none.
    """
    asked = document["requirements"]
    judged = ("MUST", "SHOULD") if document["strict"] else ("MUST",)
    failed = [one for one in asked if one["status"] == "failed"]
    page = _load_template().render(
        report=document,
        grade=GRADES[document["grade"]][0].capitalize(),
        words={status: word.lower() for status, (word, _) in WORDS.items()},
        counts=list(_count_statuses(asked)),
        failed=[one for one in failed if one["level"] in judged],
        advised=[one for one in failed if one["level"] not in judged],
        inconclusive=[one for one in asked if one["status"] == "inconclusive" and one["asked"]],
        waived=[one for one in asked if one["status"] == "waived"],
        untested=[one for one in asked if one["status"] == "not_tested"],
        headings=_group_by_heading(asked),
        changes=changes,
        choices=_list_choices(document),
    )
    return f"{page}\n"


@cache  # to compile it takes longer than to render it
def _load_template() -> Template:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_escape_text,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["mark"] = mark_member
    environment.filters["mark_excerpt"] = mark_excerpt
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))


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


def _group_by_heading(asked: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Sort the requirements under the headings of the document, in the order these are first met."""
    order = list(dict.fromkeys(one["source"] for one in asked))
    gathered = sorted(asked, key=lambda one: order.index(one["source"]))
    return {
        source.partition(": ")[2]: list(group)
        for source, group in groupby(gathered, key=lambda one: one["source"])
    }


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


def _escape_text(value: Any) -> Any:
    """Escape control characters in plain text; what a macro returned is markup already and stays as it is."""
    return escape_controls(value) if type(value) is str else value

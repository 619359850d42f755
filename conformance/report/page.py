"""report.html: the verdict for people who were not there, on one page that needs nothing besides itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from conformance.assertions.member import render_pointer
from conformance.http.evidence import escape_controls
from conformance.report.words import GRADES, WORDS

_TEMPLATE = Path(__file__).with_name("page.html")


def render_page(document: dict[str, Any]) -> str:
    """Return the page of a report's *document*; what the target said stands escaped in it."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_escape_text,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["mark"] = mark_member
    asked = document["requirements"]
    judged = ("MUST", "SHOULD") if document["strict"] else ("MUST",)
    failed = [one for one in asked if one["status"] == "failed"]
    page = environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
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
    )
    return f"{page}\n"


def mark_member(body: str, pointer: str | None) -> Markup:
    """Write a JSON *body* with a line for each member, and the one that *pointer* leads to marked.

    A body that is cut, too deep, or no JSON, is written as it is. Where there is no such member, what was to hold it
    is marked.
    """
    try:
        value = json.loads(body) if pointer else None
        lines = list(_list_lines(value, "", "", ""))
    except (ValueError, RecursionError):
        value = None
    if value is None:
        return escape(escape_controls(body))
    marked = str(pointer)
    while marked and not any(at == marked for at, _ in lines):
        marked = marked.rpartition("/")[0]
    return Markup("\n").join(
        Markup("<mark>{}</mark>").format(text)
        if marked and f"{at}/".startswith(f"{marked}/")
        else escape(text)
        for at, text in lines
    )


def _list_lines(value: Any, at: str, before: str, after: str) -> Iterator[tuple[str, str]]:
    """Yield each line of a JSON value, with the pointer to what stands there; before, after: what is around it."""
    indent = before[: len(before) - len(before.lstrip())]
    if not isinstance(value, dict | list) or not value:
        yield at, escape_controls(f"{before}{json.dumps(value, ensure_ascii=False)}{after}")
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    items = value.items() if isinstance(value, dict) else enumerate(value)
    yield at, f"{before}{opening}"
    for number, (step, item) in enumerate(items, 1):
        name = f"{json.dumps(step, ensure_ascii=False)}: " if isinstance(value, dict) else ""
        comma = "," if number < len(value) else ""
        yield from _list_lines(item, f"{at}{render_pointer((step,))}", f"{indent}  {name}", comma)
    yield at, f"{indent}{closing}{after}"


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


def _escape_text(value: Any) -> Any:
    """Escape control characters in plain text; what a macro returned is markup already and stays as it is."""
    return escape_controls(value) if type(value) is str else value

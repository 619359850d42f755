"""The blocks that a terminal shows: one for each failure, one for each finding of an exploration."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from conformance.http.evidence import Exchange
from conformance.http.foreign_text import shorten_line
from conformance.judge.result import Result
from conformance.report.steps import name_script
from conformance.report.words import (
    INDENT,
    MOST_SENTENCES,
    WORD_WIDTH,
    WORDS,
    quote_sentence,
)
from conformance.suite.requirement import Requirement
from conformance.suite.sentences import quote_sentences

if TYPE_CHECKING:
    from conformance.judge.finding import Finding

_LONGEST_SHOWN = 100


def render_headline(requirement: Requirement, word: str, style: str) -> Text:
    """Return the line that names a requirement, after the word for what became of it."""
    level = "  (SHOULD)" if requirement.level == "SHOULD" else ""
    return Text.assemble((word.ljust(WORD_WIDTH), style), "  ", requirement.id, (level, "dim"))


def render_failure(
    result: Result, has_curl: bool, number: int | None = None, steps: Path | None = None
) -> Iterator[Text]:
    """Yield the lines on a requirement that failed.

    has_curl: whether the command that repeats the request at fault is one of them. number: of that exchange. steps: the
    folder of the scripts, if the run writes reports.
    """
    yield render_headline(result.requirement, *WORDS[result.status])
    about, member = result.subject, result.member_name
    yield from _render_difference(result.requirement, result.expected or "", result.got or "", about, member)
    if result.at_fault:
        yield from _render_exchange(result.at_fault, has_curl, number, has_reports=steps is not None)
    if steps and (script := name_script(result)):
        yield Text(f"{INDENT}repeat    sh {shlex.quote(str(steps / script))}", "dim")


def render_finding(finding: Finding, file: object | None) -> Iterator[Text]:
    """Yield the lines on what exploration has found, with the seed that repeats it and the file it is kept in."""
    yield render_headline(finding.requirement, "FOUND", "bold magenta")
    member = finding.member
    yield from _render_difference(finding.requirement, finding.expected, finding.got, member=member)
    if finding.exchange:
        yield from _render_exchange(finding.exchange, has_curl=True, has_reports=False)
    yield Text(f"{INDENT}seed      {finding.seed}; to repeat it: run TARGET.yaml {finding.repeat_options}")
    if finding.case is None:
        yield Text(f"{INDENT}no single request shows it, so it is not reduced")
    if file:
        yield Text(f"{INDENT}candidate {file}")


def _render_difference(
    asked: Requirement, expected: str, got: str, subject: str | None = None, member: str | None = None
) -> Iterator[Text]:
    yield Text(f"{INDENT}{asked.level} {asked.text} ({asked.source})")
    for one in quote_sentences(asked)[:MOST_SENTENCES]:
        yield Text(f"{INDENT}says      {quote_sentence(one.text, one.url)}")
    if subject:
        yield Text(f"{INDENT}about     {subject}")
    if member:
        yield Text(f"{INDENT}member    {member}")
    yield Text.assemble(f"{INDENT}expected  ", (expected, "green"))
    yield Text.assemble(f"{INDENT}got       ", (got, "red"))


def _render_exchange(
    one: Exchange, has_curl: bool, number: int | None = None, has_reports: bool = True
) -> Iterator[Text]:
    sent = " ".join(filter(None, [one.method, one.url, shorten_line(one.body or "", _LONGEST_SHOWN)]))
    answer = f"{one.status} {shorten_line(one.response_body, _LONGEST_SHOWN)}" if one.status else one.error
    sent = f"{number}: {sent}" if number else sent
    yield Text(f"{INDENT}exchange  {sent} -> {answer}", "dim")
    if has_curl:
        yield Text(f"{INDENT}repeat    {one.shorten_curl(has_reports)}", "dim")

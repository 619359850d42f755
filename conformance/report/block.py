"""The blocks that a terminal shows: one for each failure, one for each finding of an exploration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from conformance.http.evidence import Exchange
from conformance.judge.result import Result
from conformance.report.words import INDENT, WORD_WIDTH, WORDS
from conformance.suite.requirement import Requirement
from conformance.suite.sentences import quote_sentences

if TYPE_CHECKING:
    from conformance.judge.finding import Finding

_LONGEST_SHOWN = 100
_MOST_SENTENCES = 2
_LONGEST_CURL = 1000  # pasted whole or not at all


def render_headline(requirement: Requirement, word: str, style: str) -> Text:
    """Return the line that names a requirement, after the word for what became of it."""
    level = "  (SHOULD)" if requirement.level == "SHOULD" else ""
    return Text.assemble((word.ljust(WORD_WIDTH), style), "  ", requirement.id, (level, "dim"))


def render_failure(result: Result, has_curl: bool, number: int | None = None) -> Iterator[Text]:
    """Yield the lines on a requirement that failed.

    has_curl: whether the command that repeats it is one of them. number: of the exchange at fault.
    """
    yield render_headline(result.requirement, *WORDS[result.status])
    yield from _render_difference(result.requirement, result.expected or "", result.got or "", result.subject)
    if result.at_fault:
        yield from _render_exchange(result.at_fault, has_curl, number)


def render_finding(finding: Finding, file: object | None) -> Iterator[Text]:
    """Yield the lines on what exploration has found, with the seed that repeats it and the file it is kept in."""
    yield render_headline(finding.requirement, "FOUND", "bold magenta")
    yield from _render_difference(finding.requirement, finding.expected, finding.got)
    if finding.exchange:
        yield from _render_exchange(finding.exchange, has_curl=True)
    yield Text(f"{INDENT}seed      {finding.seed}; to repeat it: run TARGET.yaml {finding.repeat_options}")
    if finding.case is None:
        yield Text(f"{INDENT}no single request shows it, so it is not reduced")
    if file:
        yield Text(f"{INDENT}candidate {file}")


def _render_difference(
    asked: Requirement, expected: str, got: str, subject: str | None = None
) -> Iterator[Text]:
    yield Text(f"{INDENT}{asked.level} {asked.text} ({asked.source})")
    for sentence in quote_sentences(asked)[:_MOST_SENTENCES]:
        yield Text(f"{INDENT}says      “{_shorten(sentence.text)}” {sentence.url}")
    if subject:
        yield Text(f"{INDENT}about     {subject}")
    yield Text.assemble(f"{INDENT}expected  ", (expected, "green"))
    yield Text.assemble(f"{INDENT}got       ", (got, "red"))


def _render_exchange(one: Exchange, has_curl: bool, number: int | None = None) -> Iterator[Text]:
    sent = " ".join(filter(None, [one.method, one.url, _shorten(one.body or "")]))
    answer = f"{one.status} {_shorten(one.response_body)}" if one.status else one.error
    sent = f"{number}: {sent}" if number else sent
    yield Text(f"{INDENT}exchange  {sent} -> {answer}", "dim")
    if has_curl:
        curl = one.curl if len(one.curl) <= _LONGEST_CURL else "see the curl line in report.json"
        yield Text(f"{INDENT}repeat    {curl}", "dim")


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}…"

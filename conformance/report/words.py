"""The words for results and verdicts, with their styles on a terminal."""

from __future__ import annotations

import re
from typing import Any

from conformance.http.foreign_text import shorten_line
from conformance.judge.verdict import (
    BUT_FOR_WAIVERS,
    CONFORMANT,
    IN_WHAT_WAS_TESTED,
    NO_VERDICT,
    NOT_CONFORMANT,
)
from openapi.pointer import unescape_step

WORDS = {
    "passed": ("passed", "green"),
    "failed": ("FAILED", "bold red"),
    "not_tested": ("not tested", "yellow"),
    "inconclusive": ("inconclusive", "bold yellow"),
    "waived": ("waived", "yellow"),
    "observed": ("observed", "cyan"),
}
GRADES = {
    CONFORMANT: ("CONFORMANT", "bold green"),
    IN_WHAT_WAS_TESTED: ("CONFORMANT IN WHAT WAS TESTED", "bold yellow"),
    BUT_FOR_WAIVERS: ("CONFORMANT BUT FOR WAIVERS", "bold yellow"),
    NOT_CONFORMANT: ("NOT CONFORMANT", "bold red"),
    NO_VERDICT: ("NO VERDICT", "bold yellow"),
}
MOST_SENTENCES = 2
_LONGEST_SENTENCE = 100
_OPERATION = re.compile(r"#/paths/([^/]+)/(\w+)(?:/.*)?")
WORD_WIDTH = max(len(word) for word, _ in WORDS.values())
INDENT = " " * (WORD_WIDTH + 2)


def spell_status(status: str) -> str:
    """Return the word for a status within a sentence."""
    return WORDS[status][0].lower()


def spell_grade(grade: str) -> str:
    """Return the words for a grade, or for a verdict, within a sentence."""
    return GRADES[grade][0].lower()


def name_heading(source: str) -> str:
    """Return the heading or the page that a *source* names; where it is a place in a contract, the operation there."""
    heading = source.partition(": ")[2] or source
    place = _OPERATION.fullmatch(heading)
    return f"{place[2].upper()} {unescape_step(place[1])}" if place else heading


def quote_sentence(text: str, url: str) -> str:
    """Quote a sentence of the vendor, as much of it as says what it is about, with its page."""
    return f"“{shorten_line(text, _LONGEST_SENTENCE)}” {url}"


def describe_failure(requirement: dict[str, Any]) -> str:
    """Say what a failed *requirement* of a report's document asks, what it is about, and what came instead."""
    sentence = f"{requirement['level']} {requirement['text']} ({requirement['source']})"
    return "; ".join(filter(None, [f"{sentence}: {requirement['reason']}", describe_place(requirement)]))


def describe_place(requirement: dict[str, Any]) -> str:
    """Say what a failed *requirement* of a report's document is about, and which member; empty if neither is known."""
    named = {"about": requirement["subject"], "member": requirement["member"]}
    return ", ".join(f"{word} {text}" for word, text in named.items() if text)

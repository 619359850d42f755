"""The words for results and verdicts, with their styles on a terminal."""

from __future__ import annotations

from conformance.judge.verdict import (
    BUT_FOR_WAIVERS,
    CONFORMANT,
    IN_WHAT_WAS_TESTED,
    NO_VERDICT,
    NOT_CONFORMANT,
)

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
WORD_WIDTH = max(len(word) for word, _ in WORDS.values())
INDENT = " " * (WORD_WIDTH + 2)

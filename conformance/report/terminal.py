"""The verdict for people: a line per requirement, a block per failure, a summary that hides nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from conformance.http.evidence import Exchange
from conformance.judge.result import Result
from conformance.judge.verdict import (
    BUT_FOR_WAIVERS,
    CONFORMANT,
    IN_WHAT_WAS_TESTED,
    NO_VERDICT,
    NOT_CONFORMANT,
    Verdict,
)
from conformance.suite.mode import Mode
from conformance.suite.requirement import Requirement

if TYPE_CHECKING:
    from conformance.judge.exploration import Exploration
    from conformance.judge.finding import Finding

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
_WIDTH = max(len(word) for word, _ in WORDS.values())
_INDENT = " " * (_WIDTH + 2)
_LONGEST_SHOWN = 400
_LONGEST_CURL = 1000  # pasted whole or not at all
# Named again at the end, since the lines above have scrolled away; failures all of them.
_REPEATED_STATUSES = ("failed", "inconclusive", "not_tested", "waived")
_MOST_REPEATED_IDS = 5


class PipeSafeConsole(Console):
    """A console that goes on when whoever read it has gone: the run still writes its files and its exit status."""

    def on_broken_pipe(self) -> None:
        """Print nothing from now on, and do not exit as rich does."""
        with suppress(SystemExit):  # rich also points stdout to nowhere, which we want
            super().on_broken_pipe()


class Terminal:
    """Prints a run as it goes, on a terminal above a line that says how far it is; plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._results = 0
        self._asked_id = "preflight"

    def print_target(self, api: str, base_url: str) -> None:
        """Print what is about to be judged."""
        self._print(Text.assemble((api, "bold"), f" at {base_url}"))
        self._print()

    @contextmanager
    def show_progress(self, requirements: int) -> Iterator[None]:
        """Show how far the run is during a with block, if somebody watches the terminal."""
        if not _is_interactive(self._console):
            yield
            return
        from rich.live import Live

        began = time.monotonic()

        def progress_line() -> Text:
            seconds = time.monotonic() - began
            text = f"{self._results} of {requirements}, {seconds:.0f} s  {self._asked_id}"
            # A line as wide as the terminal would wrap, and rich would leave its first half behind.
            return Text(text[: self._console.width - 1], "dim")

        with Live(
            console=self._console,
            get_renderable=progress_line,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        ):
            yield

    def note_asked(self, requirement: Requirement) -> None:
        """Remember which requirement is being asked, for the progress line."""
        self._asked_id = requirement.id

    def print_result(self, result: Result) -> None:
        """Print what became of one requirement."""
        self._results += 1
        word, style = WORDS[result.status]
        requirement = result.requirement
        line = Text.assemble((word.ljust(_WIDTH), style), "  ", requirement.id)
        if requirement.level == "SHOULD" and result.status != "passed":
            line.append("  (SHOULD)", "dim")
        self._print(line)
        if result.status == "failed":
            self._print_failure(result)
        elif result.reason:
            self._print(Text(_INDENT + result.reason, "dim"))

    def print_summary(self, verdict: Verdict, files: Sequence[object]) -> None:
        """Print the verdict, what is not simply passed, and the files that were written."""
        word, style = GRADES[verdict.grade]
        self._print()
        if verdict.was_interrupted:
            self._print(Text("interrupted: these are the results up to then", "bold yellow"))
        for status in _REPEATED_STATUSES:
            self._print_ids(verdict, status)
        for note in verdict.notes:
            self._print(Text.assemble(("note".ljust(_WIDTH), "bold yellow"), "  ", note))
        for fault in verdict.waiver_faults:
            self._print(Text.assemble(("waiver".ljust(_WIDTH), "bold red"), "  ", fault))
        self._print(
            Text.assemble((word, style), f": {verdict.reason}", (" (partial)" if verdict.is_partial else ""))
        )
        if verdict.waiver_faults and verdict.verdict == CONFORMANT:
            self._print("exit status 1, as waivers have to be put in order")
        self._print(
            f"{_count_musts(verdict)}; of {len(verdict.results)} requirements {_count_statuses(verdict)}"
        )
        self._print(f"{verdict.requests} requests in {verdict.seconds:.1f} s{_describe_exam(verdict)}")
        if verdict.is_partial:
            self._print(
                "only some of the requirements were asked; for a verdict on the whole API run without --only"
                f"{_mode_hint(verdict)}"
            )
        if files:
            self._print(f"written: {', '.join(str(file) for file in files)}")

    def print_changes(self, lines: Sequence[str]) -> None:
        """Print what changed since an earlier report."""
        self._print()
        self._print(Text("since the earlier report", "bold"))
        self.print_lines(lines)

    def print_lines(self, lines: Sequence[str]) -> None:
        """Print each line as it is."""
        for line in lines:
            self._print(line)

    def print_finding(self, finding: Finding, file: object | None) -> None:
        """Print what exploration has found, with the seed that repeats it and the file it is kept in."""
        asked = finding.requirement
        level = "  (SHOULD)" if asked.level == "SHOULD" else ""
        self._print()
        self._print(Text.assemble(("FOUND".ljust(_WIDTH), "bold magenta"), "  ", asked.id, (level, "dim")))
        self._print(f"{_INDENT}{asked.level} {asked.text} ({asked.source})")
        self._print(Text.assemble(f"{_INDENT}expected  ", (finding.expected, "green")))
        self._print(Text.assemble(f"{_INDENT}got       ", (finding.got, "red")))
        for line in _render_exchange(finding.exchange) if finding.exchange else ():
            self._print(Text(_INDENT + line, "dim"))
        self._print(
            f"{_INDENT}seed      {finding.seed}; to repeat it: run TARGET.yaml {finding.repeat_options}"
        )
        if finding.case is None:
            self._print(f"{_INDENT}no single request shows it, so it is not reduced")
        if file:
            self._print(f"{_INDENT}candidate {file}")

    def print_exploration(self, exploration: Exploration) -> None:
        """Print how much was explored."""
        found = len(exploration.findings)
        self._print()
        self._print(
            f"explored {exploration.exam_count} exams with {exploration.request_count} requests: "
            f"{found} {'finding' if found == 1 else 'findings'}, not part of the verdict"
            f"{f'; ended early: {exploration.stopped}' if exploration.stopped else ''}"
        )

    def _print_ids(self, verdict: Verdict, status: str) -> None:
        word, style = WORDS[status]
        ids = verdict.ids(status)
        if 0 < len(ids) < len(verdict.results):
            shown = ids if status == "failed" else ids[:_MOST_REPEATED_IDS]
            more = f" and {len(ids) - len(shown)} more" if len(ids) > len(shown) else ""
            self._print(Text.assemble((word.ljust(_WIDTH), style), "  ", ", ".join(shown), more))

    def _print_failure(self, result: Result) -> None:
        requirement = result.requirement
        self._print(f"{_INDENT}{requirement.level} {requirement.text} ({requirement.source})")
        self._print(Text.assemble(f"{_INDENT}expected  ", (result.expected or "", "green")))
        self._print(Text.assemble(f"{_INDENT}got       ", (result.got or "", "red")))
        if result.at_fault:
            for line in _render_exchange(result.at_fault):
                self._print(Text(_INDENT + line, "dim"))
        self._print()

    def _print(self, text: Text | str = "") -> None:
        # What the target said is no markup and names no emoji; a curl line broken into lines cannot be copied.
        self._console.print(text, soft_wrap=True, markup=False, highlight=False, emoji=False)


def _is_interactive(console: Console) -> bool:
    """Tell whether somebody watches; a CI system may have a terminal, and keeps all that is written to it."""
    return (
        console.is_terminal
        and console.file.isatty()
        and not console.is_dumb_terminal
        and "CI" not in os.environ
    )


def _render_exchange(exchange: Exchange) -> list[str]:
    answer = f"{exchange.status} {_shorten(exchange.response_body)}" if exchange.status else exchange.error
    return [
        f"sent      {exchange.method} {exchange.url}",
        *([f"          {_shorten(exchange.body)}"] if exchange.body else []),
        f"answered  {answer}",
        f"repeat    {exchange.curl if len(exchange.curl) <= _LONGEST_CURL else 'see the curl line in report.json'}",
    ]


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN]}…"


def _mode_hint(verdict: Verdict) -> str:
    return "" if verdict.mode is Mode.FULL else f" and --mode {verdict.mode}"


def _count_musts(verdict: Verdict) -> str:
    return f"{verdict.musts_tested} of {verdict.musts} MUSTs tested"


def _count_statuses(verdict: Verdict) -> str:
    parts = []
    for status, (word, _) in WORDS.items():
        number = verdict.counts[status]
        if not number:
            continue
        shoulds = len(verdict.ids(status, "SHOULD"))
        detail = f" ({shoulds} of them SHOULD)" if shoulds else ""
        parts.append(f"{number} {word.lower()}{detail}")
    return ", ".join(parts)


def _describe_exam(verdict: Verdict) -> str:
    exam = verdict.case_set
    if exam is None:
        return ""
    accepted = "" if verdict.cases_accepted is None else f", {verdict.cases_accepted} accepted"
    return f"; {len(exam.cases)} generated requests, {exam.count('negative')} of them invalid on purpose{accepted}"

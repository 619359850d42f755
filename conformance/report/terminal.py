"""The verdict for people: how far the run is, a block per failure, a summary that hides nothing."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from conformance.http.evidence import STEPS
from conformance.judge.choices import list_taken, summarize_choices
from conformance.judge.result import Result
from conformance.judge.verdict import CONFORMANT, Verdict, deciding_levels
from conformance.report.block import render_failure, render_finding, render_headline
from conformance.report.words import GRADES, INDENT, WORD_WIDTH, WORDS
from conformance.suite.choice import merge_observed
from conformance.suite.mode import Mode
from conformance.suite.requirement import LEVELS, Requirement
from openapi.wording import count_things

if TYPE_CHECKING:
    from conformance.judge.exploration import Exploration
    from conformance.judge.finding import Finding
    from conformance.target.profile import AnyTarget

# What stands for a result where nobody watches a line that changes, but somebody may wait for the next character.
_SIGNS = {
    "passed": ".",
    "observed": ".",
    "failed": "F",
    "inconclusive": "?",
    "not_tested": "-",
    "waived": "w",
}
_SIGNS_A_LINE = 72
_MOST_BLOCKS = 20
_MOST_NAMED = 5
_MOST_LACKING = 8


class Detail(Enum):
    """How much is printed: the verdict alone, failures as well, or a line for every requirement as well."""

    QUIET = "quiet"
    NORMAL = "normal"
    VERBOSE = "verbose"


class PipeSafeConsole(Console):
    """A console that goes on when whoever read it has gone: the run still writes its files and its exit status."""

    def on_broken_pipe(self) -> None:
        """Print nothing from now on, and do not exit as rich does."""
        with suppress(SystemExit):  # rich also points stdout to nowhere, which we want
            super().on_broken_pipe()


class Terminal:
    """Prints a run. is_folded: for GitHub Actions, where lines that few read are folded away."""

    def __init__(self, console: Console, detail: Detail = Detail.NORMAL, is_folded: bool = False) -> None:
        self._console = console
        self._detail = detail
        self._is_folded = is_folded
        self._is_watched = _is_interactive(console)
        self._results = 0
        self._failures = 0
        self._asked_id = "preflight"

    @property
    def _has_lines(self) -> bool:
        """Whether every requirement has a line."""
        return self._detail is Detail.VERBOSE or (self._is_folded and self._detail is Detail.NORMAL)

    def print_target(self, target: AnyTarget) -> None:
        """Print what is about to be judged."""
        if self._detail is not Detail.QUIET:
            name = f" {target.name}" if target.name else ""
            self._print(Text.assemble((target.api, "bold"), f"{name} at {target.base_url}"))
            self._print()

    @contextmanager
    def show_progress(self, requirements: int) -> Iterator[None]:
        """Show how far the run is during a with block."""
        if self._detail is Detail.QUIET:
            yield
        elif self._is_watched:
            with self._show_live_line(requirements):
                yield
        elif self._is_folded:
            self._print("::group::every requirement")
            try:
                yield
            finally:
                self._print("::endgroup::")
        else:
            yield
            if self._results and not self._has_lines:
                self._print()
                self._print()

    @contextmanager
    def _show_live_line(self, requirements: int) -> Iterator[None]:
        from rich.live import Live

        began = time.monotonic()

        def progress_line() -> Text:
            seconds = time.monotonic() - began
            failed = f", {self._failures} failed" if self._failures else ""
            text = f"{self._results} of {requirements}, {seconds:.0f} s{failed}  {self._asked_id}"
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
        """Print what became of one requirement, if each has a line, or a sign of it."""
        if not result.was_asked:
            return  # the verdict says it of all of them
        self._results += 1
        self._failures += result.status == "failed"
        if self._has_lines:
            self._print(render_headline(result.requirement, *WORDS[result.status]))
            if result.reason:
                self._print(Text(INDENT + result.reason, "dim"))
        elif self._detail is Detail.NORMAL and not self._is_watched:
            end = "\n" if self._results % _SIGNS_A_LINE == 0 else ""
            self._console.print(_SIGNS[result.status], end=end, highlight=False)

    def print_summary(self, verdict: Verdict, files: Sequence[Path]) -> None:
        """Print what failed, what else is not simply passed, the verdict, and the files that were written."""
        if self._detail is not Detail.QUIET:
            self._print_failures(verdict, next((file for file in files if file.name == STEPS), None))
            self._print_reasons(verdict, "inconclusive", deciding_levels(verdict.is_strict))
            self._print_reasons(verdict, "waived")
            if left_out := verdict.ids("not_tested"):
                self._print_ids("not_tested", left_out)
                self._print_lacking(verdict)
            for note in verdict.notes:
                self._print(Text.assemble(("note".ljust(WORD_WIDTH), "bold yellow"), "  ", note))
        if verdict.was_interrupted:
            self._print(Text("interrupted: these are the results up to then", "bold yellow"))
        for fault in verdict.waiver_faults:
            self._print(Text.assemble(("waiver".ljust(WORD_WIDTH), "bold red"), "  ", fault))
        word, style = GRADES[verdict.grade]
        self._print(
            Text.assemble((word, style), f": {verdict.reason}", (" (partial)" if verdict.is_partial else ""))
        )
        if verdict.waiver_faults and verdict.verdict == CONFORMANT:
            self._print("exit status 1, as waivers have to be put in order")
        if self._detail is not Detail.QUIET:
            self._print_numbers(verdict)
            self._print_choices(verdict)
            self._print_where(verdict, files)

    def print_changes(self, lines: Sequence[str]) -> None:
        """Print what changed since an earlier report."""
        self._print()
        self._print(Text("since the earlier report", "bold"))
        self.print_lines(lines)

    def print_lines(self, lines: Sequence[Text | str]) -> None:
        """Print each line as it is."""
        for line in lines:
            self._print(line)

    def print_finding(self, finding: Finding, file: object | None) -> None:
        """Print what exploration has found."""
        self._print()
        for line in render_finding(finding, file):
            self._print(line)

    def print_exploration(self, exploration: Exploration) -> None:
        """Print how much was explored."""
        found = len(exploration.findings)
        self._print()
        number = exploration.exam_count
        exams = {0: "a part of one exam", 1: "1 exam"}.get(number, f"{number} exams")
        self._print(
            f"explored {exams} with {count_things(exploration.request_count, 'request')}: "
            f"{found} {'finding' if found == 1 else 'findings'}, not part of the verdict"
            f"{f'; ended early: {exploration.stopped}' if exploration.stopped else ''}"
        )

    def _print_failures(self, verdict: Verdict, steps: Path | None) -> None:
        levels = deciding_levels(verdict.is_strict)
        failed = [one for one in verdict.results if one.status == "failed"]
        failed.sort(key=lambda one: one.requirement.level not in levels)
        is_verbose = self._detail is Detail.VERBOSE
        shown = failed if is_verbose else failed[:_MOST_BLOCKS]
        for result in shown:
            number = verdict.number_of(result.at_fault) if result.at_fault else None
            for line in render_failure(result, is_verbose, number, steps):
                self._print(line)
            self._print()
        if more := [one.requirement.id for one in failed[len(shown) :]]:
            word, style = WORDS["failed"]
            also = f"{', '.join(more)}; --verbose shows {'it' if len(more) == 1 else 'them'}"
            self._print(Text.assemble((word.ljust(WORD_WIDTH), style), f"  also {also}"))

    def _print_reasons(self, verdict: Verdict, status: str, levels: Sequence[str] = LEVELS) -> None:
        """Print why requirements of those *levels* came to a status: each reason once, and whom it is told of."""
        ids: dict[str, list[str]] = {}
        for one in verdict.results:
            if one.status == status and one.was_asked and one.requirement.level in levels:
                reason = verdict.ended_by if verdict.was_left_open_by_end(one) else one.reason
                ids.setdefault(reason or "", []).append(one.requirement.id)
        for reason in list(ids)[:_MOST_NAMED]:
            self._print_ids(status, ids[reason])
            self._print(Text(INDENT + reason, "dim"))
        if more := [id_ for reason in list(ids)[_MOST_NAMED:] for id_ in ids[reason]]:
            self._print_ids(status, more)

    def _print_ids(self, status: str, ids: Sequence[str]) -> None:
        word, style = WORDS[status]
        more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
        self._print(Text.assemble((word.ljust(WORD_WIDTH), style), "  ", ", ".join(ids[:_MOST_NAMED]), more))

    def _print_lacking(self, verdict: Verdict) -> None:
        """Print which keys the profile lacks, and how many requirements are not tested for want of each."""
        lacking = Counter(
            " or ".join(one.needs) for one in verdict.results if one.status == "not_tested" and one.needs
        )
        if lacking:
            keys = ", ".join(f"{key} ({number})" for key, number in lacking.most_common(_MOST_LACKING))
            more = f" and {len(lacking) - _MOST_LACKING} more" if len(lacking) > _MOST_LACKING else ""
            self._print(Text(f"{INDENT}the profile lacks {keys}{more}", "dim"))

    def _print_choices(self, verdict: Verdict) -> None:
        """Print how the target chose where the document is silent, if that was asked."""
        observed = merge_observed(one.observed for one in verdict.results)
        taken = [one for one in list_taken(verdict.api, observed) if one.choice.id in observed]
        for line in summarize_choices(taken, _MOST_NAMED):
            self._print(line)

    def _print_numbers(self, verdict: Verdict) -> None:
        self._print(
            f"{verdict.musts_tested} of {verdict.musts} MUSTs tested; "
            f"of {len(verdict.results)} requirements {_count_statuses(verdict)}"
        )
        requests = count_things(verdict.requests, "request")
        self._print(f"{requests} in {verdict.seconds:.1f} s{_describe_exam(verdict)}")

    def _print_where(self, verdict: Verdict, files: Sequence[Path]) -> None:
        if verdict.is_partial:
            self._print(
                "only some of the requirements were asked; for a verdict on the whole API run without "
                f"{_partial_options(verdict)}"
                if not verdict.left_out
                else "only some of the contract was asked, as the note says"
            )
        if files:
            self._print(f"written: {', '.join(str(file) for file in files)}")
        elif verdict.ids("failed"):
            self._print("--report-dir keeps the evidence, with a curl line that repeats each request")

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


def _partial_options(verdict: Verdict) -> str:
    mode = "" if verdict.mode is Mode.FULL else f" and --mode {verdict.mode}"
    return f"--only, --except{mode}" if mode else "--only and --except"


def _count_statuses(verdict: Verdict) -> str:
    parts = []
    for status, (word, _) in WORDS.items():
        found = [one for one in verdict.results if one.status == status and one.was_asked]
        if not found:
            continue
        shoulds = sum(one.requirement.level == "SHOULD" for one in found)
        detail = f" ({shoulds} of them SHOULD)" if shoulds else ""
        parts.append(f"{len(found)} {word.lower()}{detail}")
    if left := sum(not one.was_asked for one in verdict.results):
        parts.append(f"{left} not asked")
    return ", ".join(parts)


def _describe_exam(verdict: Verdict) -> str:
    exam = verdict.case_set
    if exam is None:
        return ""
    # A stopped run may not have sent all of them.
    accepted = (
        ", as far as the run went"
        if verdict.cases_accepted is None
        else f", {verdict.cases_accepted} accepted"
    )
    return f"; {len(exam.cases)} generated requests, {exam.count('negative')} of them invalid on purpose{accepted}"

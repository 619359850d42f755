"""steps/: for each finding a shell script that sends the requests of its evidence again, in their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from conformance.http.evidence import STEPS, Exchange
from conformance.http.foreign_text import to_one_line
from conformance.judge.result import Result
from conformance.judge.verdict import Verdict

_MARK = "# Run it where the judge was run: relative paths count from there."  # tells our scripts from others
_BODY = re.compile(r"[0-9a-f]{12}\.body|request-[0-9]+\.answer")
_MOST_ANSWERS = 20
_FINDINGS = ("failed", "waived")
_MOST_STEPS = 30
_MOST_OF_ANSWERS = 8  # of what is judged answer by answer


def render_steps(verdict: Verdict) -> dict[str, Callable[[], bytes]]:
    """Return the files of the folder by their names: scripts, and the bodies that are too large to stand in one.

    Each is rendered when it is called, for all bodies together may be larger than the memory.
    """
    files: dict[str, Callable[[], bytes]] = {}
    for result in verdict.results:
        if name := name_script(result):
            steps = _list_steps(result)
            files[name] = partial(_render_script, verdict, result, steps)
            files.update({one.kept_body: partial(getattr, one, "content") for one in steps if one.kept_body})
    names = name_kept_answers(verdict)
    kept = [one for one in verdict.exchanges if id(one) in names]
    return files | {names[id(one)]: partial(getattr, one, "whole_answer") for one in kept}


def name_script(result: Result) -> str | None:
    """Return the name of the script of a finding; None if there is none, since nothing failed or nothing was sent."""
    has_script = result.status in _FINDINGS and result.evidence
    return re.sub(r"[^\w.-]", "_", result.requirement.name) + ".sh" if has_script else None


def name_kept_answers(verdict: Verdict) -> dict[int, str]:
    """Map the identities of exchanges to the names of the files that keep their answers whole.

    It is those that findings blame, and of which the reports show only the beginning; not all of very many.
    """
    blamed = [one.at_fault for one in verdict.results if one.status in _FINDINGS]
    cut = dict.fromkeys(one for one in blamed if one and one.has_cut_answer)
    numbers = {id(one): verdict.number_of(one) for one in list(cut)[:_MOST_ANSWERS]}
    return {key: f"request-{number}.answer" for key, number in numbers.items() if number}


def list_written_steps(folder: Path) -> list[Path]:
    """Return the files in *folder* that a run has written; somebody may keep scripts of their own there.

    None of a link to a folder: what is elsewhere is nobody's to remove.
    """
    if folder.is_symlink():
        return []
    files = [
        file for file in folder.glob("*.*") if file.is_file()
    ]  # and no pipe, which would be read for ever
    return [
        one for one in files if _BODY.fullmatch(one.name) or (one.suffix == ".sh" and _is_our_script(one))
    ]


def _is_our_script(file: Path) -> bool:
    try:
        return _MARK.encode() in file.read_bytes().splitlines()
    except OSError:
        return False


def _list_steps(result: Result) -> list[Exchange]:
    """Return what was sent until the exchange at fault, in the order of time; the last of it, if it is a lot."""
    sent = sorted(result.distinct_evidence, key=lambda one: one.started_at)
    if result.at_fault:
        sent = [one for one in sent if one.started_at <= result.at_fault.started_at]
    return sent[-(_MOST_OF_ANSWERS if result.requirement.looks_back else _MOST_STEPS) :]


def _render_script(verdict: Verdict, result: Result, steps: Sequence[Exchange]) -> bytes:
    return "".join(f"{line}\n" for line in _list_lines(verdict, result, steps)).encode()


def _list_lines(verdict: Verdict, result: Result, steps: Sequence[Exchange]) -> Iterator[str]:
    requirement = result.requirement
    yield "#!/bin/sh"
    # One line each, whatever a contract or a target says: what comes after a line break would be a command.
    asked = f"{requirement.id}: {requirement.level} {requirement.text} ({requirement.source})"
    yield f"# {to_one_line(asked)}"
    yield f"# {to_one_line(str(result.reason))}"
    yield _MARK
    lines = [one.curl for one in steps]
    if any(one.kept_body for one in steps):
        yield 'here=$(dirname "$0")'
    yield from _render_variables(verdict, "\n".join(lines))
    for number, (one, line) in enumerate(zip(steps, lines, strict=True), 1):
        answer = f"was answered {one.status}" if one.status else f"got no answer: {one.error}"
        fault = "; this one is at fault" if one is result.at_fault else ""
        yield ""
        yield f"# {number} of {len(steps)}: {to_one_line(answer)}{fault}"
        yield line.replace(f"@{STEPS}/", '@"$here"/')
        yield "echo"


def _render_variables(verdict: Verdict, lines: str) -> Iterator[str]:
    """Yield a line for each variable that *lines* name: how its credential is got, or what it has to be."""
    for name in dict.fromkeys(re.findall(r"\$\{(\w+)\}", lines)):
        if name in verdict.credential_commands:
            yield f'export {name}="$({verdict.credential_commands[name]})"'
        hint = re.sub(r"[\"$`\\}]", "", verdict.credential_hints.get(name, "a credential"))
        yield f': "${{{name}:?is not set; export it: {hint}}}"'

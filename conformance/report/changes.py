"""What changed between two report.json files, by the ids of their requirements and nothing volatile."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, Field, ValidationError

from conformance.http.foreign_text import escape_controls
from conformance.report.words import spell_grade, spell_status
from conformance.suite.choice import NOT_TOLD, OTHER, ObservedChoice, merge_observed
from conformance.suite.mode import Mode
from openapi.wording import reword_message

# In the order of severity: what moves to the right got worse.
VerdictName = Literal["conformant", "no_verdict", "not_conformant"]
StatusName = Literal["passed", "observed", "waived", "not_tested", "inconclusive", "failed"]
_SAME_RANK = {"observed": "passed"}  # neither is better than the other
_WIDTH = len("newly passed")


class BadReport(ValueError):
    """A file is no report that can be compared; the message says why and what to do."""


class ReportedRequirement(BaseModel):
    """What is read of one requirement in a report. observed: which alternative of its choice it saw, if it sees one."""

    id: str
    level: str
    text: str = ""
    source: str = ""
    status: StatusName
    reason: str | None = None
    observed: ObservedChoice | None = None
    asked: bool = True


class ReportedTarget(BaseModel):
    """What is read of the target of a report. profile: its file, which reports did not name at first."""

    base_url: str = ""
    name: str | None = None
    version: str | None = None
    profile: str | None = None


class ReportedSuite(BaseModel):
    """What is read of the judge that wrote a report. document_sha256: of what it judges by."""

    version: str | None = None
    document_sha256: str | None = None


class Report(BaseModel):
    """What is read of a report."""

    version: Literal[1] = Field(alias="schema")
    api: str
    verdict: VerdictName
    grade: str | None = None
    partial: bool
    strict: bool = False
    requirements: list[ReportedRequirement]
    target: ReportedTarget = ReportedTarget()
    seed: int = 0
    mode: Mode = Mode.FULL
    reason: str = ""
    started: str | None = None
    suite: ReportedSuite = ReportedSuite()

    @property
    def shortfalls(self) -> list[str]:
        """Why the run may have told less than it could; none if it asked all of it and came to a verdict."""
        unasked = next((one.reason for one in self.requirements if not one.asked), None)
        is_without = not unasked and self.verdict == "no_verdict"
        found = [
            f"--mode {self.mode}" if self.mode is not Mode.FULL else None,
            unasked or (f"no verdict, {self.reason}" if is_without else None),
        ]
        part = ["only some of the requirements were asked"] if self.partial else []
        return [one for one in found if one] or part

    @property
    def observed(self) -> dict[str, ObservedChoice]:
        """What was seen of each choice, by its id."""
        return merge_observed(one.observed for one in self.requirements)


@dataclass(frozen=True)
class Change:
    """One thing that changed, and whether it is for the worse.

    title: the kind of change. subject: the id of what changed; empty for the verdict. level: behind it, if that is not
    MUST.
    """

    title: str
    text: str
    is_worse: bool
    subject: str = ""
    level: str = ""

    @property
    def line(self) -> str:
        """The whole in one line."""
        subject = f"{self.subject}{self.level}: " if self.subject else ""
        return escape_controls(f"{self.title:{_WIDTH}}  {subject}{self.text}")


@dataclass(frozen=True)
class Comparison:
    """What changed since the report *old*."""

    old: Report
    changes: Sequence[Change]

    @property
    def lines(self) -> list[str]:
        """A line for each change; one line if there is none."""
        return describe_changes(self.changes)


def locate_report(path: Path) -> Path:
    """Return the report.json that *path* is, or that lies in the folder that it is."""
    return path / "report.json" if path.is_dir() else path


def read_report(path: Path, api: str | None = None) -> Report:
    """Read a report.json, or the one of a folder, which is to be of *api* if that is given.

    Raises BadReport if it cannot be read or is of another API.
    """
    file = locate_report(path)
    try:
        report = Report.model_validate_json(file.read_bytes())
    except OSError as error:
        raise BadReport(f"{file}: cannot be read: {error.strerror}; name a report.json") from None
    except ValidationError as error:
        first = error.errors()[0]
        at = ".".join(map(str, first["loc"]))
        what = f"{at}: {reword_message(first['msg'])}" if at else reword_message(first["msg"])
        raise BadReport(f"{file}: is not a report.json: {what}") from None
    if api not in (None, report.api):
        on = escape_controls(report.api)
        raise BadReport(f"{file}: is a report on {on}, not on {api}; compare reports on one API")
    return report


def find_requirement(report: Report, id_: str, file: Path) -> ReportedRequirement:
    """Return the requirement of that id in the report of *file*; the API's prefix may be left out.

    Raises BadReport if there is none.
    """
    found = {one.id: one for one in report.requirements}
    for known in (id_, f"{report.api}/{id_}"):
        if known in found:
            return found[known]
    near = difflib.get_close_matches(id_, found, n=1)
    hint = f"did you mean {escape_controls(near[0])}?" if near else "it asked others"
    raise BadReport(f"{file}: has no requirement {id_}; {hint}")


def compare_reports(old: Report, new: Report) -> list[Change]:
    """List what changed from *old* to *new*: the verdict, then requirements, in the order of *new*, then choices.

    If one of them is partial, only what both asked is compared.
    """
    before = {one.id: one for one in old.requirements}
    after = {one.id: one for one in new.requirements}
    changes = [_compare_requirement(before[id_], one) for id_, one in after.items() if id_ in before]
    found = [change for change in changes if change]
    choices = list(_compare_choices(old, new))
    if old.partial or new.partial:
        return found + choices
    found += [_describe_new(one) for id_, one in after.items() if id_ not in before]
    found += [
        _make_change("gone", one, f"was {spell_status(one.status)}")
        for id_, one in before.items()
        if id_ not in after
    ]
    return [*_compare_verdicts(old, new), *found, *choices]


def describe_changes(changes: Sequence[Change]) -> list[str]:
    """Return a line for each change; one line if there is none."""
    return [change.line for change in changes] or ["nothing changed"]


def _compare_verdicts(old: Report, new: Report) -> Iterator[Change]:
    if old.verdict != new.verdict:
        order = get_args(VerdictName)
        is_worse = order.index(new.verdict) > order.index(old.verdict)
        yield Change("verdict", f"{spell_grade(old.verdict)} -> {spell_grade(new.verdict)}", is_worse)


def _compare_requirement(old: ReportedRequirement, new: ReportedRequirement) -> Change | None:
    if old.status == new.status:
        return None
    titles = {"failed": "newly failed", "passed": "newly passed"}
    return _make_change(
        titles.get(new.status, "changed"),
        new,
        f"{spell_status(old.status)} -> {spell_status(new.status)}{_describe_reason(new)}",
        is_worse=rank_status(new.status) > rank_status(old.status),
    )


def _compare_choices(old: Report, new: Report) -> Iterator[Change]:
    """Yield the choices that both reports asked about and that came out otherwise, which is never for the worse."""
    # What could not be asked this time is told of its requirement.
    before, after = (
        merge_observed(one.observed for one in report.requirements if one.status == "observed")
        for report in (old, new)
    )
    if after and not old.observed:
        yield Change("choice", "the earlier report tells nothing of choices", is_worse=False)
    for id_, now in after.items():
        if id_ in before and _is_other_choice(before[id_], now):
            text = f"{_show_choice(before[id_])} -> {_show_choice(now)}"
            yield Change("choice", text, is_worse=False, subject=f"{new.api}/{id_}")


def _is_other_choice(old: ObservedChoice, new: ObservedChoice) -> bool:
    if old.alternative != new.alternative:
        return True
    # Not the detail: times and ids in it differ from run to run. Earlier reports have no name for what is unlisted.
    return None not in (old.unlisted, new.unlisted) and old.unlisted != new.unlisted


def _show_choice(one: ObservedChoice) -> str:
    said = (one.unlisted, one.detail) if one.alternative in (OTHER, None) else ()
    detail = ": ".join(" ".join(text.split()) for text in said if text)
    return f"{one.alternative or NOT_TOLD}{detail and f' ({detail})'}"


def _describe_new(one: ReportedRequirement) -> Change:
    text = f"{spell_status(one.status)}{_describe_reason(one)}"
    return _make_change("new", one, text, is_worse=one.status == "failed")


def rank_status(status: str) -> int:
    """Return a number that is the higher, the worse a status is."""
    return get_args(StatusName).index(_SAME_RANK.get(status, status))


def _make_change(title: str, one: ReportedRequirement, text: str, *, is_worse: bool = False) -> Change:
    return Change(title, text, is_worse, one.id, "" if one.level == "MUST" else f" ({one.level})")


def _describe_reason(one: ReportedRequirement) -> str:
    return f": {' '.join(one.reason.split())}" if one.reason and one.status != "passed" else ""

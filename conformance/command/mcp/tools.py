"""The tools that ``conformance mcp`` offers: each calls what the command of the like name calls.

They are plain functions, since judging waits: the server calls each in a thread of its own, and goes on meanwhile. What
they import takes a second, which its start need not wait for.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError

from conformance.command.mcp import answers as a
from conformance.command.mcp import arguments as given
from conformance.command.mcp import reports
from conformance.command.mcp.errors import report_tool_errors

if TYPE_CHECKING:
    from conformance.command.mcp.cancelling import Cancelling
    from conformance.judge.verdict import Verdict
    from conformance.suite.requirement import Requirement
    from conformance.target.profile import AnyTarget

_MOST_EXPLAINED = 10
_MOST_FAILED = 30
_BUDGET_S = 300
_ASK_AGAIN_S = 0.2
# Never in the path of a file; what an error would say of a path may hold a credential if it is none.
_NOT_IN_PATHS = re.compile(r"\n|\0|: |^\s*\{")


class JudgeTools:
    """The tools, and the reports of the runs."""

    def __init__(self) -> None:
        self._reports = reports.Reports()
        self._one_at_a_time = threading.Lock()
        self._end_all = threading.Event()

    def list_requirements(
        self,
        api: given.ApiName = None,
        spec: given.SpecFile = None,
        level: given.Levels = None,
        search: given.SearchWord = None,
        offset: given.Offset = 0,
        limit: given.Limit = 100,
    ) -> a.Requirements:
        """List what is asked of a server that claims to implement an API: of one, of all, or of an OpenAPI file."""
        with report_tool_errors():
            found = [one for one in _collect_requirements(api, spec) if level is None or one.level in level]
        if search is not None:
            word = search.lower()
            found = [one for one in found if word in f"{one.id} {one.text} {one.source}".lower()]
        kept = found[offset : offset + limit]
        return {
            "requirements": [_render_requirement(one) for one in kept],
            "left_out": max(0, len(found) - offset - len(kept)),
        }

    def explain_requirement(self, id: given.RequirementGlob, spec: given.SpecFile = None) -> a.Explanations:
        """Say what a requirement asks, what it rests on, what it needs of a profile, if it writes, and what proves it.

        Of an OpenAPI file of one's own, what it asks and where that stands.
        """
        from conformance.suite.requirement import select_requirements

        with report_tool_errors():
            asked = select_requirements(_collect_requirements(None, spec), [id], asked="")
            if len(asked) > _MOST_EXPLAINED:
                raise ToolError(
                    f"{id}: matches {len(asked)} requirements, and {_MOST_EXPLAINED} are explained at once; narrow it"
                )
            return {"requirements": _explain_statements(asked) if spec else _explain_facts(asked)}

    def make_profile(self, api: given.ApiName = None, spec: given.SpecFile = None) -> a.ProfileTemplate:
        """Make a target profile to fill in, with comments: for a built-in API, or for an OpenAPI file of one's own."""
        from conformance.contract.profile import render_template
        from conformance.judge.suites import profile_template

        with report_tool_errors():
            if spec is not None and api is None:
                return {"profile": render_template(Path(spec))}
            if api is not None and spec is None:
                return {"profile": profile_template(api)}
        raise ToolError("make_profile takes either an api or a spec; name one of them")

    def check_target(self, profile: given.Profile, mode: given.Mode) -> a.CheckedTarget:
        """Check with one request that a target can be judged, and say what a run would write; it judges nothing."""
        from conformance.judge.session import CannotRun, TargetSession
        from conformance.judge.suites import suite_of
        from conformance.suite.mode import parse_mode

        with report_tool_errors():
            suite = suite_of(_read_profile(profile))
            with TargetSession(suite, mode=parse_mode(mode)) as session:
                if trouble := session.preflight():
                    raise CannotRun(trouble)
                return {
                    "api": suite.target.api,
                    "base_url": suite.target.base_url,
                    "found": session.describe_preflight(),
                    "gaps": [session.client.redaction.show(gap) for gap in session.driver.list_gaps()],
                    "writes": suite.what_a_run_writes,
                }

    def judge_target(
        self,
        profile: given.Profile,
        mode: given.Mode,
        context: Context[Any, Any],
        only: given.Only = None,
        leave_out: given.LeaveOut = None,
        include: given.Operations = None,
        exclude: given.OtherOperations = None,
        strict: given.IsStrict = False,
        seed: given.Seed = 0,
        budget_s: given.Budget = None,
        wait_s: given.WaitTime = 0,
        report_dir: given.ReportFolder = None,
    ) -> a.Judgement:
        """Judge a server: ask all requirements, or some, and conclude; up to 400 requests, some seconds to minutes.

        Tells its progress. A run that is cancelled stops asking, and puts back what it changed.
        """
        from conformance.command.mcp.cancelling import Cancelling
        from conformance.command.mcp.progress import Progress
        from conformance.judge.session import judge_target
        from conformance.judge.suites import narrow_target
        from conformance.report.document import build_document
        from conformance.suite.mode import parse_mode

        with report_tool_errors():
            target = narrow_target(_read_profile(profile), include or (), exclude or ())
            total = _count_asked(target, only or (), leave_out or ())
            folder = _prepare_folder(report_dir)
            cancelling = Cancelling(self._end_all)
            progress = Progress(partial(cancelling.tell_agent, context.report_progress), total)
            with self._run_alone(cancelling):
                verdict = judge_target(
                    target,
                    only=only or (),
                    leave_out=leave_out or (),
                    strict=strict,
                    seed=seed,
                    budget_s=budget_s or target.patience.budget_s or _BUDGET_S,
                    wait_s=wait_s,
                    mode=parse_mode(mode),
                    on_result=progress.note_result,
                    on_start=lambda _: cancelling.end_if_cancelled(),
                    make_connection=cancelling.make_connection,
                )
                verdict.profile = profile if _is_path(profile) else None
                document = build_document(verdict)
                run = self._reports.keep_report(document, folder)
        return _summarize_run(run, document, _write_reports(verdict, folder, document))

    @contextmanager
    def _run_alone(self, cancelling: Cancelling) -> Iterator[None]:
        """Wait for the end of other runs, which would disturb this one on a target that both judge."""
        has_turn = False
        try:
            while not has_turn:
                cancelling.end_if_cancelled()
                has_turn = self._one_at_a_time.acquire(timeout=_ASK_AGAIN_S)
            yield
        except KeyboardInterrupt:  # before the run, or behind it: within, it ends in a verdict
            raise ToolError("the run was cancelled") from None
        finally:
            if has_turn:
                self._one_at_a_time.release()

    def list_findings(
        self,
        status: given.Statuses = ["failed"],  # noqa: B006 - nobody changes it
        offset: given.Offset = 0,
        limit: given.Limit = 50,
        run: given.Run = None,
        report: given.ReportFile = None,
    ) -> a.Findings:
        """List what came of requirements in a run, by default of those that failed."""
        with report_tool_errors():
            _, found, _ = self._reports.find_report(run, report)
        listed = [_type_finding(one) for one in found["requirements"] if one["status"] in status]
        kept = listed[offset : offset + limit]
        return {"findings": kept, "left_out": max(0, len(listed) - offset - len(kept))}

    def read_finding(
        self, id: given.RequirementId, run: given.Run = None, report: given.ReportFile = None
    ) -> a.FindingWithEvidence:
        """Read what a run's report has on a requirement: what was expected, what came, each request with its answer.

        Variables in the curl commands, such as ${SUPRSEND_API_KEY}, stand for credentials.
        """
        with report_tool_errors():
            name, document, folder = self._reports.find_report(run, report)
            found = reports.find_requirement(document, id, name)
        return {"finding": reports.shorten_finding(reports.place_files(found, folder))}

    def end_runs(self, within_s: float) -> None:
        """Let the runs end that go on, and wait for that; they put back what they changed."""
        self._end_all.set()
        if self._one_at_a_time.acquire(timeout=within_s):
            self._one_at_a_time.release()


def _collect_requirements(api: str | None, spec: str | None) -> list[Requirement]:
    import openapi
    from conformance.contract.checks import list_file_requirements
    from conformance.judge.suites import collect_requirements

    if spec is not None:
        if api is not None:
            raise ToolError("name an api or a spec, not both")
        return list_file_requirements(Path(spec))
    return [one for name in ([api] if api else openapi.api_names()) for one in collect_requirements(name)]


def _render_requirement(one: Requirement) -> a.ListedRequirement:
    return {"id": one.id, "level": one.level, "text": one.text, "source": one.source, "reading": one.reading}


def _explain_statements(asked: Sequence[Requirement]) -> list[a.ExplainedRequirement]:
    return [_explain_requirement(one, one.source, None, [], {}) for one in asked]


def _explain_facts(asked: Sequence[Requirement]) -> list[a.ExplainedRequirement]:
    from conformance.command.explanation.facts import explain_requirements

    return [
        _explain_requirement(
            one.requirement,
            one.source,
            one.url,
            [f"{quoted.text} ({quoted.url})" for quoted in one.sentences],
            {"needs, as every run does": list(one.always), **dict(one.facts())},
        )
        for one in explain_requirements(asked)
    ]


def _explain_requirement(
    one: Requirement,
    source: str,
    url: str | None,
    sentences: list[str],
    facts: dict[str, str | list[str]],
) -> a.ExplainedRequirement:
    from conformance.command.explanation.facts import LEVELS

    return {
        "id": one.id,
        "level": one.level,
        "level_means": LEVELS[one.level],
        "text": one.text,
        "source": source,
        "url": url,
        "sentences": sentences,
        "facts": facts,
    }


def _read_profile(profile: str | dict[str, Any]) -> AnyTarget:
    from conformance.judge.suites import read_profile

    if _is_path(profile):
        return read_profile(Path(profile))
    return read_profile(profile if isinstance(profile, dict) else _parse_profile(profile))


def _is_path(profile: str | dict[str, Any]) -> TypeGuard[str]:
    return isinstance(profile, str) and not _NOT_IN_PATHS.search(profile)


def _parse_profile(text: str) -> dict[str, Any]:
    from openapi.yaml_text import BadYaml, parse_yaml

    try:
        document = parse_yaml(text)
    except BadYaml as error:
        raise ToolError(f"profile: {error}") from None
    if not isinstance(document, dict):
        raise ToolError("profile: is not a target profile; make_profile makes one to fill in")
    return document


def _count_asked(target: AnyTarget, only: Sequence[str], leave_out: Sequence[str]) -> int:
    from conformance.judge.suites import suite_of
    from conformance.suite.requirement import leave_out_requirements, select_requirements

    known = suite_of(target).requirements()
    return len(leave_out_requirements(select_requirements(known, only, asked="only "), leave_out, known))


def _prepare_folder(name: str | None) -> Path | None:
    """Make the folder of the reports; a run may take minutes, so that it cannot be written to is said before."""
    from conformance.report.folder import check_writable

    if name is None:
        return None
    folder = Path(name)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        check_writable(folder)
    except OSError as error:
        raise ToolError(
            f"report_dir {folder}: cannot be written: {error.strerror}; name another folder"
        ) from None
    return folder


def _write_reports(verdict: Verdict, folder: Path | None, document: dict[str, Any]) -> list[str]:
    from conformance.report.folder import write_reports

    if folder is None:
        return []
    losses: list[str] = []
    files = write_reports(verdict, folder, losses.append, document)
    return [*map(str, files), *losses]


def _summarize_run(run: str, document: dict[str, Any], files: list[str]) -> a.Judgement:
    found = document["requirements"]
    statuses = [one["status"] for one in found]
    return {
        "run": run,
        "api": document["api"],
        "base_url": document["target"]["base_url"],
        "verdict": document["verdict"],
        "grade": document["grade"],
        "reason": document["reason"],
        "mode": document["mode"],
        "requests": document["requests"],
        "seconds": document["seconds"],
        "musts": document["musts"],
        "counts": {status: statuses.count(status) for status in dict.fromkeys(statuses)},
        "failed": [_type_finding(one) for one in found if one["status"] == "failed"][:_MOST_FAILED],
        "notes": document["notes"],
        "files": files,
    }


def _type_finding(one: dict[str, Any]) -> a.Finding:
    return {
        "id": one["id"],
        "level": one["level"],
        "status": one["status"],
        "text": one.get("text", ""),
        "reason": one.get("reason"),
        "subject": one.get("subject"),
        "member": one.get("member"),
    }

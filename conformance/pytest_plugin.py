"""Requirements inside a pytest run of your own: ``pytest --pyargs conformance --conformance-target target.yaml``.

Each requirement of the target's API is one test, in document order, named by its id. Nothing heavy is imported
until a target is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import pytest

if TYPE_CHECKING:
    from conformance.judge.result import Result
    from conformance.judge.session import TargetSession
    from conformance.judge.suites import Suite
    from conformance.judge.waiver import Waiver
    from conformance.suite.mode import Mode
    from conformance.suite.requirement import Requirement

_HERE = Path(__file__).resolve().parent
# The ways of xdist that keep the tests of one file in one process: requirements share what they found at the target.
_KEEPS_FILES_TOGETHER = ("no", "loadfile", "loadscope")
_LONGEST_BODY = 300  # characters of an answer

ParsedT = TypeVar("ParsedT")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our options to pytest's own."""
    group = parser.getgroup("conformance", "conformance: judge a server that claims to implement an API")
    group.addoption(
        "--conformance-target",
        metavar="TARGET.yaml",
        help="the target profile; `--pyargs conformance` then asks every requirement of its API.",
    )
    group.addoption(
        "--conformance-strict", action="store_true", help="fail on SHOULD and on what is not tested, too."
    )
    group.addoption(
        "--conformance-waivers",
        metavar="FILE",
        help="known failures: a YAML list of id, reason, owner, expires.",
    )
    group.addoption(
        "--conformance-mode",
        metavar="MODE",
        default="full",
        help="full asks everything; safe is for a target that others use: one short request at a time, as the main "
        "user; read-only sends only requests that the target has to refuse.",
    )
    group.addoption(
        "--conformance-budget",
        metavar="DURATION",
        help="stop asking when this much time is used up, such as 90s, 5m or 1h30m.",
    )
    group.addoption(
        "--conformance-seed", metavar="N", type=int, default=0, help="seed of the generated requests."
    )


def pytest_configure(config: pytest.Config) -> None:
    """Read the profile, and refuse what cannot be done before any test runs."""
    if config.option.conformance_target:
        config.stash[_RUN] = _make_run(config)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what is judged."""
    run = config.stash.get(_RUN, None)
    return f"conformance: {run.suite.target.api} at {run.suite.target.base_url}" if run else None


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the requirements of the target's API where this package is named."""
    if path.resolve() != _HERE:
        return None
    if parent.config.stash.get(_RUN, None):
        return Requirements.from_parent(parent, path=path, nodeid="conformance")
    if parent.session.isinitpath(path):
        return PackageWithoutTarget.from_parent(parent, path=path, nodeid="conformance")
    return None  # met while walking through a checkout


def pytest_collection_modifyitems(config: pytest.Config) -> None:
    """Refuse a run that names a target and would ask it nothing."""
    run = config.stash.get(_RUN, None)
    if run and not run.is_collected:
        raise pytest.UsageError("--conformance-target: nothing is asked of it; add --pyargs conformance")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the connections."""
    if run := config.stash.get(_RUN, None):
        run.close()


class ConformanceRun:
    """One target in one pytest run: what the tests of its requirements share.

    is_collected: whether its requirements are among the tests.
    """

    def __init__(self, suite: Suite, waivers: list[Waiver], is_strict: bool, mode: Mode, seed: int) -> None:
        from conformance.judge.verdict import deciding_levels

        self.suite = suite
        self.is_collected = False
        self.is_strict = is_strict
        self.deciding_levels = deciding_levels(is_strict)
        self._waivers = waivers
        self._mode = mode
        self._seed = seed
        self._session: TargetSession | None = None

    @property
    def session(self) -> TargetSession:
        """The target under judgement; its time begins to run when it is first needed."""
        from conformance.judge.session import TargetSession

        # Not when the options are read: the budget would run while other tests do.
        if self._session is None:
            self._session = TargetSession(self.suite, self._seed, self._mode)
        return self._session

    @property
    def is_judging(self) -> bool:
        """Whether the target was tried and can be judged."""
        return "trouble" in vars(self) and self.trouble is None

    @cached_property
    def trouble(self) -> str | None:
        """What makes judging impossible; tried once, None if nothing does."""
        return self.session.preflight()

    def ask(self, requirement: Requirement) -> Result:
        """Ask one requirement, and apply the waivers."""
        from conformance.judge import waiver

        result = self.session.engine.ask(requirement)
        return waiver.apply_waivers(result, self._waivers, datetime.now(UTC).date())

    def decides_verdict(self, result: Result) -> bool:
        """Tell whether a requirement that is not met decides the verdict."""
        return result.is_our_fault or result.requirement.level in self.deciding_levels

    def fault_of_waiver(self, result: Result, selected: int) -> str | None:
        """Say what to do with the waiver of a requirement that it no longer excuses.

        selected: how many requirements are asked.
        """
        from conformance.judge import waiver
        from conformance.suite.mode import Mode

        own = [one for one in self._waivers if one.id == result.requirement.id]
        if not own:
            return None
        left_out = self.suite.list_left_out() or selected < len(self.suite.requirements())
        is_partial = bool(left_out) or self._mode is not Mode.FULL
        today = datetime.now(UTC).date()
        faults = waiver.list_waiver_faults(
            own, [result], [result.requirement], today, is_partial=is_partial, mode=self._mode
        )
        return faults[0] if faults else None

    def close(self) -> None:
        """End what was begun."""
        if self._session:
            self._session.close()


_RUN = pytest.StashKey[ConformanceRun]()


class Requirements(pytest.Directory):
    """The requirements of the target's API, in the place of this package's files."""

    def collect(self) -> Iterable[pytest.Item]:
        """List them in document order."""
        run = self.config.stash[_RUN]
        run.is_collected = True
        for one in run.suite.requirements():
            yield RequirementItem.from_parent(self, name=one.id, requirement=one)

    def teardown(self) -> None:
        """Put things back as far as the target lets us."""
        run = self.config.stash[_RUN]
        if run.is_judging:
            run.session.restore()


class PackageWithoutTarget(pytest.Directory):
    """The package, named without a target."""

    def collect(self) -> NoReturn:
        """Say what is missing."""
        raise self.CollectError(
            "name the target profile: --conformance-target TARGET.yaml; `conformance init API` prints one"
        )


class RequirementItem(pytest.Item):
    """One requirement as a test: it fails where it would cost the verdict, and never passes unknown."""

    def __init__(self, *, requirement: Requirement, **given: Any) -> None:
        super().__init__(**given)
        self._requirement = requirement
        self._run = self.config.stash[_RUN]

    def setup(self) -> None:
        """Try the target, once; what makes judging impossible is one error and not a hundred."""
        is_first = "trouble" not in vars(self._run)
        if trouble := self._run.trouble:
            if is_first:
                pytest.fail(trouble, pytrace=False)
            pytest.skip(f"not asked: {trouble}")  # one error says it; a hundred would hide it

    def runtest(self) -> None:
        """Ask, and say in pytest's words what came of it."""
        result = self._run.ask(self._requirement)
        is_decisive = self._run.decides_verdict(result)
        reason = self._run.session.client.redaction.show(result.reason or "")
        selected = sum(isinstance(one, RequirementItem) for one in self.session.items)
        if fault := self._run.fault_of_waiver(result, selected):
            pytest.fail(f"{fault}\n{self._describe(result)}", pytrace=False)
        match result.status:
            case "failed" if is_decisive:
                pytest.fail(self._describe(result), pytrace=False)
            case "failed" | "waived" if self.config.option.runxfail:
                pytest.fail(self._describe(result), pytrace=False)
            case "failed" | "waived":
                pytest.xfail(f"{self._requirement.level} {result.status}: {reason}")
            case "inconclusive" if is_decisive:
                pytest.fail(f"inconclusive: {reason}\n{self._sentence}", pytrace=False)
            case "not_tested" if is_decisive and self._run.is_strict:
                pytest.fail(f"not tested: {reason}\n{self._sentence}", pytrace=False)
            case "inconclusive" | "not_tested":
                pytest.skip(f"{result.status.replace('_', ' ')}: {reason}")
            case _ if reason:
                self.add_report_section("call", result.status, reason)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the requirement is written."""
        # pytest itself would show this package's folder.
        code = self._requirement.function.__code__
        return Path(code.co_filename), code.co_firstlineno - 1, self.name

    @property
    def _sentence(self) -> str:
        return f"{self._requirement.level} {self._requirement.text} ({self._requirement.source})"

    def _describe(self, result: Result) -> str:
        lines = [f"expected {result.expected}, got {result.got}" if result.expected else "", self._sentence]
        return "\n".join([*filter(None, lines), *_describe_evidence(result)])


def _describe_evidence(result: Result) -> Iterator[str]:
    from conformance.http.foreign_text import shorten_line
    from conformance.report.words import MOST_SENTENCES, quote_sentence
    from conformance.suite.sentences import quote_sentences

    for one in quote_sentences(result.requirement)[:MOST_SENTENCES]:
        yield f"says      {quote_sentence(one.text, one.url)}"
    if result.subject:
        yield f"about     {result.subject}"
    if result.member_name:
        yield f"member    {result.member_name}"
    if fault := result.at_fault:
        yield f"sent      {fault.method} {fault.url}"
        yield f"answered  {fault.status or fault.error} {shorten_line(fault.response_body, _LONGEST_BODY)}"
        yield f"repeat    {fault.shorten_curl(has_reports=False)}"


def _make_run(config: pytest.Config) -> ConformanceRun:
    """Read what the options name; raises UsageError for what cannot be done."""
    from conformance.command.errors import HOW_TO_INSTALL, find_missing_package

    if missing := find_missing_package():
        raise pytest.UsageError(f"{missing} is missing; {HOW_TO_INSTALL}")
    from conformance.command.options import parse_duration
    from conformance.judge import session, suites, waiver
    from conformance.suite.mode import parse_mode
    from conformance.suite.requirement import BadRequirement
    from conformance.target.model import BadProfile

    option = config.option
    if getattr(option, "dist", "no") not in _KEEPS_FILES_TOGETHER:
        raise pytest.UsageError(
            "--conformance-target: requirements share one target and what they found there; add --dist loadfile"
        )
    mode = _parse_option("--conformance-mode", option.conformance_mode, parse_mode)
    budget = option.conformance_budget
    budget_s = None if budget is None else _parse_option("--conformance-budget", budget, parse_duration)
    try:
        session.refuse_without_docstrings()
        target = suites.read_profile(Path(option.conformance_target))
        suite = suites.suite_of(target if budget_s is None else session.with_budget(target, budget_s))
        waivers = waiver.read_waivers(Path(option.conformance_waivers)) if option.conformance_waivers else []
        suite.requirements()  # so that a bad one is a usage error now, and none of pytest's while it collects
    except (BadProfile, waiver.BadWaivers, session.CannotRun, BadRequirement) as error:
        raise pytest.UsageError(*str(error).splitlines()) from None
    if faults := waiver.list_pointless_waivers(waivers, suite.known_requirements()):
        raise pytest.UsageError(*faults)
    return ConformanceRun(suite, waivers, option.conformance_strict, mode, option.conformance_seed)


def _parse_option(option: str, text: str, parse: Callable[[str], ParsedT]) -> ParsedT:
    try:
        return parse(text)
    except ValueError as error:
        raise pytest.UsageError(f"{option} {text}: {error}") from None

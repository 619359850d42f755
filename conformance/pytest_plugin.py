"""Requirements inside a pytest run of your own: ``pytest --pyargs conformance --conformance-target target.yaml``.

Each requirement of the target's API is one test, in document order, named by its id. Nothing heavy is imported
until a target is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

if TYPE_CHECKING:
    from conformance.judge.engine import Result
    from conformance.judge.verdict import Bench
    from conformance.judge.waiver import Waiver
    from conformance.suite.requirement import Requirement
    from conformance.target.profile import AnyTarget

_HERE = Path(__file__).resolve().parent
_TOGETHER = ("no", "loadfile", "loadscope")  # xdist's ways to keep a file's tests in one process


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


def pytest_configure(config: pytest.Config) -> None:
    """Read the profile, and refuse what cannot be done before any test runs."""
    if config.option.conformance_target:
        config.stash[_SITTING] = _sitting(config)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what is judged."""
    sitting = config.stash.get(_SITTING, None)
    return f"conformance: {sitting.aim.api} at {sitting.aim.base_url}" if sitting else None


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect the requirements of the target's API where this package is named."""
    if path.resolve() != _HERE:
        return None
    if parent.config.stash.get(_SITTING, None):
        return Requirements.from_parent(parent, path=path, nodeid="conformance")
    if parent.session.isinitpath(path):
        return Unaimed.from_parent(parent, path=path, nodeid="conformance")
    return None  # met while walking through a checkout


def pytest_collection_modifyitems(config: pytest.Config) -> None:
    """Refuse a run that names a target and would ask it nothing."""
    sitting = config.stash.get(_SITTING, None)
    if sitting and not sitting.is_collected:
        raise pytest.UsageError("--conformance-target: nothing is asked of it; add --pyargs conformance")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the connections."""
    if sitting := config.stash.get(_SITTING, None):
        sitting.close()


class Sitting:
    """One target in one pytest run: what its requirements share.

    is_collected: whether its requirements are among the tests. trouble: why it cannot be judged, once it was tried.
    """

    def __init__(self, aim: AnyTarget, waivers: list[Waiver], is_strict: bool) -> None:
        self.aim = aim
        self.is_collected = False
        self._waivers = waivers
        self._is_strict = is_strict
        self._stopped: str | None = None

    @cached_property
    def bench(self) -> Bench:
        """Where the target is judged."""
        from conformance.judge.verdict import Bench
        from conformance.suite.run import Run

        return Bench(self.aim, Run(self.aim.api, draw=self.aim.draw))

    @cached_property
    def trouble(self) -> str | None:
        """What makes judging impossible; tried once, None if nothing does."""
        return self.bench.preflight()

    def ask(self, requirement: Requirement) -> Result:
        """Ask one requirement, unless the target has been silent too often."""
        from conformance.assertions.outcome import Stopped
        from conformance.judge import engine as plugin
        from conformance.judge import waiver

        if self._stopped:
            return plugin.Result(requirement, "inconclusive", self._stopped)
        error = None
        self.bench.client.start_evidence()
        try:
            requirement.function(self.bench.api)
        except KeyboardInterrupt:
            raise
        except BaseException as caught:
            error = caught
        if isinstance(error, Stopped):
            self._stopped = f"not asked: {self.bench.client.redaction(str(error))}"
        result = plugin.result(requirement, error, self.bench.client)
        return waiver.applied(result, self._waivers, datetime.now(UTC).date())

    def counts(self, result: Result) -> bool:
        """Tell whether a requirement that is not met decides the verdict."""
        return result.is_our_fault or result.requirement.level in self._levels

    def fails_untested(self, result: Result) -> bool:
        """Tell whether a requirement may not be left untested."""
        return self._is_strict and result.requirement.level in self._levels

    def fault_of_waiver(self, result: Result) -> str | None:
        """Say what to do with the waiver of a requirement that it no longer excuses."""
        from conformance.judge import waiver

        own = [one for one in self._waivers if one.id == result.requirement.id]
        faults = waiver.faults(own, [result], [result.requirement], datetime.now(UTC).date())
        return faults[0] if faults else None

    def close(self) -> None:
        """End what was begun."""
        if "bench" in vars(self):
            self.bench.client.close()

    @property
    def _levels(self) -> tuple[str, ...]:
        return ("MUST", "SHOULD") if self._is_strict else ("MUST",)


_SITTING = pytest.StashKey[Sitting]()


class Requirements(pytest.Directory):
    """The requirements of the target's API, in the place of this package's files."""

    def collect(self) -> Iterable[pytest.Item]:
        """List them in document order."""
        sitting = self.config.stash[_SITTING]
        sitting.is_collected = True
        for one in sitting.aim.requirements():
            yield RequirementItem.from_parent(self, name=one.id, requirement=one)

    def teardown(self) -> None:
        """Put things back as far as the target lets us."""
        sitting = self.config.stash[_SITTING]
        if "trouble" in vars(sitting) and sitting.trouble is None:
            sitting.bench.leave()


class Unaimed(pytest.Directory):
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
        self._sitting = self.config.stash[_SITTING]

    def setup(self) -> None:
        """Try the door, once; what makes judging impossible is one error and not a hundred."""
        is_tried = "trouble" in vars(self._sitting)
        if trouble := self._sitting.trouble:
            if is_tried:
                pytest.skip(f"not asked: {trouble}")
            pytest.fail(trouble, pytrace=False)

    def runtest(self) -> None:
        """Ask, and say in pytest's words what came of it."""
        result = self._sitting.ask(self._requirement)
        reason = self._sitting.bench.client.redaction(result.reason or "")
        if fault := self._sitting.fault_of_waiver(result):
            pytest.fail(f"{fault}\n{self._told(result)}", pytrace=False)
        match result.status:
            case "failed" if self._sitting.counts(result):
                pytest.fail(self._told(result), pytrace=False)
            case "failed" | "waived" if self.config.option.runxfail:
                pytest.fail(self._told(result), pytrace=False)
            case "failed" | "waived":
                pytest.xfail(f"{self._requirement.level} {result.status}: {reason}")
            case "inconclusive" if self._sitting.counts(result):
                pytest.fail(f"inconclusive: {reason}\n{self._sentence}", pytrace=False)
            case "not_tested" if self._sitting.fails_untested(result):
                pytest.fail(f"not tested: {reason}\n{self._sentence}", pytrace=False)
            case "inconclusive" | "not_tested":
                pytest.skip(f"{result.status.replace('_', ' ')}: {reason}")
            case _ if reason:
                self.add_report_section("call", result.status, reason)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Say where the requirement is written."""
        code = self._requirement.function.__code__
        return Path(code.co_filename), code.co_firstlineno - 1, self.name

    @property
    def _sentence(self) -> str:
        return f"{self._requirement.level} {self._requirement.text} ({self._requirement.source})"

    def _told(self, result: Result) -> str:
        lines = [f"expected {result.expected}, got {result.got}" if result.expected else "", self._sentence]
        return "\n".join([*filter(None, lines), *_exchange(result)])


def _exchange(result: Result) -> Iterator[str]:
    if fault := result.at_fault:
        yield f"sent      {fault.method} {fault.url}"
        yield f"answered  {fault.status or fault.error} {fault.response_body}"
        yield f"again     {fault.curl}"


def _sitting(config: pytest.Config) -> Sitting:
    from conformance.command.errors import HOW_TO_INSTALL, find_missing_package

    if missing := find_missing_package():
        raise pytest.UsageError(f"{missing} is missing; {HOW_TO_INSTALL}")
    from conformance.judge import verdict, waiver
    from conformance.suite import requirement
    from conformance.target import profile as target

    option = config.option
    if getattr(option, "dist", "no") not in _TOGETHER:
        raise pytest.UsageError(
            "--conformance-target: requirements share one target and what they found there; add --dist loadfile"
        )
    try:
        verdict.refuse_without_docstrings()
        aim = target.read(Path(option.conformance_target))
        waivers = waiver.read(Path(option.conformance_waivers)) if option.conformance_waivers else []
        known = aim.requirements()
    except (target.BadProfile, waiver.BadWaivers, verdict.CannotRun, requirement.BadRequirement) as error:
        raise pytest.UsageError(*str(error).splitlines()) from None
    if faults := waiver.faults(waivers, [], known, datetime.now(UTC).date()):
        raise pytest.UsageError(*faults)
    return Sitting(aim, waivers, option.conformance_strict)

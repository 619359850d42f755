"""pytest as the engine inside: embedded so that nothing of the caller's folder reaches it.

Importing this module imports no pytest; only run does.
"""

from __future__ import annotations

import os
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from conformance.assertions.outcome import DoesNotConform, Inconclusive, NotTested, Observation, Stopped
from conformance.http.client import Client
from conformance.http.evidence import Exchange, escape_controls
from conformance.suite.requirement import Requirement

_HERE = Path(__file__).parent
_UNUSED = (
    *(
        "cacheprovider",
        "capture",
        "debugging",
        "doctest",
        "faulthandler",
        "junitxml",
        "legacypath",
        "logging",
    ),
    *("monkeypatch", "pastebin", "recwarn", "setuponly", "setupplan", "skipping", "stepwise", "subtests"),
    *("terminal", "threadexception", "tmpdir", "unittest", "unraisableexception", "warnings"),
)


@dataclass(frozen=True)
class Result:
    """What became of one requirement."""

    requirement: Requirement
    status: str
    reason: str | None = None
    expected: str | None = None
    got: str | None = None
    at_fault: Exchange | None = None
    evidence: Sequence[Exchange] = field(default=())
    is_our_fault: bool = False
    seconds: float = 0.0


class EngineFailed(RuntimeError):
    """pytest itself did not come through; our own fault."""


def run(
    requirements: Sequence[Requirement],
    api: Any,
    client: Client,
    heard: Callable[[Result], None] = lambda _: None,
    asking: Callable[[Requirement], None] = lambda _: None,
) -> list[Result]:
    """Ask every requirement of *api* and return the results in the same order.

    api: the vocabulary object that requirements take as their fixture. heard: told each result at once. asking:
    told each requirement that is about to be asked.
    A keyboard interrupt ends the run early and is raised again after *heard* has been told.
    """
    import pytest

    engine = _engine(requirements, api, client, heard, asking)
    options = ["-c", str(_HERE / "engine.ini"), "--rootdir", str(_HERE), "--noconftest", "--assert=plain"]
    options += [f"-pno:{name}" for name in _UNUSED]
    with _sealed():
        status = pytest.main(options, plugins=[engine])
    if engine.interrupted:
        raise KeyboardInterrupt
    if len(engine.results) != len(requirements) or status != pytest.ExitCode.OK:
        raise EngineFailed(engine.trouble or f"pytest ended with status {int(status)}")
    results: list[Result] = engine.results
    return results


@contextmanager
def _sealed() -> Iterator[None]:
    """Keep the caller's pytest settings and warning filters out, and put the environment back afterwards."""
    before = dict(os.environ)
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_CURRENT_TEST"):
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _engine(
    requirements: Sequence[Requirement],
    api: Any,
    client: Client,
    heard: Callable[[Result], None],
    asking: Callable[[Requirement], None],
) -> Any:
    import pytest

    class Item(pytest.Item):
        """One requirement: a function that is imported already, so that pytest looks for no files of the caller's."""

        def __init__(self, *, requirement: Requirement, **how: Any) -> None:
            super().__init__(requirement.name, **how)
            self.requirement = requirement

        def runtest(self) -> None:
            self.requirement.function(api)

    class Engine:
        """Selects, orders and records."""

        def __init__(self) -> None:
            self.results: list[Result] = []
            self.interrupted = False
            self.trouble = ""
            self._stopped: str | None = None

        def pytest_collection(self, session: pytest.Session) -> bool:
            session.items = [Item.from_parent(session, requirement=one) for one in requirements]
            session.testscollected = len(session.items)
            return True

        def pytest_runtest_protocol(self, item: Item) -> bool:
            """Ask one requirement; pytest's own protocol would take longer than most of them do."""
            client.start_evidence()
            if self._stopped:
                self._record(Result(item.requirement, "inconclusive", self._stopped))
                return True
            asking(item.requirement)
            began = time.monotonic()
            error: BaseException | None = None
            try:
                item.runtest()
            except KeyboardInterrupt:
                raise
            except BaseException as outcome:
                error = outcome
            self._record(result(item.requirement, error, client), time.monotonic() - began)
            if isinstance(error, Stopped):
                self._stopped = f"not asked: {error}"
            return True

        def pytest_internalerror(self, excrepr: Any) -> None:
            self.trouble = str(excrepr)

        def pytest_keyboard_interrupt(self) -> None:
            self.interrupted = True

        def _record(self, result: Result, seconds: float = 0.0) -> None:
            result = replace(result, seconds=seconds)
            self.results.append(result)
            heard(result)

    return Engine()


def result(requirement: Requirement, error: BaseException | None, client: Client) -> Result:
    """Say what became of *requirement*, which ended with *error* or, if that is None, to its end."""
    evidence = client.evidence()
    observed = requirement.level == "OBSERVED"
    if error is None:
        return Result(requirement, "observed" if observed else "passed", evidence=evidence)
    if isinstance(error, DoesNotConform):
        return _not_conform(requirement, error, evidence, client)
    reason = _said(client.redaction(str(error)))
    if isinstance(error, Observation):
        return Result(requirement, "observed", reason, evidence=evidence)
    if isinstance(error, NotTested):
        return Result(requirement, "not_tested", reason, evidence=evidence)
    if isinstance(error, Inconclusive):
        return Result(requirement, "inconclusive", reason, evidence=evidence)
    fault = f"the judge's own fault: {client.redaction(describe(error))}"
    return Result(requirement, "inconclusive", fault, evidence=evidence, is_our_fault=True)


def _said(text: str) -> str:
    """Show words that may be the target's in one line, which no terminal and no CI system takes for a command."""
    return " ".join(escape_controls(text).split())


def _not_conform(
    requirement: Requirement, error: DoesNotConform, evidence: list[Exchange], client: Client
) -> Result:
    answer = error.answer
    at_fault = answer.exchange if answer else evidence[-1] if evidence else None
    expected, got = (_said(client.redaction(text)) for text in (error.expected, error.got))
    if at_fault and at_fault not in evidence:
        evidence = [*evidence, at_fault]
    status = "observed" if requirement.level == "OBSERVED" else "failed"
    reason = f"expected {expected}, got {got}"
    return Result(requirement, status, reason, expected, got, at_fault, evidence)


def describe(error: BaseException) -> str:
    """Say what went wrong in us, and where."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(last.filename).name}, line {last.lineno})"

"""The engine asks one requirement at a time: what becomes of it, and what it leaves alone."""
# ruff: noqa: ARG001, ARG002  what is called back takes what it is given

import json
import subprocess
import sys
import warnings
from contextlib import suppress
from dataclasses import replace

import pytest

from conformance import proof
from conformance.assertions.expect import observe
from conformance.assertions.outcome import DoesNotConform, Inconclusive, NotTested, RunStopped
from conformance.http.client import Client
from conformance.http.redaction import Redaction
from conformance.judge.engine import Engine
from conformance.judge.session import TargetSession
from conformance.judge.suites import ApiSuite, read_profile
from conformance.proof.messages import Response
from conformance.proof.server import serve
from conformance.suite.requirement import Requirement


class Empty:
    def answer(self, request):
        return Response(200, {})


@pytest.fixture
def client():
    with serve(Empty()) as url:
        client = Client(url, Redaction(), timeout_s=2)
        yield client
        client.close()


def requirements_of(*functions, level="MUST"):
    return [
        Requirement(f"toy/{at}", level, f"be {at}.", "toy: Everything", function)
        for at, function in enumerate(functions)
    ]


def asked(client, *functions, level="MUST"):
    engine = Engine("the driver", client)
    return [engine.ask(one) for one in requirements_of(*functions, level=level)]


def fails(driver):
    raise DoesNotConform("a cat", "a dog")


def test_requirement_gets_the_driver_and_passes(client):
    def passes(driver):
        seen.append(driver)
        client.send("GET", "/")

    seen = []
    [result] = asked(client, passes)

    assert (result.status, seen) == ("passed", ["the driver"])


def test_requirement_that_ends_without_having_sent_anything_is_not_tested(client):
    def goes_through_nothing(driver):
        for _ in ():
            fails(driver)

    client.send("GET", "/")
    looking_back = replace(requirements_of(goes_through_nothing)[0], looks_back=True)
    results = [*asked(client, goes_through_nothing), Engine("the driver", client).ask(looking_back)]

    assert [(one.status, one.reason) for one in results] == [
        ("not_tested", "nothing was sent that would tell"),
        ("passed", None),  # it looks at what was sent before
    ]


def test_outcomes_do_not_mix(client):
    def lacks(driver):
        raise NotTested("credentials.expired is missing")

    def cannot_tell(driver):
        raise Inconclusive("refused")

    results = asked(client, fails, lacks, cannot_tell)

    assert [(one.status, one.reason, one.is_our_fault) for one in results] == [
        ("failed", "expected a cat, got a dog", False),
        ("not_tested", "credentials.expired is missing", False),
        ("inconclusive", "refused", False),
    ]


@pytest.mark.parametrize(
    "error", [ValueError("a bug"), AssertionError(), RecursionError(), SystemExit(0), MemoryError()]
)
def test_anything_else_is_our_own_fault(client, error):
    def breaks(driver):
        raise error

    [result] = asked(client, breaks)

    assert (result.status, result.is_our_fault) == ("inconclusive", True)
    assert type(error).__name__ in result.reason


def test_observed_is_never_judged(client):
    def sees(driver):
        observe("a dog", alternative="barking")

    results = asked(client, sees, fails, level="OBSERVED")

    assert [one.status for one in results] == ["observed", "observed"]
    assert results[0].reason == "a dog"


def test_failure_points_at_its_exchange(client):
    def looks(driver):
        client.send("GET", "/one")
        two = client.send("GET", "/two")
        client.send("GET", "/three")
        raise DoesNotConform("a cat", "a dog", two)

    [result] = asked(client, looks)

    assert result.at_fault.url.endswith("/two")
    assert [exchange.url[-3:] for exchange in result.evidence] == ["one", "two", "ree"]


def test_what_looks_back_on_a_stopped_run_sends_nothing_and_only_fails(client):
    def sends(driver):
        client.send("GET", "/")

    def stops(driver):
        sends(driver)
        raise RunStopped("silent")

    def breaks(driver):
        raise ZeroDivisionError

    def passes(driver):
        pass

    engine = Engine("the driver", client)
    first, *later = requirements_of(stops, fails, passes, sends, breaks)
    results = [engine.ask(one) for one in (first, *(replace(one, looks_back=True) for one in later))]

    assert [one.status for one in results] == ["inconclusive", "failed", *["inconclusive"] * 3]
    assert [one.reason for one in results[2:4]] == ["not asked: silent"] * 2
    assert results[4].is_our_fault
    assert client.request_count == 1


def test_stop_is_not_taken_for_one_missing_answer(client):
    def does_without(driver):
        with suppress(Inconclusive):
            raise RunStopped("silent")

    engine = Engine("the driver", client)
    [result] = [engine.ask(one) for one in requirements_of(does_without)]

    assert (result.status, result.reason, engine.stopped) == ("inconclusive", "silent", "silent")


def test_stop_leaves_the_rest_unasked(client):
    def stops(driver):
        raise RunStopped("silent")

    def never(driver):
        pytest.fail("asked")

    def nor_this(driver):
        pytest.fail("asked")

    results = asked(client, stops, never, nor_this)

    assert [one.status for one in results] == ["inconclusive"] * 3
    assert [one.was_asked for one in results] == [True, False, False]
    assert results[2].reason == "not asked: silent"


@pytest.fixture
def session():
    """A session with a target that is never sent anything."""
    profile = proof.reference_of("suprsend")().profile("http://127.0.0.1:9")
    with TargetSession(ApiSuite(read_profile(profile))) as session:
        yield session


def test_interrupt_comes_out_after_the_results_before_it(session):
    def interrupts(driver):
        raise KeyboardInterrupt

    results = []
    with pytest.raises(KeyboardInterrupt):
        session.ask_each(requirements_of(fails, interrupts), results.append, lambda _: None)

    assert [result.status for result in results] == ["failed"]


def test_each_is_announced_asked_and_told_in_turn(session):
    def early(driver):
        events.append("early is asked")

    def stops(driver):
        raise RunStopped("silent")

    events = []
    session.ask_each(
        requirements_of(early, stops, fails),
        lambda result: events.append(f"{result.requirement.name} {result.status}"),
        lambda requirement: events.append(f"{requirement.name} starts"),
    )

    assert events == [
        *("0 starts", "early is asked", "0 not_tested"),
        *("1 starts", "1 inconclusive", "2 inconclusive"),
    ]


def test_warnings_are_no_outcome_and_filters_are_put_back(session):
    def warns(driver):
        warnings.warn("old", DeprecationWarning, stacklevel=1)

    results, filters, path = [], warnings.filters[:], sys.path[:]
    session.ask_each(requirements_of(warns), results.append, lambda _: None)

    assert [result.status for result in results] == ["not_tested"]
    assert (warnings.filters, sys.path) == (filters, path)


def test_command_loads_no_pytest_and_nothing_of_the_folder_it_runs_in(tmp_path):
    poison = "raise SystemExit('poisoned')\n"
    for name in ("conftest.py", "pytest_poison.py", "test_poison.py"):
        (tmp_path / name).write_text(poison)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\nfilterwarnings = error\n")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-p pytest_poison'\n")
    server = proof.reference_of("suprsend")()
    with serve(server) as url:
        (tmp_path / "target.yaml").write_text(json.dumps(server.profile(url)))
        before = sorted(tmp_path.iterdir())
        command = (
            "import sys; sys.modules['pytest'] = None; from conformance.__main__ import main; "
            "sys.argv[1:] = ['run', 'target.yaml', '--only', 'missing-key']; main()"
        )
        done = subprocess.run(
            [sys.executable, "-c", command],
            cwd=tmp_path,
            env={"PYTEST_ADDOPTS": "--collect-only", "PYTEST_PLUGINS": "no_such_plugin"},
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(tmp_path.iterdir()) == before

"""pytest as the engine inside: what becomes of a requirement, and what it leaves alone."""
# ruff: noqa: ARG001, ARG002  what is called back takes what it is given

import importlib.metadata
import os
import sys
import warnings

import pytest

from conformance.assertions.expect import observe
from conformance.assertions.outcome import DoesNotConform, Inconclusive, NotTested, Stopped
from conformance.http.client import Client
from conformance.http.redaction import Redaction
from conformance.judge import engine as plugin
from conformance.proof.serving import Response, serve
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


def asked(client, *functions, level="MUST"):
    requirements = [
        Requirement(f"toy/{at}", level, f"be {at}.", "toy: Everything", function)
        for at, function in enumerate(functions)
    ]
    return plugin.run(requirements, "the api", client)


def fails(api):
    raise DoesNotConform("a cat", "a dog")


def test_requirement_gets_the_api_and_passes(client):
    def passes(api):
        seen.append(api)

    seen = []
    [result] = asked(client, passes)

    assert (result.status, seen) == ("passed", ["the api"])


def test_outcomes_do_not_mix(client):
    def lacks(api):
        raise NotTested("credentials.expired is missing")

    def cannot_tell(api):
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
    def breaks(api):
        raise error

    [result] = asked(client, breaks)

    assert (result.status, result.is_our_fault) == ("inconclusive", True)
    assert type(error).__name__ in result.reason


def test_observed_is_never_judged(client):
    def sees(api):
        observe("a dog")

    results = asked(client, sees, fails, level="OBSERVED")

    assert [one.status for one in results] == ["observed", "observed"]
    assert results[0].reason == "a dog"


def test_failure_points_at_its_exchange(client):
    def looks(api):
        client.send("GET", "/one")
        two = client.send("GET", "/two")
        client.send("GET", "/three")
        raise DoesNotConform("a cat", "a dog", two)

    [result] = asked(client, looks)

    assert result.at_fault.url.endswith("/two")
    assert [exchange.url[-3:] for exchange in result.evidence] == ["one", "two", "ree"]


def test_stop_leaves_the_rest_unasked(client):
    def stops(api):
        raise Stopped("silent")

    def never(api):
        pytest.fail("asked")

    def nor_this(api):
        pytest.fail("asked")

    results = asked(client, stops, never, nor_this)

    assert [one.status for one in results] == ["inconclusive"] * 3
    assert results[2].reason == "not asked: silent"


def test_interrupt_comes_out_after_what_was_heard(client):
    def interrupts(api):
        raise KeyboardInterrupt

    heard = []
    requirements = [
        Requirement("toy/0", "MUST", "x.", "toy: X", fails),
        Requirement("toy/1", "MUST", "x.", "toy: X", interrupts),
    ]
    with pytest.raises(KeyboardInterrupt):
        plugin.run(requirements, None, client, heard.append)

    assert [result.status for result in heard] == ["failed"]


def test_order_is_that_of_the_requirements(client):
    def late(api):
        order.append("late")

    def early(api):
        order.append("early")

    order = []
    asked(client, early, late)

    assert order == ["early", "late"]


def test_environment_and_filters_are_put_back(client, monkeypatch):
    def looks(api):
        inside.update(os.environ)
        warnings.warn("old", DeprecationWarning, stacklevel=1)

    inside: dict[str, str] = {}
    monkeypatch.setenv("PYTEST_ADDOPTS", "--collect-only")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    before, filters, path = dict(os.environ), warnings.filters[:], sys.path[:]
    [result] = asked(client, looks)

    assert result.status == "passed"
    assert "PYTEST_ADDOPTS" not in inside
    assert "PYTEST_PLUGINS" not in inside
    assert (dict(os.environ), warnings.filters, sys.path) == (before, filters, path)


def test_hostile_folder_stays_out(client, tmp_path, monkeypatch):
    poison = "raise SystemExit('poisoned')\n"
    for name in ("conftest.py", "sitecustomize.py", "pytest_poison.py", "conformance_poison.py"):
        (tmp_path / name).write_text(poison)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\nfilterwarnings = error\n")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-p pytest_poison'\n")
    (tmp_path / "test_poison.py").write_text(poison)
    before = sorted(tmp_path.iterdir())
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    [result] = asked(client, fails)

    assert result.status == "failed"
    assert sorted(tmp_path.iterdir()) == before


def test_installed_plugins_stay_out(client, monkeypatch):
    def loaded(*args, **kwargs):
        raise AssertionError("plugins were looked up")

    monkeypatch.setattr(importlib.metadata, "distributions", loaded)

    assert [one.status for one in asked(client, fails)] == ["failed"]

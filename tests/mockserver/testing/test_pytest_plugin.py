"""The pytest plugin: in a run within this one, or in a process where that is the point."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import entry_points
from typing import NamedTuple

import httpx2
import pytest

from mockserver.testing import pytest_plugin
from mockserver.testing.client import MockServer

pytest_plugins = ["pytester"]

SAME_FAN_TWICE = """
import httpx2, pytest

@pytest.mark.parametrize("number", range(6))
def test_write(mock_session, number):
    body = {"fanId": "12345", "category": "content", "preference": "dark_mode", "value": number}
    headers = {"Authorization": f"Bearer {mock_session.token}"}
    answer = httpx2.post(mock_session.base_url + "/api/v2/update-preference", json=body, headers=headers)
    assert answer.status_code == 200
    assert len(mock_session.requests()) == 1
    print("served by", mock_session.base_url.partition("/__session/")[0])
"""


# What else is installed here takes longer to load than these tests take.
LEAN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
PLUGIN = ("-p", "mockserver.testing.pytest_plugin")
OPTIONS = ("-rP", "-p", "no:cacheprovider", "-W", "error")


class Folder(NamedTuple):
    """A folder with tests, and how to run them: they pass, with every warning an error."""

    pytester: pytest.Pytester

    def run(self, source: str) -> str:
        """Run the tests in *source* within this run of pytest; return what was printed."""
        self.write(source)
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("MOCKSERVER_URL", raising=False)
            for name, value in LEAN.items():
                patch.setenv(name, value)
            ran = self.pytester.runpytest_inprocess(*OPTIONS, plugins=[pytest_plugin])
        assert ran.ret == 0, ran.stdout.str() + ran.stderr.str()
        return ran.stdout.str()

    def run_process(self, source: str, *options: str, **variables: str) -> str:
        """Run the tests in *source* as a process; return what was printed."""
        self.write(source)
        environment = {name: value for name, value in os.environ.items() if name != "MOCKSERVER_URL"}
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", *OPTIONS, *options],
            cwd=self.pytester.path,
            env={**environment, **variables},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def write(self, source: str) -> None:
        """Write the tests down."""
        (self.pytester.path / "pytest.ini").write_text("[pytest]\n")
        (self.pytester.path / "test_it.py").write_text(source)


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Folder:
    return Folder(pytester)


def served_by(printed: str) -> set[str]:
    return set(re.findall(r"served by (\S+)", printed))


def test_each_test_has_its_own_session_of_one_stub(folder):
    assert len(served_by(folder.run(SAME_FAN_TWICE))) == 1


def test_each_worker_has_its_own_stub(folder):
    options = ("-p", "xdist", "-n", "2", "--dist", "each")

    assert len(served_by(folder.run_process(SAME_FAN_TWICE, *PLUGIN, *options, **LEAN))) == 2


def test_running_stub_is_shared_and_nothing_is_left_in_it(folder):
    with MockServer() as mock:
        options = ("-p", "xdist", "-n", "2")
        printed = folder.run_process(SAME_FAN_TWICE, *PLUGIN, *options, MOCKSERVER_URL=mock.url, **LEAN)

        assert served_by(printed) == {mock.url}
        assert httpx2.get(f"{mock.url}/__admin/sessions").json() == []


def test_nothing_heavy_is_imported_before_a_fixture_is_used(folder):
    """Every pytest run on the machine loads the plugin; most never use it."""
    folder.run_process(
        """
import sys

HEAVY = {"httpx2", "uvicorn", "connexion", "pydantic", "jsonschema_rs", "yaml", "jwt", "asyncio", "ssl"}

def test_light(pytestconfig):
    assert pytestconfig.pluginmanager.has_plugin("mockserver.testing.pytest_plugin")
    ours = {name for name in sys.modules if name.partition(".")[0] in ("mockserver", "openapi", "conformance")}
    assert ours == {"mockserver", "mockserver.testing", "mockserver.testing.pytest_plugin"}
    assert not HEAVY & set(sys.modules)
""",
        *PLUGIN,
        **LEAN,
    )


def test_own_fixture_of_the_same_name_wins(folder):
    """A project that has a fixture called mockserver already is not disturbed."""
    folder.run(
        """
import pytest

@pytest.fixture
def mockserver():
    return "ours"

def test_ours(mockserver):
    assert mockserver == "ours"
"""
    )


def test_installed_plugin_needs_no_mention_and_explains_its_fixtures(folder):
    others = {plugin.name for plugin in entry_points(group="pytest11")} - {"mockserver"}
    printed = folder.run_process(
        "def test_nothing(): pass", "--fixtures", *(f"-pno:{name}" for name in others)
    )

    assert "mock_session" in printed
    assert "session for this test alone" in printed

"""The pytest plugin, in pytest runs of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import httpx2
import pytest

from mockserver.testing.client import MockServer

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
LEAN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p mockserver.testing.pytest_plugin"}


class Pytest(NamedTuple):
    """A folder with tests, and how to run them."""

    folder: Path

    def __call__(self, source: str, *options: str, **variables: str) -> str:
        """Run the tests in *source*, which pass, with every warning an error; return what was printed."""
        (self.folder / "test_it.py").write_text(source)
        environment = {name: value for name, value in os.environ.items() if name != "MOCKSERVER_URL"} | LEAN
        ran = subprocess.run(
            [sys.executable, "-m", "pytest", "-rP", "-p", "no:cacheprovider", "-W", "error", *options],
            cwd=self.folder,
            env={**environment, **variables},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout


@pytest.fixture
def run_pytest(tmp_path: Path) -> Pytest:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return Pytest(tmp_path)


def served_by(printed: str) -> set[str]:
    return set(re.findall(r"served by (\S+)", printed))


def test_each_test_has_its_own_session_of_one_stub(run_pytest):
    assert len(served_by(run_pytest(SAME_FAN_TWICE))) == 1


def test_each_worker_has_its_own_stub(run_pytest):
    assert len(served_by(run_pytest(SAME_FAN_TWICE, "-p", "xdist", "-n", "2", "--dist", "each"))) == 2


def test_running_stub_is_shared_and_nothing_is_left_in_it(run_pytest):
    with MockServer() as mock:
        printed = run_pytest(SAME_FAN_TWICE, "-p", "xdist", "-n", "2", MOCKSERVER_URL=mock.url)

        assert served_by(printed) == {mock.url}
        assert httpx2.get(f"{mock.url}/__admin/sessions").json() == []


def test_nothing_heavy_is_imported_before_a_fixture_is_used(run_pytest):
    """Every pytest run on the machine loads the plugin; most never use it."""
    run_pytest(
        """
import sys

HEAVY = {"httpx2", "uvicorn", "connexion", "pydantic", "jsonschema_rs", "yaml", "jwt", "asyncio", "ssl"}

def test_light(pytestconfig):
    assert pytestconfig.pluginmanager.has_plugin("mockserver.testing.pytest_plugin")
    ours = {name for name in sys.modules if name.partition(".")[0] in ("mockserver", "openapi", "conformance")}
    assert ours == {"mockserver", "mockserver.testing", "mockserver.testing.pytest_plugin"}
    assert not HEAVY & set(sys.modules)
""",
    )


def test_own_fixture_of_the_same_name_wins(run_pytest):
    """A project that has a fixture called mockserver already is not disturbed."""
    run_pytest(
        """
import pytest

@pytest.fixture
def mockserver():
    return "ours"

def test_ours(mockserver):
    assert mockserver == "ours"
"""
    )


def test_installed_plugin_needs_no_mention(run_pytest):
    printed = run_pytest(
        "def test_nothing(): pass", "--fixtures", PYTEST_DISABLE_PLUGIN_AUTOLOAD="", PYTEST_ADDOPTS=""
    )

    assert "mock_session" in printed


def test_fixtures_are_explained(run_pytest):
    printed = run_pytest("def test_nothing(): pass", "--fixtures")

    assert "mock_session" in printed
    assert "session for this test alone" in printed

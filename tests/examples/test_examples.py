"""The worked examples do what their own README lines say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.testbed.environments import LEAN_PYTEST
from tests.testbed.forks.commands import forked_command
from tests.testbed.needed_programs import needs_chromium, needs_node

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture
def run(tmp_path):
    """Run a command in a copy of an example, with our own commands at hand, as after an installation."""
    ours = [Path(forked_command("mockserver")).parent, Path(sys.executable).parent]
    bin_first = os.pathsep.join([*map(str, ours), os.environ["PATH"]])
    environment = {**os.environ, "PATH": bin_first, "NO_COLOR": "1"}
    for name in [name for name in environment if name.startswith(("PYTEST_", "MOCKSERVER_"))]:
        del environment[name]
    # Their own lines install the stub without the judge, so without the plugins that the judge's packages bring.
    environment.update(LEAN_PYTEST)

    def run(example: str, *command: str) -> str:
        folder = tmp_path / example
        shutil.copytree(
            EXAMPLES / example, folder, ignore=shutil.ignore_patterns("node_modules"), dirs_exist_ok=True
        )
        done = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
        return done.stdout

    return run


def test_pytest_example_needs_no_set_up(run):
    assert re.search(r"\b4 passed", run("pytest", "pytest"))


def test_pytest_example_shares_one_stub_among_workers(run):
    assert re.search(r"\b4 passed", run("pytest", "mockserver", "run", "--", "pytest", "-n", "2"))


def test_node_example_runs(run):
    needs_node()

    assert re.search(r"\bpass 4\b", run("node", "npm", "test"))


def test_playwright_example_runs(run):
    needs_node()
    needs_chromium()
    run("playwright", "npm", "ci", "--prefer-offline", "--no-audit", "--no-fund")

    assert re.search(r"\b3 passed", run("playwright", "npm", "test"))


def test_vitest_example_runs_with_a_kit_of_its_own(run, tmp_path, node_modules):
    """Its packages are those of the other tests in Node, which are installed once."""
    ours = json.loads((EXAMPLES / "vitest" / "package.json").read_text())["devDependencies"]
    (tmp_path / "vitest").mkdir()
    (tmp_path / "vitest" / "node_modules").symlink_to(node_modules)

    assert (
        ours.items()
        <= json.loads((node_modules.parent / "package.json").read_text())["devDependencies"].items()
    )
    assert re.search(r"Tests +3 passed", run("vitest", "npm", "test"))


@pytest.mark.parametrize("example", ["node", "playwright"])
def test_dependencies_are_exact_and_name_no_host(example):
    package = json.loads((EXAMPLES / example / "package.json").read_text())
    wanted = package.get("devDependencies", {})
    if wanted:
        locked = json.loads((EXAMPLES / example / "package-lock.json").read_text())["packages"]
        assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
        assert not any("resolved" in entry for entry in locked.values())


@pytest.mark.parametrize("example", ["node", "playwright", "pytest", "targets", "vitest"])
def test_example_is_set_up_by_the_checkout(example):
    """From the lock, in seconds, and not by the pip of the system, which resolves for minutes or refuses to install."""
    first, second, *_ = re.findall(
        r"^    (\S.*?)(?: +#.*)?$", (EXAMPLES / example / "README.md").read_text(), re.M
    )
    ran = subprocess.run(
        ["sh", "-c", f"{first} --dry-run"],
        cwd=EXAMPLES / example,
        capture_output=True,
        timeout=20,
        check=True,
    )

    assert (first, second) == ("make -C ../.. judge", ". ../../.venv/bin/activate")
    assert ran.stderr == b""


@pytest.mark.parametrize("folder", sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()))
def test_every_example_is_listed_and_says_how_to_run_it(folder):
    assert f"({folder})" in (EXAMPLES / "README.md").read_text()
    assert (EXAMPLES / folder / "README.md").exists()


@pytest.mark.parametrize("is_ci", [False, True])
def test_bare_machine_skips_and_ci_fails(tmp_path, is_ci):
    """Without Node and Chromium each test that needs them names the package; on CI that is a failure."""
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path), **({"CI": "true"} if is_ci else {})}
    only = "write_succeeds or node_example or playwright_example"
    folders = ["tests/browser", "tests/examples"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", only, *folders]
    ran = subprocess.run(
        command, cwd=EXAMPLES.parent, env=environment, capture_output=True, text=True, timeout=60
    )

    assert ran.returncode == (1 if is_ci else 0), ran.stdout + ran.stderr
    assert "apt-get install chromium" in ran.stdout
    assert "apt-get install nodejs npm" in ran.stdout
    assert "passed" not in ran.stdout

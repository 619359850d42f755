"""One stub for all pages, and for each page a folder that looks like a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.environments import LEAN_PYTEST, Environment
from tests.testbed.forks.commands import COMMANDS, forked_command

from .pages import ROOT

# The pages whose commands are those of the wheel in a clean environment, so that both are tried at once.
_OF_THE_WHEEL = {"README", "ci"}
# The pages whose commands ask which shell has started them.
_OF_THE_SHELL = {"serving"}
# What names the port of the stub is copied, with the port that the stub of this test has.
_COPIED = ("docs/stub/session.sh", "examples/targets/*.yaml")


@pytest.fixture(scope="session")
def port(with_judge: Environment) -> Iterator[int]:
    """The port of a stub that runs as after an installation of the wheel, so that its own judge judges it."""
    command = with_judge.command("mockserver", "--port", "0", "--quiet")
    stub = subprocess.Popen(
        command, cwd=with_judge.folder, env=dict(with_judge.variables), stdout=subprocess.PIPE, text=True
    )
    try:
        assert stub.stdout
        url = stub.stdout.readline().strip()
        assert url, "the stub ended before it answered"
        yield int(url.rpartition(":")[2])
    finally:
        stub.terminate()
        stub.communicate(timeout=10)


@pytest.fixture
def checkout(request: pytest.FixtureRequest, page: Path, tmp_path: Path, port: int) -> Path:
    """A folder with what *page* uses of a checkout: the commands, and the files that it names."""
    if page.stem in _OF_THE_WHEEL:
        environment: Environment = request.getfixturevalue("with_judge")
        (tmp_path / ".venv").symlink_to(environment.folder)
    elif page.stem in _OF_THE_SHELL:
        (tmp_path / ".venv").symlink_to(sys.prefix)
    else:
        link_with_forked_commands(Path(sys.prefix), tmp_path / ".venv")
    for pattern in _COPIED:
        for source in ROOT.glob(pattern):
            copy = tmp_path / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(source.read_text(encoding="utf-8").replace("4010", str(port)), encoding="utf-8")
    return tmp_path


def link_with_forked_commands(environment: Path, folder: Path) -> None:
    """Make *folder* the *environment* in which our commands start sooner."""
    (folder / "bin").mkdir(parents=True)
    for entry in [*environment.iterdir(), *(environment / "bin").iterdir()]:
        if entry.name != "bin":
            link = folder / entry.relative_to(environment)
            link.symlink_to(forked_command(entry.name) if entry.name in COMMANDS else entry)


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the CI system that runs these tests may change what the commands print."""
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "MOCKSERVER_", "SUPRSEND_"))]:
        monkeypatch.delenv(name)
    for name, value in LEAN_PYTEST.items():
        monkeypatch.setenv(name, value)

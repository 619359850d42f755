"""One stub for all pages, and for each page a folder that looks like a checkout."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.testbed.environments import Environment

from .pages import ROOT

# The pages whose commands are those of the wheel in a clean environment, so that both are tried at once.
_OF_THE_WHEEL = {"README", "ci"}
# What names the port of the stub is copied, with the port that the stub of this test has.
_COPIED = ("docs/session.sh", "examples/targets/*.yaml")


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    """The port of a stub that runs as ``make serve`` would run it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    stub = subprocess.Popen(
        [sys.executable, "-m", "mockserver", "--port", str(port), "--quiet"], stdout=subprocess.PIPE
    )
    try:
        assert stub.stdout
        assert stub.stdout.readline(), "the stub ended before it answered"
        _wait_for(port)
        yield port
    finally:
        stub.terminate()
        stub.communicate(timeout=10)


def _wait_for(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"nothing listens on {port} after 30 s")


@pytest.fixture
def checkout(request: pytest.FixtureRequest, page: Path, tmp_path: Path, port: int) -> Path:
    """A folder with what *page* uses of a checkout: the commands, and the files that it names."""
    installed = Path(sys.prefix)
    if page.stem in _OF_THE_WHEEL:
        environment: Environment = request.getfixturevalue("with_judge")
        installed = environment.folder
    (tmp_path / ".venv").symlink_to(installed)
    for pattern in _COPIED:
        for source in ROOT.glob(pattern):
            copy = tmp_path / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(source.read_text(encoding="utf-8").replace("4010", str(port)), encoding="utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the CI system that runs these tests may change what the commands print."""
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "MOCKSERVER_", "SUPRSEND_"))]:
        monkeypatch.delenv(name)

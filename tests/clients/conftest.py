"""A stub that verifies signatures, and the clients that are installed beside our own packages."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mockserver import MockServer
from tests.conftest import Once

FOLDER = Path(__file__).parent
Run = Callable[..., str]


@pytest.fixture(scope="session")
def mock() -> Iterator[MockServer]:
    with MockServer(verify_hmac=True) as server:
        yield server


@pytest.fixture(scope="session")
def installed(once: Once) -> Path:
    """A folder with the packages of python/requirements.lock, which win over ours where it comes first."""

    def install(folder: Path) -> None:
        lock = str(FOLDER / "python" / "requirements.lock")
        what = ["--quiet", "--no-deps", "--require-hashes", "--target", str(folder), "-r", lock]
        # As in the Makefile: uv takes a tenth of pip's time, and does not find every index that pip is told of.
        uv, pip = (
            [sys.executable, "-m", *words.split(), *what]
            for words in ("uv pip install", "pip install --no-compile --disable-pip-version-check")
        )
        if subprocess.run(uv, timeout=120, stderr=subprocess.DEVNULL).returncode:
            subprocess.run(pip, check=True, timeout=120)

    return once("clients", install)


@pytest.fixture
def python(installed: Path) -> Run:
    """Run Python with these packages, and more folders before them; returns what it prints."""

    def run(*arguments: str, folders: tuple[Path, ...] = ()) -> str:
        path = os.pathsep.join(map(str, (*folders, installed)))
        binaries = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
        ran = subprocess.run(
            [sys.executable, *arguments],
            env={**os.environ, "PYTHONPATH": path, "PATH": binaries},
            cwd=FOLDER.parents[1],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    return run

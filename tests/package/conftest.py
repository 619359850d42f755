"""The wheel and the clean environments it is installed in: each made once for all workers of a run."""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Environment:
    """A virtual environment outside the checkout, with nothing of the caller's shell in it."""

    folder: Path

    @property
    def variables(self) -> Mapping[str, str]:
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "LANG": "C.UTF-8"}

    def command(self, *words: str | Path) -> list[str]:
        return [str(self.folder / "bin" / words[0]), *map(str, words[1:])]

    def run(
        self, *words: str | Path, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one of the environment's commands to its end, in the environment's own folder."""
        return subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env={**self.variables, **(variables or {})},
            capture_output=True,
            text=True,
            timeout=120,
        )


@pytest.fixture(scope="session")
def wheel(once) -> Path:
    """The wheel, built from the checkout."""

    def build(folder: Path) -> None:
        options = ["--wheel", "--no-isolation", "--outdir", str(folder)]
        checked([sys.executable, "-m", "build", *options, str(ROOT)])

    (built,) = once("wheel", build).glob("*.whl")
    return built


@pytest.fixture(scope="session")
def stub_alone(once, wheel) -> Environment:
    """An environment with the wheel and what its base dependencies bring."""
    return Environment(once("stub-alone", lambda folder: install(folder, str(wheel))))


@pytest.fixture(scope="session")
def with_judge(once, wheel) -> Environment:
    """An environment with the wheel and its extra."""
    return Environment(once("with-judge", lambda folder: install(folder, f"{wheel}[conformance]")))


def install(folder: Path, what: str) -> None:
    """Make a virtual environment and install into it, in the locked versions."""
    venv.create(folder, with_pip=False)
    versions = folder / "constraints.txt"
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    versions.write_text("\n".join(re.findall(r"^[\w.-]+==[^\s;]+(?: ; [^\\\n]+)?", lock, re.MULTILINE)))
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    checked(
        [*pip, "install", "--quiet", "--no-compile", "--disable-pip-version-check", "-c", str(versions), what]
    )


def checked(command: list[str]) -> None:
    """Run a command that has to work; its own words are the failure."""
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if ran.returncode:
        pytest.fail(f"{' '.join(command)}\n{ran.stdout}{ran.stderr}", pytrace=False)

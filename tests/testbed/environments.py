"""The wheel and the clean environments it is installed in: each made once for all workers of a run."""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
# Plugins that the judge's packages bring to every pytest run of an environment, and that take a second to import.
LEAN_PYTEST = {"PYTEST_ADDOPTS": "-p no:schemathesis -p no:hypothesispytest"}


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
        checked([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)])

    (built,) = once("wheel", build).glob("*.whl")
    return built


@pytest.fixture(scope="session")
def stub_alone(once, wheel) -> Environment:
    """An environment with the wheel and what its base dependencies bring."""
    return Environment(once("stub-alone", lambda folder: install(folder, wheel, "requirements-serve.lock")))


@pytest.fixture(scope="session")
def with_judge(once, wheel) -> Environment:
    """An environment with the wheel and its extra."""
    return Environment(once("with-judge", lambda folder: install(folder, wheel, "requirements-run.lock")))


def install(folder: Path, wheel: Path, lock: str) -> None:
    """Make an environment of the wheel and of what *lock* names: that, and nothing else, as it is installed here.

    Linking an installed distribution takes a millisecond, where installing it again takes a tenth of a second; its
    version is the locked one, because the lock is a part of the one that this environment was installed from.
    """
    venv.create(folder, with_pip=False)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in locked_names(lock):
        for path in installed_paths(name):
            if not (packages / path.name).exists():
                (packages / path.name).symlink_to(path)
    pytest_command = folder / "bin" / "pytest"
    pytest_command.write_text(
        f"#!{folder}/bin/python\nimport pytest\nraise SystemExit(pytest.console_main())\n"
    )
    pytest_command.chmod(0o755)
    # It takes a tenth of pip's time, as in the Makefile.
    uv = [sys.executable, "-m", "uv", "pip", "install", "--python", str(folder / "bin" / "python")]
    checked([*uv, "--quiet", "--offline", "--no-deps", str(wheel)])


def locked_names(lock: str) -> list[str]:
    """List the distributions of a lock that this platform needs."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    lines = re.findall(r"^[\w.-]+==[^\s;]+(?: ; [^\\\n]+)?", text, re.MULTILINE)
    wanted = [Requirement(line) for line in lines]
    return [one.name for one in wanted if one.marker is None or one.marker.evaluate()]


def installed_paths(name: str) -> set[Path]:
    """Find the folders and files that a distribution has in the site-packages of this environment."""
    found = distribution(name)
    tops = {file.parts[0] for file in found.files or [] if file.parts[0] not in {"..", "__pycache__"}}
    return {Path(found.locate_file(top)) for top in tops}


def checked(command: list[str]) -> None:
    """Run a command that has to work; its own words are the failure."""
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    if ran.returncode:
        pytest.fail(f"{' '.join(command)}\n{ran.stdout}{ran.stderr}", pytrace=False)

"""The image, as far as it can be known without building it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.testbed.stubs import start_command

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "Containerfile").read_text(encoding="utf-8")
LINES = [line for line in TEXT.replace("\\\n", "").splitlines() if line and not line.startswith("#")]
LAST = LINES[max(at for at, line in enumerate(LINES) if line.startswith("FROM ")) :]
IGNORED = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()


def value(instruction: str) -> str:
    """Return what stands after the only *instruction* of the last stage."""
    (line,) = (line for line in LAST if line.startswith(f"{instruction} "))
    return line.partition(" ")[2]


def test_what_is_copied_is_there_and_is_sent_to_the_builder():
    copied = [name for line in LINES if re.match(r"COPY (?!--)", line) for name in line.split()[1:-1]]

    assert {"requirements-run.lock", "pyproject.toml", "openapi", "mockserver", "conformance"} <= set(copied)
    for name in copied:
        assert (ROOT / name).exists(), name
    assert {line.removeprefix("!") for line in IGNORED if line.startswith("!")} == set(copied)
    assert "*" in IGNORED


def test_every_stage_is_built_on_the_image_that_can_be_given_by_its_digest():
    stages = [line.split()[1] for line in LINES if line.startswith("FROM ")]

    assert stages == ["${PYTHON}"] * 2
    for text in (TEXT, (ROOT / "docs/stub/serving.md").read_text(encoding="utf-8")):
        assert re.search(r"--build-arg\s+PYTHON=docker\.io/library/python@sha256:(\.\.\.|…)", text)


def test_base_is_pinned():
    (base,) = (line.partition("=")[2] for line in LINES if line.startswith("ARG "))

    assert re.fullmatch(r"[\w./-]+:\d+\.\d+\.\d+-[\w-]+", base)
    assert {line.split()[1] for line in LINES if line.startswith("FROM ")} == {"${PYTHON}"}


def test_image_is_run_by_nobody_in_particular():
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", value("USER"))


def test_image_has_no_secret():
    settings = " ".join(line for line in LINES if line.startswith(("ENV", "ARG")))

    assert not re.search("token|secret|password|api_key", settings, re.IGNORECASE)


def test_image_serves_and_its_check_of_health_says_so():
    """On every address, as in the container, where the control plane asks for a token and the check has none."""
    check = json.loads(value("HEALTHCHECK").partition("CMD ")[2])
    settings = dict(re.findall(r"(MOCKSERVER_\w+)=(\S+)", value("ENV")))
    python, *words = check

    with start_command("--host", settings.pop("MOCKSERVER_HOST"), "--quiet") as (url, _):
        port = url.rpartition(":")[2]
        healthy = subprocess.run(
            [sys.executable, *words], env={**os.environ, "MOCKSERVER_PORT": port}, timeout=20, check=False
        )
    gone = subprocess.run(
        [sys.executable, *words],
        env={**os.environ, "MOCKSERVER_PORT": port},
        timeout=20,
        check=False,
        stderr=subprocess.DEVNULL,
    )

    # An address that can be called from outside the container as well.
    assert url.startswith("http://127.0.0.1:")
    assert (python, json.loads(value("CMD")), settings) == ("python", ["mockserver"], {})
    assert (healthy.returncode, gone.returncode) == (0, 1)

"""What `make` would do on a fresh machine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[2]


def planned_lines(*words: str) -> list[str]:
    """List the commands that `make` would run if nothing had been made yet."""
    planned = ["make", "--no-print-directory", "--dry-run", "--always-make", *words]
    return subprocess.run(planned, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()


def test_serving_installs_what_it_needs_and_no_more():
    lines = planned_lines("serve", "PORT=8080")
    locks = re.findall(r"-r (\S+)", "\n".join(lines))

    assert locks == ["requirements-install.lock", "requirements-serve.lock"]
    assert " .venv/bin/mockserver --port 8080 " in lines[-1]


def test_ctrl_c_is_no_error_of_make():
    command = [
        *["make", "--no-print-directory", "--old-file", ".venv/serve"],
        *[f"BIN={Path(sys.executable).parent}", "serve", "PORT=0"],
    ]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # which is interrupted as a whole, as by a terminal
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout
        announced = list(iter(process.stdout.readline, "\n"))
        os.killpg(process.pid, signal.SIGINT)
        rest, _ = process.communicate(timeout=20)

    assert "make serve PORT=" in announced[0]
    assert "***" not in rest


def test_every_slow_step_is_announced():
    lines = planned_lines("test")
    slow = [at for at, line in enumerate(lines) if re.search(r" -m (venv|pip) |; install ", line)]
    first, its_tool, *others = slow

    assert len(others) == 3
    assert its_tool == first + 1
    assert all(lines[at - 1].startswith('echo "make: ') for at in (first, *others))


def test_testing_adds_to_what_serving_installed():
    locks = re.findall(r"-r (\S+)", "\n".join(planned_lines("test")))

    assert locks == ["requirements-install.lock", "requirements-serve.lock", "requirements.lock"]


def test_pip_comes_from_the_lock_and_not_by_ensurepip_which_takes_longest():
    lines = planned_lines("serve")
    lock = (ROOT / "requirements-install.lock").read_text(encoding="utf-8")

    assert "python3 -m venv --without-pip .venv" in lines
    assert re.findall(r"^(\w+)==", lock, re.MULTILINE) == ["pip", "uv"]

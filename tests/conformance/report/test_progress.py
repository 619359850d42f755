"""How far a run is shows on a terminal and nowhere else, and is gone when the run is over."""

import io
import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import pytest
from typer.testing import CliRunner

from conformance import proof
from conformance.command.cli import app
from conformance.judge.suites import collect_requirements
from conformance.proof.server import serve
from conformance.suite.requirement import select_requirements

API = "onlyautomator"
ONLY = ("--only", "missing-*", "--only", "value-*")
COUNT = len(select_requirements(collect_requirements(API), ["missing-*", "value-*"]))
PROGRESS = re.compile(rf"\d+ of {COUNT}, \d+ s  ([\w/-]+)")


class Slow(proof.reference_of(API)):
    """Takes its time, so that there is something to watch."""

    def answer(self, request):
        time.sleep(0.02)
        return super().answer(request)


@contextmanager
def command(folder, *arguments):
    with serve(Slow()) as url:
        profile = folder / "target.yaml"
        profile.write_text(json.dumps(Slow().profile(url)))
        yield ["run", str(profile), *ONLY, *arguments]


NOT_SET = {"CI": None, "NO_COLOR": None, "FORCE_COLOR": None}
SET = {"TERM": "xterm-256color", "COLUMNS": "100"}


def read_terminal(ours):
    """Return all that a terminal gets until its other end is closed."""
    seen, until = b"", time.monotonic() + 60
    with suppress(OSError):  # how Linux says so
        while time.monotonic() < until and select.select([ours], [], [], 60)[0]:
            seen += os.read(ours, 65536)
    os.close(ours)
    return seen.decode()


def watched_process(words):
    """Run a command with a terminal as its standard output; return what the terminal got."""
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name not in NOT_SET}
    process = subprocess.Popen(
        [sys.executable, "-m", "conformance", *words],
        env={**environment, **SET},
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs)
    seen = read_terminal(ours)
    assert process.wait(60) == 0
    return seen


def watched(words, stream, **changes):
    """Run a command here with a terminal as one of its streams; return what that got, and standard output."""
    ours, theirs = pty.openpty()
    output = io.StringIO()
    with (
        ThreadPoolExecutor() as threads,
        pytest.MonkeyPatch.context() as patch,
        open(theirs, "w") as terminal,  # noqa: PTH123  a descriptor has no path
    ):
        seen = threads.submit(read_terminal, ours)
        for name in NOT_SET:
            patch.delenv(name, raising=False)
        for name, value in {**SET, **changes}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "stdout", terminal if stream == "stdout" else output)
        patch.setattr(sys, "stderr", terminal if stream == "stderr" else io.StringIO())
        with pytest.raises(SystemExit) as ended:
            app(words, prog_name="conformance")
        terminal.close()
        assert not ended.value.code
        return seen.result(60), output.getvalue()


def screen(seen):
    """Return the lines that are left on a terminal which was sent all this."""
    lines, row = [""], 0
    for part in re.findall(r"\x1b\[[?\d;]*[A-Za-z]|\r\n|\r|\n|[^\x1b\r\n]+", seen):
        if part == "\x1b[1A":
            row -= 1
        elif part == "\x1b[2K":
            lines[row] = ""
        elif part == "\r\n":
            row += 1
            lines += [""] * (row + 1 - len(lines))
        elif part[0] not in "\x1b\r\n":
            lines[row] += part
    return lines


def test_terminal_shows_how_far_a_run_is_and_keeps_only_the_summary(tmp_path):
    with command(tmp_path) as words:
        seen = watched_process(words)
    left = "\n".join(screen(seen))
    asked = PROGRESS.findall(seen)

    assert len(set(asked)) > 3
    assert not PROGRESS.search(left)
    assert not re.search(r"^(?:passed|observed)  ", left, re.MULTILINE)
    assert f"of {COUNT} requirements" in left


@pytest.mark.parametrize("changes", [{"CI": "true"}, {"TERM": "dumb"}])
def test_terminal_that_nobody_watches_gets_plain_lines(tmp_path, changes):
    with command(tmp_path) as words:
        seen, _ = watched(words, "stdout", **changes)

    assert not PROGRESS.search(seen)
    assert f"\n{'.' * COUNT}\r\n" in seen
    assert "\x1b[2K" not in seen
    assert "CONFORMANT" in seen


def test_progress_beside_a_report_on_standard_output_goes_to_the_terminal(tmp_path):
    with command(tmp_path, "--report-dir", "-") as words:
        seen, printed = watched(words, "stderr")

    assert json.loads(printed)["verdict"] == "conformant"
    assert PROGRESS.search(seen)
    assert "CONFORMANT" in seen


@pytest.mark.parametrize("changes", [{}, {"FORCE_COLOR": "1"}])
def test_pipe_gets_plain_lines(tmp_path, changes):
    with command(tmp_path) as words:
        done = CliRunner(env={**NOT_SET, **SET, **changes}).invoke(app, words)

    assert (done.exit_code, done.stderr) == (0, "")
    assert not PROGRESS.search(done.stdout)
    assert not re.search(r"\x1b\[[^m]*[A-LN-Za-ln-z]", done.stdout)

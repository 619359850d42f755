"""Ctrl-C, at any time, and SIGTERM: what there is gets written, things are put back, and no traceback is shown."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

import pytest
from typer.testing import CliRunner

from conformance import proof
from conformance.command import cli
from conformance.judge import interrupt, session, suites
from conformance.proof.server import serve
from tests.conformance.command.commands import REPORT_FILES

# No badge, which speaks of all requirements.
FILES = [name for name in REPORT_FILES if name != "badge.json"]


class Stalls:
    """Makes a server that answers until *served* requests have come, and stalls the later ones."""

    def __init__(self, api, served, stall_s=30.0, when_stalling=lambda: None):
        self.server = proof.reference_of(api)()
        self.served, self.stall_s, self.when_stalling = served, stall_s, when_stalling
        self.bodies = []
        self.has_stalled = threading.Event()
        self.is_over = threading.Event()

    def answer(self, request):
        self.bodies.append(request.body)
        if len(self.bodies) > self.served:
            self.has_stalled.set()
            self.when_stalling()
            self.is_over.wait(self.stall_s)
        return self.server.answer(request)


def interrupt_this_process():
    """Interrupt a command that runs in here, from another thread."""
    signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)


@pytest.fixture
def kept_handlers():
    """Give the signals the handlers again that they have outside a command."""
    earlier = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in earlier.items():
        signal.signal(number, handler)


@contextmanager
def patient_profile(folder, server):
    """Serve a server, and write the profile of a target that may take its time to a file."""
    with serve(server) as url:
        profile = {**server.server.profile(url), "patience": {"timeout_s": 60}}
        (folder / "target.yaml").write_text(json.dumps(profile))
        try:
            yield folder / "target.yaml"
        finally:
            server.is_over.set()


def run_here(folder, server, *arguments):
    """Run the command in this process, against a server that interrupts it; return how it ended."""
    with patient_profile(folder, server) as target:
        return CliRunner().invoke(cli.app, ["run", str(target), *map(str, arguments)])


@contextmanager
def running(folder, server, *arguments):
    """Run the command against a server, up to where it stalls."""
    with patient_profile(folder, server) as target:
        command = [sys.executable, "-m", "conformance", "run", target, *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert server.has_stalled.wait(30)
            yield process
        finally:
            process.kill()
            process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_writes_every_report(tmp_path, number):
    with running(tmp_path, Stalls("onlyautomator", 30), "--report-dir", tmp_path / "report") as process:
        process.send_signal(number)
        printed, complaint = process.communicate(timeout=20)
    report = json.loads((tmp_path / "report" / "report.json").read_text())
    asked = [one for one in report["requirements"] if one["reason"] != "not asked: interrupted"]

    assert (process.returncode, complaint) == (130, "")
    assert "interrupted: these are the results up to then" in printed
    assert sorted(file.name for file in (tmp_path / "report").iterdir()) == FILES
    assert (report["verdict"], report["reason"]) == ("no_verdict", "interrupted")
    assert len(asked) > 5
    assert {one["status"] for one in asked} == {"passed", "observed"}
    assert {one["status"] for one in report["requirements"] if one not in asked} == {"inconclusive"}


@pytest.mark.usefixtures("kept_handlers")
def test_interrupted_report_on_standard_output_is_whole(tmp_path):
    server = Stalls("onlyautomator", 30, when_stalling=interrupt_this_process)
    done = run_here(tmp_path, server, "--report-dir", "-")

    assert done.exit_code == 130
    assert json.loads(done.stdout)["reason"] == "interrupted"
    assert "interrupted" in done.stderr


@pytest.mark.usefixtures("kept_handlers")
def test_putting_back_is_given_up_after_seconds(tmp_path, monkeypatch):
    assert session._RESTORE_WITHIN_S <= 5  # somebody waits
    monkeypatch.setattr(session, "_RESTORE_WITHIN_S", 0.5)

    def interrupt_once():
        if not interrupted:
            interrupted.append(time.monotonic())
            interrupt_this_process()

    interrupted = []
    server = Stalls("suprsend", 12, when_stalling=interrupt_once)
    done = run_here(tmp_path, server)

    assert done.exit_code == 130
    assert time.monotonic() - interrupted[0] < 7.5  # the stall takes thirty
    assert len(server.bodies) > 13


@pytest.mark.usefixtures("kept_handlers")
def test_second_interrupt_ends_the_putting_back_and_still_reports(tmp_path):
    def interrupt_twice():
        if len(interrupted) < 2:
            interrupted.append(time.monotonic())
            interrupt_this_process()

    interrupted = []
    server = Stalls("suprsend", 12, when_stalling=interrupt_twice)
    done = run_here(tmp_path, server, "--report-dir", tmp_path / "report")

    assert (done.exit_code, done.stderr) == (130, "")
    assert len(interrupted) == 2
    assert time.monotonic() - interrupted[1] < 3
    assert sorted(file.name for file in (tmp_path / "report").iterdir()) == FILES


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_while_a_credential_is_fetched_is_one_line(tmp_path, number):
    began = tmp_path / "began"
    os.mkfifo(began)
    hangs = ["sh", "-c", f"echo up > {began}; exec sleep 60"]
    profile = {**proof.reference_of("onlyautomator")().profile("http://127.0.0.1:9")}
    profile["credentials"] = {"user": {"command": hangs}}
    (tmp_path / "target.yaml").write_text(json.dumps(profile))
    command = [sys.executable, "-m", "conformance", "run", tmp_path / "target.yaml"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    began.read_text()
    process.send_signal(number)
    printed, complaint = process.communicate(timeout=20)

    assert (process.returncode, printed) == (130, "")
    assert complaint == "conformance: interrupted before anything was asked, so there is no report\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("after_s", [0.1, 0.2, 0.3, 0.5])
def test_interrupt_before_anything_was_asked_shows_no_traceback(tmp_path, after_s, number):
    """Signals are sent once the interpreter itself is up, which is when it has read its first module of ours."""
    watched = (
        "import sys, conformance.__main__ as it, conformance.judge.interrupt as interrupt;"
        "interrupt.exit_on_interrupt(); print('up', flush=True); it.main()"
    )
    (tmp_path / "target.yaml").write_text("api: onlyautomator\n")
    command = [sys.executable, "-c", watched, "selftest", "--only", "Reference"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.readline()
    time.sleep(after_s)
    process.send_signal(number)
    _, complaint = process.communicate(timeout=30)

    assert process.returncode == 130
    assert complaint in (
        "conformance: interrupted before anything was asked\n",
        "conformance: interrupted\n",
    )


@pytest.mark.usefixtures("kept_handlers")
def test_interrupt_that_a_library_swallows_is_told(monkeypatch, capsys):
    """As where it comes while a pool starts its processes, which breaks the pool."""

    def collect(*_):
        with suppress(KeyboardInterrupt):
            interrupt_this_process()
        raise RuntimeError("a process of the pool is missing")

    monkeypatch.setattr(sys, "argv", ["conformance", "list", "onlyautomator"])
    monkeypatch.setattr(suites, "collect_requirements", collect)
    with pytest.raises(SystemExit) as ended:
        cli.main()

    assert (ended.value.code, capsys.readouterr().err) == (130, "conformance: interrupted\n")


@pytest.mark.usefixtures("kept_handlers")
def test_interrupt_at_any_line_before_a_command_begins_is_told(monkeypatch, capsys):
    """Between what lets an interrupt be raised and what catches it there is no line where it goes by unsaid."""

    def begin(frame, *_):
        """Follow what interrupt.raise_on_interrupt() returns to, and no code below it."""
        if passed or frame.f_code is not interrupt.raise_on_interrupt.__code__:
            return None
        caller = frame.f_back
        while "typer" not in caller.f_code.co_filename:
            caller.f_trace, caller = interrupt_in, caller.f_back
        return interrupt_in

    def interrupt_in(_, event, __):
        nonlocal passed
        passed += event != "exception"
        if passed > spared:
            sys.settrace(None)
            raise KeyboardInterrupt
        return interrupt_in

    def collect(*_):
        sys.settrace(None)
        return []

    monkeypatch.setattr(sys, "argv", ["conformance", "list", "onlyautomator"])
    monkeypatch.setattr(suites, "collect_requirements", collect)
    ends, spared = [], 0
    try:
        while (0, "") not in ends:
            passed = 0
            sys.settrace(begin)
            with pytest.raises(SystemExit) as ended:
                cli.main()
            ends.append((ended.value.code, capsys.readouterr().err))
            spared += 1
    finally:
        sys.settrace(None)

    told = (130, "conformance: interrupted\n")
    assert ends == [told] * (len(ends) - 1) + [(0, "")]
    assert len(ends) > 3


def test_ignored_interrupt_stays_ignored(tmp_path):
    """A shell starts what it puts into the background that way, and a Ctrl-C is not meant for it."""
    server = Stalls("onlyautomator", 30, stall_s=1)
    script = 'trap "" INT; exec "$0" -m conformance run "$1" --only "missing-*" --only value-true'
    with serve(server) as url:
        (tmp_path / "target.yaml").write_text(json.dumps(server.server.profile(url)))
        command = ["sh", "-c", script, sys.executable, str(tmp_path / "target.yaml")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert "onlyautomator" in process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)

    assert process.returncode == 0

"""``mockserver run -- COMMAND``: what the command finds, how it ends, and what is left."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.testbed.stubs import MOCKSERVER, run_command, run_process
from tests.testbed.waiting import wait_until

# Says that it is there, then how it was told to end.
PATIENT = """
import os, signal, sys
def end(number, _):
    print("told", signal.Signals(number).name, flush=True)
    sys.exit(7)
for name in ("SIGINT", "SIGTERM", "SIGHUP"):
    signal.signal(getattr(signal, name), end)
print(os.environ["MOCKSERVER_URL"], flush=True)
while True:
    signal.pause()
"""

# Counts interrupts, without the moment in which a handler would take two for one.
COUNTS = """
import os, signal, sys
interrupt = {signal.SIGINT}
signal.pthread_sigmask(signal.SIG_BLOCK, interrupt)
print(os.environ["MOCKSERVER_URL"], flush=True)
signal.sigwait(interrupt)
print("told", "twice" if signal.sigtimedwait(interrupt, 1) else "once", flush=True)
sys.exit(7)
"""


def test_command_finds_the_stub_and_its_credentials():
    script = """
import os, urllib.request as r, json
url = os.environ["MOCKSERVER_URL"]
def call(method, path, credential, body):
    headers = {"Authorization": "Bearer " + credential, "Content-Type": "application/json"}
    with r.urlopen(r.Request(url + path, json.dumps(body).encode(), headers, method=method)) as answer:
        print(answer.status)
call("POST", "/api/v2/update-preference", os.environ["MOCKSERVER_TOKEN"],
     {"fanId": "12345", "category": "content", "preference": "dark_mode", "value": True})
call("PATCH", "/v1/object/departments/engineering/preference/category/status-update-alert",
     os.environ["MOCKSERVER_API_KEY"], {"preference": "opt_in"})
"""
    ran = run_process("run", "--", sys.executable, "-c", script)

    assert (ran.returncode, ran.stdout.split()) == (0, ["200", "202"]), ran.stderr


@pytest.mark.parametrize("status", [0, 5])
def test_status_is_the_commands(status):
    assert run_command("run", "--", "sh", "-c", f"exit {status}").returncode == status


def test_command_killed_by_a_signal_ends_as_in_a_shell():
    assert run_command("run", "--", "sh", "-c", "kill -TERM $$").returncode == 128 + signal.SIGTERM


def test_arguments_are_the_commands_own(capfd):
    """Also those that look like ours."""
    run_command("run", "--", "printf", "%s|", "--port", "--help", "a b", "")

    assert capfd.readouterr().out == "--port|--help|a b||"


def test_command_that_is_not_there_is_one_line():
    ran = run_command("run", "--", "no-such-command-anywhere")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert len(ran.stderr.splitlines()) == 1
    assert "no-such-command-anywhere" in ran.stderr


def test_no_command_is_a_usage_error():
    assert run_command("run").returncode == 2


def test_stub_is_gone_afterwards(capfd):
    run_command("run", "--", "sh", "-c", "echo $MOCKSERVER_URL")
    url = capfd.readouterr().out.strip()

    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_is_passed_on(number):
    command = [MOCKSERVER, "run", "--", sys.executable, "-c", PATIENT]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as running:
        url = running.stdout.readline().strip()
        assert httpx2.get(f"{url}/__admin/health").status_code == 200
        running.send_signal(number)
        rest, _ = running.communicate(timeout=10)

    assert (rest.split(), running.returncode) == (["told", number.name], 7)
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url)


def test_interrupt_at_the_terminal_comes_once():
    """The terminal tells every process of the group; a command told twice gives up its tidying."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(MOCKSERVER, [MOCKSERVER, "run", "--", sys.executable, "-c", COUNTS])  # noqa: S606
    seen = b""
    while b"http://" not in seen:
        seen += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    while chunk := _read_terminal(terminal):
        seen += chunk
    _, status = os.waitpid(pid, 0)
    os.close(terminal)

    assert b"told once" in seen
    assert os.waitstatus_to_exitcode(status) == 7


def _read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1000)
    except OSError:  # what Linux says of a terminal nobody has open any more
        return b""


def test_own_contract_has_no_credentials(tmp_path: Path, capfd):
    """A variable that would be empty is not set."""
    spec = tmp_path / "nothing.yaml"
    spec.write_text(
        'openapi: 3.0.3\ninfo: {title: N, version: "1"}\n'
        'paths: {/n: {get: {responses: {"204": {description: None}}}}}\n'
    )
    run_command("--spec", spec, "run", "--", "env")
    variables = capfd.readouterr().out

    assert "MOCKSERVER_URL=" in variables
    assert "MOCKSERVER_TOKEN=" not in variables
    assert "MOCKSERVER_API_KEY=" not in variables


def test_ready_file_has_the_url_once_it_answers(tmp_path: Path):
    """Whoever waits for the file may call at once."""
    ready = tmp_path / "ready"
    command = [MOCKSERVER, "--port", "0", "--quiet", "--ready-file", str(ready)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        url = running.stdout.readline().strip()
        try:
            # Written right after the line that was just read.
            wait_until(lambda: ready.exists() and ready.read_text() != "")
            found = ready.read_text()
            assert httpx2.get(f"{url}/__admin/health").status_code == 200
        finally:
            running.terminate()

    assert found == f"{url}\n"
    assert not ready.exists()


def test_ready_file_is_there_for_the_command_too(tmp_path: Path):
    ready = tmp_path / "ready"
    ready.write_text("http://127.0.0.1:1\n")
    same = f'test "$(cat {ready})" = "$MOCKSERVER_URL"'

    assert run_command("--ready-file", ready, "run", "--", "sh", "-c", same).returncode == 0
    assert not ready.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "0", "--ready-file", "/nowhere/x"], "--ready-file /nowhere/x: cannot be written"),
        (["run", "--port", "1", "--", "true"], "--port belongs before run"),
    ],
)
def test_what_cannot_be_done_is_one_line(words, said):
    ran = run_command(*words)

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"mockserver: {said}")
    assert ran.stderr.count("\n") == 1

"""Stubs to test: the command in a process of its own, and a stub of the Python API in a thread."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from mockserver.command import serve
from mockserver.command.build import build_stub
from mockserver.command.cli import main
from mockserver.command.settings import Settings
from mockserver.http import listening_socket
from mockserver.http.server import ServerThread
from mockserver.services.service import select_built_in_services
from mockserver.stub import Stub
from tests.testbed.forks.commands import forked_command

MOCKSERVER = str(Path(sys.executable).parent / "mockserver")
LONGEST_S = 20


def run_command(*words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end in this process, which saves it a second; what it starts itself prints elsewhere."""
    printed, complained = io.StringIO(), io.StringIO()
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(sys, "argv", ["mockserver", *map(str, words)])
        for name, value in variables.items():
            patch.setenv(name, value)
        stack.enter_context(warnings.catch_warnings())
        stack.enter_context(redirect_stdout(printed))
        stack.enter_context(redirect_stderr(complained))
        stack.enter_context(end_after(LONGEST_S))
        with pytest.raises(SystemExit) as ended:
            main()
    return subprocess.CompletedProcess(
        words, ended.value.code or 0, printed.getvalue(), complained.getvalue()
    )


@contextmanager
def end_after(seconds: int) -> Iterator[None]:
    """Fail what takes longer."""

    def fail(*_: object) -> None:
        raise TimeoutError(f"still running after {seconds} s")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def run_process(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end, as a user does."""
    environment = {**os.environ, **variables}
    return subprocess.run(
        [MOCKSERVER, *words], capture_output=True, text=True, timeout=LONGEST_S, env=environment
    )


@contextmanager
def start_command(*words: str, path: str = "") -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start the command on a free port; yields its URL and the process, whose output up to the URL has been read.

    path: of the command, such as MOCKSERVER where the process itself is tested; by default one that starts sooner.
    """
    process = subprocess.Popen(
        [path or forked_command("mockserver"), "--port", "0", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process.stdout.readline().strip().rpartition(" ")[2], process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)


@contextmanager
def serve_command(*words: str) -> Iterator[str]:
    """Serve what the command line says from a thread of this process, which saves a second; yields its URL."""
    said: list[Settings] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(serve, "serve_until_signal", said.append)
        run_command(*words)
    settings = said[0]
    built_in = select_built_in_services(settings.api, settings.fixtures, settings.spec)
    with serve_stub(build_stub(settings, built_in)) as url:
        yield url


@contextmanager
def serve_stub(stub: Stub) -> Iterator[str]:
    """Serve *stub* from a thread, until the block ends; yields its URL."""
    listener = listening_socket.open_socket("127.0.0.1", 0)
    server = ServerThread(stub.application, listener)
    server.start()
    try:
        yield listening_socket.socket_url(listener)
    finally:
        server.stop()


def list_banner_commands(banner: str) -> list[str]:
    """List the commands of curl in a banner, which go on in the next line after a backslash."""
    return re.findall(r"^curl (?:.*\\\n)*.*", banner, flags=re.MULTILINE)

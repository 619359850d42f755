"""Stubs to test: the command as a user starts it, and a stub of the Python API in a thread."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mockserver.http import socket as listener
from mockserver.http.server import Server
from mockserver.stub import Stub

MOCKSERVER = str(Path(sys.executable).parent / "mockserver")


def run(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    environment = {**os.environ, **variables}
    return subprocess.run([MOCKSERVER, *words], capture_output=True, text=True, timeout=20, env=environment)


@contextmanager
def started(*words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start the command on a free port; yields its URL and the process, whose output up to the URL has been read."""
    process = subprocess.Popen(
        [MOCKSERVER, "--port", "0", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process.stdout.readline().strip().rpartition(" ")[2], process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)


@contextmanager
def served(stub: Stub) -> Iterator[str]:
    """Serve *stub* from a thread, until the block ends; yields its URL."""
    socket = listener.listen("127.0.0.1", 0)
    ready = threading.Event()
    server = Server(stub.door, ready.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]})
    thread.start()
    try:
        assert ready.wait(10)
        yield listener.url(socket)
    finally:
        server.should_exit = True
        thread.join(10)

"""Stubs to test: the command as a user starts it, and a stub of the Python API in a thread."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mockserver.http import listening_socket
from mockserver.http.server import ServerThread
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
    listener = listening_socket.open_socket("127.0.0.1", 0)
    server = ServerThread(stub.application, listener)
    server.start()
    try:
        yield listening_socket.socket_url(listener)
    finally:
        server.stop()

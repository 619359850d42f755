"""A server of Redis, as Debian ships it, on a socket in a folder of its own; nothing of it stays."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.testbed.waiting import wait_until

START_S = 10


def needs_redis() -> None:
    """Skip the test where there is no server to be started."""
    if shutil.which("redis-server") is None:
        pytest.skip(
            "redis-server is not installed; .ci/run installs it, apt-get install redis-server does too"
        )


@contextmanager
def serve_redis(folder: Path) -> Iterator[str]:
    """Serve from *folder*, which keeps what is stored, until the block ends; yields the URL."""
    socket = folder / "redis.sock"
    command = ["redis-server", "--port", "0", "--unixsocket", socket, "--dir", folder, "--appendonly", "yes"]
    process = subprocess.Popen([*command, "--save", "", "--appendfsync", "no"], stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: socket.exists() or process.poll() is not None, START_S)
        assert process.poll() is None
        yield f"unix://{socket}"
    finally:
        process.terminate()
        process.wait(START_S)

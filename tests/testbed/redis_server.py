"""A server of Redis, as Debian ships it, on a socket in a folder of its own; nothing of it stays."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
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


@contextmanager
def serve_cluster(folder: Path) -> Iterator[list[int]]:
    """Serve a cluster of three servers until the block ends; yields the ports, in the order of their slots."""
    ports = _find_ports(3)
    begins = [0, 5461, 10923, 16384]
    with ExitStack() as stack:
        for place, port in enumerate(ports):
            own = folder / str(port)
            own.mkdir()
            # As if they had met before, since to make friends takes them seconds.
            lines = [
                f"{name_node(other)} 127.0.0.1:{ports[other]}@{ports[other] + 10000} "
                f"{'myself,master' if other == place else 'master'} - 0 0 {other + 1} connected "
                f"{begins[other]}-{begins[other + 1] - 1}"
                for other in range(3)
            ]
            (own / "nodes.conf").write_text("\n".join([*lines, "vars currentEpoch 3 lastVoteEpoch 0", ""]))
            command = [
                "redis-server",
                "--port",
                str(port),
                "--cluster-enabled",
                "yes",
                "--dir",
                own,
                "--save",
                "",
            ]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            stack.callback(process.wait, START_S)
            stack.callback(process.terminate)
        for port in ports:
            wait_until(lambda port=port: "cluster_state:ok" in ask_redis(port, "cluster", "info"), START_S)
        yield ports


def name_node(place: int) -> str:
    """Name a server of the cluster by its place."""
    return f"{place + 1:040x}"


def ask_redis(port: int, *words: str) -> str:
    """Ask a server, and return what it says."""
    command = ["redis-cli", "-p", str(port), *words]
    return subprocess.run(command, check=False, capture_output=True, text=True).stdout.strip()


def _find_ports(count: int) -> list[int]:
    """Find ports that are free, and so is for each the one that servers of a cluster use among themselves."""
    ports: list[int] = []
    port = 20000 + 13 * os.getpid() % 10000
    while len(ports) < count:
        port += 1
        with suppress(OSError), socket.create_server(("", port)), socket.create_server(("", port + 10000)):
            ports.append(port)
    return ports

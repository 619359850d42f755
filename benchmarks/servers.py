"""The servers that are compared: the bare app, the stub, and the peers that are installed."""

from __future__ import annotations

import http.client
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from calls import BIN, NUMBER, Call, CannotMeasure

HERE = Path(__file__).parent
CONTRACTS = HERE.parent / "openapi"
BARE, STUB = "bare", "stub"
START_TIMEOUT_S = 300  # with a million records
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

Command = Callable[[int], list[str]]


@dataclass(frozen=True)
class Server:
    """A running server that this script started, in a session of processes of its own."""

    process: subprocess.Popen[bytes]
    port: int
    start_s: float

    @property
    def memory_mb(self) -> float:
        return sum(self._resident_mb(folder) for folder, _ in self._list_processes())

    @property
    def cpu_s(self) -> float:
        """Seconds of both modes; a peer may be a script that starts the server."""
        return sum(int(fields[11]) + int(fields[12]) for _, fields in self._list_processes()) / TICKS_PER_S

    def list_folders(self) -> list[Path]:
        """List the folders under /proc of its processes."""
        return [folder for folder, _ in self._list_processes()]

    def _list_processes(self) -> Iterator[tuple[Path, list[str]]]:
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == self.process.pid:
                yield folder, fields

    def _resident_mb(self, folder: Path) -> float:
        status = (folder / "status").read_text()
        return sum(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:"))


def bare_command(port: int) -> list[str]:
    """Return the command that starts the bare app with uvicorn's own settings."""
    return [sys.executable, str(HERE / "bare.py"), str(port)]


def stub_command(port: int) -> list[str]:
    """Return the command that starts the stub."""
    return [str(BIN / "mockserver"), "--port", str(port), "--quiet"]


# As they are called where they are installed, each beside a configuration of its own.
PEERS = {
    "wiremock": f"wiremock --bind-address 127.0.0.1 --port {{port}} --root-dir {HERE}/peers/wiremock"
    " --no-request-journal --disable-banner",
    "prism": f"prism mock --host 127.0.0.1 --port {{port}} --verboseLevel error {CONTRACTS}/onlyautomator.yaml",
    "json-server": f"json-server --host 127.0.0.1 --port {{port}} --quiet --read-only"
    f" --routes {HERE}/peers/json-server/routes.json {HERE}/peers/json-server/records.json",
}


def find_commands(others: Sequence[str]) -> dict[str, Command]:
    """Name what is compared: *others* are ``NAME=COMMAND``, with ``{port}`` in the command."""
    peers = {name: text for name, text in PEERS.items() if shutil.which(name)}
    for other in others:
        name, _, text = other.partition("=")
        if "{port}" not in text:
            raise CannotMeasure(f"--peer {other}: write it as NAME=COMMAND, with {{port}} in the command")
        peers[name] = text

    def make_command(text: str) -> Command:
        return lambda port: shlex.split(text.replace("{port}", str(port)))

    return {BARE: bare_command, STUB: stub_command} | {
        name: make_command(text) for name, text in peers.items()
    }


@contextmanager
def run_server(command: Command, call: Call) -> Iterator[Server]:
    """Start a server, wait until it answers *call* at all, and end what was started, and nothing else, afterwards."""
    port = free_port()
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(
            command(port), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
        try:
            while find_status(port, call) is None:
                if process.poll() is not None or time.perf_counter() - began > START_TIMEOUT_S:
                    log.seek(0)
                    end = log.read().decode(errors="replace").strip()[-2000:]
                    raise CannotMeasure(f"{' '.join(command(port))} did not answer:\n{end}")
                time.sleep(0.002)
            yield Server(process, port, time.perf_counter() - began)
        finally:
            # One that refused to start has ended by itself.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def find_status(port: int, call: Call) -> int | None:
    """Send *call* once; return the status of the answer, or None without an answer."""
    headers = {"Content-Type": "application/json"} if call.body else {}
    if call.credential:
        headers["Authorization"] = f"Bearer {call.credential}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(
            call.method, call.path.replace(NUMBER, "1"), call.body.replace(NUMBER, "1"), headers
        )
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return response.status


def measure_starts(commands: dict[str, Command], call: Call, times: int) -> dict[str, tuple[float, float]]:
    """Start each server some times in turns; return the median seconds to the first answer and megabytes then."""
    found: dict[str, list[Server]] = {name: [] for name in commands}
    memory_mb: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            with run_server(command, call) as server:
                found[name].append(server)
                memory_mb[name].append(server.memory_mb)
    return {name: (median(one.start_s for one in found[name]), median(memory_mb[name])) for name in commands}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

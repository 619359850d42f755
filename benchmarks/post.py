"""Measure the valid POST of update-preference through the whole stub against a bare ASGI app.

Both run under the same server (uvicorn, uvloop, httptools, one process, no access log) and are measured
in turns: only ratios inside one round mean anything on a machine that others use too. The bare app is there
twice: under uvicorn as it comes, and "alike", under the connection class and the settings of the stub.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
CONNECTIONS = 16
START_TIMEOUT_S = 20
TICKS_PER_S = os.sysconf("SC_CLK_TCK")

BODY = b'{"fanId": "12345", "category": "content", "preference": "preference_00", "value": true}'


Command = Callable[[int], list[str]]


class CannotMeasure(Exception):
    """The measurement failed; the message says why."""


@dataclass(frozen=True)
class Load:
    """What one measurement under load found."""

    requests_per_s: float
    p99_ms: float
    cpu_us: float


@dataclass(frozen=True)
class Server:
    """A running server that this script started."""

    process: subprocess.Popen[bytes]
    port: int
    start_s: float

    @property
    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1]) / 1024

    @property
    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def bare_command(port: int) -> list[str]:
    """Return the command that starts the bare app with uvicorn's own settings."""
    return [sys.executable, str(HERE / "bare.py"), str(port)]


def bare_alike_command(port: int) -> list[str]:
    """Return the command that starts the bare app with the settings of the stub."""
    return [*bare_command(port), "stub"]


def stub_command(port: int) -> list[str]:
    """Return the command that starts the stub."""
    return [str(BIN / "mockserver"), "--port", str(port), "--quiet"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


SERVERS = {"bare": bare_command, "bare alike": bare_alike_command, "stub": stub_command}
BARE = ("bare", "bare alike")

Round = dict[str, Load]  # by the name of the server


@contextmanager
def run_server(command: Command, token: str) -> Iterator[Server]:
    """Start a server, wait for its first good answer, and end this process, and no other, afterwards."""
    port = free_port()
    with tempfile.TemporaryFile() as log:
        began = time.perf_counter()
        process = subprocess.Popen(command(port), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            while not is_answering(port, token):
                if process.poll() is not None or time.perf_counter() - began > START_TIMEOUT_S:
                    log.seek(0)
                    end = log.read().decode(errors="replace").strip()[-2000:]
                    raise CannotMeasure(f"{' '.join(command(port))} did not answer as expected:\n{end}")
                time.sleep(0.002)
            yield Server(process, port, time.perf_counter() - began)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def is_answering(port: int, token: str) -> bool:
    """Send the request once; return whether the answer is the success that is measured later.

    Raises CannotMeasure for any other answer.
    """
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", "/api/v2/update-preference", BODY, headers)
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
    except OSError:
        return False
    finally:
        connection.close()
    if answer.status != HTTPStatus.OK:
        raise CannotMeasure(f"the valid POST was answered {answer.status}: {body}")
    return True


def measure_load(server: Server, token: str, seconds: int) -> Load:
    """Let wrk send the valid POST for some seconds.

    Raises CannotMeasure if any answer was an error: errors cost less than successes and would falsify the ratio.
    """
    url = f"http://127.0.0.1:{server.port}"
    wrk = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--duration", f"{seconds}s"]
    cpu_before = server.cpu_s
    output = subprocess.run(
        [*wrk, "--script", str(HERE / "post.lua"), url, "--", token], capture_output=True, text=True
    )
    cpu_s = server.cpu_s - cpu_before
    lines = [line for line in output.stdout.splitlines() if line.startswith("MEASURED ")]
    if not lines:
        ended = server.process.poll()
        state = "it still runs" if ended is None else f"it ended with {ended}"
        raise CannotMeasure(f"wrk measured nothing at port {server.port}, {state}: {output.stderr.strip()}")
    found = json.loads(lines[0].removeprefix("MEASURED "))
    if found["refused"] or found["broken"] or not found["requests"]:
        raise CannotMeasure(
            f"of {found['requests']} requests {found['refused']} were refused, {found['broken']} broke off"
        )
    return Load(found["requests"] / found["seconds"], found["p99_ms"], cpu_s / found["requests"] * 1e6)


def make_token() -> str:
    """Make a token with the stub's own command."""
    made = subprocess.run([BIN / "mockserver", "token"], capture_output=True, text=True)
    if made.returncode:
        raise CannotMeasure(f"mockserver token: {made.stderr.strip()[-500:]}")
    return made.stdout.strip()


def measure_starts(command: Command, token: str) -> tuple[float, float]:
    """Start a server five times; return the median seconds to the first answer and the median memory in MB then."""
    seconds, memory = [], []
    for _ in range(5):
        with run_server(command, token) as server:
            seconds.append(server.start_s)
            memory.append(server.memory_mb)
    return median(seconds), median(memory)


def measure_rounds(rounds: int, seconds: int, token: str) -> list[Round]:
    """Load all servers in turns."""
    with ExitStack() as stack:
        servers = {name: stack.enter_context(run_server(command, token)) for name, command in SERVERS.items()}
        for server in servers.values():
            measure_load(server, token, 1)
        measured = []
        for number in range(rounds):
            measured.append({name: measure_load(server, token, seconds) for name, server in servers.items()})
            print(f"round {number + 1}: {format_round(measured[-1])}", flush=True)
    return measured


def format_round(loads: Round) -> str:
    rates = ", ".join(f"{name} {one.requests_per_s:,.0f}/s" for name, one in loads.items())
    ratios = " and ".join(f"{loads['stub'].requests_per_s / loads[name].requests_per_s:.2f}" for name in BARE)
    return f"{rates}, ratio {ratios}"


def format_result(name: str, value: float, unit: str, relation: str, reach: float) -> str:
    """Format one line of the table."""
    is_reached = value >= reach if relation == ">=" else value <= reach
    bound = f"{relation} {reach:g} {unit}".rstrip()
    return f"{name:<36}{value:>10.2f} {unit:<2}{bound:>13}  {'reached' if is_reached else 'MISSED'}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2, help="of load on each server in a round")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        print("bench: wrk is not installed; on Debian and Ubuntu: apt-get install wrk", file=sys.stderr)
        return 2
    try:
        token = make_token()
        (bare_start_s, bare_mb), (stub_start_s, stub_mb) = (
            measure_starts(bare_command, token),
            measure_starts(stub_command, token),
        )
        measured = measure_rounds(options.rounds, options.seconds, token)
    except CannotMeasure as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1

    print(render_report(measured))
    print(format_result("start to first answer", stub_start_s, "s", "<=", 0.6))
    print(format_result("memory idle", stub_mb, "MB", "<=", 100))
    print(f"(bare: {bare_start_s:.2f} s, {bare_mb:.0f} MB)")
    return 0


def render_report(measured: list[Round]) -> str:
    """Render the medians side by side, then the ratios beside the values to reach."""
    columns: dict[str, Callable[[Load], float]] = {
        "requests/s": lambda it: it.requests_per_s,
        "p99 ms": lambda it: it.p99_ms,
        "CPU us per request": lambda it: it.cpu_us,
    }
    lines = ["", f"{'median of rounds':<36}" + "".join(f"{name:>12}" for name in SERVERS)]
    for name, of in columns.items():
        values = [median(of(loads[server]) for loads in measured) for server in SERVERS]
        lines.append(f"{name:<36}" + "".join(f"{value:>12,.1f}" for value in values))
    lines += ["", f"{'median of ratios':<36}{'measured':>13}{'to reach':>13}"]
    for name, (relation, reach) in {"requests/s": (">=", 0.5), "p99 ms": ("<=", 3.0)}.items():
        of = columns[name]
        for server in BARE:
            ratio = median(of(loads["stub"]) / of(loads[server]) for loads in measured)
            lines.append(format_result(f"{name.split()[0]}, stub to {server}", ratio, "", relation, reach))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

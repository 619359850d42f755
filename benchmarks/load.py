"""Load from wrk on one server, and what it found."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass

from calls import Call, CannotMeasure
from servers import HERE, Server

# Formatted at most, before the clock runs.
MOST_REQUESTS = 10_000


@dataclass(frozen=True)
class Load:
    """What one measurement under load found."""

    rate: float  # requests a second
    median_us: float
    cpu_us: float  # of the server, per request


def measure_load(
    server: Server, call: Call, connections: int, seconds: int, *, is_checked: bool = True
) -> Load:
    """Let wrk send *call* for some seconds.

    is_checked: whether the answers must be successes or refusals as *call* says.
    Raises CannotMeasure if any was not, since it may cost less than what is to be measured.
    """
    wrk = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"]
    count = min(call.variants, MOST_REQUESTS)
    request = [call.method, call.path, call.credential, call.body, str(count), str(call.variants // count)]
    url = f"http://127.0.0.1:{server.port}"
    cpu_before_s = server.cpu_s
    output = subprocess.run(
        [*wrk, "--script", str(HERE / "call.lua"), url, "--", *request], capture_output=True, text=True
    )
    cpu_s = server.cpu_s - cpu_before_s
    lines = [line for line in output.stdout.splitlines() if line.startswith("MEASURED ")]
    if not lines:
        ended = server.process.poll()
        state = "the server still runs" if ended is None else f"the server ended with {ended}"
        raise CannotMeasure(f"{call.name}: wrk measured nothing, {state}: {output.stderr.strip()}")
    found = json.loads(lines[0].removeprefix("MEASURED "))
    requests = found["requests"]
    wrong = requests - found["refused"] if call.status >= 400 else found["refused"]
    if found["broken"] or not requests or (is_checked and wrong):
        raise CannotMeasure(
            f"{call.name}: of {requests} calls {wrong} were not answered as expected, {found['broken']} broke off"
        )
    return Load(requests / found["seconds"], found["p50_us"], cpu_s / requests * 1e6)

"""What the valid POST costs when there are many records, many sessions, or many calls in the journal."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from calls import NUMBER, Call, write_preference
from load import Load, measure_load
from servers import Command, Server, run_server, stub_command
from table import WIDTH, render_reach

GROWTH_REACH = 1.2
CONNECTIONS = 16
PREFERENCES = (10**2, 10**4, 10**6)
SESSIONS = (10, 10**4)
JOURNAL = 10**5
FULL_JOURNAL = f"a journal of {JOURNAL:,}, full"


def measure_growth(token: str, rounds: int) -> list[str]:
    """Measure a fresh stub and each that has grown in turns; return the lines of the table."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        fresh = write_preference(token)
        cases: dict[str, tuple[Server, Call]] = {}

        def start_case(name: str, command: Command, call: Call) -> Server:
            server = stack.enter_context(run_server(command, call))
            cases[name] = server, call
            return server

        base = start_case("a fresh stub", stub_command, fresh)
        for count in PREFERENCES:
            state = write_state(Path(folder) / f"{count}.json", count)
            call = write_preference(token, variants=count)
            start_case(f"{count:,} preferences", with_options("--state", str(state)), call)
        for count in SESSIONS:
            call = write_preference(token, session=f"/__session/session-{NUMBER}", variants=count)
            start_case(f"{count:,} sessions in turn", stub_command, call)
        journal = start_case(FULL_JOURNAL, with_options("--journal", str(JOURNAL)), fresh)
        filled = 0.0
        while filled < JOURNAL:
            filled += measure_load(journal, fresh, CONNECTIONS, 1).rate
        for server, call in cases.values():
            # All sessions are begun, and all records are there, before the clock runs.
            measure_load(server, call, CONNECTIONS, 3)
        measured: dict[str, list[tuple[Load, Load]]] = {name: [] for name in cases}
        for number in range(rounds):
            for name, (server, call) in cases.items():
                before = measure_load(base, fresh, CONNECTIONS, 1)
                measured[name].append((measure_load(server, call, CONNECTIONS, 1), before))
            print(f"growth: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        memory_mb = {name: server.memory_mb for name, (server, _) in cases.items()}
    lines = ["", f"{'growth: CPU us/POST, to a fresh stub':<40}{'stub':>{WIDTH}}{'memory, MB':>{WIDTH}}"]
    for name, pairs in measured.items():
        value = median(load.cpu_us for load, _ in pairs)
        ratio = median(load.cpu_us / fresh.cpu_us for load, fresh in pairs)
        reach = render_reach(ratio, f"<= {GROWTH_REACH}")
        lines.append(
            f"{'  ' + name:<40}{f'{value:.0f} ({ratio:.2f})':>{WIDTH}}{memory_mb[name]:>{WIDTH}.0f}{reach:>{WIDTH}}"
        )
    return lines


def with_options(*options: str) -> Command:
    """Return the command that starts the stub with *options*."""
    return lambda port: [*stub_command(port), *options]


def write_state(file: Path, count: int) -> Path:
    """Write a state with *count* preferences of one fan."""
    preferences = [
        {
            "id": f"00000000-0000-4000-8000-{number:012}",
            "fanId": "12345",
            "userId": "user-1",
            "category": "content",
            "preference": f"preference_{number}",
            "value": True,
            "source": "manual",
            "createdAt": "2030-01-02T03:04:05.678Z",
            "updatedAt": "2030-01-02T03:04:05.678Z",
        }
        for number in range(1, count + 1)
    ]
    document = {"onlyautomator": {"fans": ["12345"], "preferences": preferences}}
    file.write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")
    return file

"""Measure the stub against a bare ASGI app and the peers that are installed, call by call.

The servers are measured in turns, and only ratios inside one round mean anything on a machine that others use too.
The bare app has the same server (uvicorn, uvloop, httptools, one process, no access log), reads the body, checks
nothing and answers a constant. WireMock, Prism and json-server are compared where their commands are found:
PATH="$PWD/node_modules/.bin:$PATH" make bench
"""

from __future__ import annotations

import argparse
import shutil
import sys
from contextlib import ExitStack

from calls import Call, CannotMeasure, list_calls, make_token
from growth import measure_growth
from load import Load, measure_load
from servers import BARE, STUB, Command, Server, find_commands, find_status, measure_starts, run_server
from table import WIDTH, Round, render_part, render_reach

CONNECTIONS = 16
START_REACH_S = 0.5
MEMORY_REACH_MB = 70


def measure_rounds(
    commands: dict[str, Command], calls: list[Call], rounds: int, warm_up: int
) -> dict[int, dict[Call, list[Round]]]:
    """Load all servers in turns, with one connection and with many."""
    measured: dict[int, dict[Call, list[Round]]] = {1: {}, CONNECTIONS: {}}
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(run_server(command, calls[0])) for name, command in commands.items()
        }
        able = {
            (name, call.name): name == BARE or find_status(server.port, call) == call.status
            for name, server in servers.items()
            for call in calls
        }
        for call in calls:
            if not able[STUB, call.name]:
                raise CannotMeasure(f"{call.name}: the stub does not answer {call.status}")
            for name, server in servers.items():
                if able[name, call.name]:
                    measure_load(server, call, CONNECTIONS, warm_up, is_checked=name != BARE)
        for number in range(rounds):
            for call in calls:
                for connections, found in measured.items():
                    one = {
                        name: measure_one(server, call, connections, name) if able[name, call.name] else None
                        for name, server in servers.items()
                    }
                    found.setdefault(call, []).append(one)
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
    return measured


def measure_one(server: Server, call: Call, connections: int, name: str) -> Load:
    return measure_load(server, call, connections, 1, is_checked=name != BARE)


def render_starts(starts: dict[str, tuple[float, float]]) -> list[str]:
    seconds = "".join(f"{start_s:>{WIDTH}.2f}" for start_s, _ in starts.values())
    memory = "".join(f"{memory_mb:>{WIDTH}.0f}" for _, memory_mb in starts.values())
    start_s, memory_mb = starts[STUB]
    return [
        "",
        f"{'start':<40}" + "".join(f"{name:>{WIDTH}}" for name in starts),
        f"{'  seconds to the first answer':<40}{seconds}{render_reach(start_s, f'<= {START_REACH_S}'):>{WIDTH}}",
        f"{'  memory then, MB':<40}{memory}{render_reach(memory_mb, f'<= {MEMORY_REACH_MB}'):>{WIDTH}}",
    ]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", metavar="WORD", default="", help="only the calls with this in their name")
    parser.add_argument(
        "--peer", metavar="NAME=COMMAND", action="append", default=[], help="compare this, too; with {port}"
    )
    parser.add_argument(
        "--warm-up", type=int, default=1, help="seconds for each call; a virtual machine of Java needs five"
    )
    parser.add_argument("--no-growth", action="store_true", help="leave out what takes a million preferences")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        print("bench: wrk is not installed; on Debian and Ubuntu: apt-get install wrk", file=sys.stderr)
        return 2
    try:
        token = make_token()
        calls = [call for call in list_calls(token) if options.only in call.name]
        if not calls:
            raise CannotMeasure(f"no call has {options.only!r} in its name")
        commands = find_commands(options.peer)
        starts = measure_starts(commands, calls[0], 5)
        measured = measure_rounds(commands, calls, options.rounds, options.warm_up)
        grown = [] if options.no_growth else measure_growth(token, options.rounds)
    except CannotMeasure as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    one, many = measured[1], measured[CONNECTIONS]
    lines = [
        *render_part(
            "1 connection: median us", one, lambda it: it.median_us, lambda call: f"<= {call.most_latency}"
        ),
        *render_part(
            f"{CONNECTIONS} connections: requests/s",
            many,
            lambda it: it.rate,
            lambda call: f">= {call.least_rate}",
        ),
        *render_part(f"{CONNECTIONS} connections: CPU us/request", many, lambda it: it.cpu_us, lambda _: ""),
        *render_starts(starts),
        *grown,
    ]
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Load the stub for a while with all that its users do at once, and see whether it stays small and prompt.

Writers at a fixed rate (or as fast as they can), streams of events, one of which is never read, calls that wait for
calls, whole journals, archives and states, sessions that come and go, faults, and clients that break off. Meanwhile
`/__admin/health` is asked a hundred times a second. It ends by itself; the exit status is 1 if something is beyond
what is to be reached.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from calls import CannotMeasure, make_token, write_preference
from servers import Command, Server, run_server, stub_command

WRITERS = 8
WAITERS = 20
UNANSWERED_S = 5
REACH_P99_MS = 100
REACH_GROWTH_MB = 20


class Client:
    """One connection to the stub, opened again where it was closed."""

    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._head = (
            f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        )
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Send a request; return the status and the body. Raises OSError if the connection breaks."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**27)
        reader, writer = self._streams
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\n{self._head}Content-Length: {len(content)}\r\n\r\n"
        try:
            writer.write(head.encode() + content)
            answered = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
            length = answered.partition("content-length: ")[2].partition("\r\n")[0]
            received = await reader.readexactly(int(length or 0))
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            raise OSError(str(error)) from error
        if "\r\nconnection: close" in answered:
            self.close()
        return int(answered.split(" ", 2)[1]), received

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Soak:
    """The load on one server, and what came of it."""

    def __init__(self, server: Server, token: str, seconds: float, rate: float) -> None:
        self.server = server
        self.ends = time.monotonic() + seconds
        self.rate = rate
        self.token = token
        self.statuses: Counter[str] = Counter()
        self.pings_s: list[float] = []
        self.unanswered = 0
        self.events = 0

    def client(self) -> Client:
        return Client(self.server.port, self.token)

    async def timed(self, asking: Awaitable[tuple[int, bytes]], what: str, expected: int) -> float:
        """Count how a call was answered, and return in how many seconds."""
        began = time.monotonic()
        try:
            status, _ = await asking
        except OSError as error:
            self.statuses[f"{what}: {error}"] += 1
        else:
            self.statuses[f"{what}: {status}" if status != expected else what] += 1
        took_s = time.monotonic() - began
        self.unanswered += took_s > UNANSWERED_S
        return took_s

    async def write(self, number: int) -> None:
        """Write as often as the rate allows, into a record of one's own."""
        client, count = self.client(), 0
        began = time.monotonic()
        while time.monotonic() < self.ends:
            count += 1
            body = {"fanId": "12345", "category": "content", "preference": f"p{number}", "value": "v" * 500}
            await self.timed(client.call("POST", "/api/v2/update-preference", body), "write", 200)
            if self.rate:
                await asyncio.sleep(began + count * WRITERS / self.rate - time.monotonic())

    async def ping(self) -> None:
        """Ask whether the stub is well."""
        client = self.client()
        while time.monotonic() < self.ends:
            self.pings_s.append(await self.timed(client.call("GET", "/__admin/health"), "health", 200))
            await asyncio.sleep(0.01)

    async def wait(self) -> None:
        """Wait for a call that comes soon, again and again."""
        client, match = self.client(), {"match": {"body": {"preference": "p1"}}, "count": 1}
        while time.monotonic() < self.ends:
            await self.timed(client.call("POST", "/__admin/requests/wait", match), "wait", 200)
            await asyncio.sleep(0.1)

    async def read_all(self) -> None:
        """Read the journal, the archive and the state, each after a pause."""
        client = self.client()
        while time.monotonic() < self.ends:
            for path in ("requests", "requests.har", "state"):
                await self.timed(client.call("GET", f"/__admin/{path}"), path, 200)
                await asyncio.sleep(1)

    async def begin_sessions(self) -> None:
        """Begin a session, fail in it on purpose, and end it."""
        client = self.client()
        while time.monotonic() < self.ends:
            status, made = await client.call("POST", "/__admin/sessions")
            self.statuses["begin" if status == 201 else f"begin: {status}"] += 1
            if status != 201:
                await asyncio.sleep(1)
                continue
            id_ = json.loads(made)["id"]
            faults = [{"status": 503, "times": 1}]
            await self.timed(client.call("PUT", f"/__session/{id_}/__admin/faults", faults), "faults", 204)
            path = f"/__session/{id_}/api/v2/get-preferences?fanId=12345"
            await self.timed(client.call("GET", path), "fault", 503)
            await self.timed(client.call("GET", path), "list", 200)
            await self.timed(client.call("DELETE", f"/__admin/sessions/{id_}"), "end", 204)
            await asyncio.sleep(0.1)

    async def listen(self, *, reads: bool) -> None:
        """Read the stream of events, or leave it unread; begin again where the stub gave it up."""
        while time.monotonic() < self.ends:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port, limit=2**27)
            writer.write(b"GET /__admin/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(max(0, self.ends - time.monotonic()) if reads else 20):
                    while reads and (data := await reader.read(2**20)):
                        self.events += data.count(b"event: call")
                    if not reads:
                        await asyncio.sleep(30)
            writer.close()

    async def break_off(self) -> None:
        """Send half a request, or a whole one, and reset the connection."""
        whole = b"GET /api/v2/get-preferences?fanId=1 HTTP/1.1\r\nHost: a\r\n\r\n"
        while time.monotonic() < self.ends:
            for sent in (
                whole[:30],
                whole,
                whole * 3,
                b"\x16\x03\x01",
                b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx",
            ):
                _, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
                writer.write(sent)
                await asyncio.sleep(0.05)
                writer.transport.abort()

    async def run(self) -> list[float]:
        """Do all of it; return the megabytes of memory, ten times on the way."""
        tasks: list[Callable[[], Awaitable[None]]] = [
            *(lambda number=number: self.write(number) for number in range(WRITERS)),
            *[self.wait] * WAITERS,
            *[lambda: self.listen(reads=True)] * 3,
            lambda: self.listen(reads=False),
            self.ping,
            self.read_all,
            self.begin_sessions,
            self.break_off,
        ]
        running = asyncio.gather(*(task() for task in tasks))
        memory_mb, step_s = [], (self.ends - time.monotonic()) / 10
        for number in range(10):
            await asyncio.sleep(step_s)
            memory_mb.append(self.server.memory_mb)
            recent = sorted(self.pings_s[-int(step_s * 50) :]) or [0.0]
            p99_ms = recent[int(len(recent) * 0.99)] * 1000
            print(
                f"{number + 1:>2}/10: {memory_mb[-1]:.0f} MB, {count_descriptors(self.server)} descriptors, "
                f"{self.statuses['write']} writes, health p99 {p99_ms:.0f} ms",
                flush=True,
            )
        await asyncio.wait_for(running, 60)
        return memory_mb


def choose_command(store: str | None, workers: int) -> Command:
    """Return the command that starts the stub: in memory, or as several processes with keys of their own on *store*."""
    if store is None:
        return stub_command
    kept = ["--store", store, "--store-prefix", f"soak-{os.getpid()}", "--workers", str(workers)]
    return lambda port: [*stub_command(port), *kept]


def count_descriptors(server: Server) -> int:
    return sum(len(list(folder.glob("fd/*"))) for folder in server.list_folders())


def count_store_connections(store: str | None) -> int:
    """Count the connections to the store, which the stub keeps for the next calls."""
    if store is None:
        return 0
    from redis import Redis

    with Redis.from_url(store) as redis:
        return int(redis.info("clients")["connected_clients"])


def render_line(name: str, value: float, unit: str, reach: float) -> tuple[str, bool]:
    is_reached = value <= reach
    return (
        f"{name:<44}{value:>10.1f} {unit:<3}<= {reach:<6g}{'reached' if is_reached else 'MISSED'}",
        is_reached,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument(
        "--rate", type=float, default=600, help="writes a second; 0 for as many as there can be"
    )
    parser.add_argument("--store", help="the URL of a server of Redis, on which the stub keeps everything")
    parser.add_argument("--workers", type=int, default=2, help="how many processes are one stub on --store")
    options = parser.parse_args()
    try:
        token = make_token()
        with run_server(choose_command(options.store, options.workers), write_preference(token)) as server:
            before = count_descriptors(server) - count_store_connections(options.store)
            soak = Soak(server, token, options.seconds, options.rate)
            memory_mb = asyncio.run(soak.run())
            time.sleep(2)
            left = count_descriptors(server) - count_store_connections(options.store) - before
    except CannotMeasure as error:
        print(f"soak: {error}", file=sys.stderr)
        return 1
    pings = sorted(soak.pings_s)
    odd = {what: count for what, count in soak.statuses.items() if ":" in what}
    print(f"\n{dict(soak.statuses)}, {soak.events} events read")
    lines = [
        render_line("health, p99", pings[int(len(pings) * 0.99)] * 1000, "ms", REACH_P99_MS),
        render_line("health, slowest", pings[-1] * 1000, "ms", UNANSWERED_S * 1000),
        render_line(f"calls unanswered for {UNANSWERED_S} s", soak.unanswered, "", 0),
        render_line("answers that nobody asked for", sum(odd.values()), "", 0),
        render_line("memory, growth from 3/10 to 10/10", memory_mb[-1] - memory_mb[2], "MB", REACH_GROWTH_MB),
        render_line("descriptors left", left, "", 0),
    ]
    print("\n".join(line for line, _ in lines))
    return 0 if all(is_reached for _, is_reached in lines) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Several processes on one port and one store."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, suppress
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from mockserver.http.listening_socket import open_siblings, open_socket
from mockserver.http.problems import CannotStart
from tests.testbed.calls import PREFERENCE, bearer, token
from tests.testbed.redis_server import needs_redis
from tests.testbed.session_caller import A_FAN
from tests.testbed.stubs import MOCKSERVER, run_command, start_command
from tests.testbed.waiting import wait_until

NAME = "X-Mock-Session"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--workers", "2"], "--workers 2 needs --store: each process would keep sessions of its own"),
        (
            ["--workers", "2", "--store", "redis://127.0.0.1:1", "run", "--", "true"],
            "run starts one process; leave out --workers",
        ),
    ],
)
def test_workers_that_cannot_be_are_one_line(words, said):
    ended = run_command("--port", "0", *words)

    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert said in line


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the processes share one socket")
def test_connections_are_divided_among_the_workers_and_nobody_else():
    with ExitStack() as stack:
        first = stack.enter_context(open_socket("127.0.0.1", 0))
        siblings = open_siblings(first, 2)
        stack.enter_context(siblings[1])
        address = first.getsockname()
        for _ in range(64):
            stack.enter_context(socket.create_connection(address))
        assert min(map(count_waiting, siblings)) >= 10
        with pytest.raises(CannotStart, match="already in use"):
            open_socket(*address)


def count_waiting(listening: socket.socket) -> int:
    """Count the connections that wait to be accepted."""
    listening.setblocking(False)
    count = 0
    with suppress(BlockingIOError):
        while True:
            listening.accept()[0].close()
            count += 1
    return count


def start_workers(
    store: str, prefix: str, count: int = 2, *more: str
) -> AbstractContextManager[tuple[str, subprocess.Popen[str]]]:
    words = ["--workers", str(count), "--store", store, "--store-prefix", prefix, *more]
    return start_command(*words, "--log-level", "error", "--quiet", path=MOCKSERVER)


@pytest.fixture(scope="module")
def workers(store) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    needs_redis()
    with start_workers(store, "workers", 4, "--metrics") as (url, process):
        yield url, process
        children = list_workers(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM
        assert not any(is_running(child) for child in children)


def list_workers(process: subprocess.Popen[str]) -> list[int]:
    return [int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def write(url: str, name: str, number: int) -> httpx2.Response:
    """Write on a connection of its own, which any process may accept."""
    return httpx2.post(
        url + PREFERENCE,
        json={**A_FAN, "preference": f"p{number}"},
        headers={**bearer(token()), NAME: name},
        verify=False,
        timeout=10,
    )


def list_written(url: str, name: str) -> set[str]:
    state = httpx2.get(f"{url}/__admin/state", params={"session": name}, verify=False).json()
    return {one["preference"] for one in state["onlyautomator"]["preferences"]}


def test_sessions_of_many_tests_at_once_never_collide(workers):
    url, process = workers
    assert len(list_workers(process)) == 4

    def use_session(name: str) -> set[str]:
        with httpx2.Client(base_url=url, verify=False, headers=bearer(token()) | {NAME: name}) as http:
            for number in range(3):
                assert http.post(PREFERENCE, json={**A_FAN, "preference": f"{name}-{number}"}).is_success
        return list_written(url, name)

    names = [f"test-{number}" for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        found = dict(zip(names, pool.map(use_session, names), strict=True))
    assert found == {name: {f"{name}-{number}" for number in range(3)} for name in names}


def test_calls_of_all_workers_are_counted_whichever_is_asked(workers):
    url, _ = workers

    def count_calls() -> float:
        scraped = httpx2.get(f"{url}/__admin/metrics", verify=False).text
        families = text_string_to_metric_families(scraped)
        return sum(
            sample.value
            for family in families
            for sample in family.samples
            if sample.name == "mockserver_calls_total" and sample.labels["operation"] == "update_preference"
        )

    before = count_calls()
    for number in range(12):
        write(url, "counted", number)
    assert {count_calls() - before for _ in range(8)} == {12}


def test_worker_that_is_killed_loses_nothing_acknowledged_and_is_replaced(workers):
    url, process = workers
    before = list_workers(process)
    acknowledged: set[str] = set()
    is_over = threading.Event()

    def write_until_over(first: int) -> None:
        number = first
        while not is_over.is_set():
            # What was under way in the process that ended got no answer.
            with suppress(httpx2.HTTPError):
                if write(url, "killed", number).status_code == 200:
                    acknowledged.add(f"p{number}")
            number += 4

    with ThreadPoolExecutor(4) as pool:
        for first in range(4):
            pool.submit(write_until_over, first)
        try:
            wait_until(lambda: len(acknowledged) >= 20)
            os.kill(before[0], signal.SIGKILL)
            counted = len(acknowledged)
            wait_until(lambda: len(acknowledged) >= counted + 20)
        finally:
            is_over.set()

    assert acknowledged <= list_written(url, "killed")
    wait_until(lambda: len(list_workers(process)) == 4)
    assert before[0] not in list_workers(process)


def test_worker_that_is_killed_at_once_is_replaced(store):
    needs_redis()
    with start_workers(store, "at-once") as (url, process):
        for _ in range(3):
            os.kill(list_workers(process)[0], signal.SIGKILL)
            wait_until(lambda: len(list_workers(process)) == 2)
            wait_until(lambda: write(url, "killed", 1).status_code == 200)
        assert process.poll() is None


def test_worker_that_ends_before_it_answers_ends_all():
    script = (
        "import os; from mockserver.command.workers import Workers;"
        "Workers(2, lambda *_: os._exit(3), print, print).run()"
    )

    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=20)

    assert ended.stderr.splitlines()[-1].endswith("CannotStart: a worker ended by itself before it answered")


def test_workers_end_with_the_one_that_watches_over_them(store):
    needs_redis()
    with start_workers(store, "ending") as (_, process):
        children = list_workers(process)
        process.kill()
        wait_until(lambda: not any(is_running(child) for child in children))


def is_running(process: int) -> bool:
    """Whether a process has not ended; one that nobody has asked for its status has."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False

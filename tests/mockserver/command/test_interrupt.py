"""Ctrl-C, once, twice and at any time: the stub ends without a traceback, and its state is whole."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from tests.testbed.calls import PREFERENCE, bearer, connect, fresh, read, request, token
from tests.testbed.stubs import MOCKSERVER, start_command

# Whoever runs the tests in the background passes on that interrupts are ignored.
LISTEN = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
RUN = "from mockserver.__main__ import main; main()"
INTERRUPT_WHILE_TYPER_IS_LOADED = """
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Finder())
"""


def start(program: str, *words: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", f"{LISTEN}\n{program}", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("times", [1, 2, 5])
def test_interrupts_end_it_without_a_traceback_whoever_listens(tmp_path, times):
    state = tmp_path / "state.json"
    process = start(RUN, "--port", "0", "--quiet", "--state", state)
    url = process.stdout.readline().strip()
    kept = fresh()
    httpx2.post(url + PREFERENCE, json=kept, headers=bearer(token())).raise_for_status()
    with connect(url) as events, connect(url) as delayed:
        events.sendall(request("GET", "/__admin/events", {"Host": "localhost"}))
        assert events.recv(100).startswith(b"HTTP/1.1 200")
        delayed.sendall(request(headers={"Prefer": "code=200, delay=20000"}))
        # The second call is answered after the first has begun to wait.
        httpx2.get(f"{url}/__admin/health").raise_for_status()
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(0.1)  # signals that come together are one to the process
        answer = read(delayed)
        printed, complained = process.communicate(timeout=10)

    assert (printed, complained) == ("", "")
    assert process.returncode == 130
    assert answer.status == 503
    saved = json.loads(state.read_text())["onlyautomator"]["preferences"]
    assert kept["preference"] in {one["preference"] for one in saved}
    assert [*tmp_path.iterdir()] == [state]


def test_interrupt_while_the_command_is_loaded_ends_it_without_a_word():
    process = start(INTERRUPT_WHILE_TYPER_IS_LOADED + RUN, "--port", "0")
    printed, complained = process.communicate(timeout=10)

    assert (printed, complained, process.returncode) == ("", "", -signal.SIGINT)


HOST = {"Host": "localhost"}
WAIT = b'{"match": {"path": "/never"}, "timeout_s": 60}'
DELAYED = request(headers={"Prefer": "delay=20000"})
# What clients ask that read nothing, though they are sent more than the system keeps for them.
DEAF = (
    request("GET", "/__admin/requests", HOST) + DELAYED,
    request("GET", "/__admin/requests", HOST)
    + request("POST", "/__admin/requests/wait", {**HOST, "Content-Type": "application/json"}, WAIT),
    request("GET", "/__admin/events", HOST),
)


def test_clients_that_do_not_read_hold_up_no_end():
    with (
        start_command("--quiet", path=MOCKSERVER) as (url, process),
        ExitStack() as deaf,
        httpx2.Client() as http,
    ):
        large = [http.post(f"{url}/nowhere", content=b"x" * 900_000) for _ in range(14)]
        for asked in DEAF:
            deaf.enter_context(connect(url)).sendall(asked)
        # It is a moment until the stub has found that there is no more room.
        large += [http.post(f"{url}/nowhere", content=b"x" * 900_000) for _ in range(14)]
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        printed, complained = process.communicate(timeout=10)

    assert {answer.status_code for answer in large} == {404}
    assert (printed, complained) == ("", "")
    assert time.monotonic() - began < 5

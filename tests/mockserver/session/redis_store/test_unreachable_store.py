"""A store that cannot be reached: at the start, while calls are answered, and when it is back."""

from __future__ import annotations

import socket
import subprocess

import httpx2
import pytest

from mockserver.http.problems import CannotStart
from mockserver.services.service import load_services
from mockserver.session.redis_store import server
from mockserver.stub import Options, Stub
from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, bearer, token
from tests.testbed.redis_server import needs_redis, serve_redis
from tests.testbed.session_caller import A_FAN, Caller
from tests.testbed.stubs import run_command, serve_stub
from tests.testbed.waiting import wait_until

SECRET = "dont-show-me"


def test_store_that_is_away_stops_the_start_with_one_line():
    ended = run_command("--port", "0", "--store", f"redis://user:{SECRET}@127.0.0.1:1/0")

    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert "redis://127.0.0.1:1/0 cannot be used" in line
    assert SECRET not in line + ended.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--store", f"http://:{SECRET}@host"], "--store is not the URL of a server"),
        (["--store", f"redis://:{SECRET}@host/name"], "not the number of a database"),
        (["--store", f"redis://:{SECRET}@host:port"], "--store is not the URL of a server"),
        (["--store", f"redis://:{SECRET}@host", "--state", "state.json"], "--state has no use with --store"),
        (["--store-prefix", "a{b}"], "--store-prefix: use"),
    ],
)
def test_setting_that_cannot_be_is_one_line(words, said):
    ended = run_command("--port", "0", *words)

    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert said in line
    assert SECRET not in line


def test_library_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "redis", None)
    monkeypatch.setitem(__import__("sys").modules, "redis.exceptions", None)
    with pytest.raises(CannotStart, match=r"pip install -e '\.\[redis\]'"):
        Stub(load_services(), options=Options(store_url="redis://host"))


def test_store_that_goes_away_is_503_in_each_voice_until_it_is_back(tmp_path):
    needs_redis()
    with serve_redis(tmp_path) as store:
        stub = Stub(load_services(), options=Options(store_url=store))
        with serve_stub(stub) as url, Caller(url) as caller, httpx2.Client(base_url=url) as http:
            written = caller.write().json()["data"]
            caller.http.get("/__admin/health").raise_for_status()
            restart = serve_redis(tmp_path)
            _end_server(store)
            refused = [
                http.post(PREFERENCE, json=A_FAN, headers=bearer(token())),
                http.patch(CATEGORY, json={"preference": "opt_out"}, headers=bearer(KEY)),
                http.get("/__admin/health"),
            ]
            assert [answer.status_code for answer in refused] == [503] * 3
            assert [answer.headers["Retry-After"] for answer in refused] == ["1"] * 3
            bodies = [answer.json() for answer in refused]
            assert bodies[0]["error"]["code"] == "service_unavailable", bodies[0]
            assert bodies[1].keys() != bodies[0].keys()
            with restart:
                wait_until(lambda: http.get("/__admin/health").status_code == 200)
                # What was acknowledged is still there: this server keeps it in a file.
                assert caller.admin("GET", "state")["onlyautomator"]["preferences"] == [written]
                assert caller.write({**A_FAN, "value": False}).json()["data"]["id"] == written["id"]


def test_silent_store_is_asked_once(monkeypatch):
    """The stub answers as soon as the store is late, and does not wait for it a second time."""
    monkeypatch.setattr(server, "_LONGEST_ANSWER_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        stub = Stub(load_services(), options=Options(store_url=f"redis://127.0.0.1:{port}"))
        with serve_stub(stub) as url, httpx2.Client(base_url=url) as http:
            answer = http.post(PREFERENCE, json=A_FAN, headers=bearer(token()))
            silent.setblocking(False)
            silent.accept()[0].close()
            with pytest.raises(BlockingIOError):
                silent.accept()
    assert answer.status_code == 503
    assert "did not answer within" in answer.text


def test_store_that_has_forgotten_everything_begins_anew(pair, store):
    first, second = pair
    first.write()
    with httpx2.Client(base_url=str(first.http.base_url)) as http:
        before = http.post(PREFERENCE, json=A_FAN, headers=bearer(token())).json()["data"]
        subprocess.run(
            ["redis-cli", "-s", store.removeprefix("unix://"), "flushall"], check=True, capture_output=True
        )
        after = http.post(PREFERENCE, json={**A_FAN, "value": False}, headers=bearer(token())).json()["data"]
        assert (before["createdAt"], before["value"]) != (after["createdAt"], after["value"])
        assert (
            second.http.post(PREFERENCE, json=A_FAN, headers=bearer(token())).json()["data"]["id"]
            == after["id"]
        )
        assert len(http.get("/__admin/requests").json()) == 2
    assert second.write().status_code == 401


def _end_server(store: str) -> None:
    subprocess.run(
        ["redis-cli", "-s", store.removeprefix("unix://"), "shutdown"], check=False, capture_output=True
    )

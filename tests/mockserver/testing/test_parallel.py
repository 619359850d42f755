"""The proof of sessions: 8 workers with 50 tests each, one server, one fan, and no test sees another's."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from threading import Barrier
from urllib.parse import urlsplit

import httpx2
import pytest

from mockserver.testing.client import MockServer
from tests.testbed.calls import PREFERENCE
from tests.testbed.stubs import start_command

WORKERS, TESTS = 8, 50


class Application:
    """Writes to the one fan there is; it is given a base URL and a token, and sends nothing else."""

    def __init__(self, url):
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=30)

    def close(self):
        self._connection.close()

    def call(self, method, path, body=None, **headers):
        fields = {"Content-Type": "application/json", **headers}
        self._connection.request(method, path, json.dumps(body), fields)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read() or "null")

    def save(self, base, token, value):
        body = {"fanId": "12345", "category": "content", "preference": "dark_mode", "value": value}
        status, answer = self.call("POST", base + PREFERENCE, body, Authorization=f"Bearer {token}")
        assert status == 200, answer
        return answer["data"]


def check_own_writes(application, session, number):
    """Write twice, and find only that; the session rides in the URL in half of the tests, else in the token."""
    base = urlsplit(session["base_url"]).path if number % 2 else ""
    first = application.save(base, session["token"], number)
    second = application.save(base, session["token"], [number])

    assert first["createdAt"] == first["updatedAt"], "somebody was here before"
    assert (first["value"], second["value"]) == (number, [number])
    assert second["id"] == first["id"]
    _, calls = application.call("GET", f"/__admin/requests?session={session['id']}")
    assert [one["request"]["body"]["value"] for one in calls] == [number, [number]]
    assert not {"x-mock-session", "cookie"} & set(calls[0]["request"]["headers"])


def test_parallel_tests_never_collide():
    """With nothing between the calls of a worker, so that there are always calls of several at the server."""
    everybody = Barrier(WORKERS)

    def run_tests(worker):
        with closing(Application(url)) as application:
            everybody.wait(30)
            for number in range(worker * TESTS, (worker + 1) * TESTS):
                status, session = application.call("POST", "/__admin/sessions", {})
                assert status == 201
                check_own_writes(application, session, number)

    with start_command("--quiet") as (url, _):
        with ThreadPoolExecutor(WORKERS) as workers:
            assert len(list(workers.map(run_tests, range(WORKERS)))) == WORKERS
        left = httpx2.get(f"{url}/__admin/requests").json()
        sessions = httpx2.get(f"{url}/__admin/sessions").json()

    assert left == []
    assert [one["requests"] for one in sessions] == [2] * WORKERS * TESTS


def test_without_sessions_they_collide():
    """The same tests, all in one session: the proof can fail."""
    with MockServer() as mock, closing(Application(mock.url)) as application:
        token = httpx2.post(f"{mock.url}/__admin/tokens", json={}).json()["token"]
        all_in_one = {"id": "default", "base_url": mock.url, "token": token}
        check_own_writes(application, all_in_one, 1)
        with pytest.raises(AssertionError, match="somebody was here before"):
            check_own_writes(application, all_in_one, 2)

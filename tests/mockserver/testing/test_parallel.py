"""The proof of sessions: 8 workers with 200 tests each, one server, one fan, and no test sees another's."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import httpx2 as httpx

from tests.testbed.calls import PREFERENCE
from tests.testbed.stubs import start_command

WORKERS, TESTS = 8, 200

# The application writes to the one fan there is. It is given a base URL and a token and sends nothing else: in half of
# the tests the session rides in the URL, in the other half in the token.
SUITE = f"""
import http.client, json, os
from urllib.parse import urlsplit
import pytest

CALLS = http.client.HTTPConnection(urlsplit(os.environ["MOCKSERVER_URL"]).netloc, timeout=30)

def call(method, path, body=None, **headers):
    CALLS.request(method, path, json.dumps(body), {{"Content-Type": "application/json", **headers}})
    answer = CALLS.getresponse()
    return answer.status, json.loads(answer.read() or "null")

def save(base, token, value):
    body = {{"fanId": "12345", "category": "content", "preference": "dark_mode", "value": value}}
    status, answer = call("POST", base + "{PREFERENCE}", body, Authorization="Bearer " + token)
    assert status == 200, answer
    return answer["data"]

@pytest.fixture
def session():
    if os.environ.get("ALL_IN_ONE"):
        return {{"id": "default", "base_url": os.environ["MOCKSERVER_URL"], "token": os.environ["ALL_IN_ONE"]}}
    status, session = call("POST", "/__admin/sessions", {{}})
    assert status == 201
    return session

@pytest.mark.parametrize("number", range({WORKERS * TESTS}))
def test_it(session, number):
    base = urlsplit(session["base_url"]).path if number % 2 else ""
    first = save(base, session["token"], number)
    second = save(base, session["token"], [number])

    assert first["createdAt"] == first["updatedAt"], "somebody was here before"
    assert (first["value"], second["value"]) == (number, [number])
    assert second["id"] == first["id"]
    _, calls = call("GET", "/__admin/requests?session=" + session["id"])
    assert [one["request"]["body"]["value"] for one in calls] == [number, [number]]
    assert not {{"x-mock-session", "cookie"}} & set(calls[0]["request"]["headers"])
"""


def run_suite(folder, url, *options, **variables):
    (folder / "test_suite.py").write_text(SUITE)
    (folder / "pytest.ini").write_text("[pytest]\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short", *options],
        cwd=folder,
        # Plugins nobody asked for take longer to load in eight workers than the tests take.
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "MOCKSERVER_URL": url, **variables},
        capture_output=True,
        text=True,
        timeout=240,
    )


def test_parallel_tests_never_collide(tmp_path):
    with start_command("--quiet") as (url, _):
        ran = run_suite(tmp_path, url, "-p", "xdist", "-n", str(WORKERS))
        left = httpx.get(f"{url}/__admin/requests").json()
        sessions = httpx.get(f"{url}/__admin/sessions").json()

    assert ran.returncode == 0, ran.stdout[-4000:]
    assert re.search(rf"\b{WORKERS * TESTS} passed", ran.stdout)
    assert left == []
    assert [one["requests"] for one in sessions] == [2] * WORKERS * TESTS


def test_without_sessions_they_collide(tmp_path):
    """The same tests, all in one session: the proof can fail."""
    with start_command("--quiet") as (url, _):
        token = httpx.post(f"{url}/__admin/tokens", json={}).json()["token"]
        ran = run_suite(tmp_path, url, "-k", "test_it[1] or test_it[2]", ALL_IN_ONE=token)

    assert ran.returncode == 1
    assert "somebody was here before" in ran.stdout

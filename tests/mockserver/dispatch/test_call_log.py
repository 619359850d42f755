"""The log on the terminal: a line for each call, without a credential, and in nobody's way."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
from typing import Any

import httpx2
import pytest

from mockserver.dispatch.call_log import CallLog
from mockserver.services import openapi_file
from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.mockserver.services.contracts import answers, contract, written
from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, bearer, connect, fresh, token
from tests.testbed.forks.commands import forked_command
from tests.testbed.session_caller import Caller
from tests.testbed.stubs import MOCKSERVER, run_command, serve_stub, start_command

NOON_S = 1_900_000_000.0


def serve_logged(stream: Any, **options: Any) -> Any:
    log = CallLog(stream, seconds=lambda: NOON_S, **options)
    return serve_stub(Stub(load_services(), options=Options(call_log=log)))


def read_lines(stream: io.StringIO) -> list[str]:
    """Take the lines, without their times, which are checked."""
    lines = stream.getvalue().splitlines()
    stream.seek(0)
    stream.truncate()
    found = [re.fullmatch(r"\d\d:\d\d:\d\d (.*?) (\d+\.\d) ms(.*)", line) for line in lines]
    assert all(found), lines
    return [line[1] + line[3] for line in found]


def test_line_tells_what_was_called_what_came_and_what_was_special():
    stream = io.StringIO()
    with serve_logged(stream) as url, Caller(url) as caller:
        http, mine = caller.http, bearer(token())
        http.post(PREFERENCE, json=fresh(), headers=mine)
        http.patch(f"{CATEGORY}?locale=es", json={}, headers=bearer(KEY))
        caller.write()
        assert read_lines(stream) == [
            f"POST {PREFERENCE} 200 update_preference",
            f"PATCH {CATEGORY}?locale=es 202 update_object_category_preference",
            f"POST {PREFERENCE} 200 update_preference session {caller.id}",
        ]
        http.post(PREFERENCE, json={"fanId": "1", "category": "c", "preference": "p"}, headers=mine)
        http.post("/update-preference")
        http.put(PREFERENCE)
        http.post(PREFERENCE, headers={"Prefer": "code=503, cod=1"})
        assert read_lines(stream) == [
            f"POST {PREFERENCE} 400 update_preference - value: is required",
            f"POST /update-preference 404 - nearest: POST {PREFERENCE}: the path lacks /api/v2 at its beginning",
            f"PUT {PREFERENCE} 405 - nearest: POST {PREFERENCE}: takes POST, not PUT",
            f"POST {PREFERENCE} 503 update_preference - simulated: Prefer: code=503 - "
            "Prefer: cod is not known; did you mean 'code'?",
        ]
        http.post("/__admin/overrides", json={"response": {"status": 429}})
        http.post(PREFERENCE)
        http.put("/__admin/faults", json=[{"fault": "EMPTY_RESPONSE"}])
        with pytest.raises(httpx2.RemoteProtocolError):
            http.post(PREFERENCE)
        assert read_lines(stream) == [
            f"POST {PREFERENCE} 429 update_preference - simulated: override",
            f"POST {PREFERENCE} none update_preference - simulated: EMPTY_RESPONSE",
        ]


def test_line_says_once_what_is_said_in_a_header_as_well(tmp_path):
    stream = io.StringIO()
    n = {"name": "n", "in": "path", "required": True, "schema": {"type": "integer"}}
    pet = {"get": {"parameters": [n], "responses": answers(example=1, status="400")}}
    file = written(tmp_path, contract({"/pets/{n}": pet}))
    log = CallLog(stream, seconds=lambda: NOON_S)
    with serve_stub(Stub([openapi_file.load_service(file)], options=Options(call_log=log))) as url:
        httpx2.get(f"{url}/x/1")
        httpx2.get(f"{url}/pets/€")

    assert read_lines(stream) == [
        "GET /x/1 404 - No operation at GET /x/1; the nearest is GET /pets/{n}: segment 1 is 'x', not 'pets'",
        "GET /pets/%E2%82%AC 400 GET /pets/{n} - n: must be a whole number, not '€'",
    ]


def test_what_is_no_call_of_an_api_is_shown_where_it_is_asked_for():
    preflight = {"Origin": "http://a.example", "Access-Control-Request-Method": "POST"}
    for shows_asides in (False, True):
        stream = io.StringIO()
        with serve_logged(stream, shows_asides=shows_asides) as url:
            httpx2.get(url)
            httpx2.get(f"{url}/favicon.ico")
            httpx2.options(url + PREFERENCE, headers=preflight)
            httpx2.get(f"{url}/__admin/clock")
        assert (
            read_lines(stream)
            == [
                "GET / 200",
                "GET /favicon.ico 404",
                f"OPTIONS {PREFERENCE} 204",
                "GET /__admin/clock 200 read_clock",
            ]
            * shows_asides
        )


def test_what_is_not_http_is_shown_with_what_could_be_read_of_it():
    stream = io.StringIO()
    with serve_logged(stream) as url, connect(url) as connection:
        connection.sendall(b"GET /some/path HTTP/9.9\r\n\r\n")
        connection.recv(1000)

    assert read_lines(stream) == ["? /some/path 400 - the request is not well-formed HTTP/1.1"]


def test_calls_that_went_well_may_be_left_out():
    stream = io.StringIO()
    with serve_logged(stream, shows_successes=False) as url, Caller(url) as caller:
        caller.write()
        caller.faults({"latency": {"fixed_ms": 1}})
        caller.write()
        caller.write({})

    assert [line.partition(" session ")[0] for line in read_lines(stream)] == [
        f"POST {PREFERENCE} 200 update_preference",
        f"POST {PREFERENCE} 400 update_preference",
    ]


def test_no_credential_and_no_command_of_the_terminal_is_shown():
    stream = io.StringIO()
    with serve_logged(stream, shows_asides=True) as url, Caller(url) as caller:
        secret = {**bearer(caller.token), "X-Api-Key": "hush-key", "Cookie": "mock_admin=hush-cookie"}
        caller.http.post(f"{PREFERENCE}?access_token=hush-query&x=1", json={}, headers=secret)
        caller.http.post(f"/api/{caller.token}/{caller.key}", headers=secret)
        caller.http.get("/__admin/state?token=hush-admin")
        caller.http.post(PREFERENCE, content=b"x", headers={**secret, "Content-Type": "a/\x1b[31m"})
        caller.http.get("/" + "x" * 5000)
    shown = stream.getvalue()

    assert "access_token=[redacted]&x=1" in shown
    assert "/api/[redacted]/[redacted]" in shown
    assert not any(one in shown for one in ("hush", caller.token, caller.key, "\x1b"))
    assert max(map(len, shown.splitlines())) < 1500


def test_colours_are_of_the_status():
    stream = io.StringIO()
    with serve_logged(stream, is_coloured=True) as url:
        httpx2.post(url + PREFERENCE, json=fresh(), headers=bearer(token()))
        httpx2.post(url + PREFERENCE)
        httpx2.post(url + PREFERENCE, headers={"Prefer": "code=500"})

    lines = stream.getvalue().splitlines()
    assert [
        "\x1b[32m200\x1b[0m" in lines[0],
        "\x1b[33m401\x1b" in lines[1],
        "\x1b[31m500\x1b" in lines[2],
    ] == [True] * 3


def test_log_that_nobody_reads_holds_nothing_up():
    """A pipe takes sixty-four kilobytes; a stub that waited for more would answer nobody."""
    reading, writing = os.pipe()
    with (
        os.fdopen(writing, "w") as stream,
        serve_logged(stream) as url,
        httpx2.Client(base_url=url, timeout=5) as http,
    ):
        for _ in range(800):
            http.get("/nothing/is/here/at/all")
        os.read(reading, 1 << 20)
        http.get("/the/last")
        said = os.read(reading, 1 << 20).decode()

    os.close(reading)
    dropped = re.match(r"(\d+) calls are not shown, since nobody read this log\n", said)
    assert dropped
    assert int(dropped[1]) > 100
    assert "GET /the/last 404" in said


def test_log_whose_reader_is_gone_is_given_up():
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as stream, serve_logged(stream) as url:
        os.close(reading)
        assert [httpx2.get(f"{url}/nothing").status_code for _ in range(3)] == [404] * 3
        # What could not be written would be tried again when the file is closed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), writing)


def test_stub_without_standard_error_serves_all_the_same():
    command = f'exec "{MOCKSERVER}" --port 0 2>&-'
    with subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE, text=True) as process:
        url = process.stdout.readline().strip().rpartition(" ")[2]
        status = httpx2.get(f"{url}/nothing").status_code
        process.terminate()

    assert status == 404


def test_command_shows_calls_on_standard_error_and_its_address_on_standard_output():
    with start_command() as (url, process):
        httpx2.get(f"{url}/nothing", headers={"Connection": "close"})
        line = process.stderr.readline()
        process.terminate()
        printed, _ = process.communicate(timeout=10)

    assert re.match(r"\d\d:\d\d:\d\d GET /nothing 404 \d+\.\d ms - nearest: ", line)
    assert "/nothing" not in printed


@pytest.mark.parametrize(
    ("words", "shown"),
    [(["--log-level", "error"], False), (["--quiet", "--verbose"], True)],
)
def test_what_is_shown_is_chosen(words, shown):
    with start_command(*words) as (url, process):
        httpx2.get(f"{url}/nothing", headers={"Connection": "close"})
        process.terminate()
        _, complained = process.communicate(timeout=10)

    assert ("/nothing 404" in complained) is shown


def test_output_of_a_command_is_its_own_unless_the_log_is_asked_for(tmp_path, capfd):
    file = tmp_path / "calls.log"
    command = ["run", "--", "sh", "-c", "curl -sS -o /dev/null $MOCKSERVER_URL/nothing; echo its own >&2"]

    silent, shown = run_command(*command), run_command("--verbose", *command)
    kept = [run_command("--log-file", file, *command) for _ in range(2)]

    assert [ran.stdout + ran.stderr for ran in (silent, *kept)] == [""] * 3
    assert "GET /nothing 404" in shown.stderr
    assert file.read_text().count("GET /nothing 404 ") == 2
    assert capfd.readouterr() == ("", "its own\n" * 4)


def test_log_that_cannot_be_written_stops_the_start(tmp_path):
    ran = run_command("--port", "0", "--log-file", tmp_path / "no" / "calls.log")

    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == (
        f"mockserver: --log-file {tmp_path}/no/calls.log: cannot be written: No such file or directory\n"
    )


@pytest.mark.parametrize(
    ("variables", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colours_are_for_a_terminal_that_shows_them(variables, is_coloured):
    terminal, ours = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "NO_COLOR": "", **variables}
    with subprocess.Popen(
        [forked_command("mockserver"), "--port", "0", "--quiet", "--log-level", "info"],
        stdout=subprocess.PIPE, stderr=ours, text=True, env=environment,
    ) as process:  # fmt: skip
        os.close(ours)
        httpx2.get(f"{process.stdout.readline().strip()}/nothing")
        line = os.read(terminal, 4096).decode()
        process.terminate()
    os.close(terminal)

    assert "GET /nothing" in line
    assert ("\x1b[33m404" in line) is is_coloured

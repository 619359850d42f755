"""Safe by default: who may steer the stub, and what nobody can do to it from outside."""

from __future__ import annotations

import json
import re
import signal
import socket
import time

import httpx2
import pytest

from mockserver.http.problems import CannotStart
from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.testbed.calls import PREFERENCE, ask, bearer, connect, read, request, token
from tests.testbed.session_caller import Caller
from tests.testbed.stubs import run_command, serve_command, serve_stub, start_command

HEALTH = "/__admin/health"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "",
        "[::1",
        "a b",
        "http://localhost",
        "\xff",
    ],
)
def test_rebound_name_is_403(url, host):
    answer = ask(url, request("GET", HEALTH, {"Host": host}))

    assert answer.status == 403
    assert answer.json()["error"]["code"] == "forbidden"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:4010", "127.0.0.1:1", "[::1]:4010", "192.168.1.7"])
def test_own_name_and_addresses_are_answered(url, host):
    assert ask(url, request("GET", HEALTH, {"Host": host})).status == 200


def test_further_names_are_allowed_by_a_flag():
    with serve_command("--allow-host", "stub.ci") as url:
        assert ask(url, request("GET", HEALTH, {"Host": "STUB.ci:80"})).status == 200
        assert ask(url, request("GET", HEALTH, {"Host": "other.ci"})).status == 403


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://localhost:1",
        "null",
        "chrome-extension://abc",
        "http://[",
        "http://127.0.0.1",
        "",
    ],
)
def test_page_of_another_origin_steers_nothing(caller, origin):
    caller.write()

    answer = caller.ask("POST", "reset", {}, Origin=origin)

    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert len(caller.journal()) == 1


def test_page_of_the_stub_itself_steers(caller, url):
    assert caller.ask("POST", "reset", {}, Origin=url, **{"Sec-Fetch-Site": "same-origin"}).status_code == 204


def test_cross_site_fetch_is_403(caller):
    assert caller.ask("GET", "requests", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("place", ["?session={id}", "?session=another", "prefix", "header"])
def test_image_of_a_page_on_another_port_makes_and_changes_nothing(place):
    """Such a page has the same site, and what it embeds comes without an Origin."""
    seconds = iter(range(10_000))
    options = Options(session_ttl_s=1e9, steady_seconds=lambda: float(next(seconds)))
    with serve_stub(Stub(load_services(), options=options)) as url, Caller(url) as caller:
        Caller(url).http.close()
        before = caller.http.get("/__admin/sessions").json()
        prefix = f"/__session/{caller.id}" if place == "prefix" else ""
        query = place.format(id=caller.id) if "?" in place else ""
        for path in ("state", "requests", "events", "clock", "", "health", "faults", "requests.har"):
            headers = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
            headers |= {"X-Mock-Session": caller.id} if place == "header" else {}
            for method in ("GET", "HEAD"):
                answer = caller.http.request(method, f"{prefix}/__admin/{path}{query}", headers=headers)
                assert answer.status_code == 403
        after = caller.http.get("/__admin/sessions").json()

    assert [one["id"] for one in after] == [one["id"] for one in before]


def test_link_on_a_page_on_another_port_leads_to_the_control_page(url):
    headers = {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"}

    assert httpx2.get(f"{url}/__admin/?session=never-begun", headers=headers).status_code == 200
    assert "never-begun" not in httpx2.get(f"{url}/__admin/sessions").text


def test_page_on_another_port_calls_the_api(caller):
    headers = {"Origin": "http://127.0.0.1:3000", "Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "cors"}

    assert caller.write(**headers).status_code == 200


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_form_of_a_web_page_resets_nothing(caller, media_type):
    caller.write()
    for headers in ({"Origin": "http://evil.example"}, {}):
        answer = caller.http.post(
            "/__admin/reset", params={"session": caller.id}, content=b'{"scope": "all"}',
            headers={"Content-Type": media_type, **headers},
        )  # fmt: skip
        assert answer.status_code == (403 if headers else 415)

    assert len(caller.journal()) == 1


def test_preflight_of_the_control_plane_allows_nothing(url):
    headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = httpx2.options(f"{url}/__admin/reset", headers=headers)

    assert answer.status_code == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    "target",
    ["/__admin/openapi/%2e./%2e./server.yaml", "/__admin/openapi/..%2f..%2fserver.yaml", "/__admin/docs/..%2f",
     "/__admin/openapi/%2e%2e%2fadmin.yaml", "/__admin/docs/%00", "/__admin/snapshots/..%2f..%2fx",
     "/__admin/..", "/__admin/%2e./cli.py", "/__admin//cli.py"],
)  # fmt: skip
def test_no_path_leads_outside(url, target):
    answer = ask(url, request("GET", target, {"Host": "localhost"}))

    assert answer.status == 404
    assert answer.json()["error"]["code"] == "not_found"


TOKEN = "open-sesame"
ANYWHERE = "0.0.0.0"  # noqa: S104 - that is what is tried


def guarded_stub(token: str = TOKEN) -> Stub:
    return Stub(load_services(), options=Options(admin_token=token))


@pytest.mark.parametrize(
    "path", ["", "/", "/health", "/requests", "/docs/admin", "/nowhere", "/?token=wrong", "/?token="]
)
def test_guarded_control_plane_is_closed_without_its_token(path):
    with serve_stub(guarded_stub()) as url:
        answer = httpx2.get(f"{url}/__admin{path}", headers={"Cookie": "mock_admin=wrong", **bearer("wrong")})
        api = httpx2.post(url + PREFERENCE, headers=bearer(token()), json={})

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "token_required"
    assert api.status_code == 400


def test_guarded_control_plane_opens_by_header_and_by_cookie():
    with serve_stub(guarded_stub()) as url, httpx2.Client(base_url=url) as http:
        assert http.get(HEALTH, headers=bearer("open-sesame")).status_code == 200
        assert http.get(HEALTH, headers={"X-Mock-Admin-Token": "open-sesame"}).status_code == 200
        opened = http.get("/__admin/?token=open-sesame")
        assert (opened.status_code, opened.headers["location"]) == (303, "/__admin/")
        assert opened.headers["cache-control"] == "no-store"
        assert {"HttpOnly", "SameSite=Strict", "Path=/__admin"} <= {*opened.headers["set-cookie"].split("; ")}
        assert http.get("/__admin/").status_code == 200
        assert http.post("/__admin/reset?token=open-sesame", headers={"Cookie": "a=b"}).status_code == 401


def test_admin_token_is_never_shown():
    with serve_stub(guarded_stub()) as url:
        shown = {
            "Cookie": "mock_admin=open-sesame",
            "X-Mock-Admin-Token": "open-sesame",
            **bearer("open-sesame"),
        }
        httpx2.post(f"{url}{PREFERENCE}?token=open-sesame", headers=shown, json={})
        seen = [
            httpx2.get(f"{url}/__admin/{path}", headers=shown).text
            for path in ("requests", "requests.har", "")
        ]

    assert PREFERENCE in seen[0]
    assert "open-sesame" not in "".join(seen)


@pytest.mark.parametrize("bad", ["", "a b", "ü", 'a"b', "a;b"])
def test_token_that_no_header_can_carry_stops_the_start(bad):
    with pytest.raises(CannotStart, match="--admin-token"):
        guarded_stub(bad)


def test_other_bind_makes_up_a_token_and_prints_it_once():
    with start_command("--quiet", "--host", ANYWHERE) as (url, process):
        here = url.replace(ANYWHERE, "127.0.0.1")
        made_up = process.stderr.readline().rpartition(" ")[2].strip()
        assert len(made_up) >= 32
        assert httpx2.get(here + HEALTH).status_code == 401
        assert httpx2.get(here + HEALTH, headers=bearer(made_up)).status_code == 200
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=10)

    assert made_up not in "".join(rest)


def test_token_that_was_given_is_not_printed():
    with start_command("--host", ANYWHERE, "--admin-token", "open-sesame") as (url, process):
        assert httpx2.get(url.replace(ANYWHERE, "127.0.0.1") + HEALTH).status_code == 401
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=10)

    assert "open-sesame" not in "".join(rest)


def test_command_beside_an_open_stub_is_guarded_too(capfd):
    ask_health = f"curl -s -o /dev/null -w '%{{http_code}}' http://127.0.0.1:${{MOCKSERVER_URL##*:}}{HEALTH}"
    ran = run_command("--host", ANYWHERE, "run", "--", "sh", "-c", ask_health)

    assert capfd.readouterr().out == "401"
    assert re.search("asks for this token: .{32}", ran.stderr)


def test_head_without_end_is_refused(url):
    with connect(url) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: ")
        with pytest.raises(OSError, match=r"reset|Broken"):
            connection.sendall(b"x" * 20_000_000)


def test_refused_head_says_why(url):
    with connect(url) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 1_048_576)
        connection.shutdown(socket.SHUT_WR)
        answer = read(connection)

    assert answer.status == 400
    assert "1048576 bytes" in answer.json()["error"]["message"]


def test_large_body_after_a_small_head_is_no_head(url):
    content = b'{"a": "' + b"x" * 1_000_000 + b'"}'
    headers = {**bearer(token()), "Content-Type": "application/json"}

    assert ask(url, request(headers=headers, content=content)).status == 400


def test_slow_and_half_open_clients_stall_nobody(caller, url):
    sent = request(headers={**bearer(caller.token), "Content-Type": "application/json"}, content=b"{}" * 50)
    connections = [connect(url) for _ in range(100)]
    try:
        for index, connection in enumerate(connections):
            connection.sendall(sent[: index % len(sent)])
        began = time.monotonic()
        for _ in range(20):
            assert caller.write().status_code == 200
        assert time.monotonic() - began < 3
    finally:
        for connection in connections:
            connection.close()


def test_sigterm_ends_within_two_seconds_whoever_listens():
    with start_command("--quiet") as (url, process):
        made = httpx2.post(f"{url}/__admin/sessions", json={}).json()
        httpx2.put(
            f"{url}/__admin/faults?session={made['id']}", json=[{"latency": {"fixed_ms": 60000}}]
        ).raise_for_status()
        with connect(url) as events, connect(url) as waiting, connect(url) as slow, connect(url) as half:
            events.sendall(request("GET", "/__admin/events", {"Host": "localhost"}))
            assert events.recv(100).startswith(b"HTTP/1.1 200")
            wait = json.dumps({"match": {}, "timeout_s": 60}).encode()
            headers = {"Host": "localhost", "Content-Type": "application/json"}
            waiting.sendall(request("POST", "/__admin/requests/wait", headers, wait))
            slow.sendall(request("GET", f"/__session/{made['id']}/"))
            half.sendall(b"POST / HT")
            time.sleep(0.1)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=10)
            assert time.monotonic() - began < 2
        said = process.stderr.read()

    assert "Traceback" not in said


def test_mistyped_path_is_told_the_likest_operation(url):
    answer = httpx2.get(f"{url}/__admin/sesions")

    assert answer.status_code == 404
    assert answer.headers["x-mock-near-miss"].startswith("GET /__admin/sessions: ")


@pytest.mark.parametrize("path", ["/__admin/?session=shop&token=", "/__session/shop/__admin/?token="])
def test_token_in_the_address_keeps_the_session(path):
    with serve_stub(guarded_stub()) as url:
        answer = httpx2.get(f"{url}{path}{TOKEN}")

    assert (answer.status_code, answer.headers["location"]) == (303, "/__admin/?session=shop")

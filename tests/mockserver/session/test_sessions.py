"""Where a session is found, what it keeps apart, and how it ends."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from unittest.mock import Mock

import httpx2
import pytest

from mockserver.command.banner import render_banner
from mockserver.dispatch.exchange import Exchange
from mockserver.services.service import load_services
from mockserver.session.registry import SessionRegistry
from mockserver.session.session import Blueprint, Session
from mockserver.stub import Options, Stub
from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, ask, bearer, request, token
from tests.testbed.session_caller import A_FAN, Caller
from tests.testbed.stubs import list_banner_commands, run_command, serve_stub


def session_of(url: str, path: str = PREFERENCE, **headers: str) -> str:
    """Call the API and see in whose journal it is."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with httpx2.Client(base_url=url, timeout=5, verify=False) as http:
        http.post(path, json={**A_FAN, "preference": "who_am_i"}, headers=named)
        ids = ["default", *(one["id"] for one in http.get("/__admin/sessions").json())]
        found = [
            id
            for id in ids
            for entry in http.get("/__admin/requests", params={"session": id}).json()
            if (entry["request"]["body"] or {}).get("preference") == "who_am_i"
        ]
        for id in ids:
            http.delete("/__admin/requests", params={"session": id})
    assert len(found) == 1
    return found[0]


def make_registry(**options: Any) -> SessionRegistry:
    return SessionRegistry(Blueprint({}, {}), **options)


@contextmanager
def in_use(session: Session) -> Iterator[None]:
    exchange = Exchange(Mock(), session)
    exchange.enter_session(session)
    yield
    exchange.leave_session()


def carrying(name: str) -> dict[str, str]:
    return bearer(token(mock_session=name))


@pytest.mark.parametrize(
    ("path", "headers", "session"),
    [
        (
            f"/__session/a{PREFERENCE}",
            {"X_Mock_Session": "b", "Cookie": "mock_session=c", **carrying("d")},
            "a",
        ),
        (PREFERENCE, {"X_Mock_Session": "b", "Cookie": "mock_session=c", **carrying("d")}, "b"),
        (PREFERENCE, {"Cookie": "x=y; mock_session=c", **carrying("d")}, "c"),
        (PREFERENCE, carrying("d"), "d"),
        (PREFERENCE, bearer(token()), "default"),
    ],
    ids=["prefix", "header", "cookie", "credential", "default"],
)
def test_session_is_found_in_this_order(path, headers, session):
    with serve_stub(Stub(load_services())) as url:
        assert session_of(url, path, **headers) == session


def test_control_plane_acts_on_the_session_it_is_called_in(caller):
    caller.freeze()
    for path, headers in [
        (f"/__session/{caller.id}/__admin/clock", {}),
        ("/__admin/clock", {"X-Mock-Session": caller.id}),
        ("/__admin/clock", {"Cookie": f"mock_session={caller.id}"}),
        (f"/__admin/clock?session={caller.id}", {"X-Mock-Session": "another"}),
    ]:
        assert caller.http.get(path, headers=headers).json()["frozen"] is True
    assert caller.http.get("/__admin/clock").json()["frozen"] is False


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/__admin/{}?session=chekout", {}),
        ("/__session/chekout/__admin/{}", {}),
        ("/__admin/{}", {"X-Mock-Session": "chekout"}),
        ("/__admin/{}", {"Cookie": "mock_session=chekout"}),
        ("/__admin/{}", carrying("chekout")),
    ],
    ids=["parameter", "prefix", "header", "cookie", "credential"],
)
@pytest.mark.parametrize(
    ("method", "place", "body"),
    [("GET", "state", None), ("PUT", "faults", []), ("POST", "tokens", {}), ("GET", "events", None)],
)
def test_control_plane_begins_no_session_for_a_mistyped_name(url, begin, path, headers, method, place, body):
    http = begin(url).http
    http.post("/__admin/sessions", json={"id": "checkout"})

    refused = http.request(method, path.format(place), headers=headers, json=body)

    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "not_found")
    assert refused.json()["error"]["message"] == (
        "session 'chekout' not found; did you mean 'checkout'? POST /__admin/sessions starts one"
    )
    assert "chekout" not in [one["id"] for one in http.get("/__admin/sessions").json()]


def test_name_that_is_like_no_other_is_told_where_the_names_are(caller):
    refused = caller.http.get("/__admin/state?session=zzzzzz")

    assert refused.json()["error"]["message"] == (
        "session 'zzzzzz' not found; GET /__admin/sessions lists them, POST /__admin/sessions starts one"
    )


def test_session_that_has_ended_is_not_begun_again_by_looking(caller):
    caller.http.delete(f"/__admin/sessions/{caller.id}")

    refused = caller.ask("GET", "requests")

    assert refused.status_code == 404
    assert refused.json()["error"]["message"].startswith(f"session '{caller.id}' has ended; ")


@pytest.mark.parametrize("path", ["", "health", "version", "sessions", "docs/admin", "openapi/admin.yaml"])
def test_what_is_about_no_session_is_answered_for_any_name(caller, path):
    """The page is too: it says what is wrong, and offers the sessions that there are."""
    answer = caller.http.get(f"/__admin/{path}", headers={"Cookie": "mock_session=of-yesterday"})

    assert answer.status_code == 200
    assert path or "<title>mockserver: of-yesterday</title>" in answer.text


@pytest.mark.parametrize("name", ["", ".", "..", "-a", "a%20b", "%2e%2e", "a" * 65, "%00"])
def test_what_cannot_be_a_name_is_400_in_the_apis_voice(url, name):
    answer = ask(url, request(target=f"/__session/{name}{PREFERENCE}", headers=bearer(token())))

    assert answer.status == 400
    assert answer.json()["error"]["code"] == "validation_error"


def test_strict_sessions_refuse_a_call_that_names_none_in_the_apis_voice(begin):
    with serve_stub(Stub(load_services(), options=Options(is_strict_sessions=True))) as url:
        refused = httpx2.post(url + PREFERENCE, json=A_FAN, headers=bearer(token()))
        other = httpx2.patch(url + CATEGORY, json={}, headers=bearer(KEY))
        caller = begin(url)
        taken = [caller.write(), caller.set({})]
        in_path = caller.http.post(f"/__session/{caller.id}{PREFERENCE}", json=A_FAN, headers=bearer(token()))
        mistyped = caller.http.post(
            f"/__session/{caller.id}x{PREFERENCE}", json=A_FAN, headers=bearer(token())
        )

    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "validation_error"
    assert "/__session/NAME/api/v2/update-preference" in refused.json()["error"]["message"]
    assert other.json()["code"] == 400
    assert [answer.status_code for answer in taken] == [200, 202]
    assert in_path.status_code == 200
    assert mistyped.status_code == 400
    assert mistyped.json()["error"]["message"].startswith(
        f"session '{caller.id}x' not found; did you mean '{caller.id}'?"
    )


def test_new_session_is_ready_to_paste(caller):
    by_url = httpx2.post(caller.base_url + PREFERENCE, json=A_FAN, headers=bearer(token()))
    by_token, by_key = caller.write(), caller.set({"preference": "opt_out"})

    assert [answer.status_code for answer in (by_url, by_token, by_key)] == [200, 200, 202]
    assert [entry["session"] for entry in caller.journal()] == [caller.id] * 3


def test_same_fan_in_many_sessions_never_collides(url):
    def life(_: int) -> None:
        with Caller(url) as caller:
            for value in (True, False):
                data = caller.write({**A_FAN, "value": value, "preference": "shared"}).json()["data"]
                assert data["value"] is value
                assert (data["createdAt"] == data["updatedAt"]) is value
            assert len(caller.journal()) == 2

    with ThreadPoolExecutor(8) as pool:
        assert len(list(pool.map(life, range(80)))) == 80


def test_everything_of_a_session_is_apart_from_all_others(caller, begin, url):
    other = begin(url)
    caller.write()
    caller.freeze()
    caller.faults({"status": 503})
    caller.admin("POST", "overrides", {"response": {"status": 409}})
    caller.admin("PUT", "snapshots/mine")

    assert other.admin("GET", "state")["onlyautomator"]["preferences"] == []
    assert other.admin("GET", "clock")["frozen"] is False
    assert [other.admin("GET", path) for path in ("faults", "overrides", "snapshots", "requests")] == [[]] * 4
    assert other.write().status_code == 200


def test_key_and_token_end_with_their_session(caller):
    assert caller.write().status_code == 200
    assert caller.http.delete(f"/__admin/sessions/{caller.id}").status_code == 204

    answers = [caller.write(), caller.set({})]

    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json()["error"]["message"] == f"The session '{caller.id}' of this credential has ended"
    assert caller.id not in [one["id"] for one in caller.http.get("/__admin/sessions").json()]


def test_key_of_an_ended_session_does_not_fall_back_where_nothing_is_checked(begin):
    with serve_stub(Stub(load_services(), mode="off")) as url:
        caller = begin(url)
        caller.http.delete(f"/__admin/sessions/{caller.id}")

        assert caller.set({}).status_code == 401
        assert caller.http.get("/__admin/state").json()["suprsend"]["preferences"] == []


def test_unknown_session_cannot_be_ended(caller):
    refused = caller.http.delete(f"/__admin/sessions/{caller.id}x")

    assert refused.status_code == 404
    assert f"did you mean '{caller.id}'?" in refused.json()["error"]["message"]


def test_idle_session_is_forgotten(begin):
    now = [0.0]
    options = Options(session_ttl_s=60, steady_seconds=lambda: now[0])
    with serve_stub(Stub(load_services(), options=options)) as url:
        busy, idle = begin(url), begin(url)
        assert [busy.write().status_code, idle.write().status_code] == [200, 200]
        now[0] = 50
        busy.write()
        now[0] = 100
        listed = busy.http.get("/__admin/sessions").json()
        late = idle.write()

    assert listed == [{"id": busy.id, "requests": 2, "idle_s": 50}]
    assert late.status_code == 401


def test_longest_idle_session_makes_room(begin):
    with serve_stub(Stub(load_services(), options=Options(session_limit=2))) as url:
        first, second = begin(url), begin(url)
        first.write()
        third = begin(url)
        ids = [one["id"] for one in first.http.get("/__admin/sessions").json()]

        assert ids == [first.id, third.id]
        assert second.write().status_code == 401
        assert first.write().status_code == 200


def test_session_is_not_forgotten_while_a_call_in_it_is_answered():
    seconds = [0.0]
    sessions = make_registry(limit=2, ttl_s=10, seconds=lambda: seconds[0])

    async def use_sessions() -> None:
        busy = await sessions.create("busy")
        with in_use(busy):
            seconds[0] = 100
            for name in "abcd":
                await sessions.create(name)
            assert await sessions.find("busy") is busy
            assert [session.id for session in await sessions.list_sessions()] == ["d", "busy"]
        seconds[0] = 200
        assert await sessions.list_sessions() == []

    asyncio.run(use_sessions())


def test_session_is_not_forgotten_while_somebody_waits_in_it():
    seconds = [0.0]
    sessions = make_registry(ttl_s=10, seconds=lambda: seconds[0])

    async def use_sessions() -> None:
        with (await sessions.create("busy")).journal.listen():
            seconds[0] = 100
            assert [session.id for session in await sessions.list_sessions()] == ["busy"]

    asyncio.run(use_sessions())


def test_call_that_is_answered_keeps_its_session_and_frees_it(begin):
    stub = Stub(load_services())
    with serve_stub(stub) as own_url:
        caller = begin(own_url)
        caller.faults({"latency": {"fixed_ms": 300}})
        session = asyncio.run(stub.sessions.find(caller.id))
        with ThreadPoolExecutor() as pool:
            answer = pool.submit(caller.write)
            while not session.calls and not answer.done():
                time.sleep(0.001)
            assert session.is_in_use
            answer.result()
        assert session.calls == 0
        caller.http.get(f"{caller.base_url}/nowhere")
        assert (session.calls, stub.sessions.default.calls) == (0, 0)


def test_token_of_an_ended_session_leads_to_no_later_one_of_that_name(caller):
    made = caller.admin("POST", "tokens", {})["token"]
    caller.admin("POST", "sessions", {"id": caller.id})

    refused = caller.http.post(PREFERENCE, json=A_FAN, headers=bearer(made))

    assert refused.status_code == 401
    assert f"The session '{caller.id}' of this credential has ended" in refused.json()["error"]["message"]
    again = caller.admin("POST", "tokens", {})["token"]
    assert caller.http.post(PREFERENCE, json=A_FAN, headers=bearer(again)).status_code == 200


def test_token_of_an_ended_session_stays_ended_however_many_end_after_it():
    stub = Stub(load_services())

    async def end_many() -> str:
        made, _ = stub.issuer.issue_token(await stub.sessions.create("first"), {})
        await stub.sessions.end("first")
        for number in range(10_001):
            await stub.sessions.create(f"other-{number}")
            await stub.sessions.end(f"other-{number}")
        return made

    made = asyncio.run(end_many())
    with serve_stub(stub) as url, httpx2.Client(base_url=url) as http:
        assert http.post(PREFERENCE, json=A_FAN, headers=bearer(made)).status_code == 401


def test_session_begun_again_knows_nothing(caller):
    caller.write()
    caller.http.post("/__admin/sessions", json={"id": caller.id})

    assert caller.admin("GET", "state")["onlyautomator"]["preferences"] == []


def test_default_session_cannot_be_begun(caller):
    assert caller.http.post("/__admin/sessions", json={"id": "default"}).status_code == 400


def test_session_without_a_name_gets_one_nobody_has(caller):
    ids = [caller.http.post("/__admin/sessions", json={}).json()["id"] for _ in range(20)]

    assert len(set(ids)) == 20


ANSWERS = """curl -s -X POST $MOCKSERVER_URL/api/v2/update-preference -H "Authorization: Bearer $MOCKSERVER_TOKEN" \
  -H 'Content-Type: application/json' -d '{"fanId": "12345", "category": "c", "preference": "p", "value": 1}'"""


def test_banner_works_under_strict_sessions():
    """What the stub itself offers names a session."""
    stub = Stub(load_services(), options=Options(is_strict_sessions=True))
    with serve_stub(stub) as url:
        command = list_banner_commands(render_banner(stub, url))[0]
        script = f"{command} -s -o /dev/null -w '%{{http_code}}'"
        told = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=30, check=True)
        assert httpx2.get(url).status_code == 200

    assert told.stdout == "200"


def test_command_is_told_what_works_under_strict_sessions(capfd):
    assert run_command("--strict-sessions", "run", "--", "sh", "-c", ANSWERS).returncode == 0
    assert '"status":"success"' in capfd.readouterr().out


def test_name_of_a_new_session_is_explained(caller):
    refused = caller.ask("POST", "sessions", {"id": "no spaces, please"})

    assert refused.status_code == 400
    assert refused.json()["error"]["detail"]["id"].startswith("a session's name is 1 to 64 letters")


def test_parameter_that_means_nothing_is_refused(caller):
    caller.write()
    refused = caller.http.post(f"/__admin/reset?sesion={caller.id}")

    assert refused.status_code == 400
    assert "did you mean 'session'?" in refused.json()["error"]["message"]
    assert len(caller.journal()) == 1

"""What a session was asked: found, counted, waited for, streamed, downloaded, and without a secret."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from datetime import datetime
from unittest.mock import Mock

import httpx2
import pytest

from mockserver.http.headers import RequestHeaders
from mockserver.http.redaction import SecretNames
from mockserver.http.request import Request
from mockserver.services import openapi_file
from mockserver.services.service import load_services
from mockserver.session.journal import Call, Entry, Journal, JournalLedger
from mockserver.stub import Options, Stub
from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, bearer, connect, request, token
from tests.testbed.session_caller import A_FAN
from tests.testbed.stubs import serve_stub


def test_entry_tells_the_whole_call(caller):
    caller.freeze()
    caller.write({**A_FAN, "note": "ü"}, X_Team="blue")

    entry = caller.journal()[0]

    assert entry["id"] == "1"
    assert entry["at"] == "2030-01-02T03:04:05.000Z"
    assert (entry["session"], entry["api"], entry["operation"]) == (
        caller.id,
        "onlyautomator",
        "update_preference",
    )
    assert (entry["request"]["method"], entry["request"]["path"]) == ("POST", PREFERENCE)
    assert entry["request"]["headers"]["x-team"] == "blue"
    assert entry["request"]["body"]["note"] == "ü"
    assert entry["response"]["status"] == 200
    assert entry["response"]["body"]["data"]["fanId"] == "12345"
    assert entry["duration_ms"] >= 0
    assert (entry["violations"], entry["near_miss"], entry["fault"]) == ([], None, None)


def test_violations_are_all_there(caller):
    caller.write({"fanId": 3})

    assert sorted(one.partition(" ")[0] for one in caller.journal()[0]["violations"]) == [
        "category:", "fanId:", "preference:", "value:",
    ]  # fmt: skip


def test_body_that_is_no_json_is_kept_as_text(caller):
    caller.http.post(
        PREFERENCE, content=b"{nonsense", headers={**bearer(caller.token), "Content-Type": "application/json"}
    )

    assert caller.journal()[0]["request"]["body"] == "{nonsense"


@pytest.mark.parametrize(
    ("match", "count"),
    [({}, 3), ({"status": 200}, 1), ({"status": 404}, 2), ({"method": "GET"}, 1), ({"path": "/api/*"}, 2),
     ({"operation": "update_preference"}, 2), ({"api": "suprsend"}, 0), ({"body": {"fanId": "0"}}, 1)],
)  # fmt: skip
def test_calls_are_found_and_counted_by_what_they_were(caller, match, count):
    caller.write()
    caller.write({**A_FAN, "fanId": "0"})
    caller.http.get(f"{caller.base_url}/nowhere")

    assert len(caller.admin("POST", "requests/find", {"match": match})) == count
    assert caller.admin("POST", "requests/count", {"match": match}) == {"count": count}


def test_newest_come_last_and_can_be_had_alone(caller):
    for number in range(3):
        caller.write({**A_FAN, "preference": f"p{number}"})

    newest = caller.http.get("/__admin/requests", params={"session": caller.id, "limit": 2}).json()
    assert [entry["id"] for entry in newest] == ["2", "3"]
    for path, body, found in (("find", {}, "3"), ("wait", {"match": {}, "count": 2}, "2")):
        listed = caller.http.post(f"/__admin/requests/{path}?session={caller.id}&limit=1", json=body)
        assert (listed.json(), listed.headers["X-Mock-Journal-Found"]) == (newest[1:], found)
    caller.admin("DELETE", "requests")
    assert caller.journal() == []


def test_wait_ends_when_the_call_comes(caller, begin, url):
    other = begin(url)

    def later() -> None:
        time.sleep(0.1)
        other.http.post(caller.base_url + PREFERENCE, json=A_FAN, headers=bearer(token()))
        caller_2 = {**bearer(token()), "X-Mock-Session": caller.id}
        other.http.post(PREFERENCE, json=A_FAN, headers=caller_2)

    thread = threading.Thread(target=later)
    thread.start()
    began = time.monotonic()
    found = caller.admin("POST", "requests/wait", {"match": {"status": 200}, "count": 2, "timeout_s": 5})
    thread.join()

    assert len(found) == 2
    assert time.monotonic() - began < 4


def test_who_waits_for_a_call_has_no_older_ones_looked_at(caller, monkeypatch):
    for number in range(20):
        caller.write({**A_FAN, "preference": f"p{number}"})
    looked_at: list[int] = []
    fits = Entry.fits
    monkeypatch.setattr(Entry, "fits", lambda entry, match: looked_at.append(entry.id) or fits(entry, match))

    wait = {"match": {"body": {"fanId": A_FAN["fanId"]}}, "count": 2}
    found = caller.admin("POST", "requests/wait", wait)

    assert [entry["id"] for entry in found] == ["19", "20"]
    assert looked_at == [20, 19]


def test_calls_that_are_waited_for_may_be_old(caller):
    for number in range(50):
        caller.write({**A_FAN, "preference": "old" if number < 3 else "new"})

    for count, ids in ((2, ["2", "3"]), (3, ["1", "2", "3"])):
        wait = {"match": {"body": {"preference": "old"}}, "count": count}
        assert [entry["id"] for entry in caller.admin("POST", "requests/wait", wait)] == ids


def test_wait_for_what_never_comes_is_408(caller):
    caller.write()
    wait = {"match": {}, "count": 2, "timeout_s": 0.05}

    answer = caller.ask("POST", "requests/wait", wait)

    assert answer.status_code == 408
    assert answer.json()["error"] == {"code": "time_is_up", "message": "1 of 2 matching calls in 0.05 s"}


def test_unmatched_calls_have_their_near_miss_and_the_reason(caller):
    caller.write()
    caller.http.post(caller.base_url + "/api/v2/update-preferences", json={})
    caller.http.get(caller.base_url + PREFERENCE)

    path, method = caller.admin("GET", "requests/unmatched")

    assert path["near_miss"] == (
        "POST /api/v2/update-preference: segment 3 is 'update-preferences', not 'update-preference'"
    )
    assert method["near_miss"] == "POST /api/v2/update-preference: takes POST, not GET"
    assert path["operation"] is method["operation"] is None
    assert caller.http.get(f"/__admin/requests/unmatched?session={caller.id}&limit=1").json() == [method]


OF_BROWSERS = [
    "/",
    "/favicon.ico",
    "/robots.txt",
    "/apple-touch-icon.png",
    "/.well-known/appspecific/com.chrome.devtools.json",
]


@pytest.mark.parametrize("path", OF_BROWSERS)
def test_what_browsers_ask_by_themselves_is_no_call(caller, path):
    """It meets no fault, either: a fault that happens once is for the application."""
    caller.faults({"status": 503, "times": 1})

    asked = [caller.http.request(method, caller.base_url + path) for method in ("GET", "HEAD")]

    assert [answer.status_code for answer in asked] == [200 if path == "/" else 404] * 2
    assert caller.admin("GET", "requests/unmatched") == caller.journal() == []
    assert caller.write().status_code == 503
    assert caller.http.post(caller.base_url + path).status_code == 404
    assert len(caller.journal()) == 2


def test_what_browsers_ask_by_themselves_is_in_no_journal():
    """Nor in that of the default session, in which everybody is who names none."""
    with serve_stub(Stub(load_services())) as url:
        for path in OF_BROWSERS:
            httpx2.get(url + path, headers={"Accept": "text/html"})

        assert httpx2.get(f"{url}/__admin/requests").json() == []


@pytest.mark.parametrize("path", OF_BROWSERS)
def test_what_the_contract_has_is_a_call(tmp_path, path):
    file = tmp_path / "pages.yaml"
    file.write_text(
        'openapi: 3.0.3\ninfo: {title: P, version: "1"}\n'
        f'paths: {{"{path}": {{get: {{responses: {{"204": {{description: Done}}}}}}}}}}'
    )
    with serve_stub(Stub([openapi_file.load_service(file)])) as url:
        assert httpx2.get(url + path).status_code == 204
        assert len(httpx2.get(f"{url}/__admin/requests").json()) == 1


def test_ring_keeps_the_newest():
    with (
        serve_stub(Stub(load_services(), options=Options(journal_limit=3))) as url,
        httpx2.Client(base_url=url) as http,
    ):
        for number in range(5):
            http.get(f"/{number}")
        assert [entry["id"] for entry in http.get("/__admin/requests").json()] == ["3", "4", "5"]


def test_long_body_is_kept_whole(caller):
    caller.write({**A_FAN, "value": ["x" * 900_000]})

    assert (
        caller.ask("POST", "requests/count", {"match": {"body": {"value": ["x" * 900_000]}}}).json()["count"]
        == 1
    )


@pytest.mark.parametrize(
    ("parts", "kept"),
    [({"content": b"x" * 1024 * 1024}, 15), ({"path": "/" + "x" * 60_000}, 279), ({"query": b"x" * 60_000}, 279),
     ({"headers": "x" * 60_000}, 279), ({}, 300)],
)  # fmt: skip
def test_journal_of_large_calls_has_a_bound(parts, kept):
    """What is counted is all that a client can make large, not only the body."""
    journal = Journal("default", 300)
    scope = {
        "method": "POST",
        "raw_path": parts.get("path", "/").encode(),
        "query_string": parts.get("query", b""),
    }
    lines = ((b"x-large", parts.get("headers", "").encode()),)
    for _ in range(300):
        request = Request(scope, Mock(), RequestHeaders(lines, SecretNames()))
        request.content = parts.get("content")
        journal.add(Call(request))

    entries = asyncio.run(journal.list_entries())
    assert len(entries) == kept
    assert entries[-1].id == 300


def test_body_of_a_call_that_nobody_read_is_kept(caller):
    caller.http.post(PREFERENCE, json=A_FAN, headers={"Prefer": "code=503", "X-Mock-Session": caller.id})
    caller.http.post(PREFERENCE, json=A_FAN, headers={"X-Mock-Session": caller.id})
    caller.http.post(f"{caller.base_url}/nowhere", json=A_FAN)

    assert [call["request"]["body"] for call in caller.journal()] == [A_FAN] * 3
    assert caller.journal()[0]["fault"] == "Prefer: code=503"


SECRETS = {
    "Authorization": "Bearer a-secret-token",
    "Cookie": "session=a-secret-cookie",
    "Proxy-Authorization": "Basic a-secret-proxy",
    "X-Api-Key": "a-secret-key",
    "X-Mock-Admin-Token": "a-secret-admin",
    "X-SS-Signature": "a-secret-signature",
}


def test_no_credential_is_anywhere(caller):
    url = f"{caller.base_url}{PREFERENCE}?token=a-secret-query&x=1&api%5fkey=a-secret-encoded"
    with caller.http.stream("GET", f"/__admin/events?session={caller.id}") as events:
        caller.http.post(url, json=A_FAN, headers=SECRETS)
        heard = next(line for line in events.iter_lines() if line.startswith("data:"))
    caller.write()
    caller.set({})
    shown = "".join(
        [
            heard,
            *(
                caller.ask("GET", path).text
                for path in ("requests", "requests.har", "", "requests/unmatched")
            ),
        ]
    )

    assert PREFERENCE in shown
    for secret in ("a-secret", caller.token, caller.token.rpartition(".")[2], caller.key):
        assert secret not in shown
    assert "x=1" in shown


def test_events_are_the_journal_as_it_is_written(caller):
    with caller.http.stream("GET", f"/__admin/events?session={caller.id}") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        caller.write()
        caller.http.get(f"{caller.base_url}/nowhere")
        lines = events.iter_lines()
        heard = [json.loads(line[5:]) for line in (next(lines) for _ in range(8)) if line.startswith("data:")]

    assert heard == caller.journal()


def test_listener_that_does_not_read_stalls_nobody(caller, url):
    target = f"/__admin/events?session={caller.id}"
    with connect(url) as deaf:
        deaf.sendall(request("GET", target))
        for _ in range(300):
            caller.write({**A_FAN, "note": "x" * 20_000})

        assert len(caller.journal()) == 300


def test_listener_that_vanished_stalls_nobody(caller, url):
    for _ in range(20):
        with connect(url) as gone:
            gone.sendall(request("GET", f"/__admin/events?session={caller.id}"))

    assert caller.write().status_code == 200


def test_har_is_an_archive_of_the_calls(caller):
    caller.write()
    caller.set({"preference": "opt_out"}, f"{CATEGORY}?tenant_id=acme")
    caller.faults({"fault": "EMPTY_RESPONSE"})
    with pytest.raises(httpx2.RemoteProtocolError):
        caller.write()

    answer = caller.ask("GET", "requests.har")
    log = answer.json()["log"]

    assert "requests.har" in answer.headers["content-disposition"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "mockserver")
    assert [entry["response"]["status"] for entry in log["entries"]] == [200, 202, 0]
    for entry in log["entries"]:
        assert datetime.fromisoformat(entry["startedDateTime"])
        assert {
            "method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize",
        } <= {*entry["request"]}  # fmt: skip
        assert {"status", "statusText", "content", "redirectURL", "cookies"} <= {*entry["response"]}
        assert entry["request"]["url"].startswith(str(caller.http.base_url).rstrip("/"))
    assert log["entries"][1]["request"]["queryString"] == [{"name": "tenant_id", "value": "acme"}]
    assert json.loads(log["entries"][0]["response"]["content"]["text"])["status"] == "success"


def test_control_plane_is_not_in_its_own_journal(caller):
    caller.http.get(f"/__session/{caller.id}/__admin/clock")

    assert caller.journal() == []


def test_default_session_has_a_journal_too():
    with serve_stub(Stub(load_services())) as url, httpx2.Client(base_url=url) as http:
        http.patch(CATEGORY, json={}, headers=bearer(KEY))
        assert [entry["api"] for entry in http.get("/__admin/requests").json()] == ["suprsend"]


def test_stream_and_waiting_end_with_their_session(caller):
    with caller.http.stream("GET", f"/__admin/events?session={caller.id}") as events:
        lines = events.iter_lines()
        caller.write()
        assert any(line.startswith("data:") for line in lines)
        caller.admin("POST", "sessions", {"id": caller.id})
        assert [line for line in lines if line.startswith("data:")] == []


def test_oldest_calls_of_all_sessions_give_way_first(begin):
    with serve_stub(Stub(load_services(), options=Options(journal_bytes=100_000))) as url:
        callers = [begin(url) for _ in range(4)]
        for number in range(4):
            for one in callers:
                one.write({**A_FAN, "value": "x" * 5_000, "preference": f"p{number}"})
        kept = [[entry["id"] for entry in one.journal()] for one in callers]
        dropped = [one.ask("GET", "requests").headers["X-Mock-Journal-Dropped"] for one in callers]

    # Of 16 calls of some 11,000 bytes eight or nine fit; those that came last.
    assert sum(map(len, kept)) in (8, 9)
    assert all(ids in (["3", "4"], ["2", "3", "4"]) for ids in kept)
    assert dropped == [str(4 - len(ids)) for ids in kept]


def test_sessions_that_end_or_are_reset_make_room(begin):
    with serve_stub(Stub(load_services(), options=Options(journal_bytes=100_000))) as url:
        ended, emptied, last = (begin(url) for _ in range(3))
        for one in (ended, emptied):
            for _ in range(3):
                one.write({**A_FAN, "value": "x" * 5_000})
        ended.http.delete(f"/__admin/sessions/{ended.id}")
        emptied.admin("DELETE", "requests")
        for _ in range(8):
            last.write({**A_FAN, "value": "x" * 5_000})

        assert len(last.journal()) == 8
        assert "X-Mock-Journal-Dropped" not in last.ask("GET", "requests").headers


def test_ledger_keeps_no_trace_of_calls_that_are_gone():
    ledger = JournalLedger()
    journals = [Journal(str(number), 2, ledger) for number in range(3)]
    request = Mock(content=b"", path="/", query=b"", method="GET", headers=RequestHeaders((), SecretNames()))
    for number in range(40_000):
        journals[number % 3 if number < 30 else 0].add(Call(request))

    assert ledger.size_bytes == 6
    assert ledger.order_length < 20_000

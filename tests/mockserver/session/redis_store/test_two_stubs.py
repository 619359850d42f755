"""Two stubs on one store are one: whatever is done through one of them, the other one knows."""

from __future__ import annotations

import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, bearer, token
from tests.testbed.session_caller import A_FAN, Caller


def test_record_is_updated_through_the_other_stub(pair):
    first, second = pair
    created = first.write().json()["data"]
    updated = second.write({**A_FAN, "value": False}).json()["data"]

    assert (updated["id"], updated["createdAt"], updated["value"]) == (
        created["id"],
        created["createdAt"],
        False,
    )
    for caller in pair:
        assert caller.admin("GET", "state")["onlyautomator"]["preferences"] == [updated]


def test_sixteen_writers_of_one_record_lose_nothing(pair):
    """One record is there, with the value of the write that came last, and each write is in the journal once."""
    with ThreadPoolExecutor(16) as pool:
        written = list(
            pool.map(lambda n: pair[n % 2].write({**A_FAN, "value": n % 3 == 0}).json()["data"], range(64))
        )

    (kept,) = pair[0].admin("GET", "state")["onlyautomator"]["preferences"]
    assert {one["id"] for one in written} == {kept["id"]}
    # Every write was one of its own: its time is later than that of the write before.
    assert len({one["updatedAt"] for one in written}) == len(written)
    assert kept == max(written, key=lambda one: one["updatedAt"])
    assert [entry["id"] for entry in pair[1].journal()] == [str(n) for n in range(1, 65)]


def test_records_are_listed_in_the_order_in_which_they_were_written(pair):
    first, second = pair
    names = [f"preference_{number}" for number in (3, 1, 2, 0)]
    for number, name in enumerate(names):
        pair[number % 2].write({**A_FAN, "preference": name})
    second.write({**A_FAN, "preference": "preference_1", "value": False})

    for caller in pair:
        state = caller.admin("GET", "state")["onlyautomator"]["preferences"]
        assert [one["preference"] for one in state] == names
    listed = first.http.get(
        PREFERENCE.replace("update-preference", "get-preferences"), params={"fanId": "12345"}
    )
    assert listed.status_code in (200, 401, 404)


def test_choices_of_a_session_hold_in_the_other_stub(pair):
    first, second = pair
    no_value = {**A_FAN, "value": None}
    assert second.write(no_value).status_code == 200
    first.admin("PUT", "choices", {"onlyautomator": {"null-value": "refused-422"}})

    assert second.write(no_value).status_code == 422
    assert second.admin("GET", "choices")["onlyautomator"]["null-value"] == "refused-422"
    second.admin("POST", "reset", {})
    assert (first.write(no_value).status_code, second.write(no_value).status_code) == (200, 200)


def test_fault_fires_so_often_whoever_answers(pair):
    pair[0].faults({"status": 503, "times": 10})
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda n: pair[n % 2].write().status_code, range(40)))

    assert statuses.count(503) == 10
    assert statuses.count(200) == 30


def test_quota_is_one_for_all(pair):
    pair[0].freeze()
    pair[0].faults({"quota": {"limit": 3, "window_s": 60}})
    statuses = [pair[n % 2].write(Authorization=f"Bearer {pair[0].token}").status_code for n in range(6)]

    assert statuses == [200] * 3 + [429] * 3
    pair[1].advance(61)
    assert pair[0].write(Authorization=f"Bearer {pair[0].token}").status_code == 200


def test_override_is_used_up_whoever_answers(pair):
    first, second = pair
    first.admin("POST", "overrides", {"match": {}, "response": {"status": 418}, "times": 2})

    assert [second.write().status_code, first.write().status_code, second.write().status_code] == [
        418,
        418,
        200,
    ]
    assert first.admin("GET", "overrides") == []


def test_snapshot_is_restored_by_the_other_stub(pair):
    first, second = pair
    first.write()
    first.admin("PUT", "snapshots/one")
    before = first.admin("GET", "state")
    second.write({**A_FAN, "preference": "another"})
    second.set({"preference": "opt_out"})
    second.admin("POST", "snapshots/one/restore")

    assert first.admin("GET", "state") == second.admin("GET", "state") == before
    assert second.admin("GET", "snapshots") == ["one"]
    first.admin("DELETE", "snapshots/one")
    assert second.admin("GET", "snapshots") == []


def test_state_that_is_put_is_everybodys(pair):
    first, second = pair
    state = first.admin("GET", "state")
    state["onlyautomator"]["fans"] = ["only-one"]
    first.admin("PUT", "state", state)

    assert second.write().status_code == 404
    assert second.write({**A_FAN, "fanId": "only-one"}).status_code == 200
    second.admin("POST", "reset", {"scope": "state"})
    assert first.write().status_code == 200


def test_minted_key_is_good_at_the_other_stub(pair):
    first, second = pair
    second.key = first.admin("POST", "keys", {"access": "read"})["api_key"]

    assert second.set({"preference": "opt_out"}).status_code == 403
    assert second.http.get(CATEGORY, headers=bearer(second.key)).status_code == 200


def test_ended_session_has_ended_everywhere(pair):
    first, second = pair
    assert second.write().status_code == 200
    first.http.delete(f"/__admin/sessions/{first.id}")

    refused = second.write()
    assert refused.status_code == 401
    assert "has ended" in refused.json()["error"]["message"]
    assert second.set({"preference": "opt_out"}).status_code == 401


def test_wait_sees_calls_that_another_stub_answers(pair):
    first, second = pair
    first.write()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(
            first.admin, "POST", "requests/wait", {"match": {}, "count": 3, "timeout_s": 10}
        )
        second.write()
        second.write()
        assert [entry["id"] for entry in waiting.result()] == ["1", "2", "3"]
    assert second.admin("POST", "requests/count", {}) == {"count": 3}


def test_wait_counts_no_call_from_before_a_reset_by_another_stub(pair):
    first, second = pair
    first.write()
    with (
        ThreadPoolExecutor() as pool,
        first.http.stream("GET", f"/__admin/events?session={first.id}") as events,
    ):
        lines = events.iter_lines()
        waiting = pool.submit(
            first.admin, "POST", "requests/wait", {"match": {}, "count": 2, "timeout_s": 10}
        )
        second.write({**A_FAN, "preference": "before"})
        # What the stream has, those who wait have as well.
        assert any(line.startswith("data:") for line in lines) or waiting.done()
        if not waiting.done():
            second.admin("DELETE", "requests")
            second.write()
            second.write()
        assert len(waiting.result()) == 2


def test_stream_has_the_calls_that_another_stub_answers(pair):
    first, second = pair
    first.write()
    with first.http.stream("GET", f"/__admin/events?session={first.id}") as events:
        lines = events.iter_lines()
        second.write()
        assert next(line for line in lines if line.startswith("id:")).strip() == "id: 2"
        second.http.delete(f"/__admin/sessions/{second.id}")
        assert [line for line in lines if line.startswith("data:")][1:] == []


def test_reset_never_shows_half_a_state(pair):
    """Each write is two records of one caller; whoever looks sees both APIs' records or neither."""
    first, second = pair
    stopped = threading.Event()
    seen = []

    def look() -> None:
        while not stopped.is_set():
            seen.append(first.admin("GET", "state"))

    fixtures = first.admin("GET", "state")
    full = {**fixtures, "onlyautomator": {**fixtures["onlyautomator"], "fans": ["a"]}}
    full["suprsend"] = {**fixtures["suprsend"], "objects": []}
    with ThreadPoolExecutor() as pool:
        looking = pool.submit(look)
        for _ in range(10):
            second.admin("PUT", "state", full)
            second.admin("POST", "reset", {"scope": "state"})
        stopped.set()
        looking.result()

    halves = {(state["onlyautomator"]["fans"] == ["a"], state["suprsend"]["objects"] == []) for state in seen}
    assert halves <= {(True, True), (False, False)}


@pytest.mark.parametrize("which", [0, 1])
def test_same_seed_and_frozen_clock_give_the_same_bytes(serve, which, pair):
    """A stub in memory and the two on a store answer alike, byte for byte, but for the session's own name."""
    answers = []
    for callers in ([Caller(serve(seed=7, store_prefix=f"bytes-{which}"))], pair):
        answers.append(callers)
    one = answers[0][0]
    with one, one.through(serve(seed=7, store_prefix=f"bytes-{which}")) as other:
        one.freeze()
        other.token = one.token
        order = [one, other] if which == 0 else [other, one]
        written = [order[n % 2].write({**A_FAN, "preference": f"p{n}"}) for n in range(4)]
        texts = [(answer.status_code, sorted(answer.headers.items()), answer.content) for answer in written]
        one.admin("POST", "reset")
        one.freeze()
        other.token = one.token
        again = [order[(n + 1) % 2].write({**A_FAN, "preference": f"p{n}"}) for n in range(4)]
        assert [(a.status_code, sorted(a.headers.items()), a.content) for a in again] == texts


def test_other_prefix_and_other_seed_are_other_stubs(pair, serve):
    for url in (serve(store_prefix="other"), serve(seed=5)):
        with httpx2.Client(base_url=url) as http:
            names = [one["id"] for one in http.get("/__admin/sessions").json()]
            assert pair[0].id not in names


def test_longest_idle_session_makes_room_for_all(serve):
    urls = [serve(store_prefix="room", session_limit=2) for _ in range(2)]
    with Caller(urls[0]) as first, Caller(urls[1]) as second:
        first.write()
        with Caller(urls[1]) as third:
            ids = {one["id"] for one in first.http.get("/__admin/sessions").json()}
            assert ids == {first.id, third.id}
            assert second.write().status_code == 401


def test_idle_session_is_forgotten(serve):
    url = serve(store_prefix="idle", session_ttl_s=0.05)
    with Caller(url) as caller:
        caller.http.post("/__admin/requests/wait", json={"match": {}, "timeout_s": 0.2})
        assert caller.write().status_code == 401
        assert caller.http.get("/__admin/sessions").json() == []


def test_refused_call_is_in_the_journal_of_the_default_session(serve):
    url = serve(store_prefix="strict", is_strict_sessions=True)
    with httpx2.Client(base_url=url) as http:
        assert http.post(PREFERENCE, json=A_FAN).status_code == 400
        assert (
            http.patch(CATEGORY, json={}, headers={**bearer(KEY), "X-Mock-Session": "unknown"}).status_code
            == 400
        )
        (first, second) = http.get("/__admin/requests").json()
        assert (first["session"], second["session"]) == ("default", "default")
        named = {**bearer(token()), "X-Mock-Session": "default"}
        assert http.post(PREFERENCE, json=A_FAN, headers=named).status_code == 200


def test_stream_of_calls_holds_no_more_than_all_journals_may(serve, store):
    """Bytes that JSON would make six times as long are stored as they are; the newest call is kept in any case."""
    url = serve(store_prefix="bounded", journal_bytes=100_000)
    with Caller(url) as caller:
        for size in (*[20_000] * 9, 19_000):
            caller.http.post(PREFERENCE, content=b"\0" * size, headers=bearer(caller.token))
        listed = caller.ask("GET", "requests")
        assert [(entry["id"], len(entry["request"]["body"])) for entry in listed.json()] == [
            ("7", 20_000), ("8", 20_000), ("9", 20_000), ("10", 19_000),
        ]  # fmt: skip
        assert listed.headers["X-Mock-Journal-Dropped"] == "6"
        assert _measure_stream(store, f"bounded:*{caller.id}*:journal") < 100_000

        caller.http.post(PREFERENCE, content=b"\0" * 150_000, headers=bearer(caller.token))
        assert [entry["id"] for entry in caller.journal()] == ["11"]


def _measure_stream(store: str, pattern: str) -> int:
    """Tell how many bytes of the server's memory a stream takes."""
    ask = ["redis-cli", "-s", store.removeprefix("unix://")]
    key = subprocess.run([*ask, "keys", pattern], check=True, capture_output=True, text=True).stdout.strip()
    found = subprocess.run([*ask, "memory", "usage", key, "samples", "0"], check=True, capture_output=True)
    return int(found.stdout)

"""What goes wrong on purpose, seen by a client library and by a bare socket."""

from __future__ import annotations

import json

import httpx2
import pytest

from tests.testbed.calls import PREFERENCE, bearer, connect, read, request, takes_at_least
from tests.testbed.session_caller import A_FAN

ORIGIN = {"Origin": "http://localhost:5173"}


def raw(caller, url: str) -> bytes:
    """Everything a write brings over the socket, to its end."""
    headers = {**bearer(caller.token), **ORIGIN, "Content-Type": "application/json"}
    received = b""
    with connect(url) as connection:
        connection.sendall(request(headers=headers, content=json.dumps(A_FAN).encode()))
        while piece := connection.recv(65536):
            received += piece
    return received


def test_reset_is_a_reset(caller, url):
    caller.faults({"fault": "CONNECTION_RESET_BY_PEER"})

    with pytest.raises(ConnectionResetError):
        raw(caller, url)
    with pytest.raises(httpx2.ReadError):
        caller.write()


def test_empty_response_ends_without_a_byte(caller, url):
    caller.faults({"fault": "EMPTY_RESPONSE"})

    assert raw(caller, url) == b""
    with pytest.raises(httpx2.RemoteProtocolError):
        caller.write()


def test_malformed_chunk_comes_after_a_good_head(caller, url):
    caller.faults({"fault": "MALFORMED_RESPONSE_CHUNK"})

    head, _, body = raw(caller, url).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"transfer-encoding: chunked" in head
    assert b"content-length" not in head
    assert b"access-control-allow-origin: http://localhost:5173" in head
    assert body.startswith(b"not-a-size")
    with pytest.raises(httpx2.RemoteProtocolError):
        caller.write()


def test_random_data_is_not_http(caller, url):
    caller.faults({"fault": "RANDOM_DATA_THEN_CLOSE"})

    received = raw(caller, url)

    assert len(received) == 128
    assert not received.startswith(b"HTTP")
    with pytest.raises(httpx2.RemoteProtocolError):
        caller.write()


def test_truncated_body_is_shorter_than_it_says(caller, url):
    caller.faults({"fault": "TRUNCATED_BODY"})

    head, _, body = raw(caller, url).partition(b"\r\n\r\n")

    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    assert 0 < len(body) == length // 2
    assert b"access-control-allow-origin: http://localhost:5173" in head
    with pytest.raises(httpx2.RemoteProtocolError):
        caller.write()


def test_dribble_arrives_whole_and_late(caller):
    caller.faults({"fault": "SLOW_DRIBBLE", "dribble": {"chunks": 4, "total_ms": 200}})
    with (
        takes_at_least(0.2),
        caller.http.stream("POST", PREFERENCE, json=A_FAN, headers=bearer(caller.token)) as answer,
    ):
        pieces = list(answer.iter_raw())

    assert len(pieces) == 4
    assert json.loads(b"".join(pieces))["status"] == "success"


@pytest.mark.parametrize("fault", ["CONNECTION_RESET_BY_PEER", "EMPTY_RESPONSE", "RANDOM_DATA_THEN_CLOSE"])
def test_call_that_got_no_answer_changes_nothing_and_is_journalled(caller, fault):
    caller.faults({"fault": fault, "times": 1})
    with pytest.raises(httpx2.TransportError):
        caller.write()

    assert caller.admin("GET", "state")["onlyautomator"]["preferences"] == []
    entry = caller.journal()[0]
    assert (entry["fault"], entry["response"], entry["operation"]) == (fault, None, "update_preference")
    assert caller.write().status_code == 200


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503])
def test_status_comes_in_the_apis_own_envelope_with_cors(caller, status):
    caller.faults({"status": status})

    answer, other = caller.write(**ORIGIN), caller.set({}, **ORIGIN)

    assert [answer.status_code, other.status_code] == [status, status]
    assert answer.json()["status"] == "error"
    assert other.json()["code"] == status
    for one in (answer, other):
        assert one.headers["access-control-allow-origin"] == ORIGIN["Origin"]
        assert one.headers["access-control-allow-credentials"] == "true"
        exposed = one.headers["access-control-expose-headers"].lower()
        assert ("retry-after" in exposed) is ("retry-after" in one.headers)


def test_status_of_no_contract_says_so(caller):
    caller.faults({"status": 418})

    assert "documents no 418" in caller.write().headers["x-mock-off-contract"]


@pytest.mark.parametrize(
    ("latency", "least_s"),
    [
        ({"fixed_ms": 80}, 0.08),
        ({"uniform_ms": [60, 90]}, 0.06),
        ({"lognormal": {"median_ms": 50, "sigma": 0}}, 0.05),
    ],
)
def test_latency_is_waited_for_and_the_call_done(caller, latency, least_s):
    caller.faults({"latency": latency})

    with takes_at_least(least_s):
        assert caller.write().status_code == 200
    assert caller.journal()[0]["fault"] == "latency"


def test_latencies_add_up_until_an_effect_ends_the_search(caller):
    caller.faults(
        {"latency": {"fixed_ms": 40}}, {"latency": {"fixed_ms": 40}, "status": 503}, {"status": 404}
    )

    with takes_at_least(0.08):
        assert caller.write().status_code == 503
    assert caller.journal()[0]["fault"] == "latency, status 503"


def statuses(caller, count: int) -> list[int]:
    return [caller.write().status_code for _ in range(count)]


def test_times_after_and_matching_are_counted_together(caller):
    caller.faults({"match": {"operation": "update_preference"}, "status": 503, "after": 2, "times": 2})
    caller.set({})

    assert statuses(caller, 6) == [200, 200, 503, 503, 200, 200]


def test_ttl_follows_the_sessions_clock(caller):
    caller.freeze()
    caller.faults({"status": 503, "ttl_s": 60})
    before = statuses(caller, 1)
    caller.advance(59.9)
    still = statuses(caller, 1)
    caller.advance(0.1)

    assert [*before, *still, *statuses(caller, 1)] == [503, 503, 200]


def test_same_seed_throws_the_same_dice(caller, begin, url):
    other, runs = begin(url), []
    for one in (caller, other, caller):
        one.admin("POST", "reset")
        one.faults({"status": 503, "probability": 0.5})
        runs.append(statuses(one, 30))

    assert runs[0] == runs[1] == runs[2]
    assert 5 < runs[0].count(503) < 25


@pytest.mark.parametrize(("probability", "status"), [(0, 200), (1, 503)])
def test_probability_of_nought_and_one_are_never_and_always(caller, probability, status):
    caller.faults({"status": 503, "probability": probability})

    assert set(statuses(caller, 10)) == {status}


def test_quota_answers_429_until_the_window_has_passed(caller):
    caller.freeze()
    caller.faults({"quota": {"limit": 2, "window_s": 60}})
    assert statuses(caller, 2) == [200, 200]
    caller.advance(20)

    refused = caller.write(**ORIGIN)
    assert refused.status_code == 429
    assert refused.json()["status"] == "error"
    assert 40 <= int(refused.headers["retry-after"]) <= 41
    assert refused.headers["access-control-allow-origin"] == ORIGIN["Origin"]

    caller.advance(int(refused.headers["retry-after"]))
    assert statuses(caller, 3) == [200, 200, 429]


def test_quota_forgets_a_future_that_was_taken_back(caller):
    caller.freeze("2040-01-01T00:00:00Z")
    caller.faults({"quota": {"limit": 1, "window_s": 60}})
    assert statuses(caller, 2) == [200, 429]
    caller.freeze("2030-01-01T00:00:00Z")

    assert statuses(caller, 2) == [200, 429]


def test_faults_are_in_their_session_only(caller, begin, url):
    caller.faults({"fault": "CONNECTION_RESET_BY_PEER"})

    assert begin(url).write().status_code == 200


def test_nobody_can_lock_himself_out(caller):
    caller.faults({"fault": "CONNECTION_RESET_BY_PEER"}, {"status": 503})
    caller.admin("POST", "overrides", {"response": {"status": 500}, "times": 100})

    for path in ("", "faults", "health", "requests", "docs/admin"):
        answer = caller.http.get(f"/__session/{caller.id}/__admin/{path}", headers={"Prefer": "code=503"})
        assert answer.status_code == 200
    caller.admin("POST", "reset", {"scope": "faults"})
    assert caller.write().status_code == 200


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ({"operation": "update_preferenze"}, "did you mean 'update_preference'?"),
        ({"api": "supersend"}, "did you mean 'suprsend'?"),
        ({"method": "GRAB"}, "known are GET"),
        ({"operation": "update_preference", "api": "suprsend"}, "is of onlyautomator, not of suprsend"),
        ({"status": 200}, "is not known before the answer"),
        ({"path": "api/*"}, "must begin with /"),
        ({"path": "/__session/x/api/*"}, "without the session's prefix"),
    ],
)
def test_match_that_no_call_can_fit_is_refused(caller, match, said):
    fault = caller.ask("PUT", "faults", [{"match": match, "status": 503}])
    override = caller.ask("POST", "overrides", {"match": match, "response": {"status": 503}})

    for refused in (fault, override):
        assert refused.status_code == 400
        assert said in refused.json()["error"]["message"]


def test_dribble_of_another_fault_is_refused(caller):
    refused = caller.ask("PUT", "faults", [{"status": 503, "dribble": {"chunks": 2}}])

    assert refused.status_code == 400
    assert "is for the fault SLOW_DRIBBLE; leave it out" in refused.json()["error"]["message"]


def test_code_in_the_place_of_a_status_is_refused_with_a_hint(caller):
    refused = caller.ask("PUT", "faults", [{"code": 503}])

    assert refused.status_code == 400
    assert "[0].code: is not known; did you mean 'status'?" in refused.json()["error"]["message"]


def test_unknown_paths_fail_like_known_ones(caller):
    caller.faults({"match": {"path": "/nowhere/*"}, "status": 503})

    assert caller.http.get(f"{caller.base_url}/nowhere/x").status_code == 503
    assert caller.http.get(f"{caller.base_url}/elsewhere").status_code == 404


def test_preflight_is_answered_whatever_fails(caller):
    caller.faults({"status": 503})

    answer = caller.http.options(
        caller.base_url + PREFERENCE, headers={**ORIGIN, "Access-Control-Request-Method": "POST"}
    )

    assert answer.status_code == 204


def test_fault_on_one_of_many_requests_on_a_connection_keeps_the_others(caller, url):
    caller.faults({"status": 503, "after": 1, "times": 1})
    headers = {**bearer(caller.token), "Content-Type": "application/json"}
    sent = request(headers=headers, content=json.dumps(A_FAN).encode())
    with connect(url) as connection:
        found = []
        for _ in range(3):
            connection.sendall(sent)
            found.append(read(connection).status)

    assert found == [200, 503, 200]


@pytest.mark.parametrize(
    "rule",
    [{}, {"match": {}}, {"latency": {}}, {"status": 503, "fault": "EMPTY_RESPONSE"}, {"status": 100},
     {"fault": "NOTHING"}, {"status": 503, "probability": 2}, {"status": 503, "times": 0},
     {"status": 503, "chance": 1}, {"latency": {"fixed_ms": 1, "uniform_ms": [1, 2]}},
     {"quota": {"limit": 1}}, {"status": 503, "match": {"paths": "/"}}],
)  # fmt: skip
def test_rule_that_means_nothing_is_refused_and_the_others_stay(caller, rule):
    caller.faults({"status": 404})

    answer = caller.ask("PUT", "faults", [rule])

    assert answer.status_code == 400
    assert answer.json()["error"]["detail"].keys() != set()
    assert caller.admin("GET", "faults") == [{"match": {}, "status": 404}]

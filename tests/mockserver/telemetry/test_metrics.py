"""What Prometheus finds at /__admin/metrics: what is counted, that it adds up, and that no caller makes a label."""

from __future__ import annotations

import io
import math
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from mockserver.dispatch.call_log import CallLog
from mockserver.http.problems import CannotStart
from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, bearer, connect, fresh, token
from tests.testbed.session_caller import A_FAN, Caller
from tests.testbed.stubs import run_command, serve_command, serve_stub

METRICS = "/__admin/metrics"
CALLS, DURATION = "mockserver_calls_total", "mockserver_call_duration_seconds"
LABELS = ("api", "operation", "status", "fault")


def serve_counting(**options: Any) -> Any:
    return serve_stub(Stub(load_services(), options=Options(has_metrics=True, **options)))


@pytest.fixture(scope="module")
def served() -> Iterator[httpx2.Client]:
    with serve_counting() as url, httpx2.Client(base_url=url, verify=False) as http:
        yield http


@pytest.fixture
def http(served: httpx2.Client) -> Iterator[httpx2.Client]:
    """A client of a stub that has counted other calls before."""
    yield served
    served.post("/__admin/reset").raise_for_status()


def scrape(http: httpx2.Client) -> list[Any]:
    answer = http.get(METRICS)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return [sample for family in text_string_to_metric_families(answer.text) for sample in family.samples]


def read_calls(http: httpx2.Client) -> dict[tuple[str, ...], float]:
    samples = [sample for sample in scrape(http) if sample.name == CALLS]
    return {tuple(sample.labels[name] for name in LABELS): sample.value for sample in samples}


@contextmanager
def count_calls(http: httpx2.Client) -> Iterator[Counter[tuple[str, ...]]]:
    """Yield what the calls in the block are counted as, once it has ended."""
    found: Counter[tuple[str, ...]] = Counter()
    found.subtract(read_calls(http))
    yield found
    found.update(read_calls(http))
    for key in [key for key, value in found.items() if not value]:
        del found[key]


def read_value(http: httpx2.Client, name: str) -> float:
    (value,) = [sample.value for sample in scrape(http) if sample.name == name]
    return value


def test_calls_are_counted_by_what_they_were_and_what_was_answered(http):
    mine = bearer(token())
    with count_calls(http) as counted:
        for _ in range(2):
            http.post(PREFERENCE, json=fresh(), headers=mine)
        http.post(PREFERENCE, json={}, headers=mine)
        http.post(PREFERENCE, json=fresh())
        http.patch(CATEGORY, json={"preference": "opt_in"}, headers=bearer(KEY))
        http.put(PREFERENCE)
        http.get("/nothing/is/here")
        http.post(PREFERENCE, headers={"Prefer": "code=503"})
        http.post("/__admin/overrides", json={"response": {"status": 599}})
        http.get("/nothing/is/here/either")
        http.put("/__admin/faults", json=[{"fault": "EMPTY_RESPONSE"}])
        with pytest.raises(httpx2.RemoteProtocolError):
            http.post(PREFERENCE)
        http.put("/__admin/faults", json=[{"latency": {"fixed_ms": 1}}])
        http.post(PREFERENCE, json=fresh(), headers=mine)

    write = ("onlyautomator", "update_preference")
    assert counted == {
        (*write, "200", "false"): 2,
        (*write, "400", "false"): 1,
        (*write, "401", "false"): 1,
        (*write, "503", "true"): 1,
        (*write, "", "true"): 1,
        (*write, "200", "true"): 1,
        ("suprsend", "update_object_category_preference", "202", "false"): 1,
        ("", "", "405", "false"): 1,
        ("", "", "404", "false"): 1,
        ("", "", "5xx", "true"): 1,
    }


def test_durations_add_up(http):
    http.post(PREFERENCE)
    http.get("/nothing")
    before = read_durations(http)
    http.post(PREFERENCE, json=fresh(), headers=bearer(token()) | {"Prefer": "delay=30"})
    after = read_durations(http)

    calls: Counter[tuple[str, ...]] = Counter()
    for (api, operation, _, fault), value in read_calls(http).items():
        calls[api, operation, fault] += int(value)
    assert {series: one["count"] for series, one in after.items()} == calls
    for one in after.values():
        buckets = [value for name, value in one.items() if isinstance(name, float)]
        assert buckets == sorted(buckets)
        assert one[math.inf] == one["count"]
        assert one["sum"] > 0
    delayed = ("onlyautomator", "update_preference", "true")
    grown = {name: value - before.get(delayed, {}).get(name, 0) for name, value in after[delayed].items()}
    assert (grown[0.025], grown[60.0], grown["count"]) == (0, 1, 1)
    assert 0.029 < grown["sum"] < 5


def read_durations(http: httpx2.Client) -> dict[tuple[str, ...], dict[str | float, float]]:
    """Map each series to its count, its sum and its buckets by their bounds."""
    found: dict[tuple[str, ...], dict[str | float, float]] = {}
    for sample in scrape(http):
        kind = sample.name.removeprefix(f"{DURATION}_")
        if kind in ("count", "sum", "bucket"):
            series = found.setdefault(
                tuple(sample.labels[name] for name in ("api", "operation", "fault")), {}
            )
            series[float(sample.labels["le"]) if kind == "bucket" else kind] = sample.value
    return found


def test_nothing_that_a_caller_chooses_makes_a_time_series(http):
    def call(word: str) -> None:
        secret = {"Authorization": f"Bearer {word}", "X-Mock-Session": word, "Prefer": f"{word}=1"}
        for method in ("GET", "POST", word.upper()):
            for path in (f"/{word}", f"{PREFERENCE}?{word}={word}", CATEGORY.replace("engineering", word)):
                http.request(method, path, headers=secret, json={"fanId": word})

    call("zebra")
    before = len(scrape(http))
    call("yak")

    text = http.get(METRICS).text
    assert len(scrape(http)) == before
    assert not any(word in text.lower() for word in ("zebra", "yak", "engineering"))


def test_forced_status_that_http_does_not_know_makes_no_label_of_its_own(http):
    with count_calls(http) as counted:
        for status in range(550, 570):
            http.post("/__admin/overrides", json={"response": {"status": status}})
            http.post(PREFERENCE)

    assert counted == {("onlyautomator", "update_preference", "5xx", "true"): 20}


def test_what_is_no_call_of_an_api_is_not_counted(http):
    with count_calls(http) as counted:
        http.get("/")
        http.get("/favicon.ico")
        http.options(
            PREFERENCE, headers={"Origin": "http://a.example", "Access-Control-Request-Method": "POST"}
        )
        http.get("/__admin/clock")
    assert counted == {}

    with count_calls(http) as counted, connect(str(http.base_url)) as connection:
        connection.sendall(b"GET /some/path HTTP/9.9\r\n\r\n")
        connection.recv(1000)
    assert counted == {("", "", "400", "false"): 1}


def test_sessions_and_journals_are_measured():
    with serve_counting(journal_limit=2) as url, Caller(url) as first:
        assert read_value(first.http, "mockserver_sessions") == 1
        with Caller(url) as second:
            assert read_value(first.http, "mockserver_sessions") == 2
            for caller, calls in ((first, 3), (second, 4)):
                for _ in range(calls):
                    caller.write()
            names = [f"mockserver_journal_{name}" for name in ("calls", "dropped_calls_total", "bytes")]
            calls, dropped, size = [read_value(first.http, name) for name in names]
            assert (calls, dropped) == (4, 3)
            assert size > 4 * len(PREFERENCE)
            first.http.delete(f"/__admin/sessions/{second.id}").raise_for_status()
            assert read_value(first.http, "mockserver_sessions") == 1
            # What is emptied on purpose was not dropped.
            assert [read_value(first.http, name) for name in names] == [2, 3, size / 2]


def test_process_and_version_are_there(http):
    names = {sample.name for sample in scrape(http)}

    assert {"mockserver_build_info", "process_cpu_seconds_total", "python_gc_collections_total"} <= names


def test_openmetrics_is_written_to_who_asks_for_it(http):
    http.post(PREFERENCE)

    answer = http.get(
        METRICS, headers={"Accept": "application/openmetrics-text;version=1.0.0, text/plain;q=0.5"}
    )

    assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert "mockserver_calls" in {family.name for family in parse_openmetrics(answer.text)}


def test_log_sees_the_calls_that_are_counted():
    stream = io.StringIO()
    with serve_counting(call_log=CallLog(stream)) as url, httpx2.Client(base_url=url) as http:
        http.post(PREFERENCE)
        assert sum(read_calls(http).values()) == 1

    assert stream.getvalue().count(PREFERENCE) == 1


def test_token_of_the_control_plane_is_asked_for():
    with serve_counting(admin_token="t0ken") as url:
        assert httpx2.get(url + METRICS).status_code == 401
        assert httpx2.get(url + METRICS, headers=bearer("t0ken")).status_code == 200


def test_store_that_is_away_keeps_nobody_from_the_counts():
    pytest.importorskip("redis")
    with (
        serve_counting(store_url="redis://127.0.0.1:1") as url,
        httpx2.Client(base_url=url, timeout=10) as http,
    ):
        http.post(PREFERENCE, json=A_FAN, headers=bearer(token()))
        assert read_calls(http) == {("onlyautomator", "update_preference", "503", "false"): 1}
        names = {sample.name for sample in scrape(http)}
    # Nor is anything shown that would be 0 whatever the store holds.
    assert not any(name.startswith(("mockserver_sessions", "mockserver_journal")) for name in names)


def test_stub_that_counts_nothing_says_how_it_would(url):
    answer = httpx2.get(url + METRICS)

    assert answer.status_code == 404
    assert answer.json()["error"] == {
        "code": "not_found",
        "message": "no calls are counted; start the stub with --metrics",
    }


def test_setting_asks_for_the_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mockserver.toml").write_text("metrics = true\n")
    with serve_command() as url:
        assert httpx2.get(url + METRICS).status_code == 200
    monkeypatch.setenv("MOCKSERVER_METRICS", "0")
    with serve_command() as url:
        assert httpx2.get(url + METRICS).status_code == 404


def test_library_that_is_missing_is_named(monkeypatch):
    for name in [
        name for name in sys.modules if name.startswith(("prometheus_client", "mockserver.telemetry.m"))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "prometheus_client", None)

    ended = run_command("--port", "0", "--metrics")

    assert ended.returncode == 2
    assert ended.stderr == (
        "mockserver: --metrics needs prometheus-client; "
        "install it in the checkout: .venv/bin/pip install -e '.[metrics]'\n"
    )


def test_folder_of_several_processes_that_is_none_stops_the_start(monkeypatch, tmp_path):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path / "nowhere"))

    with pytest.raises(CannotStart, match=r"PROMETHEUS_MULTIPROC_DIR: .*/nowhere is no folder"):
        Stub(load_services(), options=Options(has_metrics=True))

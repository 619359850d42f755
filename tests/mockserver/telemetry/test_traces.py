"""The spans that OpenTelemetry gets, taken from a collector as they come over HTTP."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest

from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from mockserver.telemetry import traces
from tests.mockserver.telemetry.collector import Collector, collect_spans
from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, bearer, connect
from tests.testbed.session_caller import Caller
from tests.testbed.stubs import run_command, serve_command, serve_stub
from tests.testbed.waiting import wait_until

WRITE = f"POST {PREFERENCE}"
OBJECT_CATEGORY = "/v1/object/{object_type}/{id}/preference/category/{category_slug}"
OK, ERROR = 0, 2  # an unset status is no error


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collect_spans() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        yield collector


@contextmanager
def serve_traced(**options: Any) -> Iterator[str]:
    """Serve a stub whose spans have been sent once the block has ended."""
    with serve_stub(Stub(load_services(), options=Options(has_traces=True, **options))) as url:
        yield url


def test_call_is_a_span_of_what_the_contract_says_of_it(collector):
    before_ns = time.time_ns()
    with serve_traced() as url, Caller(url) as caller:
        caller.write(Prefer="delay=20")
        httpx2.patch(url + CATEGORY, json={}, headers=bearer(KEY))
        httpx2.post(url + PREFERENCE)
        httpx2.post(url + PREFERENCE, headers={"Prefer": "code=503"})
        httpx2.put(url + PREFERENCE)
        httpx2.request("PURGE", f"{url}/nothing/is/here")
        httpx2.put(f"{url}/__admin/faults", json=[{"fault": "EMPTY_RESPONSE"}])
        with pytest.raises(httpx2.RemoteProtocolError):
            httpx2.post(url + PREFERENCE)
        name = caller.id

    every = {"url.scheme": "http", "mockserver.session": "default"}
    written = {
        **every,
        "http.request.method": "POST",
        "http.route": PREFERENCE,
        "mockserver.api": "onlyautomator",
        "mockserver.operation": "update_preference",
    }
    status = "http.response.status_code"
    assert collector.describe_spans() == [
        (WRITE, {**written, status: 200, "mockserver.session": name, "mockserver.fault": "Prefer: delay=20"}),
        (
            f"PATCH {OBJECT_CATEGORY}",
            {
                **every,
                "http.request.method": "PATCH",
                "http.route": OBJECT_CATEGORY,
                "mockserver.api": "suprsend",
                "mockserver.operation": "update_object_category_preference",
                status: 202,
            },
        ),
        (WRITE, {**written, status: 401}),
        (WRITE, {**written, status: 503, "mockserver.fault": "Prefer: code=503", "error.type": "503"}),
        ("PUT", {**every, "http.request.method": "PUT", status: 405}),
        ("HTTP", {**every, "http.request.method": "_OTHER", status: 404}),
        (WRITE, {**written, "mockserver.fault": "EMPTY_RESPONSE", "error.type": "EMPTY_RESPONSE"}),
    ]
    spans = sorted(collector.list_spans(), key=lambda span: span.start_time_unix_nano)
    assert [span.status.code for span in spans] == [OK, OK, OK, ERROR, OK, OK, ERROR]
    assert {span.kind for span in spans} == {2}  # of a server
    assert spans[0].end_time_unix_nano - spans[0].start_time_unix_nano >= 19_000_000
    assert before_ns <= spans[0].start_time_unix_nano < spans[-1].end_time_unix_nano <= time.time_ns()
    assert set(collector.paths) == {"/v1/traces"}


def test_trace_of_the_caller_is_continued(collector):
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    with serve_traced() as url:
        for flags in ("01", "00"):  # the caller says with the second one that nobody is to keep this
            sent = {"traceparent": f"00-{trace}-{parent}-{flags}", "tracestate": "vendor=opaque"}
            httpx2.post(url + PREFERENCE, headers=sent)
        httpx2.post(url + PREFERENCE, headers={"traceparent": "nonsense"})

    spans = sorted(collector.list_spans(), key=lambda span: span.start_time_unix_nano)
    assert [(span.trace_id.hex() == trace, span.parent_span_id.hex()) for span in spans] == [
        (True, parent),
        (False, ""),
    ]
    assert spans[0].trace_state == "vendor=opaque"


def test_nothing_of_a_request_but_its_operation_is_in_a_span(collector):
    hush = "hush-hush"
    with serve_traced() as url, Caller(url) as caller:
        sent = {
            **bearer(caller.token),
            "X-Api-Key": hush,
            "Cookie": f"a={hush}",
            "User-Agent": hush,
            "Baggage": f"a={hush}",
        }
        for path in (
            f"{PREFERENCE}?access_token={hush}",
            f"/{hush}/{caller.key}",
            CATEGORY.replace("engineering", hush),
        ):
            caller.http.post(path, headers=sent, json={"fanId": hush})
            caller.http.patch(path, headers=sent, json={"preference": hush})
        secrets = [one.encode() for one in (hush, caller.token, caller.key)]

    assert len(collector.list_spans()) == 6
    assert not any(secret in body for secret in secrets for body in collector.bodies)


def test_what_is_no_call_of_an_api_has_no_span(collector):
    with serve_traced() as url:
        httpx2.get(url)
        httpx2.get(f"{url}/favicon.ico")
        httpx2.get(f"{url}/__admin/clock")
        with connect(url) as connection:
            connection.sendall(b"GET /some/path HTTP/9.9\r\n\r\n")
            connection.recv(1000)

    assert collector.describe_spans() == [
        (
            "HTTP",
            {
                "http.request.method": "_OTHER",
                "http.response.status_code": 400,
                "url.scheme": "http",
                "mockserver.session": "default",
            },
        )
    ]


def test_service_has_the_name_that_it_is_given(collector, monkeypatch):
    for variables in ({}, {"OTEL_SERVICE_NAME": "stub-of-shop", "OTEL_RESOURCE_ATTRIBUTES": "team=shop"}):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with serve_traced() as url:
            httpx2.get(f"{url}/nothing")

    first, second = collector.list_resources()
    assert first["service.name"] == "mockserver"
    assert first["service.version"]
    assert (second["service.name"], second["team"]) == ("stub-of-shop", "shop")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is logged from here on."""
    handler = logging.Handler(logging.WARNING)
    lines: list[str] = []
    monkeypatch.setattr(handler, "emit", lambda record: lines.append(record.getMessage()))
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


def test_collector_that_is_away_is_one_line_without_what_is_secret_in_its_url(monkeypatch, lines):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:hush@127.0.0.1:1/?token=hush")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
    monkeypatch.setattr(traces, "_LONGEST_FLUSH_S", 0.1)
    with serve_traced() as url:
        httpx2.get(f"{url}/nothing")
    wait_until(lambda: lines != [])
    assert lines == ["mockserver: 127.0.0.1:1 takes no spans; they are lost until it does"]


def test_collector_that_refuses_again_and_again_is_one_line(collector, monkeypatch, lines):
    collector.status = 400
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
    with serve_traced() as url, httpx2.Client(base_url=url) as http:
        while len(collector.paths) < 5:
            assert http.get("/nothing").status_code == 404
        collector.status = 200
        while not collector.list_spans():
            http.get("/nothing")

    assert lines == [f"mockserver: {collector.url[7:]} takes no spans; they are lost until it does"]


def test_collector_that_is_silent_does_not_keep_the_stub_from_ending(collector, monkeypatch):
    monkeypatch.setattr(traces, "_LONGEST_FLUSH_S", 0.1)
    collector.may_answer.clear()
    with serve_traced() as url:
        httpx2.get(f"{url}/nothing")
        began_s = time.monotonic()
    assert time.monotonic() - began_s < 1.5


def test_more_spans_than_there_is_room_for_are_dropped_without_a_word(collector, lines, monkeypatch):
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "2")
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "2")
    collector.may_answer.clear()
    with serve_traced() as url, httpx2.Client(base_url=url) as http:
        for _ in range(20):
            http.get("/nothing")
        collector.may_answer.set()

    assert 2 <= len(collector.list_spans()) < 20
    assert lines == []


def test_variables_of_opentelemetry_alone_ask_for_no_spans(collector, monkeypatch):
    with serve_command() as url:
        httpx2.get(f"{url}/nothing")
    assert collector.list_spans() == []

    monkeypatch.setenv("MOCKSERVER_OTEL", "1")
    with serve_command() as url:
        httpx2.get(f"{url}/nothing")
    assert len(collector.list_spans()) == 1


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318", "OTEL_EXPORTER_OTLP_ENDPOINT is not a URL such as http://"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://host:port", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is not a URL"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "is grpc, and spans are sent by http/protobuf only"),
        ("OTEL_BSP_SCHEDULE_DELAY", "soon", "Unable to parse value for OTEL_BSP_SCHEDULE_DELAY"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "1", "max_export_batch_size must be less than"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "hush", "write OTEL_EXPORTER_OTLP_HEADERS as NAME=VALUE"),
    ],
)  # fmt: skip
def test_variable_that_cannot_be_followed_stops_the_start(variable, value, said):
    ended = run_command("--port", "0", "--otel", **{variable: value})

    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith("mockserver: --otel: ")
    assert said in line
    assert "hush" not in line


def test_library_that_is_missing_is_named(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("mockserver.telemetry.t")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)

    ended = run_command("--port", "0", "--otel")

    assert ended.returncode == 2
    assert ended.stderr == (
        "mockserver: --otel needs OpenTelemetry's SDK and its exporter; "
        "install it in the checkout: .venv/bin/pip install -e '.[otel]'\n"
    )

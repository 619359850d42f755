"""A small collector of OpenTelemetry: takes spans over HTTP, and keeps them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector(ThreadingHTTPServer):
    """Keeps the bodies that it is sent, and the spans in them."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.paths: list[str] = []
        self.bodies: list[bytes] = []
        self.status = 200
        self.may_answer = threading.Event()
        self.may_answer.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def list_resources(self) -> list[dict[str, Any]]:
        return [_read_attributes(group.resource) for body in self.bodies for group in _parse_groups(body)]

    def list_spans(self) -> list[Any]:
        groups = [group for body in self.bodies for group in _parse_groups(body)]
        return [span for group in groups for scope in group.scope_spans for span in scope.spans]

    def describe_spans(self) -> list[tuple[str, dict[str, Any]]]:
        """List the name and the attributes of each span, in the order in which they began."""
        spans = sorted(self.list_spans(), key=lambda span: span.start_time_unix_nano)
        return [(span.name, _read_attributes(span)) for span in spans]


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.may_answer.wait(10)
        self.server.paths.append(self.path)
        if self.server.status == 200:
            self.server.bodies.append(body)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def collect_spans() -> Iterator[Collector]:
    with Collector() as collector:
        thread = threading.Thread(target=collector.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield collector
        finally:
            collector.may_answer.set()
            collector.shutdown()
            thread.join()


def _parse_groups(body: bytes) -> Any:
    return ExportTraceServiceRequest.FromString(body).resource_spans


def _read_attributes(owner: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in owner.attributes}
